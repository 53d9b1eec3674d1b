import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Keys } from '../platform/keys.ts'
import { leafHash, rootOf as rootOfLeaves } from '../platform/merkle.ts'

/** How far one stream had come. Final: its connection was gone before the seal looked, so no entry may follow. */
export type SealedHead = { stream: number; seq: number; hash: string; final: boolean }

export type SealBody = {
  number: number
  at: string
  /** sha256 of the previous seal's text. */
  previous: string
  /** How many streams had been opened until then, and the hash of the last: this binds the chain of streams. */
  streams: number
  streamsHash: string
  /** Merkle root of the heads below. A stream stands in the seals until one has named its final head, so seals stay small for ever. */
  root: string
  heads: SealedHead[]
  keyId: string
}
export type Seal = SealBody & { signature: string }

export const noSeal = { number: 0, hash: '0'.repeat(64), streams: 0, heads: [] as SealedHead[] }

/** The signed text, with fields in this order, so that it can be made again from the table or from a line of the copy. */
export function sealText(body: SealBody): string {
  const { number, at, previous, streams, streamsHash, root, keyId } = body
  const heads = body.heads.map(({ stream, seq, hash, final }) => ({ stream, seq, hash, final }))
  return JSON.stringify({ number, at, previous, streams, streamsHash, root, heads, keyId })
}

/** The line of the outside copy: the signed text with its signature as the last field. */
export const sealLine = (seal: Seal) => `${sealText(seal).slice(0, -1)},"signature":"${seal.signature}"}`

export const sealHash = (body: SealBody) => createHash('sha256').update(sealText(body)).digest('hex')

export function rootOf(heads: readonly SealedHead[]): string {
  const leaves = heads.map(({ stream, seq, hash, final }) => leafHash(`${stream} ${seq} ${hash} ${final ? 'final' : 'open'}`))
  return rootOfLeaves(leaves).toString('hex')
}

// RFC 8410 section 7: a PKCS #8 wrapper of fixed bytes around the 32 bytes of an Ed25519 private key.
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

export type SealKey = { id: string; private: KeyObject; publicPem: string }

/** Derived from the installation's master key, which lives outside the database: whoever rewrites the tables cannot sign. */
export function sealKey(keys: Keys): SealKey {
  const seed = keys.derive('audit-seal', 32)
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  return { id: keyIdOf(publicKey), private: privateKey, publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string }
}

/** A key is named by its own bytes, so a public key that was put in another's place does not match the name. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)
}

export function signSeal(body: SealBody, key: SealKey): Seal {
  return { ...body, signature: sign(null, Buffer.from(sealText(body)), key.private).toString('base64') }
}

export function isSigned(seal: Seal, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(sealText(seal)), publicKey, Buffer.from(seal.signature, 'base64'))
}
