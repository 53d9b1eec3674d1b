import { chunkSize, inlineMaxBytes, ownChunkMin, pack } from './chunks.ts'
import type { Version } from './write.ts'

export type Place = { body: string | null; chunk: number | null; start: number | null; length: number | null }
export type ChunkRow = { patient: number; chunk: number; body: Buffer }

const bundleMin = 8
const nowhere: Place = { body: null, chunk: null, start: null, length: null }

/** Places bodies. Sets go into chunks of one patient, by type and date; single small writes stay inline. `versions` are sorted by patient and type. */
export function place(versions: readonly Version[], random: (bytes: number) => Buffer): { places: Place[]; chunks: ChunkRow[] } {
  const places: Place[] = []
  const chunks: ChunkRow[] = []
  let from = 0
  while (from < versions.length) {
    let to = from + 1
    while (to < versions.length && versions[to]?.patient === versions[from]?.patient) to++
    placeOfPatient(versions, from, to, places, chunks, random)
    from = to
  }
  return { places, chunks }
}

function placeOfPatient(versions: readonly Version[], from: number, to: number, places: Place[], chunks: ChunkRow[], random: (bytes: number) => Buffer): void {
  const packed: number[] = []
  for (let at = from; at < to; at++) {
    const { body } = versions[at] as Version
    places[at] = body === null ? nowhere : { ...nowhere, body }
    if (body !== null) packed.push(at)
  }
  const groups = packed.length >= bundleMin ? groupsOf(versions, packed) : packed.filter((at) => isLarge(versions[at] as Version)).map((at) => [at])
  const taken = new Set<number>()
  for (const group of groups) {
    for (let start = 0; start < group.length; start += chunkSize) {
      chunks.push(packGroup(versions, group.slice(start, start + chunkSize), places, numberOf(random, taken)))
    }
  }
}

const isLarge = ({ body }: Version) => body !== null && body.length > inlineMaxBytes / 3 && Buffer.byteLength(body) > inlineMaxBytes

/** Groups of one type each, in the order of their days; types with few members share a group. */
function groupsOf(versions: readonly Version[], members: readonly number[]): number[][] {
  const groups: number[][] = []
  const mixed: number[] = []
  let from = 0
  while (from < members.length) {
    const typeAt = (at: number) => versions[members[at] as number]?.type
    let to = from + 1
    while (to < members.length && typeAt(to) === typeAt(from)) to++
    const group = members.slice(from, to)
    if (group.length < ownChunkMin) mixed.push(...group)
    else groups.push(group.sort((a, b) => dayAt(versions, a) - dayAt(versions, b)))
    from = to
  }
  if (mixed.length > 0) groups.push(mixed)
  return groups
}

const dayAt = (versions: readonly Version[], at: number) => versions[at]?.index?.day ?? 0

/** A chunk number within one patient: 31 random bits. The primary key of record.chunk stops the one duplicate in two billion. */
function numberOf(random: (bytes: number) => Buffer, taken: Set<number>): number {
  for (;;) {
    const chunk = random(4).readUInt32BE() >>> 1
    if (taken.has(chunk)) continue
    taken.add(chunk)
    return chunk
  }
}

function packGroup(versions: readonly Version[], group: readonly number[], places: Place[], chunk: number): ChunkRow {
  const { packed, lengths } = pack(group.map((at) => versions[at]?.body as string))
  let start = 0
  group.forEach((at, order) => {
    const length = lengths[order] as number
    places[at] = { body: null, chunk, start, length }
    start += length
  })
  return { patient: (versions[group[0] as number] as Version).patient, chunk, body: packed }
}
