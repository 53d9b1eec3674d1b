import { headers } from '../identity/identity.ts'
import type { World } from '../platform/world.ts'
import { bulk } from '../registry/registry.ts'
import { type Case, casesOf, historyOf, loadRules, type Written } from './case-store.ts'
import type { EmployerView } from './employer/view.ts'
import { medicalOf } from './medical/medical.ts'
import { type Day, dayAt } from './rules/days.ts'
import { employmentOf, type Job } from './rules/employment.ts'
import { explain } from './rules/explain.ts'
import type { Rules } from './rules/parameters.ts'
import { payersOf } from './rules/payers.ts'
import { type Leave, reasons } from './rules/reasons.ts'
import { leaveOf } from './rules/state.ts'
import { type SignedSteps, signedSteps } from './signature/signed-by.ts'
import type { DocumentLine, Leaves, LeaveView, StepLine } from './wire.ts'

/** Every leave of a person with its steps, papers, explanation and diagnosis, for the doctor, the commission and the person. Newest first. */
export async function leavesOf(world: World, keys: readonly number[]): Promise<Leaves> {
  const [cases, rules, papers, signed, jobs] = await Promise.all([
    casesOf(world.sql, keys),
    loadRules(world.sql),
    papersOf(world, keys),
    signedSteps(world.sql, keys),
    bulk.jobsOfMany(world.sql, keys),
  ])
  const history = historyOf(cases)
  const today = dayAt(world.now())
  const leaves: LeaveView[] = []
  for (const one of cases)
    leaves.push(await viewOf(world, one, { history, rules, today, jobs, papers: papers.get(one.id) ?? [], signed: signed.get(one.id) ?? new Map() }))
  const [header] = await headers(world, keys.slice(0, 1))
  if (!header) return { today, name: '', birthDate: null, person: null, leaves: leaves.reverse() }
  const { family, given, birthDate, sex, lzb } = header
  return { today, name: `${given} ${family}`, birthDate, person: { family, given, sex, lzb }, leaves: leaves.reverse() }
}

type Around = { history: readonly Leave[]; rules: Rules; today: Day; jobs: readonly Job[]; papers: DocumentLine[]; signed: SignedSteps }

async function viewOf(world: World, { patient, id, number, state, steps }: Case, { history, rules, today, jobs, papers, signed }: Around): Promise<LeaveView> {
  const medical = await medicalOf(world.sql, world, patient, id)
  const { status, from, until, reason, isException, care, approvedUntil, proposedUntil, reportedUntil } = state
  // Later steps may add a note or a diagnosis; the exception belongs to the statement of the whole leave.
  const stated = steps.findLast(({ step }) => step.kind === 'opened' || step.kind === 'corrected')?.seq
  const employment = employmentOf(jobs, from)
  const isCancelled = status === 'cancelled'
  const leave = leaveOf(id, state)
  return {
    ...{ id, number, status, from, until, reason, reasonName: reasons[reason], isException, approvedUntil, proposedUntil, reportedUntil },
    steps: steps.map((one) => lineOf(one, signed.get(one.seq) ?? null)),
    documents: papers,
    explanation: isCancelled ? [] : explain(history, leave, today, rules, { approvedUntil, isOver: status === 'closed', ...employment }),
    hasFundDays: !isCancelled && payersOf(history, leave, rules, employment.employedUntil ?? null).some(({ payer }) => payer === 'fund'),
    diagnosis: medical.findLast((part) => part.diagnosis !== undefined)?.diagnosis ?? null,
    exception: medical.find(({ seq }) => seq === stated)?.exception ?? null,
    care,
  }
}

function lineOf({ step, at, happenedAt, actorName }: Written, signedBy: StepLine['signedBy']): StepLine {
  return {
    signedBy,
    kind: step.kind,
    at: at.toISOString(),
    happenedAt: happenedAt.toISOString(),
    by: actorName,
    from: 'from' in step ? step.from : null,
    until: 'until' in step ? step.until : 'proposedUntil' in step ? step.proposedUntil : null,
    detail: 'why' in step ? step.why : step.kind === 'decided' || step.kind === 'reviewed' ? step.number : null,
    decision: step.kind === 'decided' ? step.decision : null,
  }
}

type Paper = Pick<DocumentLine, 'kind' | 'number' | 'version' | 'isVoid' | 'isShared'> & {
  leave: string
  content: EmployerView
  issuedAt: Date
  sharedUntil: Date | null
}
const papersMax = 2000

async function papersOf({ sql, now }: World, keys: readonly number[]): Promise<Map<string, DocumentLine[]>> {
  const rows = await sql<Paper>`
    select document.leave, kind, number, version, content, happened_at as issued_at,
           exists (select from sickleave.voided where voided.patient = document.patient and voided.document = document.id) as is_void,
           shared.share is not null and coalesce(shared.until_at, 'infinity') > ${now()} as is_shared, shared.until_at as shared_until
      from sickleave.document document
      left join sickleave.shared using (patient, leave, employer)
     where document.patient = any(${[...keys]}::int8[])
     order by document.issued_at, seq, kind, employer, version, id
     limit ${papersMax}`
  const lines = new Map<string, DocumentLine[]>()
  for (const { leave, content, issuedAt, sharedUntil, ...row } of rows) {
    const line = {
      ...row,
      sharedUntil: sharedUntil && dayAt(new Date(sharedUntil.getTime() - 1)),
      from: content.from,
      until: content.until,
      issuedAt: issuedAt.toISOString(),
      employer: content.employer?.name ?? null,
      pib: content.employer?.pib ?? null,
    }
    lines.set(leave, [...(lines.get(leave) ?? []), line])
  }
  return lines
}
