import type { Slice } from './rows-at.ts'

/** An answer includes so many resources at most that are outside its records. */
export const outsideMax = 2000
const outsideTypes = /"reference":"((?:Practitioner|PractitionerRole|Organization|Location|Medication|Substance|HealthcareService)\/[A-Za-z0-9\-.]{1,64})"/g

/** The references in a chunk, by their places in it. */
type Found = { places: number[]; references: string[] }

/** Chunks never change, and a chunk in memory is read again and again. */
const known = new WeakMap<ArrayBufferLike, Found>()

/**
 * Adds the references of these versions to people and places, found in their text: this path never parses bodies. A chunk is looked through once and
 * not body by body, but only references of the versions that are given count: another one in the chunk may be hidden.
 */
export function noteOutside(outside: Set<string>, slices: readonly Slice[], bodies: readonly Buffer[]): void {
  for (const [at, body] of bodies.entries()) {
    // A chunk that is larger than the memory that Node shares among small buffers has its memory for itself.
    const isInChunk = slices[at]?.chunk !== null && body.buffer.byteLength > Buffer.poolSize
    const { places, references } = isInChunk ? foundIn(body.buffer) : findIn(body)
    const start = isInChunk ? body.byteOffset : 0
    for (let next = firstFrom(places, start); (places[next] ?? Number.POSITIVE_INFINITY) < start + body.length; next++) {
      if (outside.size >= outsideMax) return
      outside.add(references[next] as string)
    }
  }
}

function foundIn(chunk: ArrayBufferLike): Found {
  let found = known.get(chunk)
  if (!found) known.set(chunk, (found = findIn(Buffer.from(chunk))))
  return found
}

function findIn(bytes: Buffer): Found {
  const found: Found = { places: [], references: [] }
  const copies = new Map<string, string>()
  const text = bytes.toString('latin1') // A letter for each byte.
  outsideTypes.lastIndex = 0
  for (let match = outsideTypes.exec(text); match !== null; match = outsideTypes.exec(text)) {
    const reference = match[1] as string
    let copy = copies.get(reference)
    if (copy === undefined) copies.set(reference, (copy = copyOf(reference)))
    found.places.push(match.index)
    found.references.push(copy)
  }
  return found
}

/** A part of a text keeps the whole of it in memory. */
const copyOf = (part: string): string => Buffer.from(part, 'latin1').toString('latin1')

/** The index of the first place that is not before this one. */
function firstFrom(places: readonly number[], start: number): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] as number) < start) low = middle + 1
    else high = middle
  }
  return low
}
