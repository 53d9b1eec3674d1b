import { thumbprint } from '../../platform/http-signature.ts'
import { sealerOf } from '../document/seal.ts'
import { readCertificate } from '../offline/certificate.ts'
import { evidenceFormat, type Evidence, type Statement } from './evidence.ts'
import { isSignedBy, readSignedAct } from './signed-act.ts'

export type Verdict = { ok: boolean; found: string[]; problems: string[] }

/** The steps that may follow from each signed act. An opening that only the commission may grant is two steps. */
const stepsOf: Record<string, readonly string[]> = {
  ...{ opening: ['opened', 'referred'], extension: ['extended'], report: ['reported'], referral: ['referred'] },
  ...{ closing: ['closed'], cancellation: ['cancelled'], correction: ['corrected'] },
}

/** Checks a file of evidence without a database, a network or a key of the installation. `trusted`: SHA-256 of the certificate that must have sealed it. */
export async function verifyEvidence(given: unknown, trusted: string | null): Promise<Verdict> {
  const [found, problems]: [string[], string[]] = [[], []]
  try {
    const { format, statement, seal } = given as Evidence
    if (format !== evidenceFormat) return { ok: false, found, problems: ['the file is no evidence of a sick leave'] }
    const sealer = await sealerOf(Buffer.from(seal, 'base64'), Buffer.from(statement))
    if (!sealer) return { ok: false, found, problems: ['the seal does not fit what the file says'] }
    const print = sealer.fingerprint256.replaceAll(':', '').toLowerCase()
    if (trusted !== null && trusted.replaceAll(':', '').toLowerCase() !== print) problems.push('another certificate sealed it than the given one')
    const name = sealer.subject.replace(/^CN=/, '')
    found.push(`sealed by ${name}, certificate ${print}${trusted === null ? ': compare it with the one that the centre publishes' : ''}`)
    const { leave, number, steps } = JSON.parse(statement) as Statement
    found.push(`leave ${number}`)
    for (const step of steps) checkStep(leave, step, found, problems)
  } catch {
    problems.push('the file is incomplete')
  }
  return { ok: problems.length === 0, found, problems }
}

function checkStep(leave: string, { seq, step, at, happenedAt, documents, signed }: Statement['steps'][number], found: string[], problems: string[]): void {
  const where = `step ${seq}, ${step.kind} at ${at}`
  const papers = documents.map(({ number, version }) => `${number}/${version}`).join(', ')
  const issued = papers === '' ? '' : `; it issued ${papers}`
  if (!signed) {
    found.push(`${where}: under the seal of the centre alone${issued}`)
    return
  }
  const { jws, key } = signed
  const wrong = (what: string) => problems.push(`${where}: ${what}`)
  const isOffline = key.confirmed === 'institution'
  const said = isOffline ? readCertificate(jws) : readSignedAct(jws)
  if (said.kid !== thumbprint(key.jwk) || !isSignedBy(jws, key.jwk)) wrong('the signature is not one of the key')
  const act = 'act' in said ? said.act : 'opening'
  if (said.leave !== leave || !stepsOf[act]?.includes(step.kind)) wrong('another act was signed')
  const signedAt = isOffline ? happenedAt : at
  if (signedAt < key.from || signedAt > key.until || (key.endedAt !== null && signedAt > key.endedAt)) wrong('the key did not sign at that time')
  for (const field of ['from', 'until', 'reason'] as const) {
    if (act === 'report' && field === 'from') continue // The first day of a report follows from the report before it.
    if (field in step && field in said.body && (step as Record<string, unknown>)[field] !== said.body[field]) wrong(`${field} is not the one that was signed`)
  }
  const how = isOffline ? `sealed without a connection at ${happenedAt} by` : `unlocked by ${key.confirmed} at ${key.from}, signed by`
  found.push(`${where}: ${how} ${key.name}, ${key.institution}; not a qualified signature${issued}`)
}
