import type { Transaction } from '../../platform/world.ts'

// Which channels are told of which employer. A channel's place in a stream is a row of its own, with how far it was told and how far there is to
// tell.

/** From now on those channels of the agency that include its clients are told of this client. */
export async function followClient(tx: Transaction, agency: number, client: number, at: Date): Promise<void> {
  await tx`
    insert into sickleave.channel_place (channel, employer, wanted, sent, due_at)
    select channel.id, ${client}, last, last, ${at}
      from sickleave.channel channel,
           lateral (select coalesce((select last from sickleave.employer_stream where employer = ${client}), 0) as last) stream
     where channel.employer = ${agency} and channel.clients and channel.ended_at is null
    on conflict do nothing`
}

export async function leaveClient(tx: Transaction, agency: number, client: number): Promise<void> {
  await tx`
    delete from sickleave.channel_place
     where employer = ${client} and channel in (select id from sickleave.channel where employer = ${agency})`
}

/** A new channel is told of its employer from now on, and of the clients too if it includes them. */
export async function followAll(tx: Transaction, channel: { id: string; employer: number; clients: boolean }, at: Date): Promise<void> {
  await tx`
    insert into sickleave.channel_place (channel, employer, wanted, sent, due_at)
    select ${channel.id}, heard.employer, coalesce(stream.last, 0), coalesce(stream.last, 0), ${at}
      from (select ${channel.employer}::int4 as employer
             union
            select employer from sickleave.mandate
             where ${channel.clients} and agency = ${channel.employer} and confirmed_at is not null and ended_at is null) heard
      left join sickleave.employer_stream stream on stream.employer = heard.employer
    on conflict do nothing`
}
