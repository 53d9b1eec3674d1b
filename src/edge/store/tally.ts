import type { State } from './items.ts'
import type { Store } from './store.ts'

/** How many items are in these states. Reads rows that are counted at each change, never the items themselves. */
export function countOf(store: Store, ...states: State[]): number {
  const marks = states.map(() => '?').join(', ')
  return store.one<{ count: number }>(`select coalesce(sum(count), 0) as count from tally where state in (${marks})`, ...states)?.count ?? 0
}

/** When the oldest item that was not yet sent arrived; null when all were sent. In each state the smallest number is the oldest. */
export function oldestOf(store: Store): number | null {
  const first = (state: 'waiting' | 'ready') =>
    store.one<{ at: number }>(`select received_at as at from item where state = '${state}' order by seq limit 1`)?.at ?? Number.POSITIVE_INFINITY
  const oldest = Math.min(first('waiting'), first('ready'))
  return Number.isFinite(oldest) ? oldest : null
}
