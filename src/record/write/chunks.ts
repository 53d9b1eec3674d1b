import { createOpened, packed, unpacked } from '../../platform/packed.ts'

/**
 * The bodies of a bundle are kept in chunks: up to 192 resources of one type, joined and compressed together. Types with few resources share one
 * chunk. Measured on third-party bundles: 93 bytes a resource, 14 times less than the JSON (128 and 32: 97 bytes; 64 and 16: 112).
 */
export const chunkSize = 192
export const ownChunkMin = 48
export const inlineMaxBytes = 262_144 // A single larger body is compressed alone.

/**
 * The buffer in which bodies are joined, reused for every chunk. New memory for each body and for all of them would stay with the process until V8
 * collects it, and longer where the system's allocator keeps the gaps between: 80 MB for a bundle of 50.
 */
const room = Buffer.allocUnsafeSlow(1_048_576)
const bytesOfUnit = 3 // UTF-8 needs at most this many bytes for one unit of UTF-16.

/** Joins and compresses bodies; `lengths` are the bytes of each body in the chunk. */
export function pack(bodies: readonly string[]): { packed: Buffer; lengths: number[] } {
  const units = bodies.reduce((sum, { length }) => sum + length, 0)
  const into = units * bytesOfUnit <= room.length ? room : Buffer.allocUnsafeSlow(bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0))
  const lengths: number[] = []
  let end = 0
  for (const body of bodies) {
    const length = into.write(body, end)
    lengths.push(length)
    end += length
  }
  return { packed: packed(into.subarray(0, end)), lengths }
}

const bytesMax = 64 * 1_048_576
const unpackedMax = 256 * 1_048_576
export const unpack = (body: Buffer): Buffer => unpacked(body, unpackedMax)

/** A larger chunk is not kept, since it would push out many others: a document of 8 MB is alone in its chunk, which is opened again each time. */
const keptEachMax = 2 * 1_048_576

/** Chunks never change, so a process keeps some of those that it opened last, up to a limit of bytes, until the memory is needed elsewhere. */
export type ChunkCache = { get(chunk: string): Buffer | undefined; open(chunk: string, packed: Buffer): Buffer; clear(): void }

/**
 * A chunk is kept when it is opened again before `limit` bytes of others were: one record after another would push out what is asked for again and
 * again, and what is kept grows old, so that V8 marks its whole heap for every few records. Of a chunk met once only the name stays, and its length.
 */
export function createChunkCache(limit = bytesMax): ChunkCache {
  const kept = createOpened<Buffer>(limit, keptEachMax)
  const met = createOpened<{ length: number }>(limit, keptEachMax)
  return {
    get: kept.get,
    open(chunk, body) {
      const content = unpack(body)
      if (met.get(chunk)) return kept.keep(chunk, content)
      met.keep(chunk, { length: content.length })
      return content
    },
    clear() {
      kept.clear()
      met.clear()
    },
  }
}
