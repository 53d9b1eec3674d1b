import { constants, type ZstdOptions, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** The bytes as one zstd frame. zstd is told their length, so that it makes its tables no larger: for some hundred kilobytes that halves the time. */
export const packed = (bytes: Buffer): Buffer =>
  alone(zstdCompressSync(bytes, { pledgedSrcSize: bytes.length, params: { [constants.ZSTD_c_compressionLevel]: 1 }, info: true }))

/** What `packed` made. Throws when it holds more than `most` bytes. */
export const unpacked = (frame: Buffer, most: number): Buffer =>
  unpackedBy(frame, { maxOutputLength: most, chunkSize: Math.max(64, Math.min(most, (contentSize(frame) ?? 16_384) + 1)) })

/** A frame unpacked with limits of one's own; `chunkSize` bytes of memory are taken at a time. */
export const unpackedBy = (frame: Buffer, options: ZstdOptions): Buffer => alone(zstdDecompressSync(frame, { ...options, info: true }))

/**
 * The bytes without the engine that made them. Node leaves the memory it wrote to with the engine, and V8 gives an engine back only when it collects its
 * whole heap: memory for two hundred records was enough for such a collection, twice a second.
 */
function alone(made: unknown): Buffer {
  const { buffer, engine } = made as { buffer: Buffer; engine: { _outBuffer: Buffer | null } } // What `info` asks for; the types know only bytes.
  engine._outBuffer = null
  return buffer
}

/**
 * The length of its content that a frame names (RFC 8878, section 3.1.1.1), or null. With it the content is unpacked into one piece of memory; without it
 * zlib joins many of 16 KB.
 */
function contentSize(frame: Buffer): number | null {
  const descriptor = frame[4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number
  const at = 5 + (isSingle ? 0 : 1) + dictionaryBytes
  const bytes = [isSingle ? 1 : 0, 2, 4, 6][descriptor >> 6] as number
  if (bytes === 0 || at + bytes > frame.length) return null
  return frame.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0)
}

/** The contents that were opened last, within a limit of bytes. */
export type Opened<Content = Buffer> = { get(name: string): Content | undefined; keep(name: string, content: Content): Content; clear(): void }

/** For contents that never change under their name. One of more than `eachMax` bytes is given back and not kept: it would push out many others. */
export function createOpened<Content extends { length: number } = Buffer>(limit: number, eachMax = limit): Opened<Content> {
  const opened = new Map<string, Content>()
  let bytes = 0
  const forgetOldest = () => {
    for (const [oldest, content] of opened) {
      if (bytes <= limit) return
      opened.delete(oldest)
      bytes -= content.length
    }
  }
  return {
    get(name) {
      const found = opened.get(name)
      if (found) {
        opened.delete(name) // The order of the map is the order of use.
        opened.set(name, found)
      }
      return found
    },
    keep(name, content) {
      if (!opened.has(name) && content.length <= eachMax) {
        opened.set(name, content)
        bytes += content.length
        forgetOldest()
      }
      return content
    },
    clear() {
      opened.clear()
      bytes = 0
    },
  }
}
