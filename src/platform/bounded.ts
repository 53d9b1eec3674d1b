import { Script } from 'node:vm'

/** The act was still running at its limit and was stopped. */
export class TookTooLong extends Error {}

let waiting: (() => unknown) | undefined
const key = Symbol.for('spona.bounded')
Object.defineProperty(globalThis, key, { value: () => waiting?.() })
const call = new Script(`globalThis[Symbol.for('spona.bounded')]()`)

/**
 * Runs what does not give way by itself, an expression or a pattern that came from outside, for so long at most. Only V8's own watchdog can
 * stop a loop or a pattern in the one thread that also answers requests. It costs some hundred microseconds, so it is for acts that may be long.
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
