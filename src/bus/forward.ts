import { Refusal } from '../platform/refusal.ts'
import type { World } from '../platform/world.ts'
import { type Answered, send, signOutgoing } from './address.ts'

/** A call on its way to the provider's own address: the next address when one is not there, and a pause for one that keeps failing. */
const failuresMax = 5
const pauseMs = 10_000
const callMs = 30_000
const answerBytesMax = 8 * 1_048_576
const circuitsMax = 10_000

type Circuit = { failures: number; openUntil: number }
const circuits = new WeakMap<World, Map<string, Circuit>>()

function circuitOf(world: World, address: string): Circuit {
  let mine = circuits.get(world)
  if (!mine) circuits.set(world, (mine = new Map()))
  if (mine.size > circuitsMax) mine.clear()
  let found = mine.get(address)
  if (!found) mine.set(address, (found = { failures: 0, openUntil: 0 }))
  return found
}

export type Forwarded = { method: string; pathAndQuery: string; headers: Record<string, string>; body: Buffer; mayRepeat: boolean }

export async function forward(world: World, addresses: readonly string[], { method, pathAndQuery, headers, body, mayRepeat }: Forwarded): Promise<Answered> {
  const closed = addresses.filter((address) => circuitOf(world, address).openUntil <= performance.now())
  if (closed.length === 0) throw notThere(Math.ceil(pauseMs / 1000))
  for (const address of closed) {
    const url = new URL(`${address.replace(/\/$/, '')}${pathAndQuery}`)
    const circuit = circuitOf(world, address)
    try {
      const answer = await send(world, url, { method, headers: signOutgoing(world, url, method, headers, body), body, timeoutMs: callMs, answerBytesMax })
      circuit.failures = 0
      return answer
    } catch (error) {
      if (++circuit.failures >= failuresMax) Object.assign(circuit, { failures: 0, openUntil: performance.now() + pauseMs })
      world.log.info({ err: error }, 'an address of a provider does not answer')
      // Whether the provider did what was asked is unknown unless no connection came to be: a change is not sent twice.
      if (!mayRepeat && !isUnconnected(error))
        throw new Refusal('busy', 'the provider did not answer in time; whether it did what was asked is unknown', { retryAfterSeconds: 5 })
    }
  }
  throw notThere(2)
}

const notThere = (retryAfterSeconds: number) => new Refusal('busy', 'the provider cannot be reached', { retryAfterSeconds })
const isUnconnected = (error: unknown) =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN', 'EBUSADDRESS'].includes((error as { code?: string }).code ?? '')
