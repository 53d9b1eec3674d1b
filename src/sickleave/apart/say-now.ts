import { sendMail } from '../../platform/mail.ts'
import { checkWebhook, isTaken, send } from '../../platform/outside.ts'
import type { World } from '../../platform/world.ts'
import { codeMail, portalAddress } from '../employer/mail-text.ts'

/** A post that is complete and signed; `body` is text. */
export type Post = { address: string; headers: Record<string, string>; body: string }
export type Code = { to: string; code: string }

const answerBytesMax = 65_536
const timeoutMs = 10_000

/** Whether the address answered 2xx. */
export async function postNow(world: Pick<World, 'config'>, { address, headers, body }: Post): Promise<boolean> {
  try {
    const url = await checkWebhook(world, address)
    return isTaken((await send(world, url, { method: 'POST', headers, body: Buffer.from(body), timeoutMs, answerBytesMax })).status)
  } catch {
    return false
  }
}

/** Whether the mail server took it. */
export const mailNow = (world: World, { to, code }: Code): Promise<boolean> =>
  sendMail(world, codeMail(to, code, portalAddress(world))).then(
    () => true,
    () => false,
  )
