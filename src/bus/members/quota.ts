import type { FastifyReply } from 'fastify'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'

/** `left`: of the portion that this process took. `used`: by all processes when it was taken. */
type Counter = { minute: number; left: number; used: number; taking: Promise<void> | null }
const counters = new WeakMap<World, Map<string, Counter>>()
const countersMax = 50_000
/** A process takes a tenth of the quota at a time: it rarely asks the database, and at most a tenth lies unused in another process. */
const portions = 10

/**
 * Counts one exchange against the contract's quota of this minute. All processes share the quota, so it does not matter to which of them a connection
 * came. The headers of the reply say what is left, also when the exchange is refused.
 */
export async function takeQuota(world: World, reply: FastifyReply | null, contract: { id: string; quotaPerMinute: number }): Promise<void> {
  const { quotaPerMinute: limit } = contract
  const seconds = world.now().getTime() / 1000
  const minute = Math.floor(seconds / 60)
  const resetSeconds = Math.max(1, Math.ceil((minute + 1) * 60 - seconds))
  const counter = counterOf(world, contract.id, minute)
  while (counter.left === 0 && counter.used < limit) await (counter.taking ??= takePortion(world, counter, contract))
  const isAllowed = counter.left > 0
  if (isAllowed) counter.left--
  reply?.headers({ 'ratelimit-limit': limit, 'ratelimit-remaining': counter.left + Math.max(0, limit - counter.used), 'ratelimit-reset': resetSeconds })
  if (!isAllowed) throw new Refusal('too-many', `the contract allows ${limit} exchanges a minute`, { retryAfterSeconds: resetSeconds })
}

function counterOf(world: World, contract: string, minute: number): Counter {
  let mine = counters.get(world)
  if (!mine) counters.set(world, (mine = new Map()))
  if (mine.size > countersMax) mine.clear()
  let counter = mine.get(contract)
  if (!counter || counter.minute !== minute) mine.set(contract, (counter = { minute, left: 0, used: 0, taking: null }))
  return counter
}

async function takePortion(world: World, counter: Counter, { id, quotaPerMinute }: { id: string; quotaPerMinute: number }): Promise<void> {
  const portion = Math.ceil(quotaPerMinute / portions)
  try {
    const [row] = await world.sql<{ used: number }>`
      insert into bus.quota (contract, minute, used) values (${id}, ${counter.minute}, ${portion})
      on conflict (contract) do update
         set used = case when excluded.minute > quota.minute then excluded.used else quota.used + excluded.used end,
             minute = greatest(quota.minute, excluded.minute)
      returning used`
    const used = row?.used ?? quotaPerMinute
    counter.left = Math.max(0, Math.min(portion, quotaPerMinute - (used - portion)))
    counter.used = Math.min(quotaPerMinute, used)
  } finally {
    counter.taking = null
  }
}
