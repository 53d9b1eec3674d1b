import { access } from '../../access/access.ts'
import type { Sql } from '../../platform/sql.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf, requireRole } from '../asking.ts'
import { dayAt } from '../rules/days.ts'
import type { Officers } from './wire.ts'

// The coordinator of the Fund's work sees how much each officer has and how late it is, and gives a request to another officer. Decisions stay with
// the officers, two for each.

const supervisor = 'fund-supervisor'
export const isSupervisor = ({ actor }: Asking): boolean => actor.kind === 'person' && actor.roles.includes(supervisor)
export const requireSupervisor = (asking: Asking) => requireRole(asking, supervisor, 'update')

/** The names of the present officers by their accounts. Requests of somebody who is no officer any more belong to nobody. */
export const officerNames = async (sql: Sql): Promise<Map<string, string>> =>
  new Map((await access.accountsWith(sql, 'fund')).map(({ id, name }) => [id, name]))

export async function officers(asking: Asking): Promise<Officers> {
  await requireRole(asking, supervisor, 'read')
  const { world } = asking
  await world.ledger.record([entryOf(asking, null, { action: 'read', basis: 'fund', what: 'sick-leave officers' })])
  const today = dayAt(world.now())
  const all = await access.accountsWith(world.sql, 'fund')
  const rows = await world.sql<{ officer: string | null; count: number; overdue: number }>`
    select officer, count(*)::int4 as count, count(*) filter (where due < ${today}::date)::int4 as overdue
      from sickleave.request
     where waits_for = 'fund'
     group by officer
     order by officer
     limit ${all.length + 1000}`
  const byId = new Map(rows.map((row) => [row.officer, row]))
  const known = new Set(all.map(({ id }) => id))
  const nobodys = rows.filter(({ officer }) => officer === null || !known.has(officer))
  return {
    officers: all.map(({ id, name }) => ({ id, name, count: byId.get(id)?.count ?? 0, overdue: byId.get(id)?.overdue ?? 0 })),
    nobodys: {
      count: nobodys.reduce((sum, { count }) => sum + count, 0),
      overdue: nobodys.reduce((sum, { overdue }) => sum + overdue, 0),
    },
  }
}

/** Only a present officer: otherwise a request would wait unseen. */
export async function officerOf(sql: Sql, id: string): Promise<{ officer: string; name: string }> {
  const name = (await officerNames(sql)).get(id)
  if (name === undefined) throw new Refusal('unprocessable', 'this is no officer of the Fund', { expression: 'officer' })
  return { officer: id, name }
}
