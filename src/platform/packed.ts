import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** The bytes as one zstd frame. zstd is told their length, so that it makes its tables no larger: for some hundred kilobytes that halves the time. */
export const packed = (bytes: Buffer): Buffer => zstdCompressSync(bytes, { pledgedSrcSize: bytes.length, params: { [constants.ZSTD_c_compressionLevel]: 1 } })

/** What `packed` made. Throws when it holds more than `most` bytes. */
export const unpacked = (frame: Buffer, most: number): Buffer =>
  zstdDecompressSync(frame, { maxOutputLength: most, chunkSize: Math.max(64, Math.min(most, contentSize(frame) + 1)) })

/**
 * The length of its content that a frame names (RFC 8878, section 3.1.1.1), or zero. With it the content is unpacked into one piece of memory; without it
 * zlib joins many of 16 KB.
 */
function contentSize(frame: Buffer): number {
  const descriptor = frame[4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number
  const at = 5 + (isSingle ? 0 : 1) + dictionaryBytes
  const bytes = [isSingle ? 1 : 0, 2, 4, 6][descriptor >> 6] as number
  if (bytes === 0 || at + bytes > frame.length) return 0
  return frame.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0)
}

/** The contents that were opened last, within a limit of bytes. */
export type Opened = { get(name: string): Buffer | undefined; keep(name: string, content: Buffer): Buffer; clear(): void }

/** For contents that never change under their name. One of more than `eachMax` bytes is given back and not kept: it would push out many others. */
export function createOpened(limit: number, eachMax = limit): Opened {
  const opened = new Map<string, Buffer>()
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
