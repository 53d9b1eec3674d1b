import type { World } from './world.ts'

/** What the whole system can be short of. Programs read the word; operators also see the figure. */
export type ShortReason = 'database-away' | 'database-slow' | 'disk' | 'audit-slow' | 'queue-old' | 'seal-late' | 'stamp-late' | 'employers-away'
export type Shortage = { reason: ShortReason; since: Date; figure: string }

type Condition = { shortages: Map<ShortReason, Shortage & { looks: number }>; header: string | null }
const conditions = new WeakMap<World, Condition>()
/** One slow moment is no shortage: two looks in a row must find it, and two must find it gone. What is `certain` counts at the first look. */
const looksNeeded = 2
const certain = new Set<ShortReason>(['database-away', 'disk', 'employers-away'])

function conditionOf(world: World): Condition {
  let found = conditions.get(world)
  if (!found) conditions.set(world, (found = { shortages: new Map(), header: null }))
  return found
}

const isSaid = ({ reason, looks }: { reason: ShortReason; looks: number }) => looks >= (certain.has(reason) ? 1 : looksNeeded)

/** Notes what one look found of each reason: a figure when the system is short of it, null when it is not. */
export function noteLook(world: World, found: Partial<Record<ShortReason, string | null>>): void {
  const condition = conditionOf(world)
  for (const [name, figure] of Object.entries(found)) {
    const reason = name as ShortReason
    const have = condition.shortages.get(reason)
    if (figure !== null && figure !== undefined) {
      if (have) Object.assign(have, { figure, looks: Math.min(looksNeeded + 1, have.looks + 1) })
      else condition.shortages.set(reason, { reason, since: world.now(), figure, looks: 1 })
    } else if (have && --have.looks < looksNeeded - 1 + Number(certain.has(reason))) condition.shortages.delete(reason)
  }
  const reasons = shortagesOf(world).map(({ reason }) => reason)
  condition.header = reasons.length === 0 ? null : `degraded; reason="${reasons.join(' ')}"`
}

export const shortagesOf = (world: World): Shortage[] =>
  [...conditionOf(world).shortages.values()].filter(isSaid).map(({ reason, since, figure }) => ({ reason, since, figure }))

/** Value of the header `spona-status` (a word and parameters as in RFC 9651), on every answer while something is short. */
export const statusHeader = (world: World): string | null => conditions.get(world)?.header ?? null
