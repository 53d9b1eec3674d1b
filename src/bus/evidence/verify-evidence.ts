import { createPublicKey } from 'node:crypto'
import type { Evidence, Proven } from './evidence.ts'
import type { Corrects } from '../messages/accept.ts'
import { correctionHeaders } from '../messages/correction.ts'
import { checkDigest, isSigned, type PublicJwk, thumbprint } from '../../platform/http-signature.ts'
import { areTexts, isPart, type Part } from '../../platform/signed-batch.ts'
import type { Receipts } from '../messages/send-batch.ts'
import { leafHash, rootBy } from '../../platform/merkle.ts'
import { isSealSigned, type SealText } from './seal-log.ts'
import { certificatesOf, readStamp } from './time-stamp.ts'

export type Verdict = { ok: boolean; found: string[]; problems: string[] }
type Entry = Record<string, any>

/** Checks a file of evidence by public keys alone: no database, no network, nothing of this installation. */
export function verifyEvidence(given: unknown, trusted: readonly PublicJwk[] | null): Verdict {
  const found: string[] = []
  const problems: string[] = []
  try {
    const evidence = given as Evidence
    if (evidence.format !== 'spona-bus-evidence-1') return { ok: false, found, problems: ['the file is no evidence of the bus'] }
    const centre = trusted === null ? evidence.centre : trusted.find((one) => thumbprint(one) === thumbprint(evidence.centre))
    if (!centre) return { ok: false, found, problems: ['the centre’s key of the file is none of the given ones'] }
    found.push(
      trusted === null
        ? `centre key ${thumbprint(centre)}, as the file says: compare it with GET /bus/keys`
        : `centre key ${thumbprint(centre)}, one of the given`,
    )
    const message = checkMessage({ ...evidence, centre }, problems)
    found.push(sentenceOf(message))
    found.push(sealOf(evidence.message, centre, problems))
    for (const end of evidence.ends) {
      const entry = checkEnd(end, String(message['id']), centre, problems)
      found.push(sentenceOf(entry), sealOf(end, centre, problems))
    }
    if (evidence.body !== null) {
      if (checkDigest(message['digest'], Buffer.from(evidence.body, 'base64')) === null) found.push('the contents have the signed digest')
      else problems.push('the contents do not have the signed digest')
    }
  } catch {
    problems.push('the file is incomplete')
  }
  return { ok: problems.length === 0, found, problems }
}

/** Checks what the centre answered to a batch, whole or cut down to the verdicts that somebody kept. */
export function verifyReceipts(given: unknown, trusted: readonly PublicJwk[] | null): Verdict {
  const found: string[] = []
  const problems: string[] = []
  const { verdicts, kid, base, signature } = given as Receipts
  const centre = trusted?.find((one) => thumbprint(one) === kid)
  if (!centre) return { ok: false, found, problems: ['receipts are checked by the centre’s key: give it with --keys, as GET /bus/keys answers it'] }
  try {
    checkSignature({ kid, base, signature }, centre, 'receipts', problems)
    const batch = componentsOf(base).get('bus-batch')
    const texts = verdicts.filter((one) => typeof one === 'string')
    if (verdicts.length === 0) problems.push('there is no verdict in it')
    if (texts.length > 0 && !areTexts(texts, batch)) problems.push('the verdicts are not those that the centre signed, all of them and in their order')
    for (const verdict of verdicts) {
      const { status, message, messageId, to, receivedAt } = JSON.parse(typeof verdict === 'string' ? verdict : verdict.text) as Entry
      if (typeof verdict !== 'string' && !isPart(verdict, batch)) problems.push(`verdict ${verdict.index} is not under the root that the centre signed`)
      found.push(status === 202 ? `${messageId} to ${to} was received at ${receivedAt} as ${message}` : `${messageId} was refused with ${status}`)
    }
  } catch {
    problems.push('the file is incomplete')
  }
  return { ok: problems.length === 0, found, problems }
}

/** Checks the time stamps of a file of evidence, by the certificates of a PEM file when they are given. */
export async function verifyStamps(given: unknown, pem: string | null): Promise<Verdict> {
  const verdict: Verdict = { ok: true, found: [], problems: [] }
  const roots = pem === null ? null : await certificatesOf(pem)
  const { message, ends } = given as Evidence
  const seals = new Map([message, ...ends].flatMap(({ seal }) => (seal?.stamp ? [[seal.seal, seal.stamp] as const] : [])))
  for (const [seal, stamp] of seals) {
    const { number } = JSON.parse(seal) as SealText
    try {
      const { at, authority, isTrusted } = await readStamp(Buffer.from(stamp, 'base64'), seal, roots)
      const trust = isTrusted ? 'below a given certificate' : 'as the file says: give its root with --tsa-ca'
      verdict.found.push(`seal ${number} was stamped at ${at.toISOString()} by ${authority}, ${trust}`)
    } catch (error) {
      verdict.problems.push(`the time stamp of seal ${number}: ${error instanceof Error ? error.message : 'cannot be read'}`)
    }
  }
  return { ...verdict, ok: verdict.problems.length === 0 }
}

function sentenceOf(entry: Entry): string {
  if (entry['kind'] === 'answer') return `${entry['by']} answered ${entry['status']} at ${entry['at']}, digest ${entry['digest']}`
  if (entry['kind'] !== 'message' && entry['kind'] !== 'call') return `${entry['by']} ${entry['kind']} it at ${entry['at']}`
  const { corrects } = entry as { corrects?: Corrects }
  const sent = `${corrects ? `the centre, for ${entry['from']},` : entry['from']} sent ${entry['to']} message ${entry['messageId']} at ${entry['at']}, digest ${entry['digest']}`
  return corrects ? `${sent}, in place of ${corrects.message}; proposed by ${corrects.proposedBy}, approved by ${corrects.approvedBy}` : sent
}

/** What its sender signed about this message: all that was signed, or of a batch the text of this one, when it is under the signed root. */
function saidOf(entry: Entry, problems: string[]): Map<string, string> {
  const signed = componentsOf(String(entry['base']))
  const { part } = entry as { part?: Part }
  if (!part) return signed
  if (!isPart(part, signed.get('bus-batch'))) problems.push('the message is not under the root that its sender signed')
  return componentsOf(part.text)
}

/** The values that were signed, by component. */
function componentsOf(base: string): Map<string, string> {
  return new Map(
    base.split('\n').map((line) => {
      const at = line.indexOf(': ')
      return [line.slice(1, at - 1), line.slice(at + 2)]
    }),
  )
}

function checkSignature(entry: Entry, key: PublicJwk, what: string, problems: string[]): void {
  if (thumbprint(key) !== entry['kid']) problems.push(`the key of the ${what} is not the one that the log names`)
  const publicKey = createPublicKey({ key: key as never, format: 'jwk' })
  if (!isSigned(String(entry['base']), Buffer.from(String(entry['signature']), 'base64'), publicKey)) problems.push(`the signature of the ${what} is wrong`)
}

function checkMessage({ message, centre }: Pick<Evidence, 'message' | 'centre'>, problems: string[]): Entry {
  const entry = JSON.parse(message.entry) as Entry
  checkSignature(entry, message.key, 'message', problems)
  const signed = saidOf(entry, problems)
  const claims: [string, unknown][] = [['content-digest', entry['digest']]]
  if (entry['kind'] === 'call') {
    claims.push(['@method', entry['method']])
    const address = signed.get('@target-uri') ?? signed.get('@request-target') ?? `${signed.get('@path')}${signed.get('@query')}`
    if (!address.replace(/\?$/, '').endsWith(`/bus/call/${entry['to']}${entry['path']}`.replace(/\/$/, '')))
      problems.push('the address is not what the caller signed')
  } else claims.push(['bus-to', entry['to']], ['bus-message-id', entry['messageId']])
  if (entry['subject'] !== null) claims.push(['bus-subject', entry['subject']])
  if (entry['corrects']) {
    claims.push(...Object.entries(correctionHeaders(entry as { from: string; corrects: Corrects })))
    if (entry['kid'] !== thumbprint(centre)) problems.push('a correction is not signed by the centre')
  }
  for (const [component, claim] of claims) if (signed.get(component) !== claim) problems.push(`${component} is not what the sender signed`)
  return entry
}

function checkEnd(end: Proven, message: string, centre: PublicJwk, problems: string[]): Entry {
  const entry = JSON.parse(end.entry) as Entry
  if (entry['kind'] === 'message') {
    if (entry['corrects']?.message !== message) problems.push('the correction is of another message')
    return checkMessage({ message: end, centre }, problems)
  }
  checkSignature(entry, end.key, 'acknowledgement', problems)
  if (entry['kind'] === 'answer') return checkAnswer(entry, message, problems)
  if (checkDigest(componentsOf(String(entry['base'])).get('content-digest'), Buffer.from(String(entry['body']))) !== null)
    problems.push('the acknowledgement was changed after it was signed')
  const delivery = (entry['deliveries'] as { seq: number; message: string }[]).find((one) => one.message === message)
  const body = JSON.parse(String(entry['body'])) as { acknowledge?: number[]; refuse?: { delivery: number }[] }
  const named = entry['kind'] === 'acknowledged' ? (body.acknowledge ?? []) : (body.refuse ?? []).map((one) => one.delivery)
  if (!delivery || !named.includes(delivery.seq)) problems.push('the acknowledgement is about something else')
  return entry
}

function checkAnswer(entry: Entry, call: string, problems: string[]): Entry {
  const signed = componentsOf(String(entry['base']))
  if (entry['call'] !== call) problems.push('the answer is to another call')
  if (signed.get('content-digest') !== entry['digest']) problems.push('the digest of the answer is not what was signed')
  if ((signed.get('bus-status') ?? signed.get('@status')) !== String(entry['status'])) problems.push('the status of the answer is not what was signed')
  return entry
}

function sealOf({ entry, seal }: Proven, centre: PublicJwk, problems: string[]): string {
  if (seal === null) return '  not sealed yet: only the signature vouches for it; ask again in a minute'
  const text = JSON.parse(seal.seal) as SealText
  const root = rootBy(
    leafHash(entry),
    seal.index,
    text.rows,
    seal.path.map((one) => Buffer.from(one, 'base64')),
  )
  if (root?.toString('hex') !== text.root) problems.push(`the row is not under seal ${text.number}`)
  if (text.kid !== thumbprint(centre) || !isSealSigned(seal, createPublicKey({ key: centre as never, format: 'jwk' })))
    problems.push(`seal ${text.number} is not signed by the centre`)
  return `  under seal ${text.number} of ${text.at}`
}
