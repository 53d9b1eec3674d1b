import { headers, keySets, personOf } from '../../identity/identity.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { perform } from '../act.ts'
import { type Asking, entryOf, refuse, requireRole } from '../asking.ts'
import { casesOf, waiting } from '../case-store.ts'
import { bodyOf, countOf, dayOf, oneOf, optional, textOf } from '../read-body.ts'
import { lengthOf } from '../rules/days.ts'
import { planDecision } from '../rules/plan.ts'
import { decisions } from '../rules/state.ts'
import { leavesOf } from '../show.ts'
import type { CommissionQueue, Leaves } from '../wire.ts'

// The first-degree commission: what lies with it, oldest first, the file of each, and the decision. It sees who was proposed to it, nobody else.

export async function commissionQueue(asking: Asking): Promise<CommissionQueue> {
  await requireRole(asking, 'commission', 'search')
  const { world } = asking
  const rows = await waiting(world.sql)
  await world.ledger.record(
    rows.length > 0
      ? rows.map(({ patient }) => entryOf(asking, patient, { action: 'search', basis: 'commission' }))
      : [entryOf(asking, null, { action: 'search', basis: 'commission' })],
  )
  const sets = await keySets(
    world.sql,
    rows.map(({ patient }) => patient),
  )
  const roots = rows.map(({ patient }) => sets.get(patient)?.[0] ?? patient)
  const known = new Map(await Promise.all([...new Set(roots)].map((root) => headers(world, [root]).then(([header]) => [root, header] as const))))
  return {
    waiting: rows.map(({ leave, since, proposedUntil }, at) => {
      const header = known.get(roots[at] as number)
      return {
        person: header?.id ?? '',
        family: header?.family ?? '',
        given: header?.given ?? '',
        leave,
        since: since.toISOString(),
        proposedUntil,
        days: lengthOf({ from: since.toISOString().slice(0, 10), until: world.now().toISOString().slice(0, 10) }) - 1,
      }
    }),
  }
}

/** The person of a leave that lies with the commission; anything else is nobody's business here. */
async function requireWaiting(asking: Asking, handle: string, leave: string, action: 'read' | 'update') {
  await requireRole(asking, 'commission', action)
  const { world } = asking
  const person = await personOf(world.sql, handle)
  const found = person && isUuid(leave) ? (await casesOf(world.sql, person.keys)).find(({ id }) => id === leave) : undefined
  if (person && found?.state.status === 'referred') return { person, found }
  return refuse(
    asking,
    person?.keys[0] ?? null,
    action,
    new Refusal('forbidden', 'this leave does not lie with the commission', { details: { reason: 'not proposed', opens: [] } }),
  )
}

export async function commissionFile(asking: Asking, handle: string, leave: string): Promise<Leaves> {
  const { person } = await requireWaiting(asking, handle, leave, 'read')
  await asking.world.ledger.record([entryOf(asking, person.keys[0] as number, { action: 'read', basis: 'commission' })])
  return leavesOf(asking.world, person.keys)
}

export async function decideLeave(asking: Asking, handle: string, leave: string, given: unknown): Promise<{ status: string; until: string }> {
  const { person, found } = await requireWaiting(asking, handle, leave, 'update')
  const body = bodyOf(given, ['decision', 'until', 'number', 'finding', 'seen'])
  const wish = { decision: oneOf(body, 'decision', decisions), until: dayOf(body, 'until'), number: textOf(body, 'number', 60) }
  const finding = optional(body, 'finding', textOf)
  const { institution, worker } = found
  await perform(asking, person, {
    leave,
    seen: optional(body, 'seen', countOf),
    existing: ({ state }, ground) => planDecision(ground, state, wish),
    medical: finding ? { finding } : {},
    basis: 'commission',
    institution,
    worker,
  })
  const state = (await casesOf(asking.world.sql, person.keys)).find(({ id }) => id === leave)?.state
  if (!state) throw new Error('a leave that was just decided is not there')
  return { status: state.status, until: state.until }
}
