import type { Running, State } from './store.ts'

/** How long a subscriber that does not answer is tried, and when its Subscription shows that. Pauses grow from seconds to ten minutes. */
const backoffSecondsMax = 600
const errorAfterMs = 300_000
const handshakesMax = 3
const offAfterMs = 3 * 86_400_000

export type Outcome = { state: State; failures: number; failingSince: Date | null; dueAt: Date; error: string | null }

/** The state after one more failed attempt. */
export function afterFailure({ state, failures, failingSince, sinceTx }: Running, reason: string, now: Date): Outcome {
  const count = failures + 1
  const since = failingSince ?? now
  const failingMs = now.getTime() - since.getTime()
  const pauseMs = Math.min(backoffSecondsMax, 2 ** Math.min(count, 12)) * 1000
  const isOver = failingMs >= offAfterMs
  const isError = failingMs >= errorAfterMs || (sinceTx === null && count >= handshakesMax)
  const next: State = isOver ? 'off' : isError ? 'error' : state
  return { state: next, failures: count, failingSince: since, dueAt: new Date(now.getTime() + pauseMs), error: reason }
}

/** When to act even if nothing happens: at the next heartbeat, or at the end of the Subscription. */
export function nextTurn({ heartbeat, endsAt }: Pick<Running, 'heartbeat' | 'endsAt'>, now: Date): Date | null {
  const beat = heartbeat === null ? null : new Date(now.getTime() + heartbeat * 1000)
  if (beat === null || endsAt === null) return beat ?? endsAt
  return beat < endsAt ? beat : endsAt
}
