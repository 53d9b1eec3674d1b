import { nameShape } from '../mllp/shape.ts'
import { type Shape, oneOf, optional, path, section, text, whole } from '../process/shapes.ts'

const fields = section({
  name: nameShape,
  path,
  format: oneOf('cda', 'hl7v2', 'csv', 'ndjson', 'fhir'),
  /** How a row of csv or ndjson becomes resources. Lines of NDJSON without a mapping are FHIR resources. */
  mapping: optional(path),
  /** Takes only files with this ending, for example .xml; without it all files. */
  ending: optional(text(/^[\w.-]{1,40}$/, 'must be the end of a file’s name, for example .xml')),
  /** A file that has not changed for this long is complete, when its end looks like one. */
  settleMs: optional(whole(0, 3_600_000), 400),
  /** A file that looks cut off (no closing tag, no line end) is waited for this much longer. */
  patienceSeconds: optional(whole(0, 86_400), 30),
  /** Files in `done` and `failed` are deleted after this many days; without it after keep.days. */
  keepDays: optional(whole(1, 3650)),
  /** Whether taken files are moved to the folder `done` or deleted at once. */
  after: optional(oneOf('keep', 'delete'), 'keep' as const),
  fileMb: optional(whole(1, 1_000_000), 4096),
})
export type FolderSettings = NonNullable<ReturnType<typeof fields>>

/** A folder into which a local system puts files. */
export const folderShape: Shape<FolderSettings> = (value, at) => {
  const read = fields(value, at)
  if (read?.format === 'csv' && read.mapping === undefined) at.wrong([...at.path, 'mapping'], 'is missing; csv needs the file that says what its columns are')
  return read
}
