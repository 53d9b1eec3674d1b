import { createHash, createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Content, Signature } from './state.ts'

// The seal of the centre under a submitted request: what was submitted, by whom and when, provable afterwards with the public key alone.

// RFC 8410 section 7: a PKCS #8 wrapper of fixed bytes around the 32 bytes of an Ed25519 private key.
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const keyOf = ({ keys }: Pick<World, 'keys'>) =>
  createPrivateKey({ key: Buffer.concat([pkcs8, keys.derive('sickleave-request-seal', 32)]), format: 'der', type: 'pkcs8' })

/** The text that is signed: the digest of what was submitted, and who did it when. */
const textOf = ({ level, by, at, digest }: Pick<Signature, 'level' | 'by' | 'at' | 'digest'>) => `spona-request-1\n${level}\n${by}\n${at}\n${digest}`

type Whole = { number: string; kind: string; content: Content; evidence: readonly { sha256: Buffer }[] }
/** Over everything that is submitted, evidence by its hashes. Fields in an order of their own: jsonb gives them back in another. */
export function digestOf({ number, kind, content, evidence }: Whole): string {
  const fields = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([number, kind, fields, evidence.map(({ sha256 }) => sha256.toString('hex')).sort()])
  return createHash('sha256').update(text).digest('hex')
}

/** A signature of the requester's own, over `toSign`: sha256 with the key of the certificate. */
export type Own = { certificate: string; value: string }
export const toSign = (number: string, digest: string) => `spona-request-1\n${number}\n${digest}`

type Level = Signature['level']
type Submitted = { number: string; digest: string; by: string; at: Date }

/** By the setting SIGNATURE_LEVEL: the seal of the centre is always there; above it the requester's own signature is needed, and held against its certificate. */
export function signSubmission(world: Pick<World, 'keys' | 'config'>, { number, digest, by, at }: Submitted, own: Own | null): Signature | Refusal {
  const level = world.config.SIGNATURE_LEVEL as Level
  if (level !== 'seal') {
    const wrong =
      own === null ? 'this request needs your own electronic signature' : whatIsWrong(world.config.SIGNATURE_TRUST, level, toSign(number, digest), own, at)
    if (wrong !== null) {
      const hint = 'Sign the text of toSign with sha256 and send { certificate, value } as signature: PEM and base64.'
      return new Refusal('unprocessable', wrong, { expression: 'signature', hint, details: { toSign: toSign(number, digest) } })
    }
  }
  const signed = { level, by, at: at.toISOString(), digest }
  const value = sign(null, Buffer.from(textOf(signed)), keyOf(world)).toString('base64')
  return { ...signed, value, isQualified: level === 'qualified', ...(level === 'seal' || own === null ? {} : { own }) }
}

function whatIsWrong(trust: string, level: Level, text: string, { certificate, value }: Own, at: Date): string | null {
  const read = certificateOf(certificate)
  if (!read) return 'the certificate cannot be read'
  if (at < new Date(read.validFrom) || at > new Date(read.validTo)) return 'the certificate is not valid today'
  const algorithm = read.publicKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  if (!verify(algorithm, Buffer.from(text), read.publicKey, Buffer.from(value, 'base64'))) return 'the signature does not fit what is submitted'
  if (level === 'advanced') return null
  const known = (readFileSync(trust, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap(
    (pem) => certificateOf(pem) ?? [],
  )
  const isCertified = known.some((one) => read.checkIssued(one) && read.verify(one.publicKey) && at <= new Date(one.validTo))
  return isCertified ? null : 'no authority that is trusted here certified this certificate'
}

function certificateOf(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

/** What stands is what was sealed when it was submitted. */
export const isSealed = (world: Pick<World, 'keys'>, signature: Signature, digest: string): boolean =>
  signature.digest === digest && verify(null, Buffer.from(textOf(signature)), createPublicKey(keyOf(world)), Buffer.from(signature.value, 'base64'))
