import { setTimeout as sleep } from 'node:timers/promises'
import { outgoing } from '../../bus/bus.ts'
import { anonymous } from '../../platform/actor.ts'
import { sendMail } from '../../platform/mail.ts'
import { fragment } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { dayAt } from '../rules/days.ts'
import { portalAddress, waitsMail } from './mail-text.ts'
import { shown } from './shown.ts'
import { eventsAfter } from './store.ts'
import type { Push } from './wire.ts'

// Tells each channel what it has not been told: in order, one notification at a time for each stream, and each channel by itself, so that a slow one
// holds up nobody. Whatever happens to it, the pull API has the same events for ever.

const atOnce = 32
const idleMs = 200
const troubledMs = 1_000
const eventsOfEach = 50
const leaseMs = 60_000
const timeoutMs = 10_000
const backOffSeconds = [1, 5, 15, 60, 300, 900, 3_600]
const enduranceMs = 3 * 86_400_000

type Due = {
  channel: string
  employer: number
  sent: number
  wanted: number
  failures: number
  failingSince: Date | null
  kind: 'webhook' | 'email'
  address: string
  content: 'full' | 'notice'
  name: string
}

export function startTellingEmployers(world: World): () => Promise<void> {
  const busy = new Set<Promise<unknown>>()
  const step = async () => {
    const due = busy.size < atOnce ? await takeDue(world, atOnce - busy.size) : []
    for (const group of byChannel(due)) {
      const work = tell(world, group)
        .catch((error: unknown) => world.log.warn({ err: error }, 'an employer’s channel could not be told; tried again'))
        .finally(() => busy.delete(work))
      busy.add(work)
    }
    return idleMs
  }
  const stop = workSteadily(world, { step, troubledMs, trouble: 'channels of employers could not be read; tried again in a moment' })
  return async () => {
    await stop()
    await Promise.race([Promise.all(busy), sleep(2_000, undefined, { ref: false })])
  }
}

/** Everything that is due, until nothing is. Answers how many channels were told something. */
export async function tellDue(world: World): Promise<number> {
  let told = 0
  for (;;) {
    const groups = byChannel(await takeDue(world, atOnce))
    if (groups.length === 0) return told
    told += groups.length
    await Promise.all(groups.map((group) => tell(world, group)))
  }
}

/** One e-mail stands for all streams; a webhook is told of each by itself. */
const byChannel = (due: readonly Due[]): Due[][] => [
  ...Map.groupBy(due, ({ kind, channel, employer }) => (kind === 'email' ? channel : `${channel} ${employer}`)).values(),
]

/** A mandate that is over opens nothing from that moment on, whatever still waits. */
function takeDue(world: World, limit: number): Promise<Due[]> {
  const now = world.now()
  const mailedBefore = new Date(now.getTime() - world.config.MAIL_MINUTES * 60_000)
  return world.sql.run<Due>(fragment`
    update sickleave.channel_place place
       set leased_until = ${new Date(now.getTime() + leaseMs)}
      from (select place.channel, place.employer, channel.kind, channel.address, channel.content, channel.name
              from sickleave.channel_place place
              join sickleave.channel channel on channel.id = place.channel
             where place.wanted > place.sent and place.parked_at is null and place.due_at <= ${now}
               and (place.leased_until is null or place.leased_until <= ${now})
               and channel.ended_at is null and channel.code_hash is null
               and (channel.kind = 'webhook' or channel.mailed_at is null or channel.mailed_at <= ${mailedBefore})
               and (channel.employer = place.employer
                    or exists (select from sickleave.mandate
                                where agency = channel.employer and mandate.employer = place.employer and confirmed_at is not null and ended_at is null
                                  and coalesce(until_day, 'infinity') >= ${dayAt(now)}::date))
             order by place.due_at
             limit ${limit}
               for update of place skip locked) due
     where place.channel = due.channel and place.employer = due.employer
    returning place.channel, place.employer, place.sent, place.wanted, place.failures, place.failing_since, due.kind, due.address, due.content, due.name`)
}

async function tell(world: World, group: readonly Due[]): Promise<void> {
  const [first] = group
  if (!first) return
  if (first.kind === 'email') return tellByMail(world, group)
  const { body, next } = await pushOf(world, first)
  const trouble = await post(world, first.address, body, {})
  if (trouble === null) await settle(world, { ...first, wanted: next })
  else await settleFailure(world, first, trouble)
}

async function tellByMail(world: World, group: readonly Due[]): Promise<void> {
  const { channel, address } = group[0] as Due
  try {
    await sendMail(world, waitsMail(address, portalAddress(world)))
  } catch {
    for (const due of group) await settleFailure(world, due, 'the mail server did not take it')
    return
  }
  await world.sql`update sickleave.channel set mailed_at = ${world.now()} where id = ${channel}`
  for (const due of group) await settle(world, due)
}

const teller = (world: World, { channel, name }: Due): Asking => ({
  world,
  correlation: uuidV4(world),
  actor: { ...anonymous, kind: 'system', id: `sick-leave channel ${channel}`, name, roles: ['system'] },
})

/** What one notification holds; each look is in the access log of the person before it is sent. */
export async function pushOf(world: World, due: Due): Promise<{ body: Push; next: number }> {
  const rows = await eventsAfter(world.sql, due.employer, due.sent, eventsOfEach)
  const next = rows.at(-1)?.seq ?? due.wanted
  const events = due.content === 'full' ? await shown(teller(world, due), [due.employer], rows, 'export') : []
  return { body: { pib: rows[0]?.content.employer?.pib ?? '', after: due.sent, next, events }, next }
}

/** Null when the address answered 2xx; otherwise why not, in words that hold nothing of its answer. */
async function post(world: World, address: string, body: Push, more: Record<string, string>): Promise<string | null> {
  try {
    const status = await outgoing.postSigned(world, {
      address,
      signed: { 'content-type': 'application/json', 'spona-delivery': uuidV4(world), ...more },
      body: Buffer.from(JSON.stringify(body)),
      timeoutMs,
    })
    return outgoing.isTaken(status) ? null : `the address answered ${status}`
  } catch {
    return 'the address did not answer'
  }
}

export const postTest = async (world: World, address: string): Promise<boolean> =>
  (await post(world, address, { pib: '', after: 0, next: 0, events: [] }, { 'spona-test': 'true' })) === null

/** A replay that was asked for meanwhile goes before: only who told from where it stands now moves it on. */
async function settle(world: World, { channel, employer, sent, wanted }: Due): Promise<void> {
  await world.sql`
    update sickleave.channel_place
       set sent = case when sent = ${sent} then ${wanted}::int8 else sent end, failures = 0, failing_since = null, trouble = null, leased_until = null,
           due_at = ${world.now()}
     where channel = ${channel} and employer = ${employer}`
}

async function settleFailure(world: World, { channel, employer, failures, failingSince }: Due, trouble: string): Promise<void> {
  const now = world.now()
  const since = failingSince ?? now
  const waitSeconds = backOffSeconds[Math.min(failures, backOffSeconds.length - 1)] as number
  const isOver = now.getTime() - since.getTime() > enduranceMs
  await world.sql`
    update sickleave.channel_place
       set failures = ${failures + 1}, failing_since = ${since}, trouble = ${trouble}, leased_until = null,
           due_at = ${new Date(now.getTime() + waitSeconds * 1_000)}, parked_at = ${isOver ? now : null}
     where channel = ${channel} and employer = ${employer}`
}
