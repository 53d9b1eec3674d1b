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

// Tells each channel its new events in order, one notification at a time for each stream. Each channel is served by itself, so that a slow one delays
// nobody. Whatever happens to a channel, the pull API keeps the same events for ever. The employers' process does this, because a process with keys
// of the record opens no connection to an address that an employer named.

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

/** Tells everything that is due, until nothing is left. Answers how many channels were told something. */
export async function tellDue(world: World): Promise<number> {
  let told = 0
  for (;;) {
    const groups = byChannel(await takeDue(world, atOnce))
    if (groups.length === 0) return told
    told += groups.length
    await Promise.all(groups.map((group) => tell(world, group)))
  }
}

/** One e-mail stands for all streams; a webhook is told of each stream separately. */
const byChannel = (due: readonly Due[]): Due[][] => [
  ...Map.groupBy(due, ({ kind, channel, employer }) => (kind === 'email' ? channel : `${channel} ${employer}`)).values(),
]

/** Takes the places that are due. From the moment a mandate ends nothing of the client is told, even when something still waits. */
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

/** Only the reply code of the mail server (RFC 5321, section 4.2): its text may name anybody. */
function mailTrouble(error: unknown): string {
  const { responseCode } = error as { responseCode?: unknown }
  return typeof responseCode === 'number' ? `the mail server answered ${responseCode}` : 'the mail server did not answer'
}

/** The content of one notification. Each look is in the access log of the person before it is sent. */
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

/** Null when the address answered 2xx, otherwise the reason; it contains nothing of the answer's text. */
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

/** The place moves on only if it still stands where this telling began: a replay that was asked for meanwhile takes precedence. */
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
