import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { Transform } from 'node:stream'
import { Refusal } from '../refusal.ts'

/**
 * The outer form of a backup file: AES-256-GCM in chunks, so that it can be written and read as a stream. Each chunk is bound
 * to its place and to the file's beginning, and the last one says that it is the last (Rogaway and Hoang, "STREAM"): a file that
 * was cut, changed or put together from others does not open.
 *
 *   magic | salt | check of the key | chunks: length, last?, ciphertext, tag
 */
const magic = Buffer.from('SPONA-BACKUP-1\n')
const saltBytes = 32
const checkBytes = 16
const tagBytes = 16
const chunkHeadBytes = 5
const preambleBytes = magic.length + saltBytes + checkBytes
const chunkBytes = 1_048_576

const damaged = () => new Refusal('unprocessable', 'the backup is not whole: it was cut or changed', { hint: 'Take another copy of it; nothing was restored' })

export function seal(master: Buffer): Transform {
  const salt = randomBytes(saltBytes)
  const key = keyOf(master, salt)
  const preamble = Buffer.concat([magic, salt, checkOf(key)])
  let waiting: Buffer[] = []
  let length = 0
  let number = 0
  const close = (plain: Buffer, isLast: boolean) => {
    const head = headOf(plain.length, isLast)
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number++))
    cipher.setAAD(Buffer.concat([preamble, head]))
    return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
  return new Transform({
    construct(done) {
      this.push(preamble)
      done()
    },
    transform(bytes: Buffer, _encoding, done) {
      waiting.push(bytes)
      length += bytes.length
      if (length > chunkBytes) {
        const all = Buffer.concat(waiting)
        let at = 0
        for (; all.length - at > chunkBytes; at += chunkBytes) this.push(close(all.subarray(at, at + chunkBytes), false))
        waiting = [all.subarray(at)]
        length = all.length - at
      }
      done()
    },
    flush(done) {
      this.push(close(Buffer.concat(waiting), true))
      done()
    },
  })
}

export function unseal(master: Buffer): Transform {
  let rest = Buffer.alloc(0)
  let opened: { key: Buffer; preamble: Buffer } | null = null
  let number = 0
  let isEnded = false
  const step = (): Buffer | null => {
    if (!opened) {
      if (rest.length < preambleBytes) return null
      opened = openPreamble(rest.subarray(0, preambleBytes), master)
      rest = rest.subarray(preambleBytes)
    }
    if (isEnded && rest.length > 0) throw damaged()
    if (rest.length < chunkHeadBytes) return null
    const length = rest.readUInt32BE(0)
    if (length > chunkBytes) throw damaged()
    const end = chunkHeadBytes + length + tagBytes
    if (rest.length < end) return null
    const plain = openChunk(opened, number++, rest.subarray(0, end))
    isEnded = rest[4] === 1
    rest = rest.subarray(end)
    return plain
  }
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, bytes])
      try {
        for (let plain = step(); plain; plain = step()) this.push(plain)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
    flush(done) {
      if (!opened && !magic.equals(rest.subarray(0, magic.length))) done(notABackup())
      else done(isEnded && rest.length === 0 ? null : damaged())
    },
  })
}

const keyOf = (master: Buffer, salt: Buffer) => Buffer.from(hkdfSync('sha256', master, salt, 'spona-backup', 32))
const checkOf = (key: Buffer) => createHmac('sha256', key).update('the key of this backup').digest().subarray(0, checkBytes)
const notABackup = () => new Refusal('unprocessable', 'this file is not a backup made by platform backup')

function openPreamble(preamble: Buffer, master: Buffer): { key: Buffer; preamble: Buffer } {
  if (!magic.equals(preamble.subarray(0, magic.length))) throw notABackup()
  const key = keyOf(master, preamble.subarray(magic.length, magic.length + saltBytes))
  if (!timingSafeEqual(checkOf(key), preamble.subarray(magic.length + saltBytes))) {
    throw new Refusal('unprocessable', 'the backup was made with another master key', { hint: 'Give the right one by --key FILE' })
  }
  return { key, preamble: Buffer.from(preamble) }
}

function openChunk({ key, preamble }: { key: Buffer; preamble: Buffer }, number: number, chunk: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.concat([preamble, chunk.subarray(0, chunkHeadBytes)]))
  decipher.setAuthTag(chunk.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(chunk.subarray(chunkHeadBytes, -tagBytes)), decipher.final()])
  } catch {
    throw damaged()
  }
}

function headOf(length: number, isLast: boolean): Buffer {
  const head = Buffer.alloc(chunkHeadBytes)
  head.writeUInt32BE(length)
  head[4] = isLast ? 1 : 0
  return head
}

/** The key is new for each file, so the number of the chunk is never used twice with it. */
function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(number, 6, 6)
  return nonce
}
