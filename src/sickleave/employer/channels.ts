import { hash } from 'node:crypto'
import { canMail, isMailAddress } from '../../platform/mail.ts'
import { readAddress } from '../../platform/outside.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid, uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { answersTest, mailCode } from '../apart/ask-teller.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, countOf, flagOf, oneOf, optional, wordOf } from '../read-body.ts'
import { followAll } from './channel-store.ts'
import { takeTurn } from './pace.ts'
import { affairOf, requireEmployer } from './rights.ts'
import { asEmployer } from './store.ts'
import type { Channels, ChannelLine, Replayed } from './wire.ts'

// An employer subscribes once, and from then on is told of everything. Events can be told again from any number on.

const channelsMax = 50
const hashOf = (code: string) => hash('sha256', `sick-leave address ${code}`, 'buffer')

export async function channelsOf(asking: Asking, pib: string): Promise<Channels> {
  const { employer } = await requireEmployer(asking, pib, 'manage')
  // A channel's places in the streams of clients are rows of these clients, for whom the agency works.
  const clients = await asEmployer(
    asking.world.sql,
    [employer],
    (tx) => tx<{ employer: number }>`
    select employer from sickleave.mandate where agency = ${employer} and confirmed_at is not null and ended_at is null limit 2000`,
  )
  const channels = await asEmployer(
    asking.world.sql,
    [employer, ...clients.map((one) => one.employer)],
    (tx) => tx<ChannelLine>`
      select channel.id, channel.kind, channel.address, channel.content, channel.clients, channel.by_name as by, channel.at, channel.is_confirmed,
             count(place.channel)::int4 as streams, coalesce(sum(place.wanted - place.sent), 0)::int8 as waiting,
             (count(place.channel) filter (where place.parked_at is not null))::int4 as parked, max(place.trouble) as trouble,
             min(place.failing_since) as failing_since
        from sickleave.channel channel
        left join sickleave.channel_place place on place.channel = channel.id
       where channel.employer = ${employer} and channel.ended_at is null
       group by channel.id
       order by channel.at
       limit ${channelsMax}`,
  )
  return { channels }
}

export async function addChannel(asking: Asking, pib: string, given: unknown): Promise<{ id: string }> {
  const { world, actor } = asking
  const { employer, name } = await requireEmployer(asking, pib, 'manage')
  takeTurn(asking, 'channel')
  const body = bodyOf(given, ['kind', 'address', 'content', 'clients'])
  const kind = oneOf(body, 'kind', ['webhook', 'email'])
  const address = wordOf(body, 'address', 500)
  const content = kind === 'email' ? 'notice' : (optional(body, 'content', (of, field) => oneOf(of, field, ['full', 'notice'])) ?? 'full')
  const clients = flagOf(body, 'clients')
  const code = kind === 'email' ? world.random(6).toString('base64url') : null
  if (kind === 'webhook') await requireAnswers(world, address)
  else requireMail(world, address)
  const [id, at] = [uuidV4(world), world.now()]
  await world.ledger.transaction(async (tx) => {
    const [count] = await tx<{ n: number }>`select count(*)::int4 as n from sickleave.channel where employer = ${employer} and ended_at is null`
    if ((count?.n ?? 0) >= channelsMax) throw new Refusal('conflict', `an employer has at most ${channelsMax} channels`)
    const added = await tx`
      insert into sickleave.channel (id, employer, kind, address, content, clients, code_hash, name, by_name, at)
      values (${id}, ${employer}, ${kind}, ${address}, ${content}, ${clients}, ${code && hashOf(code)}, ${name}, ${actor.name}, ${at})
      on conflict do nothing returning id`
    if (added.length === 0) throw new Refusal('conflict', 'this address is told already', { expression: 'address' })
    tx.audit([affairOf(asking, 'configure', `sick-leave channel ${id}`)])
    await followAll(tx, { id, employer, clients }, at)
  })
  if (code !== null && !(await mailCode(world, { to: address, code }))) {
    await endChannel(asking, employer, id)
    throw new Refusal('unprocessable', 'the mail server did not take a mail to this address', { expression: 'address' })
  }
  return { id }
}

async function requireAnswers(world: World, address: string): Promise<void> {
  readAddress(world, address)
  if (await answersTest(world, address)) return
  throw new Refusal('unprocessable', 'the address did not answer a signed test with 2xx', {
    expression: 'address',
    hint: 'It gets a POST with the header spona-test: true and an empty list of events.',
  })
}

function requireMail(world: World, address: string): void {
  if (!canMail(world)) throw new Refusal('unprocessable', 'this installation sends no mail', { expression: 'kind', hint: 'Its operator sets SMTP_URL.' })
  if (!isMailAddress(address)) throw new Refusal('incorrect', 'address is one e-mail address, without a name', { expression: 'address' })
}

/** Nobody gets mail before they have agreed with the code that only they received. */
export async function confirmChannel(asking: Asking, pib: string, id: string, given: unknown): Promise<void> {
  const { world } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  takeTurn(asking, 'invitation')
  const code = wordOf(bodyOf(given, ['code']), 'code', 40)
  await world.ledger.transaction(async (tx) => {
    const found = isUuid(id)
      ? await tx`
          update sickleave.channel set code_hash = null
           where id = ${id} and employer = ${employer} and code_hash = ${hashOf(code)} and ended_at is null returning id`
      : []
    if (found.length === 0) throw new Refusal('unprocessable', 'this is not the code that was sent to this address', { expression: 'code' })
    tx.audit([affairOf(asking, 'configure', `sick-leave channel ${id}`)])
  })
}

export async function removeChannel(asking: Asking, pib: string, id: string): Promise<void> {
  const { employer } = await requireEmployer(asking, pib, 'manage')
  await endChannel(asking, employer, id)
}

async function endChannel(asking: Asking, employer: number, id: string): Promise<void> {
  const { world } = asking
  await world.ledger.transaction(async (tx) => {
    const ended = isUuid(id)
      ? await tx`update sickleave.channel set ended_at = ${world.now()} where id = ${id} and employer = ${employer} and ended_at is null returning id`
      : []
    if (ended.length === 0) throw noChannel()
    tx.audit([affairOf(asking, 'configure', `sick-leave channel ${id}`)])
    await tx`delete from sickleave.channel_place where channel = ${id}`
  })
}

/** Sends the signed test again when somebody asks whether their address still listens. */
export async function testChannel(asking: Asking, pib: string, id: string): Promise<void> {
  const { world } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  takeTurn(asking, 'channel')
  const [channel] = isUuid(id)
    ? await asEmployer(
        world.sql,
        [employer],
        (tx) => tx<{ address: string }>`
          select address from sickleave.channel where id = ${id} and employer = ${employer} and kind = 'webhook' and ended_at is null`,
      )
    : []
  if (!channel) throw noChannel()
  await world.ledger.record([affairOf(asking, 'read', `sick-leave channel ${id}`)])
  await requireAnswers(world, channel.address)
}

const noChannel = () => new Refusal('not-found', 'this employer has no such channel')

/** Tells everything after a number again, in one stream or in all streams of the channel. Parked streams continue. */
export async function replayChannel(asking: Asking, pib: string, id: string, given: unknown): Promise<Replayed> {
  const { world } = asking
  const { employer } = await requireEmployer(asking, pib, 'manage')
  takeTurn(asking, 'channel')
  const body = bodyOf(given, ['pib', 'after'])
  const after = optional(body, 'after', countOf) ?? null
  const client = optional(body, 'pib', (of, name) => wordOf(of, name, 9))
  const one = client === undefined ? null : (await requireEmployer(asking, client, 'read')).employer
  return world.ledger.transaction(async (tx) => {
    const [channel] = isUuid(id)
      ? await tx`select id from sickleave.channel where id = ${id} and employer = ${employer} and kind = 'webhook' and ended_at is null`
      : []
    if (!channel) throw noChannel()
    tx.audit([affairOf(asking, 'configure', `sick-leave channel ${id}`)])
    const streams = await tx`
      update sickleave.channel_place
         set sent = least(sent, coalesce(${after}::int8, sent)), parked_at = null, failures = 0, failing_since = null, trouble = null, due_at = ${world.now()}
       where channel = ${id} and (${one}::int4 is null or employer = ${one})
      returning employer`
    return { streams: streams.length }
  })
}
