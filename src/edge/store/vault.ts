import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const ivBytes = 12
const tagBytes = 16
/** Below this compressing costs more than it frees. */
const smallBytes = 200
const openedBytesMax = 128 * 1_048_576

/**
 * Contents are about patients, and the disk of a small machine ends in a drawer: they are sealed (AES-256-GCM) under a key that lies in the key file
 * and not beside them. `about` binds a sealed text to its row.
 */
export type Vault = {
  seal(plain: Uint8Array, about: string): Buffer
  open(sealed: Uint8Array, about: string): Buffer
  /** A digest that only this edge can make: what is equal stays equal, and no number can be tried against it. */
  keyed(text: string): string
}

export function openVault(secret: Buffer, random: (bytes: number) => Buffer): Vault {
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `spona edge ${label}`, 32))
  const [contents, order] = [derive('contents'), derive('order')]
  return {
    seal(plain, about) {
      const isSmall = plain.length < smallBytes
      const iv = random(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', contents, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(about))
      // Told the length, zstd takes tables of that size.
      const body = isSmall ? plain : zstdCompressSync(plain, { pledgedSrcSize: plain.length })
      return Buffer.concat([Buffer.of(isSmall ? 0 : 1), iv, cipher.update(body), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, about) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      const decipher = createDecipheriv('aes-256-gcm', contents, bytes.subarray(1, 1 + ivBytes), { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-tagBytes))
      const body = Buffer.concat([decipher.update(bytes.subarray(1 + ivBytes, -tagBytes)), decipher.final()])
      return bytes[0] === 0 ? body : zstdDecompressSync(body, { maxOutputLength: openedBytesMax })
    },
    keyed: (text) => createHmac('sha256', order).update(text).digest('base64url'),
  }
}
