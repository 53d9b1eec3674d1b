import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { ask, signOutgoing } from './address.ts'
import { type Contents, type LargeTurn, type Received, receive } from './contents.ts'

/** An address that fails this often in a row is left alone for the pause; calls go to the provider's other addresses meanwhile. */
const failuresMax = 5
const pauseMs = 10_000
const callMs = 30_000
const circuitsMax = 10_000
const circuitsToldMax = 200

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

/** Addresses that this process does not use at the moment, and addresses that have failed lately. */
export function openCircuits(world: World): { address: string; failures: number; openMs: number }[] {
  const now = performance.now()
  return [...(circuits.get(world) ?? [])]
    .filter(([, { failures, openUntil }]) => failures > 0 || openUntil > now)
    .slice(0, circuitsToldMax)
    .map(([address, { failures, openUntil }]) => ({ address, failures, openMs: Math.max(0, Math.round(openUntil - now)) }))
}

export type Forwarded = {
  method: string
  pathAndQuery: string
  headers: Record<string, string>
  /** Has arrived whole and is verified, so it can be sent once more to the next address when one fails. */
  body: Contents
  mayRepeat: boolean
  answerBytesMax: number
  turn: LargeTurn
}
export type Answered = { status: number; headers: IncomingHttpHeaders; body: Received }

export async function forward(world: World, addresses: readonly string[], call: Forwarded): Promise<Answered> {
  const closed = addresses.filter((address) => circuitOf(world, address).openUntil <= performance.now())
  if (closed.length === 0) throw notThere(Math.ceil(pauseMs / 1000))
  for (const address of closed) {
    const circuit = circuitOf(world, address)
    try {
      const answer = await askOne(world, new URL(`${address.replace(/\/$/, '')}${call.pathAndQuery}`), call)
      circuit.failures = 0
      return answer
    } catch (error) {
      // The centre itself has no room for the answer: no other address would have a smaller one.
      if (error instanceof Refusal) throw error
      if (++circuit.failures >= failuresMax) Object.assign(circuit, { failures: 0, openUntil: performance.now() + pauseMs })
      world.log.info({ err: error }, 'an address of a provider does not answer')
      // Whether the provider did what was asked is unknown unless no connection came to be: a change is not sent twice.
      if (!call.mayRepeat && !isUnconnected(error))
        throw new Refusal('busy', 'the provider did not answer in time; whether it did what was asked is unknown', { retryAfterSeconds: 5 })
    }
  }
  throw notThere(2)
}

async function askOne(world: World, url: URL, { method, headers, body, answerBytesMax, turn }: Forwarded): Promise<Answered> {
  const asked = await ask(world, url, { method, headers: signOutgoing(world, url, method, headers, body.digest), body, headMs: callMs })
  try {
    const length = asked.headers['content-length']
    const announced = length === undefined || method === 'HEAD' ? null : Number(length)
    const answer = await receive(world, asked.stream, { announced, bytesMax: answerBytesMax, digest: asked.headers['content-digest'], turn })
    return { status: asked.status, headers: asked.headers, body: answer }
  } finally {
    asked.drop()
  }
}

const notThere = (retryAfterSeconds: number) => new Refusal('busy', 'the provider cannot be reached', { retryAfterSeconds })
const isUnconnected = (error: unknown) =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN', 'EBUSADDRESS'].includes((error as { code?: string }).code ?? '')
