import type { World } from '../../platform/world.ts'
import { checkWebhook, send, signOutgoing } from './address.ts'
import { contentDigest } from '../signing/http-signature.ts'

const answerBytesMax = 65_536

export type Post = { address: string; contentType: string; body: Buffer; headers: Record<string, string>; timeoutMs: number }

/** Posts to an address that somebody registered, by the rules of webhooks and signed by the centre; answers the status. `headers` are sent beside it. */
export async function postSigned(world: World, { address, contentType, body, headers, timeoutMs }: Post): Promise<number> {
  const url = await checkWebhook(world, address)
  const signed = signOutgoing(world, url, 'POST', { 'content-type': contentType }, contentDigest(body))
  const { status } = await send(world, url, { method: 'POST', headers: { ...headers, ...signed }, body, timeoutMs, answerBytesMax })
  return status
}
