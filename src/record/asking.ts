import { type Action, type Entry, whoIs } from '../audit/audit.ts'
import type { Fhir } from '../fhir/fhir.ts'
import type { Actor } from '../platform/actor.ts'
import type { Fragment, Runner } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import type { AnswerRoom } from './answer-room.ts'
import type { Hashes } from './write/hashes.ts'

declare module '../platform/world.ts' {
  interface World {
    fhir: Fhir
    hashes: Hashes
  }
}

/** The context of one question or write: who asks and why. Every act of the record gets it. */
export type Asking = {
  world: World
  actor: Actor
  correlation: string
  /** `http://host/fhir`: references that begin with it are to this server. */
  base: string
  purpose: string
  /** Accept-Language of a reader in a browser, for refusals that a person reads. */
  language?: string | undefined
  /** Key sets of people that this request has already looked up. */
  people?: Map<number, number[]>
  /** Keys in `people` of persons with whom the asking system has nothing to do. */
  unrelated?: Set<number>
  /** The steps of the answer with their durations, when an operator wants it explained. */
  trace?: TraceStep[]
  /** Runs inside the transaction that writes, for a request that did not come by HTTP. */
  inTransaction?: (tx: Runner) => Promise<void>
  /** Whether the client has hung up; a long search then stops. */
  isGone?: () => boolean
  /** The memory that the answer may use; work that is no request has a limit of its own. */
  room?: AnswerRoom
}

export type TraceStep = { step: string; what?: string; ms?: number; rows?: number; matches?: number; statement?: Fragment }

/** Measures a step of the answer when somebody wants it explained; costs nothing otherwise. */
export async function traced<T>(
  trace: TraceStep[] | undefined,
  step: string,
  act: () => Promise<T>,
  more: (done: T) => Omit<TraceStep, 'step' | 'ms'> = () => ({}),
): Promise<T> {
  if (trace === undefined) return act()
  const began = performance.now()
  const done = await act()
  trace.push({ step, ms: performance.now() - began, ...more(done) })
  return done
}

/** An audit row for one disclosed or touched patient; `what` names resources, never a personal number. */
export function entryOf(
  asking: Asking,
  action: Action,
  patient: number | null,
  what: string,
  more: { basis?: string | null; decision?: 'permit' | 'deny'; count?: number } = {},
): Entry {
  return {
    action,
    who: whoIs(asking.actor),
    patient,
    what: what.slice(0, 500),
    purpose: asking.purpose,
    basis: more.basis ?? null,
    decision: more.decision ?? 'permit',
    correlation: asking.correlation,
    ...(more.count === undefined ? {} : { count: more.count }),
  }
}
