import type { World } from '../../platform/world.ts'
import { contentDigest } from '../../platform/http-signature.ts'
import { checkWebhook, isTaken, send } from '../../platform/outside.ts'
import { signOutgoing } from './address.ts'

const answerBytesMax = 65_536
const testMs = 5000

/** `signed` are headers under the centre's signature, `headers` are sent beside it. */
export type Signed = { method: string; address: string; signed: Record<string, string>; headers?: Record<string, string>; body: Buffer; timeoutMs: number }

/** Posts to a registered address by the rules of webhooks, signed by the centre, and answers the status. */
export async function sendSigned(world: World, { method, address, signed, headers = {}, body, timeoutMs }: Signed): Promise<number> {
  const url = await checkWebhook(world, address)
  const all = { ...headers, ...signOutgoing(world, url, method, signed, contentDigest(body)) }
  const { status } = await send(world, url, { method, headers: all, body, timeoutMs, answerBytesMax })
  return status
}

export const postSigned = (world: World, post: Omit<Signed, 'method'>): Promise<number> => sendSigned(world, { ...post, method: 'POST' })

/** Does the address answer 2xx to a signed empty message? */
export async function isReachable(world: World, address: string): Promise<boolean> {
  const signed = { 'bus-self-test': 'true', 'content-type': 'application/octet-stream' }
  return postSigned(world, { address, signed, body: Buffer.alloc(0), timeoutMs: testMs }).then(isTaken, () => false)
}
