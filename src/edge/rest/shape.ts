import { nameShape } from '../mllp/shape.ts'
import { listOf, optional, path, section, text, whole } from '../process/shapes.ts'

/** FHIR REST for a local system on this machine. */
export const restShape = section({
  name: optional(nameShape, 'rest'),
  host: optional(text(), '127.0.0.1'),
  port: whole(0, 65_535),
  /** The file with the token of the local system; made at the first start when it does not exist. */
  token: path,
  bodyMb: optional(whole(1, 5), 5),
  /** Further names, beside localhost and 127.0.0.1, under which it may be called. */
  names: optional(listOf(text(/^[A-Za-z0-9.-]{1,253}$/, 'must be the name of a host')), []),
})
export type RestSettings = NonNullable<ReturnType<typeof restShape>>
