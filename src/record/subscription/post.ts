import { outgoing } from '../../bus/bus.ts'
import { isTaken } from '../../platform/outside.ts'
import type { World } from '../../platform/world.ts'
import { openHeaders, type Running } from './store.ts'

/** What is to be told now, if anything, and up to which event all is told then. `tell` answers why it was not taken, or null. */
export type Turn = { tell: (() => Promise<string | null>) | null; sent: number }

/** `text`: a resource as JSON, or null for a request without contents. */
type Request = { method: 'POST' | 'PUT'; address: string; text: string | null }

/** Null when the endpoint answered 2xx; otherwise why not, in words that hold nothing of its answer. */
export async function post(world: World, { id, mime, headers, timeout }: Running, { method, address, text }: Request): Promise<string | null> {
  try {
    const status = await outgoing.sendSigned(world, {
      method,
      address,
      signed: text === null ? {} : { 'content-type': mime },
      body: Buffer.from(text === null ? '' : mime.endsWith('xml') ? world.fhir.formats.print(text, { format: 'xml', isPretty: false }) : text),
      headers: Object.fromEntries(openHeaders(world, headers).map(({ name, value }) => [name, value])),
      timeoutMs: timeout * 1000,
    })
    return isTaken(status) ? null : `the endpoint answered ${status}`
  } catch (error) {
    // Endpoints are mostly just away; why one is, the log tells whoever asks it for more.
    world.log.debug({ err: error, subscription: id }, silence)
    return silence
  }
}

export const silence = 'the endpoint did not answer'
