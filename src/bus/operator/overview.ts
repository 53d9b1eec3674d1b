import { shortagesOf } from '../../platform/condition.ts'
import type { World } from '../../platform/world.ts'
import { listAlerts } from '../alert/tell-alerts.ts'
import { directoryOf } from '../members/directory.ts'
import type { BusOverview, MemberState } from '../wire.ts'
import { proposalsWaiting } from './correct.ts'
import { queuesOf } from './queues.ts'
import { circuitsNow, lastHour, lastMinute } from './rates.ts'

const queuesShown = 200

/** Everything that the operator's first page shows, in one answer; it is asked again every few seconds. */
export async function overviewOf(world: World): Promise<BusOverview> {
  const directory = await directoryOf(world)
  const [rates, minutes, queues, circuits, seal, proposals, alerts] = await Promise.all([
    lastMinute(world),
    lastHour(world),
    queuesOf(world),
    circuitsNow(world, directory),
    lastSeal(world),
    proposalsWaiting(world),
    listAlerts(world),
  ])
  const members: Record<MemberState, number> = { requested: 0, approved: 0, active: 0, suspended: 0, revoked: 0 }
  for (const { state } of directory.members.values()) members[state]++
  return {
    at: world.now().toISOString(),
    members,
    contractsWaiting: [...directory.contracts.values()].flat().filter(({ state }) => state === 'requested').length,
    proposalsWaiting: proposals,
    rates,
    minutes,
    queues: queues
      .filter(({ lanes, parked }) => lanes.length > 0 || parked > 0)
      .toSorted((one, other) => oldestOf(one).localeCompare(oldestOf(other)))
      .slice(0, queuesShown),
    circuits,
    seal,
    degraded: shortagesOf(world).map(({ reason, since, figure }) => ({ reason, since: since.toISOString(), figure })),
    alerts,
  }
}

const oldestOf = ({ lanes }: { lanes: { oldest: string | null }[] }): string => lanes.flatMap(({ oldest }) => oldest ?? []).toSorted()[0] ?? '9999'

async function lastSeal(world: World): Promise<BusOverview['seal']> {
  const [row] = await world.sql<{ number: number; seal: string; rows: number; since: Date | null; stamped: number | null }>`
    select s.number, s.seal, s.rows, (select max(t.seal) from bus.stamp t) as stamped,
           (select l.at from bus.log l where l.tx >= s.to_tx order by l.tx, l.id limit 1) as since
      from bus.seal s
     order by s.number desc
     limit 1`
  if (!row) return null
  return {
    number: row.number,
    at: (JSON.parse(row.seal) as { at: string }).at,
    rows: row.rows,
    unsealedSince: row.since?.toISOString() ?? null,
    stamped: row.stamped,
  }
}
