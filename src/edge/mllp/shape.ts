import { optional, section, text, whole } from '../process/shapes.ts'

export const nameShape = text(/^[a-z][a-z0-9-]{0,39}$/, 'must be a name of small letters, digits and hyphens')

/** One port on which local systems send HL7 v2. The largest message is what the bus can carry together with the original. */
export const mllpShape = section({
  name: nameShape,
  host: optional(text(), '127.0.0.1'),
  port: whole(0, 65_535),
  messageMb: optional(whole(1, 5), 5),
  connections: optional(whole(1, 1000), 100),
  /** A connection that is silent for this long is closed; 0: never. */
  idleSeconds: optional(whole(0, 86_400), 0),
})
