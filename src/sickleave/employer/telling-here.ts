import { outgoing } from '../../bus/bus.ts'
import { anonymous } from '../../platform/actor.ts'
import { sendMail } from '../../platform/mail.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid, uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { dayAt } from '../rules/days.ts'
import { recordsHere } from './records-here.ts'
import { eventsOfPush } from './store.ts'
import type { Place, Sent, Telling } from './telling.ts'

type Due = { name: string; kind: 'webhook' | 'email'; address: string; content: 'full' | 'notice'; sent: number }

export const tellingHere = (world: World): Telling => ({
  numbersFor: (place, leaves) => numbersFor(world, place, leaves),
  signed: (place, sent) => signedFor(world, place, sent),
  mail: (_place, mail) => sendMail(world, mail),
})

/** Checks each question anew: only for a channel that is being told at this moment, and only for the events that come next. */
async function requireDue(world: World, { channel, employer }: Place): Promise<Due> {
  const now = world.now()
  const [due] = isUuid(channel)
    ? await world.sql<Due>`
        select channel.name, channel.kind, channel.address, channel.content, place.sent
          from sickleave.channel_place place
          join sickleave.channel channel on channel.id = place.channel
         where place.channel = ${channel} and place.employer = ${employer} and place.wanted > place.sent and place.leased_until > ${now}
           and channel.ended_at is null and channel.is_confirmed
           and (channel.employer = place.employer
                or exists (select from sickleave.mandate
                            where agency = channel.employer and mandate.employer = place.employer and confirmed_at is not null and ended_at is null
                              and coalesce(until_day, 'infinity') >= ${dayAt(now)}::date))`
    : []
  if (!due) throw new Refusal('forbidden', 'this channel is told nothing at the moment')
  return due
}

async function numbersFor(world: World, place: Place, leaves: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { name, content, sent } = await requireDue(world, place)
  const next = await world.sql<{ knownAs: string }>`
    select distinct known_as
      from (select known_as from sickleave.employer_event where employer = ${place.employer} and seq > ${sent} order by seq limit ${eventsOfPush}) next
     limit ${eventsOfPush}`
  const told = new Set(next.map(({ knownAs }) => knownAs))
  if (content !== 'full' || !leaves.every((leave) => told.has(leave))) throw new Refusal('forbidden', 'this channel is not told of such a leave now')
  const asking: Asking = {
    world,
    correlation: uuidV4(world),
    actor: { ...anonymous, kind: 'system', id: `sick-leave channel ${place.channel}`, name, roles: ['system'] },
  }
  return recordsHere.numbersOf(asking, { employers: [place.employer], leaves }, { action: 'export', basis: 'employer' })
}

/** Always a POST of JSON to the address that the employer registered: nothing else is ever signed for this side. */
async function signedFor(world: World, place: Place, { digest, delivery }: Sent): Promise<Record<string, string>> {
  const { kind, address } = await requireDue(world, place)
  if (kind !== 'webhook') throw new Refusal('forbidden', 'this channel is no webhook')
  return outgoing.sign(world, new URL(address), 'POST', { 'content-type': 'application/json', 'spona-delivery': delivery }, digest)
}

export async function mailAddressOf(world: World, place: Place): Promise<string> {
  const { kind, address } = await requireDue(world, place)
  if (kind !== 'email') throw new Refusal('forbidden', 'this channel is no e-mail')
  return address
}
