import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import type { Form } from '../signed/form.ts'
import { type Holder, judgeDocument, judgeText } from '../signed/judge.ts'
import type { Content, Signature } from './state.ts'

// The centre's seal on a submitted request: it proves what was submitted, by whom and when, with the public key alone.

// RFC 8410 section 7: a PKCS #8 wrapper of fixed bytes around the 32 bytes of an Ed25519 private key.
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const keyOf = ({ keys }: Pick<World, 'keys'>) =>
  createPrivateKey({ key: Buffer.concat([pkcs8, keys.derive('sickleave-request-seal', 32)]), format: 'der', type: 'pkcs8' })

/** The sealed text: the digest of the submission, who submitted it and when, and the digest of the file that they signed themselves. */
const textOf = ({ level, by, at, digest, signed }: Pick<Signature, 'level' | 'by' | 'at' | 'digest' | 'signed'>) =>
  `spona-request-1\n${level}\n${by}\n${at}\n${digest}${signed ? `\n${signed.sha256}` : ''}`

type Whole = { number: string; kind: string; content: Content; evidence: readonly { sha256: Buffer }[] }
/** The digest of everything that is submitted, with evidence by its hashes. Fields are sorted, because jsonb returns them in another order. */
export function digestOf({ number, kind, content, evidence }: Whole): string {
  const fields = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([number, kind, fields, evidence.map(({ sha256 }) => sha256.toString('hex')).sort()])
  return createHash('sha256').update(text).digest('hex')
}

/** The requester's own signature: over `toSign`, with sha256 and the key of the certificate; or a signed document, as it was uploaded. */
export type Own = { certificate: string; value: string } | { document: Buffer }
export const toSign = (number: string, digest: string) => `spona-request-1\n${number}\n${digest}`

type Level = Signature['level']
type Submitted = { form: Form; holder: Holder; by: string; at: Date }
const rank: readonly Level[] = ['seal', 'advanced', 'qualified']

/**
 * Signs by the setting SIGNATURE_LEVEL. The centre's seal is always there. Higher levels need the requester's own signature; one that is given
 * without need is judged too.
 */
export async function signSubmission(
  world: Pick<World, 'keys' | 'config'>,
  { form, holder, by, at }: Submitted,
  own: Own | null,
): Promise<Signature | Refusal> {
  const needed = world.config.SIGNATURE_LEVEL as Level
  const text = toSign(form.number, form.digest)
  const refused = (why: string) =>
    new Refusal('unprocessable', why, {
      expression: own !== null && 'document' in own ? 'signed' : 'signature',
      hint: 'Download the request as PDF or XML, sign it and send it as signed; or sign the text of toSign with sha256 and send { certificate, value }.',
      details: { toSign: text },
    })
  if (own === null && needed !== 'seal') return refused('this request needs your own electronic signature')
  const judged =
    own === null ? null : 'document' in own ? await judgeDocument(world, own.document, form, holder, at) : await judgeText(world, text, own, holder, at)
  if (judged && !judged.ok) return refused(judged.why)
  const level: Level = judged?.value.level ?? 'seal'
  if (rank.indexOf(level) < rank.indexOf(needed)) return refused('a qualified signature is needed, and this certificate is not a qualified one')
  const signed = judged && judged.value
  const sealed = { level, by, at: at.toISOString(), digest: form.digest, ...(signed ? { signed } : {}) }
  const value = sign(null, Buffer.from(textOf(sealed)), keyOf(world)).toString('base64')
  return { ...sealed, value, isQualified: level === 'qualified', ...(own !== null && 'certificate' in own ? { own } : {}) }
}

/** Whether the present content is the one that was sealed when it was submitted. */
export const isSealed = (world: Pick<World, 'keys'>, signature: Signature, digest: string): boolean =>
  signature.digest === digest && verify(null, Buffer.from(textOf(signature)), createPublicKey(keyOf(world)), Buffer.from(signature.value, 'base64'))
