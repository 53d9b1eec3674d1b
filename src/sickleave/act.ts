import type { AuditedTransaction } from '../audit/audit.ts'
import { headers, type Known } from '../identity/identity.ts'
import { Refusal } from '../platform/refusal.ts'
import { isUniqueViolation } from '../platform/sql.ts'
import type { Transaction } from '../platform/world.ts'
import { institution } from '../registry/registry.ts'
import { type Asking, entryOf } from './asking.ts'
import { addLeave, addStep, type Case, casesOf, historyOf, loadRules, lockPerson, setDays, setWaiting } from './case-store.ts'
import { issuerShown } from './employer/view.ts'
import { tell } from './document/issue.ts'
import { keepMedical, type MedicalPart } from './medical/medical.ts'
import { nextCaseNumber } from './document/numbers.ts'
import { keepSigned, type Signed } from './signature/signed-by.ts'
import { type Day, dayAt, isDay } from './rules/days.ts'
import { askRecheck } from './recheck-store.ts'
import { type Ground, groundOf, type Steps } from './rules/plan.ts'
import { fold, isRunning, isSealedOnly, leaveOf, type Step } from './rules/state.ts'

export type Act = {
  leave: string
  /** One of the two: a leave is opened, or a step follows on one that is there. */
  opening?: (ground: Ground) => Steps
  existing?: (found: Case, ground: Ground) => Steps
  /** A double press: the wish is what stands last already, and is answered as done. */
  repeats?: (last: Step) => boolean
  /** How many steps the screen showed: what somebody did in the meantime is not acted over. */
  seen?: number | undefined
  medical?: MedicalPart
  /** By the doctor in this session, or by the institution without a connection, over exactly this act. */
  signed?: Signed | null
  happenedAt?: Date | undefined
  number?: string | null
  useNumber?: (tx: Transaction) => Promise<string>
  basis: string
  institution: number
  worker: number
  /** What stands or falls with the step, in the same transaction. */
  also?: (tx: AuditedTransaction) => Promise<void>
}

/** Steps after which a sum that the Fund decided on may be another one. */
const changesMoney = new Set<Step['kind']>(['corrected', 'cancelled', 'reviewed', 'closed'])

/** One act on one leave: lock, read, rule, add, tell, audit; one transaction. */
export async function perform(asking: Asking, person: Known, act: Act): Promise<void> {
  const { world } = asking
  const root = person.keys[0] as number
  const { deceasedAt, ...employee } = await employeeOf(asking, person)
  const issuer = issuerShown(await institution(world, act.institution))
  try {
    await world.ledger.transaction(async (tx) => {
      await lockPerson(tx, root)
      const [cases, rules] = [await casesOf(tx, person.keys), await loadRules(tx)]
      const at = world.now()
      const happenedAt = act.happenedAt ?? at
      const found = cases.find(({ id }) => id === act.leave) ?? null
      const last = found?.steps.at(-1)?.step
      if (last && act.repeats?.(last)) return
      if (found && act.seen !== undefined && act.seen !== found.steps.length) throw changedMeanwhile(found)
      const steps = planned(act, found, groundOf(act.leave, cases, rules, dayAt(happenedAt)))
      if (steps === null) return
      const dead = afterDeath(steps, deceasedAt)
      if (dead) throw dead
      const [action, what] = [found ? ('update' as const) : ('create' as const), `sick-leave ${act.leave}`]
      tx.audit([entryOf(asking, root, { action, basis: act.basis, what, count: steps.length })])
      const number = act.useNumber ? await act.useNumber(tx) : null
      const added = await addTo(tx, asking, act, { found, root, steps, at, happenedAt })
      const { patient, all, state } = added
      const history = [...historyOf(cases.filter(({ id }) => id !== act.leave)), leaveOf(act.leave, state)]
      const step = steps.at(-1) as Step
      const before = found && fold(all.slice(0, -steps.length))
      await tell({
        ...{ tx, world, keys: person.keys, patient, leave: act.leave, institution: added.institution, state, step, seq: all.length, number },
        ...{ at, happenedAt, actor: asking.actor.id, isSigned: act.signed?.by === 'doctor' },
        isSealedOnly: before !== null && step.kind === 'corrected' && isSealedOnly(before, step),
        told: { leave: leaveOf(act.leave, state), isOpen: isRunning(state), history, rules, employee, issuer },
      })
      if (changesMoney.has(step.kind)) await askRecheck(tx, [patient], at)
      await act.also?.(tx)
    })
  } catch (error) {
    if (isUniqueViolation(error))
      throw new Refusal('conflict', 'another leave covers some of these days, or somebody acted at the same time', { hint: 'Look again.' })
    throw error
  }
}

type Adding = { found: Case | null; root: number; steps: readonly Step[]; at: Date; happenedAt: Date }

/** Adds the steps to the leave, which an opening makes, with the days, signature and diagnosis that belong to them. Answers all of its steps. */
async function addTo(tx: AuditedTransaction, { world, actor }: Asking, act: Act, { found, root, steps, at, happenedAt }: Adding) {
  const patient = found?.patient ?? root
  const leave = found ?? {
    patient,
    id: act.leave,
    number: await nextCaseNumber(tx, world.keys, act.institution, Number(dayAt(happenedAt).slice(0, 4))),
    institution: act.institution,
    worker: act.worker,
  }
  if (!found) await addLeave(tx, leave, at)
  const all = (found?.steps ?? []).map(({ step }) => step)
  for (const step of steps) {
    all.push(step)
    await addStep(tx, { patient, leave: act.leave, seq: all.length, step, at, happenedAt, actor })
  }
  const state = fold(all)
  await setDays(tx, patient, act.leave, state)
  await setWaiting(tx, patient, act.leave, state, at)
  const seq = all.length
  if (act.signed) await keepSigned(tx, act.signed, { patient, leave: act.leave, from: seq - steps.length + 1, until: seq, at })
  await keepMedical(tx, world, { patient, leave: act.leave, seq }, { ...act.medical, ...(act.signed ? { signed: act.signed.jws } : {}) })
  return { patient, institution: leave.institution, all, state }
}

/** The steps to add; null when the very same leave was opened already. */
function planned(act: Act, found: Case | null, ground: Ground): Step[] | null {
  if (!found && !act.opening) throw new Refusal('not-found', 'this person has no such leave')
  const steps = act.opening ? act.opening(ground) : (act.existing as NonNullable<Act['existing']>)(found as Case, ground)
  if (steps instanceof Refusal) throw steps
  if (!found || !act.opening) return steps
  // The same opening sent twice is one leave; another one under the same id is a mistake of the sender.
  if (JSON.stringify(sorted(found.steps[0]?.step)) === JSON.stringify(sorted(steps[0]))) return null
  throw new Refusal('conflict', 'there is a leave of this id already', { expression: 'id' })
}

/** jsonb gives the fields back in an order of its own. */
const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object'
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, sorted(one)]),
      )
    : value

function changedMeanwhile(found: Case): Refusal {
  const last = found.steps.at(-1)
  return new Refusal('conflict', `this leave has changed since it was shown: ${last?.step.kind} by ${last?.actorName}`, {
    expression: 'seen',
    hint: 'Look again, then decide.',
  })
}

async function employeeOf({ world }: Asking, { person }: Known) {
  const [header] = await headers(world, [person])
  return {
    family: header?.family ?? '',
    given: header?.given ?? '',
    birthDate: header?.birthDate ?? null,
    deceasedAt: header?.deceasedAt?.slice(0, 10) ?? null,
  }
}

/** A leave may be closed, reported and corrected afterwards, but no day of it is later. */
function afterDeath(steps: readonly Step[], day: Day | null): Refusal | null {
  const last = steps
    .flatMap((step) => ('until' in step ? [step.until] : 'proposedUntil' in step ? [step.proposedUntil] : []))
    .sort()
    .at(-1)
  if (!isDay(day) || last === undefined || last <= day) return null
  return new Refusal('unprocessable', `by the register this person died on ${day}; no day of a leave is later`, { expression: 'until' })
}
