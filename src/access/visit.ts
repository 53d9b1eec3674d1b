import { type AuditedTransaction, type Entry, whoIs } from '../audit/audit.ts'
import type { Actor } from '../platform/actor.ts'
import { mayTellNumber } from '../platform/personal-number.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Transaction, World } from '../platform/world.ts'
import { dayOf } from '../platform/calendar.ts'
import { forgetActor } from './decide.ts'

/** How it was shown that the patient is present: with the card, by a number and the birth date, or confirming a system's encounter. */
export type Proof = 'card' | 'number' | 'encounter'
export type VisitWish = { proof: Proof; reason: string; correlation: string; unit?: number | null; source?: string }
export type OpenVisit = { until: Date; isNew: boolean }

const reasonLengthMax = 500
const hourMs = 3_600_000

/**
 * The patient is here: the doctor sees the whole record for some hours. Time-boxed, counted per doctor and day, one audit row
 * in the same transaction, which the patient sees at once. A visit that is open already is answered again and not counted.
 * The row stands under the first key; decisions take every key of the person, so one is enough.
 */
export async function openVisit(tx: AuditedTransaction, world: World, actor: Actor, keys: readonly number[], wish: VisitWish): Promise<OpenVisit> {
  const { worker, institution } = requireDoctor(actor)
  const reason = checkReason(wish.reason)
  const patient = keys[0]
  if (patient === undefined) throw new Refusal('incorrect', 'a visit needs a patient')
  const now = world.now()
  // The counter's row is the lock: two visits of one doctor are opened one after the other, in whatever process.
  const day = dayOf(now)
  const [count] = await tx<{ opened: number }>`
    insert into access.visit_count (worker, day, opened) values (${worker}, ${day}, 0)
    on conflict (worker, day) do update set opened = access.visit_count.opened
    returning opened`
  const [running] = await tx<{ until: Date }>`
    select until_at as until from access.relation
     where patient = any(${keys}::int8[]) and kind = 'visit' and worker = ${worker} and institution = ${institution}
       and ended_at is null and from_at <= ${now} and until_at > ${now}
     order by until_at desc
     limit 1`
  tx.audit([visitEntry(actor, patient, wish, null)])
  if (running) return { until: running.until, isNew: false }

  const { VISIT_HOURS: hours, VISITS_PER_DAY: visitsMax } = world.config
  if ((count?.opened ?? 0) >= visitsMax) {
    throw new Refusal('too-many', `${visitsMax} visits are open to a doctor in a day, and you have opened them`, {
      hint: 'The institution’s operator can raise the limit.',
      retryAfterSeconds: 3600,
    })
  }
  const until = new Date(now.getTime() + hours * hourMs)
  await tx`update access.visit_count set opened = opened + 1 where worker = ${worker} and day = ${day}`
  await tx`
    insert into access.relation (patient, kind, worker, unit, institution, from_at, until_at, source, reason)
    values (${patient}, 'visit', ${worker}, ${wish.unit ?? null}, ${institution}, ${now}, ${until}, ${wish.source ?? `visit-by-${wish.proof}`}, ${reason})`
  forgetActor(world, actor)
  return { until, isNew: true }
}

/** Also for the caller: a refused visit is written with `ledger.record` after its transaction is rolled back, before the answer. */
export function visitEntry(
  actor: Actor,
  patient: number | null,
  wish: Pick<VisitWish, 'proof' | 'correlation'> & { reason?: string },
  refusal: Refusal | null,
): Entry {
  return {
    action: 'visit',
    who: whoIs(actor),
    patient,
    what: 'visit',
    purpose: 'treatment',
    ...(wish.reason === undefined ? {} : { reason: wish.reason.trim() }),
    correlation: wish.correlation,
    basis: refusal === null ? `visit by ${wish.proof}` : refusal.message,
    decision: refusal === null ? 'permit' : 'deny',
  }
}

function requireDoctor(actor: Actor): { worker: number; institution: number } {
  const { worker, institution } = actor
  if (actor.kind !== 'person' || !actor.roles.includes('doctor') || worker === null || institution === null) {
    throw new Refusal('forbidden', 'only a doctor opens a visit', { details: { reason: 'only a doctor opens a visit', opens: [] } })
  }
  return { worker, institution }
}

function checkReason(text: string): string {
  const reason = text.trim()
  if (reason.length === 0 || reason.length > reasonLengthMax) {
    throw new Refusal('incorrect', `say why the patient is here, in 1 to ${reasonLengthMax} characters`, { expression: 'reason' })
  }
  if (mayTellNumber(reason)) {
    throw new Refusal('incorrect', 'a reason must not hold a personal number', { expression: 'reason' })
  }
  return reason
}

/** The doctor closes the visit before its time; answers how many were open. */
export async function closeVisits(tx: Transaction, world: World, actor: Actor, keys: readonly number[]): Promise<number> {
  const closed = await tx`
    update access.relation set ended_at = ${world.now()}, ended_by = ${actor.id}, ended_reason = 'closed by the doctor'
     where patient = any(${keys}::int8[]) and kind = 'visit' and worker = ${actor.worker} and ended_at is null
 returning id`
  forgetActor(world, actor)
  return closed.length
}
