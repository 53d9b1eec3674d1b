import { composeMessages, type Message, storedMessage } from '../bus/messages/accept.ts'
import { fragment, join, type Runner } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import type { BusMember } from './bus-member.ts'

const atOnce = 1000

/** Writes the rows that acceptance writes, by the same statement with a thousand messages at a time. What acceptance costs is measured elsewhere. */
export async function fillBacklog(world: World, sender: BusMember, member: BusMember, count: number, keys = 10_000): Promise<void> {
  const message = await messagesTo(world, sender, member)
  for (let from = 0; from < count; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => message(from + at, `k-${(from + at) % keys}`))
    await storeUnsigned(world, world.sql, some)
  }
}

export async function storeUnsigned(world: World, sql: Runner, messages: readonly Message[]): Promise<void> {
  await sql.run(fragment`with ${join(composeMessages(messages.map((one) => storedMessage(world, one))), ', ')} select 1 as done`)
}

export async function messagesTo(world: World, sender: BusMember, member: BusMember): Promise<(at: number, key: string) => Message> {
  const [ids] = await world.sql<{ sender: string; recipient: string }>`
    select (select id from bus.member where code = ${sender.code}) as sender, (select id from bus.member where code = ${member.code}) as recipient`
  if (!ids) throw new Error('the members have not joined')
  return (at, key) => ({
    sender: { id: ids.sender, code: sender.code },
    name: `backlog-${at}`,
    to: { provider: member.code, service: 'box' },
    lane: 1,
    key,
    document: null,
    subject: null,
    patient: null,
    contentType: 'application/json',
    body: Buffer.from(`{"n":${at}}`),
    digest: '',
    base: '',
    signature: '',
    kid: sender.jwk.kid,
    contract: null,
    answers: null,
    recipients: [{ id: ids.recipient, holdKey: false }],
  })
}
