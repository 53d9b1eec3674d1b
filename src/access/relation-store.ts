import { Refusal } from '../platform/refusal.ts'
import { fragment, type Fragment, join } from '../platform/sql.ts'
import { unnest } from '../platform/unnest.ts'
import type { Transaction, World } from '../platform/world.ts'
import type { Relation, RelationKind } from './relation.ts'

/** A relation as an upper slice hands it down. */
export type NewRelation = {
  patient: number
  kind: RelationKind
  worker?: number | null
  unit?: number | null
  institution?: number | null
  account?: string | null
  from: Date
  until?: Date | null
  /** Where the fact comes from: `simulator`, `visit-by-card`, `Encounter/…`; never a personal number. */
  source: string
  reason?: string | null
  /** Birth date of the child, for a guardian. */
  born?: string | null
  /** What the citizen's page shows for this link: handle and name of the person. */
  person?: string | null
  name?: string | null
}

const rowsPerStatement = 5000

/** Adds relations, any number, in statements of a bounded size. */
export async function relateAll(tx: Transaction, relations: readonly NewRelation[]): Promise<void> {
  for (let at = 0; at < relations.length; at += rowsPerStatement) await insert(tx, relations.slice(at, at + rowsPerStatement))
}

async function insert(tx: Transaction, relations: readonly NewRelation[]): Promise<void> {
  const rows = relations.map(({ from, until, person, name, ...more }) => ({
    ...more,
    fromAt: from,
    untilAt: until ?? null,
    handle: person ?? null,
    label: name ?? null,
  }))
  const given = unnest('given', rows, {
    patient: 'int8',
    kind: 'text',
    worker: 'int4',
    unit: 'int4',
    institution: 'int4',
    account: 'text',
    born: 'date',
    handle: 'uuid',
    label: 'text',
    fromAt: 'timestamptz',
    untilAt: 'timestamptz',
    source: 'text',
    reason: 'text',
  })
  await tx`
    insert into access.relation (patient, kind, worker, unit, institution, account, born, handle, label, from_at, until_at, source, reason)
    select patient, kind, worker, unit, institution, account, born, handle, label, from_at, until_at, source, reason
      from ${given}`
}

export type Ending = { patient: number; id: number; at: Date; by: string; reason: string }

/** Ends one relation; ending it again is refused, so the first end stands. */
export async function endRelation(tx: Transaction, ending: Ending): Promise<void> {
  const ended = await tx`
    update access.relation
       set ended_at = ${ending.at}, ended_by = ${ending.by}, ended_reason = ${ending.reason}
     where patient = ${ending.patient} and id = ${ending.id} and ended_at is null
 returning id`
  if (ended.length === 0) throw new Refusal('conflict', 'there is no such relation, or it has ended already')
}

/** Ends what one source opened for these keys, for example when an encounter is finished. Answers how many it were. */
export async function endRelationsOf(tx: Transaction, keys: readonly number[], source: string, at: Date, by: string): Promise<number> {
  const ended = await tx`
    update access.relation
       set ended_at = ${at}, ended_by = ${by}, ended_reason = 'finished'
     where patient = any(${keys}::int8[]) and source = ${source} and ended_at is null
 returning id`
  return ended.length
}

export type Duty = { worker: number; unit: number; from: Date; until: Date }

/** Enters workers in duty rosters; the same worker, unit and beginning again moves the end. */
export async function setDuty(tx: Transaction, rows: readonly Duty[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    const some = rows.slice(at, at + rowsPerStatement).map(({ worker, unit, from, until }) => ({ worker, unit, fromAt: from, untilAt: until }))
    await tx`
      insert into access.duty (worker, unit, from_at, until_at)
      select worker, unit, from_at, until_at
        from ${unnest('given', some, { worker: 'int4', unit: 'int4', fromAt: 'timestamptz', untilAt: 'timestamptz' })}
      on conflict (worker, unit, from_at) do update set until_at = excluded.until_at`
  }
}

export type Substitution = { worker: number; substitute: number; fromDay: string; untilDay: string }

/** Enters who stands in for whom; the same pair and first day again moves the last day. */
export async function setSubstitution(tx: Transaction, rows: readonly Substitution[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    const some = rows.slice(at, at + rowsPerStatement)
    await tx`
      insert into access.substitution (substitute, worker, from_day, until_day)
      select substitute, worker, from_day, until_day
        from ${unnest('given', some, { substitute: 'int4', worker: 'int4', fromDay: 'date', untilDay: 'date' })}
      on conflict (substitute, worker, from_day) do update set until_day = excluded.until_day`
  }
}

const columns = fragment`patient, kind, worker, unit, institution, account, born, from_at as "from", until_at as until, ended_at`
const rowsPerPersonMax = 2000
const rowsPerActorMax = 500_000

/**
 * Rows of these keys, live or ended, that could open the record to somebody of this description; the newest ones when there are very many.
 * The condition leaves out finished stays at other institutions, so the answer stays short for a patient with a long history.
 */
export function relationsOfKeys(sql: World['sql'], keys: readonly number[], concerns: Fragment): Promise<Relation[]> {
  return sql.run<Relation>(fragment`
    select ${columns}
      from access.relation
     where patient = any(${keys}::int8[]) and (${concerns})
     order by ended_at is null desc, until_at desc nulls first
     limit ${rowsPerPersonMax + keys.length * 20}`)
}

/** Live rows of every patient, reached by each way of belonging in turn, so that each can use its own index. */
export function liveRelations(sql: World['sql'], ways: readonly Fragment[], now: Date): Promise<Relation[]> {
  const parts = ways.map(
    (way) => fragment`
    (select ${columns}
       from access.relation
      where ${way} and ended_at is null and from_at <= ${now} and (until_at is null or until_at > ${now}))`,
  )
  return sql.run<Relation>(fragment`${join(parts, ' union all ')} limit ${rowsPerActorMax}`)
}

const linksMax = 100

/** Live relations of a citizen's account, with what its page shows for each. */
export function accountRelations(sql: World['sql'], account: string, now: Date): Promise<(Relation & { handle: string | null; label: string | null })[]> {
  return sql<Relation & { handle: string | null; label: string | null }>`
    select ${columns}, handle, label
      from access.relation
     where account = ${account} and ended_at is null and from_at <= ${now} and (until_at is null or until_at > ${now})
     order by recorded_at
     limit ${linksMax}`
}

export async function dutiesOf(sql: World['sql'], worker: number, now: Date): Promise<{ unit: number; until: Date }[]> {
  return sql<{ unit: number; until: Date }>`
    select unit, max(until_at) as until
      from access.duty
     where worker = ${worker} and from_at <= ${now} and until_at > ${now}
     group by unit
     limit 1000`
}

export async function substitutionsOf(sql: World['sql'], worker: number, day: string): Promise<{ worker: number; untilDay: string }[]> {
  return sql<{ worker: number; untilDay: string }>`
    select worker, max(until_day) as until_day
      from access.substitution
     where substitute = ${worker} and from_day <= ${day}::date and until_day >= ${day}::date
     group by worker
     limit 1000`
}
