import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { unpacked } from '../../platform/packed.ts'

const ivBytes = 12
const tagBytes = 16
/** For texts below this size compressing costs more than it saves: zstd prepares longer for each text than writing the bytes takes. */
const smallBytes = 2048
/** The same limit for contents that are deleted again soon. */
const smallForNowBytes = 32_768
/** How many bytes of contents needed soon are kept open. */
const keptOpenBytes = 8 * 1_048_576
const openedBytesMax = 128 * 1_048_576

/**
 * Contents are about patients, and the disk of a small machine may end in a drawer: so they are sealed (AES-256-GCM) under a key that is in the key
 * file and not beside them. `about` binds a sealed text to its row.
 */
export type Vault = {
  seal(plain: Uint8Array, about: string): Buffer
  /** Seals contents that are opened once, soon, and then deleted: some are kept open until then, in memory only. */
  sealForNow(plain: Buffer, about: string): Buffer
  open(sealed: Uint8Array, about: string): Buffer
  /** A digest that only this edge can make: equal texts stay equal, and nobody else can test a number against it. */
  keyed(text: string): string
}

export function openVault(secret: Buffer, random: (bytes: number) => Buffer): Vault {
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `spona edge ${label}`, 32))
  const [contents, order] = [derive('contents'), derive('order')]
  const kept = createKept()
  const sealed = (plain: Uint8Array, about: string, isSmall: boolean): Buffer => {
    const iv = random(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', contents, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(about))
    // Given the length, zstd uses tables of that size.
    const body = isSmall ? plain : zstdCompressSync(plain, { pledgedSrcSize: plain.length })
    return Buffer.concat([Buffer.of(isSmall ? 0 : 1), iv, cipher.update(body), cipher.final(), cipher.getAuthTag()])
  }
  return {
    seal: (plain, about) => sealed(plain, about, plain.length < smallBytes),
    sealForNow(plain, about) {
      const bytes = sealed(plain, about, plain.length < smallForNowBytes)
      kept.put(about, bytes, plain)
      return bytes
    },
    open(given, about) {
      const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
      const open = kept.take(about, bytes)
      if (open) return open
      const decipher = createDecipheriv('aes-256-gcm', contents, bytes.subarray(1, 1 + ivBytes), { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-tagBytes))
      const body = decipher.update(bytes.subarray(1 + ivBytes, -tagBytes))
      decipher.final() // Gives no bytes in this mode, and throws when any bit was changed.
      return bytes[0] === 0 ? body : unpacked(body, openedBytesMax)
    },
    keyed: (text) => createHmac('sha256', order).update(text).digest('base64url'),
  }
}

/** The newest contents that were sealed for now. A copy is given out only for exactly the same sealed bytes, so the store decides what exists. */
function createKept() {
  const kept = new Map<string, { sealed: Buffer; plain: Buffer }>()
  let bytes = 0
  const drop = (about: string) => {
    bytes -= kept.get(about)?.plain.length ?? 0
    kept.delete(about)
  }
  return {
    put(about: string, sealed: Buffer, plain: Buffer): void {
      drop(about)
      if (plain.length >= smallForNowBytes) return
      kept.set(about, { sealed, plain })
      bytes += plain.length
      for (const oldest of kept.keys()) {
        if (bytes <= keptOpenBytes) break
        drop(oldest)
      }
    },
    take(about: string, sealed: Buffer): Buffer | null {
      const found = kept.get(about)
      if (!found) return null
      drop(about)
      return found.sealed.equals(sealed) ? found.plain : null
    },
  }
}
