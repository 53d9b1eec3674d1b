import { nameShape } from '../mllp/shape.ts'
import { type Shape, oneOf, optional, path, section, text, whole } from '../process/shapes.ts'

const fields = section({
  name: nameShape,
  path,
  format: oneOf('cda', 'hl7v2', 'csv', 'ndjson', 'fhir'),
  /** For csv and ndjson: how a row becomes resources. Lines of NDJSON without one are resources of FHIR. */
  mapping: optional(path),
  /** Only files whose names end so, for example .xml; without it all. */
  ending: optional(text(/^[\w.-]{1,40}$/, 'must be the end of a file’s name, for example .xml')),
  /** A file that has not changed for so long is whole, when its end looks like one. */
  settleMs: optional(whole(0, 3_600_000), 400),
  /** One that looks cut off (no closing tag, no line end) is waited for so much longer. */
  patienceSeconds: optional(whole(0, 86_400), 30),
  /** What lies in `done` and `failed` is deleted after so many days; without it after keep.days. */
  keepDays: optional(whole(1, 3650)),
  /** What was taken stays in the folder `done` for so long, or is deleted at once. */
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
