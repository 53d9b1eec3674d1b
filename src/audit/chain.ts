import { hash } from 'node:crypto'
import type { WrittenEntry } from './entry.ts'

/** How far a stream has come: the number and hash of its newest entry. A stream without entries has 0 and its own hash. */
export type Head = { seq: number; hash: Buffer }

export type Links = { entries: readonly WrittenEntry[]; stream: number; first: number; hashes: Buffer; head: Head }

export const noHash = Buffer.alloc(32)
const prefixBytes = 32 + 4 + 8
let scratch = Buffer.allocUnsafe(16 * 1024)

/** sha256(previous hash ‖ stream, 4 bytes ‖ seq, 8 bytes ‖ text). The place in the stream is hashed too, so entries cannot change places. */
function digest(encoding: 'hex' | 'buffer', previous: Buffer, stream: number, seq: number, text: string): string | Buffer {
  const room = prefixBytes + text.length * 3
  if (scratch.length < room) scratch = Buffer.allocUnsafe(room)
  previous.copy(scratch, 0)
  scratch.writeUInt32BE(stream, 32)
  scratch.writeBigUInt64BE(BigInt(seq), 36)
  const length = prefixBytes + scratch.write(text, prefixBytes, 'utf8')
  return hash('sha256', scratch.subarray(0, length), encoding)
}

/** The same hash with hexadecimal input and output, for a walk along a chain that keeps nothing else of it. */
export function nextHash(previous: string, stream: number, seq: number, text: string): string {
  link32.write(previous, 'hex')
  return digest('hex', link32, stream, seq, text) as string
}
const link32 = Buffer.alloc(32)

export const entryHash = (previous: Buffer, stream: number, seq: number, text: string) => digest('buffer', previous, stream, seq, text) as Buffer

/** Links entries to a head without moving the head: the caller takes the new head only when it knows that the commit has happened. */
export function link(head: Head, stream: number, entries: readonly WrittenEntry[]): Links {
  const hashes = Buffer.allocUnsafe(32 * entries.length)
  let last = head.hash
  entries.forEach((entry, at) => {
    last = entryHash(last, stream, head.seq + 1 + at, entry.text)
    last.copy(hashes, 32 * at)
  })
  return { entries, stream, first: head.seq + 1, hashes, head: { seq: head.seq + entries.length, hash: last } }
}

export type StreamRow = { id: number; openedAt: Date; process: string }

/** The hash of a stream's row. Streams form a chain like entries: the id is the place, opening time and process are the text. */
export function streamHash(previous: Buffer, row: StreamRow): Buffer {
  return entryHash(previous, 0, row.id, JSON.stringify([row.openedAt.toISOString(), row.process]))
}
