import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment, type Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'

/**
 * Time in the record. A version says when its request came (`at`, meta.lastUpdated) and which transaction wrote it (`tx`), and it commits some time
 * after both. So "since T" by `at` alone would miss versions that commit late. Moments connect the two:
 *
 * - A *moment* is a snapshot of PostgreSQL and an instant. `watermark` gives one for an answer (its instant is not after the snapshot); `keepMoment`
 * stores one (its instant is not before the snapshot). All instants are of the database's clock.
 * - An answer reads rows `seenAt(moment)`, however long that takes, and states `moment.at` as its own time (Bundle.meta.lastUpdated,
 * transactionTime). When a client later asks `_since` that time, `changedSince` gives every row that the last kept moment at or before it had not
 * seen. The kept moment saw nothing that the answer did not see, so nothing is missed, whatever committed in between and in whichever process. Some
 * rows come twice, because moments stand a second apart.
 */
export type Moment = Seen & { at: Date }
/** A snapshot: which transactions had committed. */
export type Seen = {
  /** Transactions below `allEnded` had ended; from `noneBegun` on none had begun; those in `running` were under way. */
  allEnded: number
  noneBegun: number
  running: number[]
}

/** The present snapshot, for an answer of many statements. Its time is before every later commit. */
export async function watermark(sql: Runner): Promise<Moment> {
  // statement_timestamp() is taken before the snapshot; milliseconds are what FHIR clients give back.
  const [now] = await sql<Moment>`
    select date_trunc('milliseconds', statement_timestamp()) as at, pg_snapshot_xmin(s)::text::int8 as all_ended, pg_snapshot_xmax(s)::text::int8 as none_begun,
           array(select x::text::int8 from pg_snapshot_xip(s) as x) as running
      from pg_current_snapshot() as s`
  return now as Moment
}

/** Stores a moment: `_since` its instant gives exactly what it had not seen. */
export async function keepMoment(sql: Runner): Promise<Moment> {
  for (;;) {
    // Instants only grow, even when the clock is set back: otherwise an older snapshot would stand for a later time.
    const [kept] = await sql<Moment>`
      insert into record.moment (at, all_ended, none_begun, running)
      select greatest(date_trunc('milliseconds', clock_timestamp()), (select max(at) from record.moment)) + interval '1 millisecond',
             pg_snapshot_xmin(s)::text::int8, pg_snapshot_xmax(s)::text::int8, array(select x::text::int8 from pg_snapshot_xip(s) as x)
        from pg_current_snapshot() as s
      on conflict do nothing
      returning at, all_ended, none_begun, running`
    if (kept) return kept
  }
}

const everyMs = 1000
const tidyEveryMs = 3_600_000
const thinnedAtOnce = 10_000

/** Keeps moments while the server runs, so that any instant has one shortly before it. Several processes share the work. */
export function startMoments(world: World): () => void {
  let isBusy = false
  let tidied = performance.now()
  const beat = async () => {
    if (isBusy) return
    isBusy = true
    try {
      await keepIfNews(world.sql)
      if (performance.now() - tidied > tidyEveryMs) {
        tidied = performance.now()
        await thinMoments(world.sql)
      }
    } catch (error) {
      world.log.warn({ err: error }, 'no moment could be kept; questions since a recent time answer more than they need until one is')
    } finally {
      isBusy = false
    }
  }
  const timer = setInterval(() => void beat(), everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function keepIfNews(sql: Runner): Promise<void> {
  const [last] = await sql<{ isNews: boolean }>`
    select m.at < clock_timestamp() - ${everyMs * 0.9} * interval '1 millisecond' and m.none_begun < pg_snapshot_xmax(pg_current_snapshot())::text::int8 - 1 as is_news
      from record.moment m
     order by m.at desc
     limit 1`
  if (last?.isNews !== false) await keepMoment(sql)
}

/** Keeps one moment a second for two days, one a minute for a month, one an hour for ever. */
export async function thinMoments(sql: Runner): Promise<void> {
  await sql`
    delete from record.moment
     where at in (
       select m.at
         from record.moment m
        where (m.at < now() - interval '2 days' and m.at > now() - interval '30 days'
               and exists (select 1 from record.moment e where e.at >= date_trunc('minute', m.at) and e.at < m.at))
           or (m.at <= now() - interval '30 days'
               and exists (select 1 from record.moment e where e.at >= date_trunc('hour', m.at) and e.at < m.at))
        order by m.at
        limit ${thinnedAtOnce})`
}

const unseen = ({ noneBegun, running }: Seen): Fragment => fragment`(r.tx >= ${noneBegun}::int8 or r.tx = any(${running}::int8[]))`

/** Condition on `r` (record.resource or record.superseded): the moment saw the transaction that wrote it committed. */
export const seenAt = (moment: Seen): Fragment => fragment`(r.tx < ${moment.allEnded}::int8 or not ${unseen(moment)})`

/** Condition on `r` of record.superseded: the moment had not seen the next version, so this version was current then. */
export const stillCurrentAt = ({ noneBegun, running }: Seen): Fragment => fragment`(r.until_tx >= ${noneBegun}::int8 or r.until_tx = any(${running}::int8[]))`

/** How much the clocks of server and database may differ before a version "at or after T" by its own clock is missed. */
const skewMs = 300_000
/** Longer than any request takes from its time to its commit; used for instants before the first moment. */
const latestCommitMs = 900_000

/**
 * Condition on `r`: versions "created at or after the given instant" (R4 http, section 3.1.0.12), and those created before it that nobody could see
 * then.
 */
export async function changedSince(sql: Runner, since: Date): Promise<Fragment> {
  const earliest = new Date(since.getTime() - skewMs)
  const [early, base] = await Promise.all([lastMoment(sql, earliest), lastMoment(sql, since)])
  if (!base) return fragment`r.at >= ${new Date(since.getTime() - latestCommitMs)}`
  // Of a time that is still to come nothing could have been missed; a moment of that time was kept before the clock was set back.
  const hasCome = base.at >= earliest ? fragment`true` : fragment`now() >= ${earliest}`
  const news = fragment`((${unseen(base)} and ${hasCome}) or r.at >= ${since})`
  return early ? fragment`(r.tx >= ${early.allEnded} and ${news})` : news
}

async function lastMoment(sql: Runner, instant: Date): Promise<Moment | undefined> {
  const [found] = await sql<Moment>`
    select at, all_ended, none_begun, running from record.moment where at <= ${instant} order by at desc limit 1`
  return found
}

/** The statement of a single create begins up to half of this after the create's time (create.ts); any other write begins before its time. */
const queuedMs = 1000
const settleLimitMs = 4000
const settlePauseMs = 50

/**
 * Waits until nothing can still commit a version of that instant or before, so that "what was in the record then" always has the same answer. Refuses
 * when that takes too long.
 */
export async function requireSettled(world: World, instant: Date, expression: string): Promise<void> {
  const until = performance.now() + settleLimitMs
  const quiet = new Date(instant.getTime() + queuedMs)
  if (instant.getTime() > world.now().getTime()) {
    throw new Refusal('incorrect', 'this instant has not come yet', { expression, hint: 'Ask for a time that has passed.' })
  }
  while (performance.now() < until) {
    const [state] = await world.sql<{ isSettled: boolean }>`
      select clock_timestamp() > ${quiet} and not exists (
               select 1 from pg_stat_activity a
                where a.datname = current_database() and a.usename = current_user and a.pid <> pg_backend_pid() and a.xact_start <= ${quiet})
             as is_settled`
    if (state?.isSettled && world.now() > quiet) return
    await sleep(settlePauseMs)
  }
  throw new Refusal('busy', 'a write that began before this instant is still under way, so what was in the record then is not settled', {
    expression,
    hint: 'Ask again in a moment, or for an earlier instant.',
    retryAfterSeconds: 5,
  })
}

/** Condition on `r` of record.resource: the version was the current one at that instant, by its own time. */
export const createdBy = (instant: Date): Fragment => fragment`r.at <= ${instant}`
/** Condition on `r` of record.superseded: the version was the current one at that instant. */
export const currentAt = (instant: Date): Fragment => fragment`(r.at <= ${instant} and r.until > ${instant})`

const instantPattern = /^(\d{4})(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?)?)?$/

/** Reads `_since` and `_at`, which are instants (R4 http). A day or a month means its beginning in UTC; anything else is refused. */
export function instantOf(text: string, name: string): Date {
  // An unescaped plus sign in an address arrives as a space.
  const plain = text.replace(/ (?=\d\d:\d\d$)/, '+')
  const found = instantPattern.exec(plain)
  const at = new Date(found && !found[3] ? `${plain}${found[2] ? '' : '-01'}-01` : plain)
  const isReal = found !== null && !Number.isNaN(at.getTime()) && Number(found[1]) >= 1 && (!found[3] || isDayOfMonth(plain))
  if (isReal) return at
  throw new Refusal('incorrect', `${name} is not an instant`, { expression: name, hint: `Write it like ${name}=2026-11-27T10:15:00.000Z.` })
}

/** 31 April is not a day; Date would make it 1 May. */
function isDayOfMonth(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
