import { fragment, type Runner, type Transaction } from '../platform/sql.ts'
import type { Actor } from '../platform/actor.ts'
import { addDays, type Day, lengthOf } from './rules/days.ts'
import { type Parameter, type Rules, rulesOf } from './rules/parameters.ts'
import type { Leave } from './rules/reasons.ts'
import type { Standard } from './rules/standards.ts'
import { fold, leaveOf, type State, type Step } from './rules/state.ts'

export type Written = { seq: number; at: Date; happenedAt: Date; actor: string; actorName: string; step: Step }
export type Case = { patient: number; id: string; number: string; institution: number; worker: number; steps: Written[]; state: State }

const stepsMax = 5000
const rowsMax = 2000

/** All acts about one person's leaves run one after the other: otherwise two doctors could each decide without the other's unwritten act. */
export async function lockPerson(tx: Transaction, root: number): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`sickleave ${root}`}, 0))`
}

/** All leaves of the person behind these keys, oldest first. */
export async function casesOf(sql: Runner, keys: readonly number[]): Promise<Case[]> {
  const leaves = await sql<Omit<Case, 'steps' | 'state'>>`
    select patient, id, number, institution, worker
      from sickleave.leave
     where patient = any(${[...keys]}::int8[])
     order by opened_at, number, id
     limit ${rowsMax}`
  const rows = await sql<Omit<Written, 'step'> & { leave: string; kind: Step['kind']; body: object }>`
    select leave, seq, kind, body, at, happened_at, actor, actor_name
      from sickleave.step
     where patient = any(${[...keys]}::int8[])
     order by leave, seq
     limit ${stepsMax}`
  const byLeave = Map.groupBy(rows, ({ leave }) => leave)
  return leaves.map((leave) => {
    const steps = (byLeave.get(leave.id) ?? []).map(({ kind, body, leave: _, ...written }) => ({ ...written, step: { kind, ...body } as Step }))
    return { ...leave, steps, state: fold(steps.map(({ step }) => step)) }
  })
}

/** The leaves that the rules count: all that were not cancelled. */
export const historyOf = (cases: readonly Case[]): Leave[] =>
  cases.filter(({ state }) => state.status !== 'cancelled').map(({ id, state }) => leaveOf(id, state))

export async function addLeave(tx: Transaction, leave: Omit<Case, 'steps' | 'state'>, at: Date): Promise<void> {
  await tx`
    insert into sickleave.leave (patient, id, number, institution, worker, opened_at)
    values (${leave.patient}, ${leave.id}, ${leave.number}, ${leave.institution}, ${leave.worker}, ${at})`
}

export type NewStep = { patient: number; leave: string; seq: number; step: Step; at: Date; happenedAt: Date; actor: Actor }

export async function addStep(tx: Transaction, { patient, leave, seq, step, at, happenedAt, actor }: NewStep): Promise<void> {
  const { kind, ...body } = step
  await tx`
    insert into sickleave.step (patient, leave, seq, kind, body, at, happened_at, actor, actor_name, institution, worker)
    values (${patient}, ${leave}, ${seq}, ${kind}, ${JSON.stringify(body)}::jsonb, ${at}, ${happenedAt}, ${actor.id}, ${actor.name},
            ${actor.institution}, ${actor.worker})`
}

/** Stores the present days of a leave. When another leave already has one of the days, the primary key makes the whole act fail. */
export async function setDays(tx: Transaction, patient: number, leave: string, state: State): Promise<void> {
  await tx`delete from sickleave.day where patient = ${patient} and leave = ${leave}`
  if (state.status === 'cancelled') return
  const days: Day[] = Array.from({ length: lengthOf(state) }, (_, at) => addDays(state.from, at))
  await tx`
    insert into sickleave.day (patient, day, leave)
    select ${patient}, day, ${leave}::uuid from unnest(${days}::date[]) as day`
}

/** A report in the meantime keeps the proposal's place in the queue. */
export async function setWaiting(tx: Transaction, patient: number, leave: string, state: State, at: Date): Promise<void> {
  if (state.status !== 'referred' || state.proposedUntil === null) {
    await tx`delete from sickleave.waiting where patient = ${patient} and leave = ${leave}`
    return
  }
  await tx`
    insert into sickleave.waiting (patient, leave, since, proposed_until) values (${patient}, ${leave}, ${at}, ${state.proposedUntil})
    on conflict (patient, leave) do update set proposed_until = excluded.proposed_until`
}

export type Waiting = { patient: number; leave: string; since: Date; proposedUntil: Day; session: Day | null }
const queueMax = 200

export function waiting(sql: Runner): Promise<Waiting[]> {
  return sql<Waiting>`select patient, leave, since, proposed_until, session from sickleave.waiting order by since, leave limit ${queueMax}`
}

const parametersMax = 5000
export async function loadRules(sql: Runner): Promise<Rules> {
  const rows = await sql<Parameter>`
    select name, from_day, value, paragraph, is_unverified from sickleave.parameter order by name, from_day limit ${parametersMax}`
  return rulesOf(rows)
}

export async function addParameter(tx: Transaction, row: Parameter, at: Date): Promise<void> {
  await tx`
    insert into sickleave.parameter (name, from_day, value, paragraph, is_unverified, entered_at)
    values (${row.name}, ${row.fromDay}, ${row.value}, ${row.paragraph}, ${row.isUnverified}, ${at})`
}

/** The entered standards for a diagnosis and for the groups that it belongs to; the newest of each code. */
export function standardsOf(sql: Runner, diagnosis: string): Promise<Standard[]> {
  const codes = [diagnosis, diagnosis.slice(0, 5), diagnosis.slice(0, 3)]
  return sql.run<Standard>(fragment`
    select distinct on (code) code, days, source, is_unverified
      from sickleave.standard
     where code = any(${codes}::text[])
     order by code, entered_at desc
     limit 10`)
}

export async function addStandard(tx: Transaction, row: Standard, at: Date): Promise<void> {
  await tx`
    insert into sickleave.standard (code, entered_at, days, source, is_unverified)
    values (${row.code}, ${at}, ${row.days}, ${row.source}, ${row.isUnverified})`
}
