import { nameShape } from '../mllp/shape.ts'
import { charset, type Place, type Shape, oneOf, optional, path, section, text, url, whole } from '../process/shapes.ts'

const fields = section({
  name: nameShape,
  /** The name on the bus whose deliveries it takes, for example `lab/results`, or only `lab`. */
  service: text(/^[a-z0-9][\w./-]{0,119}$/, 'must be the name under which the bus delivers, for example lab/results'),
  by: oneOf('webhook', 'mllp', 'file'),
  /** The format: as it came, or HL7 v2 or CDA for a system that can only read these. */
  as: optional(oneOf('same', 'hl7v2', 'cda'), 'same' as const),
  url: optional(url('http', 'https')),
  token: optional(path),
  host: optional(text(), '127.0.0.1'),
  port: optional(whole(1, 65_535)),
  folder: optional(path),
  /** Who may read the files: the account of the edge, or also the group of the folder. */
  readableBy: optional(oneOf('owner', 'group'), 'owner' as const),
  /** The character set of HL7 v2 for it; one without Cyrillic letters gets Latin ones. */
  charset: optional(charset(), 'utf-8' as const),
  receiver: optional(text(), 'LOCAL'),
  timeoutSeconds: optional(whole(1, 300), 30),
})
export type InboundSettings = NonNullable<ReturnType<typeof fields>>

const needed = { webhook: 'url', mllp: 'port', file: 'folder' } as const

/** How deliveries of the bus reach a local system. */
export const inboundShape: Shape<InboundSettings> = (value, at: Place) => {
  const read = fields(value, at)
  const must = needed[read?.by]
  if (must !== undefined && read[must] === undefined) at.wrong([...at.path, must], `is missing; delivery by ${read.by} needs it`)
  if (read?.by === 'mllp' && read.as === 'cda') at.wrong([...at.path, 'as'], 'MLLP carries HL7 v2, not CDA')
  return read
}
