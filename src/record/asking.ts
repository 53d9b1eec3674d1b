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

/** One question or write, with who asks and why: what every act of the record gets. */
export type Asking = {
  world: World
  actor: Actor
  correlation: string
  /** `http://host/fhir`: references that begin with it are ours. */
  base: string
  purpose: string
  /** Accept-Language of a reader in a browser: a refusal is read by a person. */
  language?: string | undefined
  /** Key sets of people that this request has asked for already. */
  people?: Map<number, number[]>
  /** Of these, keys of people with whom the asking system has nothing to do. */
  unrelated?: Set<number>
  /** What answering took, step by step, when an operator wants it explained. */
  trace?: TraceStep[]
  /** What must happen in the very transaction that writes, for a request that comes by another way than HTTP. */
  inTransaction?: (tx: Runner) => Promise<void>
  /** Has the client hung up? Then a long search stops. */
  isGone?: () => boolean
  /** What its answer may hold in memory; work that is no request has a bound of its own. */
  room?: AnswerRoom
}

export type TraceStep = { step: string; what?: string; ms?: number; rows?: number; matches?: number; statement?: Fragment }

/** Measures a part of the answer for whoever has it explained; costs nothing otherwise. */
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
