import type { Runner, Transaction } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Actor } from '../../platform/actor.ts'
import { openPart, sealPart } from '../medical/medical.ts'
import type { Day } from '../rules/days.ts'
import type { ObjectionKind, ObjectionShown, ObjectionState } from './wire.ts'

export type Desk = 'commission1' | 'commission2' | 'doctor' | 'fund'
export type Objection = {
  patient: number
  id: string
  number: string
  kind: ObjectionKind
  leave: string
  request: string | null
  employer: number | null
  knownAs: string | null
  madeBy: 'employer' | 'person' | 'fund'
  desk: Desk
  worker: number
  state: ObjectionState
  due: Day
  session: Day | null
  madeAt: Date
  changedAt: Date
  shown: ObjectionShown
}
/** The text of a step: the words of the person who made it, or the answer. */
export type Said = { text: string; number?: string }
export type StepKind = 'made' | 'scheduled' | 'accepted' | 'rejected' | 'withdrawn'

const listMax = 300
const stepsMax = 200
const placeOf = (patient: number, objection: string, seq: number) => `objection ${patient} ${objection} ${seq}`

export async function addObjection(tx: Transaction, one: Omit<Objection, 'session' | 'changedAt'>): Promise<void> {
  await tx`
    insert into sickleave.objection
      (patient, id, number, kind, leave, request, employer, known_as, made_by, desk, worker, state, due, made_at, changed_at, shown)
    values (${one.patient}, ${one.id}, ${one.number}, ${one.kind}, ${one.leave}, ${one.request}, ${one.employer}, ${one.knownAs}, ${one.madeBy}, ${one.desk},
            ${one.worker}, ${one.state}, ${one.due}, ${one.madeAt}, ${one.madeAt}, ${JSON.stringify(one.shown)}::jsonb)`
}

export async function setObjection(tx: Transaction, { patient, id, state, session, shown }: Objection, at: Date): Promise<void> {
  await tx`
    update sickleave.objection
       set state = ${state}, session = ${session}, changed_at = ${at}, shown = ${JSON.stringify(shown)}::jsonb
     where patient = ${patient} and id = ${id}`
}

type NewStep = { patient: number; objection: string; kind: StepKind; said: Said; at: Date; actor: Actor }

export async function addObjectionStep(tx: Transaction, world: World, { patient, objection, kind, said, at, actor }: NewStep): Promise<void> {
  const [last] = await tx<{ seq: number }>`
    select coalesce(max(seq), 0)::int4 as seq from sickleave.objection_step where patient = ${patient} and objection = ${objection}`
  const seq = (last?.seq ?? 0) + 1
  await tx`
    insert into sickleave.objection_step (patient, objection, seq, kind, sealed, at, actor, actor_name)
    values (${patient}, ${objection}, ${seq}, ${kind}, ${sealPart(world, placeOf(patient, objection, seq), said)}, ${at}, ${actor.id}, ${actor.name})`
}

export type Spoken = { seq: number; kind: StepKind; said: Said; at: Date; actor: string; actorName: string }

export async function stepsOf(sql: Runner, world: World, { patient, id }: Pick<Objection, 'patient' | 'id'>): Promise<Spoken[]> {
  const rows = await sql<Omit<Spoken, 'said'> & { sealed: Buffer }>`
    select seq, kind, sealed, at, actor, actor_name
      from sickleave.objection_step
     where patient = ${patient} and objection = ${id}
     order by seq
     limit ${stepsMax}`
  return rows.map(({ sealed, ...row }) => ({ ...row, said: openPart<Said>(world, placeOf(patient, id, row.seq), sealed) }))
}

export async function objectionOf(sql: Runner, id: string): Promise<Objection | null> {
  const [found] = await sql<Objection>`
    select patient, id, number, kind, leave, request, employer, known_as, made_by, desk, worker, state, due, session, made_at, changed_at, shown
      from sickleave.objection
     where id = ${id}
     limit 1`
  return found ?? null
}

/** The cases at a desk, by due date. */
export function atDesk(sql: Runner, desk: Desk): Promise<Objection[]> {
  return sql<Objection>`
    select patient, id, number, kind, leave, request, employer, known_as, made_by, desk, worker, state, due, session, made_at, changed_at, shown
      from sickleave.objection
     where state = 'open' and desk = ${desk}
     order by due, made_at, id
     limit ${listMax}`
}

/** The cases that wait for doctors: about leaves that these workers opened, or of these people; by due date. */
export function atDoctors(sql: Runner, workers: readonly number[], patients: readonly number[]): Promise<Objection[]> {
  return sql<Objection>`
    select patient, id, number, kind, leave, request, employer, known_as, made_by, desk, worker, state, due, session, made_at, changed_at, shown
      from sickleave.objection
     where state = 'open' and desk = 'doctor' and (worker = any(${[...workers]}::int4[]) or patient = any(${[...patients]}::int8[]))
     order by due, made_at, id
     limit ${listMax}`
}

export function ofPerson(sql: Runner, keys: readonly number[]): Promise<Objection[]> {
  return sql<Objection>`
    select patient, id, number, kind, leave, request, employer, known_as, made_by, desk, worker, state, due, session, made_at, changed_at, shown
      from sickleave.objection
     where patient = any(${[...keys]}::int8[]) and made_by = 'person'
     order by made_at desc, id
     limit ${listMax}`
}

/** The open case of one leave at a commission; it lets that commission open the file. */
export async function openAbout(sql: Runner, patients: readonly number[], leave: string, desk: Desk): Promise<Objection | null> {
  const [found] = await sql<Objection>`
    select patient, id, number, kind, leave, request, employer, known_as, made_by, desk, worker, state, due, session, made_at, changed_at, shown
      from sickleave.objection
     where patient = any(${[...patients]}::int8[]) and leave = ${leave} and desk = ${desk} and state = 'open'
     order by due, id
     limit 1`
  return found ?? null
}
