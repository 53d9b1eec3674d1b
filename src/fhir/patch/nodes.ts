import { Refusal } from '../../platform/refusal.ts'

type Json = Record<string, unknown>

/** As deep as parseJson lets a document be. */
const depthMax = 128

/** How many values a tree has, itself included; patches can make a tree deeper than any stack, so it is walked without one. */
export function nodesOf(value: unknown): number {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }]
  let count = 0
  for (let next = open.pop(); next; next = open.pop()) {
    count++
    if (typeof next.value !== 'object' || next.value === null || JSON.isRawJSON(next.value)) continue
    if (next.depth >= depthMax) throw new Refusal('unprocessable', 'the patch nests elements deeper than any resource', { hint: 'Patch less deeply.' })
    for (const inner of Object.values(next.value)) open.push({ value: inner, depth: next.depth + 1 })
  }
  return count
}

/**
 * What FHIR cannot write: an object or a list with nothing in it, a list of gaps. What a patch leaves of an element whose last part it
 * took away is no element (https://hl7.org/fhir/R4/json.html: no empty objects, no empty arrays).
 */
export function withoutEmpties(value: Json): Json {
  for (const [name, inner] of Object.entries(value)) {
    if (isEmptied(inner)) delete value[name]
  }
  return value
}

function isEmptied(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value === null
  if (Array.isArray(value)) {
    const kept = value.map((one) => (isEmptied(one) ? null : one))
    const isOfObjects = value.some((one) => typeof one === 'object' && one !== null && !JSON.isRawJSON(one))
    // Gaps mean something only in lists of values and of what stands beside them; there they stay.
    const isAligned = kept.some((one) => one === null) && (!isOfObjects || value.includes(null))
    value.splice(0, value.length, ...(isAligned ? kept : kept.filter((one) => one !== null)))
    return value.every((one) => one === null)
  }
  return Object.keys(withoutEmpties(value as Json)).length === 0
}
