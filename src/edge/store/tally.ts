import type { State } from './items.ts'
import type { Store } from './store.ts'

/** How many items are in these states: rows that are counted as they change, never the items themselves. */
export function countOf(store: Store, ...states: State[]): number {
  const marks = states.map(() => '?').join(', ')
  return store.one<{ count: number }>(`select coalesce(sum(count), 0) as count from tally where state in (${marks})`, ...states)?.count ?? 0
}

/** When what has not gone out came, the oldest of it; null when all has. What came first has the smallest number in its state. */
export function oldestOf(store: Store): number | null {
  const first = (state: 'waiting' | 'ready') =>
    store.one<{ at: number }>(`select received_at as at from item where state = '${state}' order by seq limit 1`)?.at ?? Number.POSITIVE_INFINITY
  const oldest = Math.min(first('waiting'), first('ready'))
  return Number.isFinite(oldest) ? oldest : null
}
