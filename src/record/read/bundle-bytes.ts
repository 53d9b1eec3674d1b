import type { Asking } from '../asking.ts'
import type { Slice } from './rows-at.ts'

/** Entries of a searchset: versions, their bytes, and why they are in it. */
export type Entries = { slices: readonly Slice[]; bodies: readonly Buffer[]; mode: 'match' | 'include' }

/**
 * Joins entries of a searchset as bytes, with the text before and after them. Bodies go in as they are stored: never parsed, never made into a
 * string, and copied once. The first entry of an answer has no comma in front.
 */
export function bundleBytes(asking: Asking, before: string, groups: readonly Entries[], after: string, isFirst: boolean): Buffer {
  const between: string[] = []
  let next = before
  for (const group of groups) {
    const tail = tailOf(group)
    for (const slice of group.slices) {
      between.push(next + headOf(asking, slice, isFirst && between.length === 0))
      next = tail
    }
  }
  between.push(next + after)
  const bodies = groups.flatMap((group) => group.bodies)
  const ofBetween = between.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  // Ids are plain letters, and the address of this server nearly always is: latin1 is written faster.
  const encoding = ofBetween === between.reduce((sum, { length }) => sum + length, 0) ? 'latin1' : 'utf8'
  const whole = Buffer.allocUnsafe(bodies.reduce((sum, { length }) => sum + length, ofBetween))
  let end = whole.write(between[0] as string, 0, encoding)
  for (const [at, body] of bodies.entries()) {
    whole.set(body, end)
    end += body.length
    end += whole.write(between[at + 1] as string, end, encoding)
  }
  return whole
}

const headOf = ({ base, world }: Asking, slice: Slice, isFirst: boolean) =>
  `${isFirst ? '' : ','}{"fullUrl":"${base}/${world.fhir.types[slice.type]}/${slice.name ?? slice.id}","resource":`
const tailOf = ({ mode }: Entries) => `,"search":{"mode":"${mode}"}}`
