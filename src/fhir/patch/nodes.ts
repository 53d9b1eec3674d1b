import { Refusal } from '../../platform/refusal.ts'

type Json = Record<string, unknown>

/** The depth that parseJson allows. */
const depthMax = 128

/** How many values a tree has, itself included. Patches can make a tree deeper than any call stack, so it is walked without recursion. */
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
 * Removes objects and lists with nothing in them, and lists of nulls: a patch leaves such remains when it deletes the last part of an element,
 * and FHIR cannot write them (https://hl7.org/fhir/R4/json.html: no empty objects, no empty arrays).
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
    // A null is meaningful only in a list of primitives and in the list of their extensions: it keeps the two aligned, so it stays there.
    const isAligned = kept.some((one) => one === null) && (!isOfObjects || value.includes(null))
    value.splice(0, value.length, ...(isAligned ? kept : kept.filter((one) => one !== null)))
    return value.every((one) => one === null)
  }
  return Object.keys(withoutEmpties(value as Json)).length === 0
}
