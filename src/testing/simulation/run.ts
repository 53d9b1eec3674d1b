import assert from 'node:assert/strict'
import { centreKey } from '../../bus/members/centre-key.ts'
import type { World } from '../../platform/world.ts'
import type { Seeded } from '../seeded.ts'
import type { Centre, Reply } from './centre.ts'
import type { EdgeUnderFire } from './edge.ts'
import type { RecordReader } from './record-reader.ts'
import type { Contract, Stage } from './stage.ts'
import { isAnswerTo, type Letter, type Signed, System } from './system.ts'
import type { Fate, Webhooks } from './webhooks.ts'

export type Call = { number: string; from: System; to: System; calls: Set<string>; answer: string | null }

/** The run of one seed: everything that was said and done so far, as an observer of both ends knows it. */
export type Run = Stage & {
  centre: Centre
  random: Seeded
  hooks: Webhooks
  letters: Letter[]
  /** Requests that are still on their way. */
  later: { letter: Letter; signed: Signed }[]
  calls: Call[]
  /** Members with an edge, in the seeds that have some. */
  edges: EdgeUnderFire[]
  record: RecordReader
  /** How often an address broke off since the centre started. Five times would open its circuit for ten seconds of real time. */
  cuts: number
  /** Whether a fault came during the last request. */
  hasStruck: boolean
  isHealed: boolean
  trace: string[]
  /** Messages that the operator handed out again to the record; those that it refused it refuses again. */
  replayed: Set<string>
  /** The first error that a member's own server found. */
  wrong: unknown
}

export const say = (run: Run, line: string) => void run.trace.push(`${run.trace.length} ${line}`)
export const chance = (run: Run, percent: number): boolean => run.random.below(100) < percent
export const nameOf = (run: Run, system: System): string => `m${run.systems.indexOf(system)}`

/** Asks the centre, and replaces it when it dies in the request. The answer to a signed request must be signed by the centre and belong to this request. */
export async function ask(run: Run, signed: Signed, mustBeSigned = true): Promise<Reply | null> {
  const reply = await run.centre.ask(signed)
  run.hasStruck = run.centre.disarm()
  if (!reply) await replace(run)
  else if (mustBeSigned && reply.status < 300) assert.ok(isAnswerTo(signed.asked, reply, centreKey(run.centre.world.keys).jwk), 'the answer is not signed')
  assert.ok(reply?.status !== 500, reply?.text ?? '')
  // A system that is told that its clock is wrong mostly corrects it.
  if (reply?.status === 401 && chance(run, 60)) for (const one of run.systems) if (one.keys.includes(signed.key)) one.skew = 0
  return reply
}

export async function replace(run: Run): Promise<void> {
  say(run, 'the centre died; another takes its place')
  await run.centre.restart()
  run.cuts = 0
}

/** Work of the centre itself. Work that a fault stopped is tried again. */
export async function work<T>(run: Run, act: (world: World) => Promise<T>): Promise<T | null> {
  const done = await run.centre.work(act)
  run.hasStruck = run.centre.disarm()
  if (run.centre.isDead) await replace(run)
  return done
}

/** True when the answer is the expected one; false when a fault kept us from knowing. */
export function isAsExpected(run: Run, reply: Reply | null, expected: number, what: string): reply is Reply {
  say(run, `${what}: ${reply?.status ?? 'no answer'}`)
  if (!reply || (run.hasStruck && reply.status === 503)) return false
  assert.equal(reply.status, expected, `${what}: ${reply.text}`)
  return true
}

const skewMaxSeconds = 300

/** Whether the centre would take this signature now. */
export function isTimely(run: Run, { created, key }: Signed): boolean {
  const { now } = run.centre.clock
  return Math.abs(now / 1000 - Math.floor(created / 1000)) <= skewMaxSeconds && !key.isWithdrawn && key.until > now
}

export const isCurrent = ({ isActive, validUntil }: Contract, now: number): boolean => isActive && (validUntil === null || validUntil > now)

export function contractOf(run: Run, consumer: System, to: string): Contract | null {
  return run.contracts.find((one) => one.consumer === consumer && one.to === to && isCurrent(one, run.centre.clock.now)) ?? null
}

/** Whether a system may send to this place now: to its own topic without a contract, into an inbox with one. */
export function maySend(run: Run, from: System, to: string): boolean {
  if (!from.isActive) return false
  return to === `${from.code}/news` || (!to.endsWith('/news') && contractOf(run, from, to) !== null)
}

/** The systems that receive a message sent to this place now. */
export function hearersOf(run: Run, from: System, to: string): System[] {
  const owner = run.systems.find(({ code }) => to.startsWith(`${code}/`))
  if (!to.endsWith('/news')) return owner ? [owner] : []
  return run.systems.filter((one) => one !== from && contractOf(run, one, to) !== null)
}

/** What a webhook or an address does with one request; after the faults are over it takes everything. */
export function fateOf(run: Run, effect: () => void): Fate {
  const dice = run.isHealed ? 0 : run.random.below(100)
  const mayCut = run.cuts < 4
  if (dice < 75) {
    effect()
    return 200
  }
  if (dice < 85) return 503
  if (!mayCut) return 503
  run.cuts++
  if (dice < 92) effect()
  return 'cut'
}
