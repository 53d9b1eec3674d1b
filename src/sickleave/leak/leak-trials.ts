import { codeMail, portalAddress, waitsMail } from '../employer/mail-text.ts'
import { pushOf } from '../employer/push.ts'
import { recordsHere } from '../employer/records-here.ts'
import { type Actor, anonymous } from '../../platform/actor.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'

// The bodies for routes that take one, and the messages that are sent without a question.

type Bodies = (pib: string, leaves: readonly string[]) => unknown[]

/** Questions by POST get real bodies. For routes that change something only refusals are tried, so that the trial leaves nothing behind. */
const questions: Record<string, Bodies> = {
  'POST /employer/search': (pib, leaves) => [
    { pib, limit: 200 },
    { unread: true, text: 'а' },
    { pib, text: leaves[0] ?? '%' },
    { pib, after: '%00' },
  ],
  'POST /employer/documents': (pib, leaves) => [
    { format: 'xml', pib },
    { format: 'csv', leaves: leaves.slice(0, 500) },
    { format: 'pdf', pib },
  ],
}
const hostileBodies = [{ fields: ['diagnosis'], leaves: 'x', seq: -1, code: '1', role: 'root', pib: "1'or'1'='1" }]

export const bodiesOf = (route: string, pib: string, leaves: readonly string[]): unknown[] => [...(questions[route]?.(pib, leaves) ?? []), ...hostileBodies]

/** The webhook's body and every e-mail, as they would be sent now. */
export async function toldUnasked(world: World, employer: number, name: string): Promise<{ route: string; text: string }[]> {
  const channel = { channel: '00000000-0000-4000-8000-000000000000', employer, sent: 0, wanted: 1 }
  const actor: Actor = { ...anonymous, kind: 'system', id: 'leak-test', name, roles: ['system'] }
  const numbersFor = (_place: object, leaves: readonly string[]) =>
    recordsHere.numbersOf({ world, actor, correlation: uuidV4(world) }, { employers: [employer], leaves }, { action: 'export', basis: 'employer' })
  const told = [{ route: 'mail to confirm', text: JSON.stringify(codeMail('a@b.rs', 'code', portalAddress(world))) }]
  told.push({ route: 'mail that something waits', text: JSON.stringify(waitsMail('a@b.rs', portalAddress(world))) })
  for (const content of ['full', 'notice'] as const) {
    const { body } = await pushOf(world, { ...channel, content }, { numbersFor })
    told.push({ route: `webhook ${content}`, text: JSON.stringify(body) })
  }
  return told
}
