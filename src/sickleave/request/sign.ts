import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { World } from '../../platform/world.ts'
import type { Signature } from './state.ts'

// The seal of the centre under a submitted request: what was submitted, by whom and when, provable afterwards with the public key alone.

// RFC 8410 section 7: a PKCS #8 wrapper of fixed bytes around the 32 bytes of an Ed25519 private key.
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const keyOf = ({ keys }: Pick<World, 'keys'>) =>
  createPrivateKey({ key: Buffer.concat([pkcs8, keys.derive('sickleave-request-seal', 32)]), format: 'der', type: 'pkcs8' })

/** The text that is signed: the digest of what was submitted, and who did it when. */
const textOf = ({ level, by, at, digest }: Omit<Signature, 'value' | 'isQualified'>) => `spona-request-1\n${level}\n${by}\n${at}\n${digest}`

export const digestOf = (submitted: unknown): string => createHash('sha256').update(JSON.stringify(submitted)).digest('hex')

export function sealSubmission(world: Pick<World, 'keys'>, by: string, at: Date, digest: string): Signature {
  const signed = { level: 'seal', by, at: at.toISOString(), digest } as const
  return { ...signed, value: sign(null, Buffer.from(textOf(signed)), keyOf(world)).toString('base64'), isQualified: false }
}

export const isSealed = (world: Pick<World, 'keys'>, signature: Signature): boolean =>
  verify(null, Buffer.from(textOf(signature)), createPublicKey(keyOf(world)), Buffer.from(signature.value, 'base64'))
