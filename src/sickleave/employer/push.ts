import { setTimeout as sleep } from 'node:timers/promises'
import { contentDigest } from '../../platform/http-signature.ts'
import { checkWebhook, isTaken, send } from '../../platform/outside.ts'
import { fragment } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { dayAt } from '../rules/days.ts'
import { portalAddress, waitsMail } from './mail-text.ts'
import { asShown } from './shown.ts'
import { eventsAfter, eventsOfPush } from './store.ts'
import { type Telling, tellingOf } from './telling.ts'
import type { Push } from './wire.ts'

// Tells each channel what it has not been told: in order, one notification at a time for each stream, and each channel by itself, so that a slow one
// holds up nobody. Whatever happens to it, the pull API has the same events for ever. The employers' process does it: who holds keys of the record opens
// no connection to an address that an employer named.

const atOnce = 32
const idleMs = 200
const troubledMs = 1_000
const leaseMs = 60_000
const timeoutMs = 10_000
const answerBytesMax = 65_536
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
               and channel.ended_at is null and channel.is_confirmed
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
  const telling = await tellingOf(world)
  const { body, next } = await pushOf(world, first, telling)
  const trouble = await post(world, telling, first, body)
  if (trouble === null) await settle(world, { ...first, wanted: next })
  else await settleFailure(world, first, trouble)
}

async function tellByMail(world: World, group: readonly Due[]): Promise<void> {
  const { channel, address } = group[0] as Due
  const telling = await tellingOf(world)
  try {
    await telling.mail(group[0] as Due, waitsMail(address, portalAddress(world)))
  } catch (error) {
    for (const due of group) await settleFailure(world, due, mailTrouble(error))
    return
  }
  await world.sql`update sickleave.channel set mailed_at = ${world.now()} where id = ${channel}`
  for (const due of group) await settle(world, due)
}

/** The reply code of the mail server (RFC 5321, section 4.2) and nothing of its words, which may name anybody. */
function mailTrouble(error: unknown): string {
  const { responseCode } = error as { responseCode?: unknown }
  return typeof responseCode === 'number' ? `the mail server answered ${responseCode}` : 'the mail server did not answer'
}

/** What one notification holds; each look is in the access log of the person before it is sent. */
export async function pushOf(
  world: Pick<World, 'sql'>,
  due: Pick<Due, 'channel' | 'employer' | 'sent' | 'wanted' | 'content'>,
  telling: Pick<Telling, 'numbersFor'>,
): Promise<{ body: Push; next: number }> {
  const rows = await eventsAfter(world.sql, due.employer, due.sent, eventsOfPush)
  const next = rows.at(-1)?.seq ?? due.wanted
  const leaves = [...new Set(rows.map(({ knownAs }) => knownAs))]
  const events = due.content === 'full' ? asShown(rows, await telling.numbersFor(due, leaves)) : []
  return { body: { pib: rows[0]?.content.employer?.pib ?? '', after: due.sent, next, events }, next }
}

/** Null when the address answered 2xx; otherwise why not, in words that hold nothing of its answer. */
async function post(world: World, telling: Telling, due: Due, push: Push): Promise<string | null> {
  const body = Buffer.from(JSON.stringify(push))
  try {
    const url = await checkWebhook(world, due.address)
    const headers = await telling.signed(due, { digest: contentDigest(body), delivery: uuidV4(world) })
    const { status } = await send(world, url, { method: 'POST', headers, body, timeoutMs, answerBytesMax })
    return isTaken(status) ? null : `the address answered ${status}`
  } catch {
    return 'the address did not answer'
  }
}

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
