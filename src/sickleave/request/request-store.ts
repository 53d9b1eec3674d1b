import type { Runner, Transaction } from '../../platform/sql.ts'
import type { Actor } from '../../platform/actor.ts'
import type { EmployerView } from '../employer/view.ts'
import { addDays, type Day, dayAt, lengthOf } from '../rules/days.ts'
import type { EvidenceKind, Report } from './completeness.ts'
import { fold, isOver, type Kind, type Standing, type State, type Step, type Written } from './state.ts'
import type { CompensationView } from '../wire.ts'
import type { RequestShown } from './wire.ts'

export type Row = {
  patient: number
  id: string
  number: string
  kind: Kind
  leave: string
  employer: number | null
  knownAs: string | null
  fromDay: Day
  untilDay: Day
  state: State
  waitsFor: 'requester' | 'fund' | null
  due: Day | null
  changedAt: Date
  createdAt: Date
  shown: RequestShown
}
export type StepRow = { seq: number; step: Step; at: Date; actor: string; actorName: string }
export type Request<Of extends Head = Row> = { row: Of; steps: StepRow[]; standing: Standing }

const stepsMax = 500
const evidenceMax = 40
const reportsMax = 200
/** Takes the place of the employer in a person's own request: no employer has the number 0. */
const noEmployer = 0

export async function requestOf(sql: Runner, id: string, patient?: number): Promise<Request | null> {
  const [row] = await sql<Row>`
    select patient, id, number, kind, leave, employer, known_as, from_day, until_day, state, waits_for, due, changed_at, created_at, shown
      from sickleave.request
     where id = ${id} and (${patient ?? null}::int8 is null or patient = ${patient ?? null})
     limit 1`
  return row ? withSteps(sql, row) : null
}

async function withSteps(sql: Runner, row: Row): Promise<Request> {
  const rows = await sql<Omit<StepRow, 'step'> & { kind: Step['kind']; body: object }>`
    select seq, kind, body, at, actor, actor_name
      from sickleave.request_step
     where patient = ${row.patient} and request = ${row.id}
     order by seq
     limit ${stepsMax}`
  const steps = rows.map(({ kind, body, ...one }) => ({ ...one, step: { kind, ...body } as Step }))
  return { row, steps, standing: standingOf(row.kind, steps) }
}

export const standingOf = (kind: Kind, steps: readonly StepRow[]): Standing =>
  fold(
    kind,
    steps.map(({ step, at, actor }): Written => ({ step, on: dayAt(at), actor })),
  )

export async function nextRequestNumber(tx: Transaction, year: number): Promise<string> {
  const [row] = await tx<{ next: number }>`
    insert into sickleave.request_series (year, next) values (${year}, 2)
    on conflict (year) do update set next = sickleave.request_series.next + 1
    returning next`
  return `${year}-${String((row?.next ?? 1) - 1).padStart(7, '0')}`
}

/** The fields of a request that never change. */
export type Head = Pick<Row, 'patient' | 'id' | 'number' | 'kind' | 'leave' | 'employer' | 'knownAs'>

export async function addRequest(tx: Transaction, row: Head & Pick<Row, 'fromDay' | 'untilDay'>, at: Date): Promise<void> {
  await tx`
    insert into sickleave.request (patient, id, number, kind, leave, employer, known_as, from_day, until_day, state, changed_at, created_at, shown)
    values (${row.patient}, ${row.id}, ${row.number}, ${row.kind}, ${row.leave}, ${row.employer}, ${row.knownAs}, ${row.fromDay}, ${row.untilDay},
            'draft', ${at}, ${at}, '{}')`
}

export async function addStep(tx: Transaction, { patient, id }: Head, { seq, step, at }: { seq: number; step: Step; at: Date }, actor: Actor): Promise<void> {
  const { kind, ...body } = step
  await tx`
    insert into sickleave.request_step (patient, request, seq, kind, body, at, actor, actor_name)
    values (${patient}, ${id}, ${seq}, ${kind}, ${JSON.stringify(body)}::jsonb, ${at}, ${actor.id}, ${actor.name})`
}

/** Stores where the request stands, for the lists, and the days it asks for; each day can be asked for only once. */
export async function setStanding(tx: Transaction, row: Head, standing: Standing, now: Pick<Row, 'waitsFor' | 'due' | 'changedAt' | 'shown'>): Promise<void> {
  const { from, until } = standing.content
  await tx`
    update sickleave.request
       set state = ${standing.state}, waits_for = ${now.waitsFor}, due = ${now.due}, changed_at = ${now.changedAt}, shown = ${JSON.stringify(now.shown)}::jsonb,
           from_day = ${from}, until_day = ${until}, officer = ${standing.officer}
     where patient = ${row.patient} and id = ${row.id}`
  await tx`delete from sickleave.request_day where patient = ${row.patient} and employer = ${row.employer ?? noEmployer} and request = ${row.id}`
  if (isOver(standing)) return
  const days: Day[] = Array.from({ length: lengthOf({ from, until }) }, (_, at) => addDays(from, at))
  await tx`
    insert into sickleave.request_day (patient, employer, day, request)
    select ${row.patient}, ${row.employer ?? noEmployer}, day, ${row.id}::uuid from unnest(${days}::date[]) as day`
}

export type Evidence = { id: string; kind: EvidenceKind; name: string; type: string; bytes: number; sha256: Buffer; at: Date }

export function evidenceOf(sql: Runner, { patient, id }: Pick<Row, 'patient' | 'id'>): Promise<Evidence[]> {
  return sql<Evidence>`
    select id, kind, name, type, octet_length(content) as bytes, sha256, at
      from sickleave.evidence
     where patient = ${patient} and request = ${id}
     order by at, id
     limit ${evidenceMax}`
}

export async function evidenceContent(sql: Runner, { patient, id }: Row, evidence: string): Promise<{ name: string; type: string; content: Buffer } | null> {
  const [found] = await sql<{ name: string; type: string; content: Buffer }>`
    select name, type, content from sickleave.evidence where patient = ${patient} and request = ${id} and id = ${evidence}`
  return found ?? null
}

export type NewEvidence = { id: string; kind: EvidenceKind; name: string; type: string; content: Buffer; sha256: Buffer }

export async function addEvidence(tx: Transaction, { patient, id }: Head, one: NewEvidence, at: Date, actor: string): Promise<void> {
  await tx`
    insert into sickleave.evidence (patient, id, request, kind, name, type, content, sha256, at, actor)
    values (${patient}, ${one.id}, ${id}, ${one.kind}, ${one.name}, ${one.type}, ${one.content}, ${one.sha256}, ${at}, ${actor})`
}

/** Valid reports of a leave for one requester, with the days that the Fund pays. */
export async function reportsOf(sql: Runner, { patient, leave, employer }: Pick<Row, 'patient' | 'leave' | 'employer'>): Promise<Report[]> {
  const rows = await sql<{ number: string; content: EmployerView }>`
    select number, content
      from sickleave.document document
     where patient = ${patient} and leave = ${leave} and kind = 'report' and employer is not distinct from ${employer}::int4
       and not exists (select from sickleave.voided where voided.patient = document.patient and voided.document = document.id)
     order by issued_at, seq, kind, employer, version
     limit ${reportsMax}`
  return rows.map(({ number, content }) => ({
    number,
    from: content.from,
    until: content.until,
    fund: (content.document?.days ?? []).filter(({ payer }) => payer === 'fund').map(({ from, until }) => ({ from, until })),
  }))
}

/** What earlier requests of the same requester tell: accounts that the Fund knows, and whether this is the first payment of the leave. */
export async function earlierOf(sql: Runner, { patient, id, leave, employer }: Head): Promise<{ knownAccounts: string[]; isFirst: boolean }> {
  const accounts = await sql<{ account: string }>`
    select distinct shown ->> 'account' as account
      from sickleave.request
     where state in ('calculated', 'paid', 'confirmed') and shown ->> 'account' is not null
       and ((${employer}::int4 is not null and employer = ${employer}) or (${employer}::int4 is null and employer is null and patient = ${patient}))
     limit 50`
  const [earlier] = await sql`
    select 1 from sickleave.request
     where patient = ${patient} and leave = ${leave} and employer is not distinct from ${employer}::int4 and id <> ${id}
       and state in ('calculated', 'paid', 'confirmed')
     limit 1`
  return { knownAccounts: accounts.map(({ account }) => account), isFirst: earlier === undefined }
}

export type Reckoned = { id: string; at: Date; view: CompensationView; total: number }

export async function calculationOf(sql: Runner, { patient }: Pick<Head, 'patient'>, id: string | null): Promise<Reckoned | null> {
  if (id === null) return null
  const [found] = await sql<Reckoned>`select id, at, view, total from sickleave.calculation where patient = ${patient} and id = ${id}`
  return found ?? null
}
