import { Script } from 'node:vm'

/** Thrown when the act was still running at its limit. */
export class TookTooLong extends Error {}

let waiting: (() => unknown) | undefined
const key = Symbol.for('spona.bounded')
Object.defineProperty(globalThis, key, { value: () => waiting?.() })
const call = new Script(`globalThis[Symbol.for('spona.bounded')]()`)

/**
 * Runs `act` for at most `limitMs`. It is for code that never yields, such as an expression or a pattern from outside: it would hold up the one
 * thread that answers requests, and only V8's own watchdog can stop it. A call costs some hundred microseconds.
 */
export function bounded<T>(limitMs: number, act: () => T): T {
  const outer = waiting
  waiting = act
  try {
    return call.runInThisContext({ timeout: Math.max(1, Math.ceil(limitMs)) }) as T
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TookTooLong(`stopped after ${limitMs} ms`)
    throw error
  } finally {
    waiting = outer
  }
}
