import { names } from '../../registry/registry.ts'
import { type Asking, entryOf } from '../asking.ts'
import { openPerson } from '../read-page.ts'
import { basisOfRow } from '../view.ts'
import type { VisitsReported } from '../wire.ts'
import { isInTime, limitMs } from './settle.ts'
import { lineOf } from './show.ts'
import { findVisits, type Late } from './store.ts'

const days = 60

/** For the person and for readers of their record: the visits whose report has come, is awaited, or is missing. */
export async function visitsReported(asking: Asking, handle: string): Promise<VisitsReported> {
  const { world } = asking
  const { keys, view } = await openPerson(asking, handle, 'visits')
  const now = world.now()
  const found = await findVisits(world.sql, keys, new Date(now.getTime() - days * 86_400_000), now)
  const open = found.filter((row) => basisOfRow(view, row) !== null)
  const named = await names(world)
  const basis = view.basisOf(keys[0] as number)
  await world.ledger.record([entryOf(asking, 'read', keys[0] as number, 'visits', { basis: basis?.kind ?? null, count: open.length })])
  const visits = open.map((one) => ({
    ...lineOf(world, one),
    institution: named.institution(one.institution),
    receivedAt: one.receivedAt?.toISOString() ?? null,
    state: stateOf(one, now),
  }))
  return { visits }
}

function stateOf({ endedAt, receivedAt }: Late, now: Date): VisitsReported['visits'][number]['state'] {
  if (receivedAt !== null) return isInTime(endedAt, receivedAt) ? 'received' : 'received-late'
  return now.getTime() - endedAt.getTime() <= limitMs ? 'awaited' : 'missing'
}
