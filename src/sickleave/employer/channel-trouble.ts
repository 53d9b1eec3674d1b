import { type Asking, entryOf, requireRole } from '../asking.ts'
import type { ChannelTrouble } from './wire.ts'

// What an operator sees about telling employers: whom we do not reach, since when, and how much waits. Of an address only the host is shown, because
// the rest may be a secret.

const shownMax = 200

type Row = Omit<ChannelTrouble['webhooks'][number], 'host' | 'since'> & { kind: 'webhook' | 'email'; address: string; since: Date }

export async function channelTrouble(asking: Asking): Promise<ChannelTrouble> {
  const { world } = asking
  await requireRole(asking, 'operator', 'read')
  await world.ledger.record([entryOf(asking, null, { action: 'read', basis: 'operator', what: 'sick-leave channels', purpose: 'operation' })])
  const rows = await world.sql<Row>`
    select channel.id, channel.kind, channel.address, channel.name, min(place.failing_since) as since, max(place.failures) as failures,
           max(place.trouble) as trouble, sum(place.wanted - place.sent)::int8 as waiting, bool_or(place.parked_at is not null) as is_parked
      from sickleave.channel_place place
      join sickleave.channel channel on channel.id = place.channel
     where place.failing_since is not null and channel.ended_at is null
     group by channel.id
     order by since
     limit ${shownMax}`
  const byMail = Map.groupBy(
    rows.filter(({ kind }) => kind === 'email'),
    ({ trouble }) => trouble,
  )
  return {
    mail: [...byMail].map(([trouble, of]) => ({
      ...{ trouble, since: (of[0] as Row).since.toISOString(), addresses: of.length },
      waiting: of.reduce((sum, { waiting }) => sum + waiting, 0),
    })),
    webhooks: rows
      .filter(({ kind }) => kind === 'webhook')
      .map(({ kind: _kind, address, since, ...row }) => ({ ...row, host: new URL(address).host, since: since.toISOString() })),
  }
}
