import type { Asking } from './asking.ts'
import type { Slice } from './rows-at.ts'

/**
 * Entries of a searchset put together as bytes: the bodies go in as they are stored, never parsed and never made into a string.
 * The first entry of an answer has no comma in front.
 */
export function entryBytes(asking: Asking, slices: readonly Slice[], bodies: readonly Buffer[], mode: 'match' | 'include', isFirst: boolean): Buffer {
  const { types } = asking.world.fhir
  const tail = `,"search":{"mode":"${mode}"}}`
  const heads = slices.map((one, at) => {
    const comma = isFirst && at === 0 ? '' : ','
    return `${comma}{"fullUrl":"${asking.base}/${types[one.type]}/${one.name ?? one.id}","resource":`
  })
  let length = slices.length * tail.length
  for (let at = 0; at < heads.length; at++) length += Buffer.byteLength(heads[at] as string) + (bodies[at] as Buffer).length
  const whole = Buffer.allocUnsafe(length)
  let end = 0
  for (let at = 0; at < heads.length; at++) {
    end += whole.write(heads[at] as string, end)
    end += (bodies[at] as Buffer).copy(whole, end)
    end += whole.write(tail, end, 'latin1')
  }
  return whole
}

const outsideTypes = /"reference":"((?:Practitioner|PractitionerRole|Organization|Location|Medication|Substance|HealthcareService)\/[A-Za-z0-9\-.]{1,64})"/g

/** Per memory and place in it: chunks never change, and one that is in memory is read again and again. */
const known = new WeakMap<ArrayBufferLike, Map<number, readonly string[]>>()

/** People and places that a resource refers to, found in its text: bodies are never parsed on this path. */
export function outsideReferences(slice: Slice, body: Buffer): readonly string[] {
  if (slice.chunk === null) return findOutside(body)
  let places = known.get(body.buffer)
  if (!places) known.set(body.buffer, (places = new Map()))
  const place = body.byteOffset
  let found = places.get(place)
  if (!found) places.set(place, (found = findOutside(body)))
  return found
}

const findOutside = (body: Buffer): readonly string[] => [
  ...new Set(Array.from(body.toString('latin1').matchAll(outsideTypes), ([, reference]) => reference as string)),
]
