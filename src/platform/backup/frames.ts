import { open } from 'node:fs/promises'
import assert from 'node:assert/strict'

/** The inner form of a backup: files one after the other, each with its length, name and mode in front. */
export type Frame = { path: string; mode: number; size: number }

const readBytes = 262_144
const headMax = 65_536

export function frameOf(path: string, content: Buffer, mode = 0o600): Buffer {
  return Buffer.concat([head({ path, mode, size: content.length }), content])
}

export function head(frame: Frame): Buffer {
  const text = Buffer.from(JSON.stringify(frame))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text])
}

/**
 * A file of a running database, as long as it was when it was opened: what is added meanwhile is in the write-ahead log, and
 * what is cut off meanwhile is filled with zeros that the log replays over. A file that has gone gives nothing.
 */
export async function* frameOfFile(file: string, path: string): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!handle) return
  try {
    const { size, mode } = await handle.stat()
    yield head({ path, mode: mode & 0o777, size })
    for (let at = 0; at < size; ) {
      const length = Math.min(readBytes, size - at)
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, at)
      yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead)
      at += bytesRead === 0 ? length : bytesRead
    }
  } finally {
    await handle.close()
  }
}

/** Reads frames back; the content of each must be read, by `bytes`, before the next is asked for. */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame & { bytes(): AsyncGenerator<Buffer> }> {
  const parts = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  const fill = async () => {
    const { value, done } = await parts.next()
    if (!done) rest = rest.length === 0 ? value : Buffer.concat([rest, value])
    return !done
  }
  const take = async (length: number): Promise<Buffer | null> => {
    while (rest.length < length) if (!(await fill())) return null
    const taken = rest.subarray(0, length)
    rest = rest.subarray(length)
    return taken
  }
  for (;;) {
    const length = (await take(4))?.readUInt32BE(0)
    if (length === undefined) return
    assert.ok(length <= headMax)
    const text = await take(length)
    assert.ok(text)
    const frame = JSON.parse(text.toString('utf8')) as Frame
    let left = frame.size
    yield {
      ...frame,
      async *bytes() {
        while (left > 0) {
          assert.ok(rest.length > 0 || (await fill()), 'the stream ends inside a file')
          const piece = rest.subarray(0, left)
          rest = rest.subarray(piece.length)
          left -= piece.length
          yield piece
        }
      },
    }
    assert.equal(left, 0, 'a frame was not read')
  }
}
