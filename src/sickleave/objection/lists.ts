import { headers, keySets } from '../../identity/identity.ts'
import { type Asking, entryOf } from '../asking.ts'
import { bodyOf, textOf } from '../read-body.ts'
import { asEmployer } from '../employer/store.ts'
import type { Side } from '../request/side.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Sql } from '../../platform/sql.ts'
import { isUuid } from '../../platform/uuid.ts'
import { dayAt } from '../rules/days.ts'
import { endAlone } from './end.ts'
import { ownLimits } from './limits.ts'
import { type Objection, objectionOf, ofPerson, stepsOf } from './objection-store.ts'
import type { Desk as DeskShown, DeskLine, Objections, ObjectionShown } from './wire.ts'

const listMax = 300

export async function objectionsOf(asking: Asking, side: Side): Promise<Objections> {
  const { world } = asking
  if (side.employer === null) return ownObjections(asking, side)
  const { employer } = side
  const rows = await asEmployer(
    world.sql,
    [employer],
    (tx) => tx<{ id: string; shown: ObjectionShown }>`
      select id, shown from sickleave.objection where employer = ${employer} order by changed_at desc, id limit ${listMax}`,
  )
  const patients = await world.sql<{ patient: number }>`
    select distinct patient from sickleave.objection where id = any(${rows.map(({ id }) => id)}::uuid[]) limit ${listMax}`
  await record(
    asking,
    patients.map(({ patient }) => patient),
    side.basis,
  )
  return { objections: rows.map(({ shown }) => shown) }
}

/** The person's objections; the person reads the answers too. */
async function ownObjections(asking: Asking, { keys, basis }: Side): Promise<Objections> {
  const { world } = asking
  const found = await ofPerson(world.sql, keys ?? [])
  await record(asking, (keys ?? []).slice(0, 1), basis)
  const objections = []
  for (const one of found) {
    const last = (await stepsOf(world.sql, world, one)).findLast(({ kind }) => kind === 'accepted' || kind === 'rejected')
    objections.push({ ...one.shown, answer: last?.said.text ?? null })
  }
  return { objections, limits: await ownLimits(world.sql, keys ?? [], dayAt(world.now())) }
}

async function record({ world, ...asking }: Asking, patients: readonly number[], basis: string): Promise<void> {
  const one = (patient: number | null) => entryOf({ world, ...asking }, patient, { action: 'read', basis, what: 'sick-leave-objection' })
  await world.ledger.record(patients.length > 0 ? [...new Set(patients)].map(one) : [one(null)])
}

export async function withdrawObjection(asking: Asking, side: Side, id: string, given: unknown): Promise<Objections> {
  const { employer, keys, basis } = side
  const said = { text: textOf(bodyOf(given, ['why']), 'why', 300) }
  const found = isUuid(id) ? await objectionOf(asking.world.sql, id) : null
  const isTheirs = found !== null && (keys === null ? found.employer === employer : found.madeBy === 'person' && keys.includes(found.patient))
  if (!isTheirs) throw new Refusal('not-found', 'there is no such objection')
  if (found.state !== 'withdrawn') await endAlone(asking, found, { kind: 'withdrawn', said, basis })
  return objectionsOf(asking, side)
}

/** The cases at a desk, with the words of those who asked. Each person in them reads that somebody looked. */
export async function deskOf(asking: Asking, basis: string, rows: readonly Objection[]): Promise<DeskShown> {
  const { world } = asking
  await record(
    asking,
    rows.map(({ patient }) => patient),
    basis,
  )
  const lines: DeskLine[] = []
  for (const row of rows) lines.push(await lineOf(asking, row))
  return { today: dayAt(world.now()), lines }
}

async function lineOf({ world }: Asking, one: Objection): Promise<DeskLine> {
  const root = (await keySets(world.sql, [one.patient])).get(one.patient)?.[0] ?? one.patient
  const [header] = await headers(world, [root])
  const [made] = await stepsOf(world.sql, world, one)
  return {
    ...one.shown,
    // The desk knows the leave by the leave's own id.
    leave: one.leave,
    person: header?.id ?? '',
    madeBy: one.madeBy,
    employer: one.madeBy === 'employer' ? (made?.actorName ?? null) : null,
    session: one.session,
    text: made?.said.text ?? '',
  }
}

/** For the trial of leaks: ids of existing objections. */
export async function objectionIds(sql: Sql, employer: number): Promise<string[]> {
  const rows = await asEmployer(
    sql,
    [employer],
    (tx) => tx<{ id: string }>`select id from sickleave.objection where employer = ${employer} order by changed_at limit 20`,
  )
  return rows.map(({ id }) => id)
}
