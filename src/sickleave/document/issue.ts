import { uuidV7 } from '../../platform/uuid.ts'
import type { Transaction, World } from '../../platform/world.ts'
import { type JobOf, jobsOf } from '../../registry/registry.ts'
import { addEvent, type EventKind } from '../employer/stream.ts'
import { type EmployerDocument, type EmployerView, knownAs, type Told, viewFor } from '../employer/view.ts'
import { endCode, registerCode } from './code.ts'
import { nextNumbers } from './numbers.ts'
import { dayAt, type Span } from '../rules/days.ts'
import { isUndecided } from '../rules/plan.ts'
import type { State, Step } from '../rules/state.ts'

// Issues documents and tells employers, in the transaction of the step itself: the employer has exactly what the doctor was answered.

export type Issuing = {
  tx: Transaction
  world: World
  keys: readonly number[]
  patient: number
  leave: string
  institution: number
  state: State
  step: Step
  /** The step's place among the steps, and whether the doctor signed it. */
  seq: number
  isSigned: boolean
  /** The correction changed nothing that a paper says. */
  isSealedOnly: boolean
  told: Told
  at: Date
  happenedAt: Date
  actor: string
  /** A number that was given out beforehand, for a place without a connection. */
  number: string | null
}

type Stored = { id: string; number: string; kind: 'certificate' | 'report'; version: number; employer: number | null; content: EmployerView }
const documentsMax = 500

/** The documents of a leave that are not void. */
async function standing({ tx, patient, leave }: Issuing): Promise<Stored[]> {
  return tx<Stored>`
    select id, number, kind, version, employer, content
      from sickleave.document document
     where patient = ${patient} and leave = ${leave}
       and not exists (select from sickleave.voided where voided.patient = document.patient and voided.document = document.id)
     order by issued_at, seq, kind, employer, version, id
     limit ${documentsMax}`
}

export async function tell(issuing: Issuing): Promise<void> {
  const { step, state } = issuing
  if (isUndecided(state)) return
  if (issuing.isSealedOnly) {
    await endSharing(issuing)
    return
  }
  const before = await standing(issuing)
  if (step.kind === 'cancelled' || step.kind === 'corrected') await voidAll(issuing, before, step.why)
  if (step.kind === 'cancelled') {
    for (const one of certificatesOf(before)) await inform(issuing, one.employer as number, 'cancelled', { ...one.content, isOpen: false, document: null })
    return
  }
  if (step.kind === 'referred') return
  const jobs = await currentJobs(issuing)
  const first = step.kind === 'corrected' ? [] : before.filter(({ kind }) => kind === 'certificate')
  for (const job of jobs.length > 0 ? jobs : [null]) await tellOne(issuing, job, first, before)
}

const certificatesOf = (documents: readonly Stored[]) => documents.filter(({ kind, employer }) => kind === 'certificate' && employer !== null).sort(byEmployer)
const byEmployer = (a: Stored, b: Stored) => (a.employer ?? 0) - (b.employer ?? 0)

/** The employers of the person both today and during the leave; an employer whose employment has ended gets nothing new. */
async function currentJobs({ tx, keys, state, happenedAt }: Issuing): Promise<JobOf[]> {
  const today = dayAt(happenedAt)
  const byEmployer = new Map<number, JobOf>()
  for (const job of await jobsOf(tx, keys, state.from, state.until)) {
    if (job.untilDate === null || job.untilDate >= today) byEmployer.set(job.employer.id, job)
  }
  return [...byEmployer.values()].sort((a, b) => a.employer.id - b.employer.id)
}

/** Tells one employer, or issues papers for nobody: the certificate when there is none yet, then the paper of this step. */
async function tellOne(issuing: Issuing, job: JobOf | null, certificates: readonly Stored[], before: readonly Stored[]): Promise<void> {
  const { step, state } = issuing
  const employer = job?.employer.id ?? null
  const whole = { from: state.from, until: state.until }
  const has = certificates.find((one) => one.employer === employer)
  if (!has) await issue(issuing, job, 'certificate', whole, before.find((one) => one.kind === 'certificate' && one.employer === employer) ?? null)
  if (step.kind === 'reported') await issue(issuing, job, 'report', { from: step.from, until: step.until }, null)
  const isChanged = step.kind === 'extended' || step.kind === 'decided' || step.kind === 'reviewed' || step.kind === 'closed'
  if (!has || employer === null || !isChanged) return
  const view = viewFor(issuing.told, job, null, whole)
  if (view) await inform(issuing, employer, state.status === 'closed' ? 'closed' : 'changed', view)
}

async function issue(issuing: Issuing, job: JobOf | null, kind: EmployerDocument['kind'], period: Span, former: Stored | null): Promise<void> {
  const { tx, world, patient, leave, institution, step, seq, isSigned, told, at, happenedAt } = issuing
  const number = former?.number ?? (await numberOf(issuing))
  const document = {
    ...{ kind, number, version: (former?.version ?? 0) + 1, issuedAt: happenedAt.toISOString(), isLast: step.kind === 'reported' && step.isLast },
    ...(isSigned ? { signedAt: at.toISOString() } : {}),
  }
  const view = viewFor(told, job, document, period)
  if (view === null) return
  const employer = job?.employer.id ?? null
  await tx`
    insert into sickleave.document (patient, id, leave, number, kind, version, employer, known_as, content, issued_at, happened_at, replaces, seq)
    values (${patient}, ${uuidV7(world)}, ${leave}, ${number}, ${kind}, ${document.version}, ${employer},
            ${employer === null ? null : knownAs(world, leave, employer)}, ${JSON.stringify(view)}::jsonb, ${at}, ${happenedAt}, ${former?.id ?? null}, ${seq})`
  await registerCode(tx, world, document)
  if (employer !== null) await inform(issuing, employer, kind, view)

  async function numberOf(of: Issuing): Promise<string> {
    const given = of.number
    of.number = null // One certificate carries it; a second employer's has a number of the centre.
    if (given !== null) return given
    const [next] = await nextNumbers(tx, world.keys, institution, Number(dayAt(happenedAt).slice(0, 4)), 1)
    return next as string
  }
}

async function voidAll(issuing: Issuing, documents: readonly Stored[], why: string): Promise<void> {
  const { tx, world, patient, at, actor, step } = issuing
  await endSharing(issuing)
  for (const one of [...documents].sort(byEmployer)) {
    await tx`
      insert into sickleave.voided (patient, document, at, actor, why) values (${patient}, ${one.id}, ${at}, ${actor}, ${why})`
    await endCode(tx, world, one)
    // A cancelled leave is one message. After a correction the employer must know which papers no longer count.
    if (step.kind === 'corrected' && one.employer !== null) await inform(issuing, one.employer, 'void', one.content)
  }
}

/**
 * The consent was for a leave that no longer counts, so the person decides anew about the one that counts now. The employer sees the same as when
 * consent is withdrawn.
 */
const endSharing = ({ tx, patient, leave }: Issuing) => tx`delete from sickleave.shared where patient = ${patient} and leave = ${leave}`

const inform = ({ tx, world, leave, at }: Issuing, employer: number, kind: EventKind, content: EmployerView) =>
  addEvent(tx, world, { leave, employer, at, kind, content })
