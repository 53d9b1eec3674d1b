import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import { type Case, casesOf, loadRules } from '../case-store.ts'
import { requestOf } from '../request/request-store.ts'
import { type Day, dayAt } from '../rules/days.ts'
import type { Rules } from '../rules/parameters.ts'
import { workingDaysAfter } from '../rules/working-days.ts'
import type { Desk, Objection } from './objection-store.ts'
import type { ObjectionLimit } from './wire.ts'

// Until when somebody may object, and who decides: never the body that assessed last (ebolovanje.md section 8.1).

export type Place = { patient: number; leave: string; knownAs: string | null; employer: number | null; madeBy: Objection['madeBy'] }

const assessing = new Set(['opened', 'extended', 'decided', 'reviewed', 'closed', 'cancelled', 'corrected'])

/** Null when the second degree has decided: nobody above it decides here. */
function nextDesk({ steps, state }: Case): Desk | null {
  const last = steps.findLast(({ step }) => assessing.has(step.kind))?.step
  if (last?.kind === 'reviewed' && last.degree === 2) return null
  return last?.kind === 'decided' || last?.kind === 'reviewed' || (last?.kind === 'cancelled' && state.closedFor === 'commission')
    ? 'commission2'
    : 'commission1'
}

/**
 * An assessment of the doctor goes to the first degree, one of the first degree to the second. An objection that the first degree rejected goes to
 * the second, too.
 */
export async function deskAndLastDay(sql: Runner, found: Case, place: Place, rules: Rules): Promise<{ desk: Desk | null; last: Day }> {
  const assessed = found.steps.findLast(({ step }) => assessing.has(step.kind))?.at
  const known = (await toldAt(sql, place)) ?? assessed
  if (!known || !assessed) throw new Error('a leave without a step that assesses')
  const [rejected] = await sql<{ desk: Desk; changedAt: Date }>`
    select desk, changed_at
      from sickleave.objection
     where patient = ${place.patient} and leave = ${place.leave} and kind = 'assessment' and state = 'rejected'
       and made_by = ${place.madeBy} and employer is not distinct from ${place.employer}
     order by changed_at desc, desk desc
     limit 1`
  const isAppeal = rejected !== undefined && rejected.changedAt > assessed
  const day = dayAt(isAppeal && rejected.changedAt > known ? rejected.changedAt : known)
  const desk = !isAppeal ? nextDesk(found) : rejected.desk === 'commission1' ? 'commission2' : null
  return { desk, last: workingDaysAfter(day, rules.on('objection.days', day)).effective }
}

/** When this side could know of the assessment: an employer from its message, the person from the step itself. */
async function toldAt(sql: Runner, { employer, knownAs }: Place): Promise<Date | null> {
  if (employer === null) return null
  const [message] = await sql<{ at: Date }>`
    select at from sickleave.employer_event
     where employer = ${employer} and known_as = ${knownAs} and kind not in ('request', 'objection', 'report')
     order by seq desc
     limit 1`
  return message?.at ?? null
}

/** The last day for an objection to a sum of the Fund, counted from the day on which its list could be read. */
export async function lastDayOfList(sql: Runner, request: string | null, place: Place, rules: Rules): Promise<Day> {
  const found = request === null ? null : await requestOf(sql, request, place.patient)
  const ended = found?.steps.findLast(({ step }) => step.kind === 'approved')
  if (!found || !ended || found.row.leave !== place.leave || (place.employer !== null && found.row.employer !== place.employer))
    throw new Refusal('unprocessable', 'an objection to a calculation names the request that was decided on', { expression: 'request' })
  const day = dayAt(ended.at)
  return workingDaysAfter(day, rules.on('objection.days', day)).effective
}

const requestsMax = 300

/** What a person may object to today, and until which day. */
export async function ownLimits(sql: Runner, keys: readonly number[], today: Day): Promise<ObjectionLimit[]> {
  const [cases, rules] = [await casesOf(sql, keys), await loadRules(sql)]
  const limits: ObjectionLimit[] = []
  for (const one of cases) {
    const place: Place = { patient: one.patient, leave: one.id, knownAs: null, employer: null, madeBy: 'person' }
    const { desk, last } = await deskAndLastDay(sql, one, place, rules)
    if (desk !== null) limits.push({ kind: 'assessment', leave: one.id, request: null, until: last, degree: desk === 'commission2' ? 2 : 1 })
  }
  const settled = await sql<{ patient: number; id: string; leave: string }>`
    select patient, id, leave from sickleave.request
     where patient = any(${[...keys]}::int8[]) and state in ('calculated', 'rejected', 'paid', 'confirmed')
     order by changed_at desc, id
     limit ${requestsMax}`
  for (const { patient, id, leave } of settled) {
    const until = await lastDayOfList(sql, id, { patient, leave, knownAs: null, employer: null, madeBy: 'person' }, rules)
    limits.push({ kind: 'calculation', leave, request: id, until, degree: null })
  }
  return limits.filter(({ until }) => until >= today)
}
