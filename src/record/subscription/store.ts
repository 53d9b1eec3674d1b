import { type Fragment, fragment, identifier, join, type Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { openBytes, sealBytes } from '../sealed-link.ts'
import type { ContentLevel, Header, Setup } from './setup.ts'
import type { Interaction } from './topics.ts'

export type State = 'requested' | 'active' | 'error' | 'off'

/** The running state of a Subscription. */
export type Running = {
  patient: number
  id: string
  name: string | null
  client: string
  scopes: string[]
  topic: string | null
  filters: string[]
  content: ContentLevel
  mime: string
  endpoint: string
  headers: Buffer
  heartbeat: number | null
  timeout: number
  batch: number
  endsAt: Date | null
  state: State
  generation: number
  sinceTx: number | null
  number: number
  sent: number
  failures: number
  failingSince: Date | null
  notifiedAt: Date | null
}

/** One event: a version, and which number it has for this subscription. */
export type NumberedEvent = { number: number; at: Date; patient: number; type: number; id: string; version: number; interaction: Interaction }

type Key = { patient: number; id: string }

export const publicId = ({ name, id }: { name: string | null; id: string }): string => name ?? id

const sealedFor = 'subscription-header'
export const sealHeaders = (world: World, headers: readonly Header[]): Buffer => sealBytes(world, sealedFor, Buffer.from(JSON.stringify(headers)))
export const openHeaders = (world: World, sealed: Buffer): Header[] => JSON.parse(openBytes(world, sealedFor, sealed).toString()) as Header[]

/** Counts the client's Subscriptions that are not off. A lock held until the commit makes one of two that are made at once see the other. */
export async function countOfClient(tx: Runner, client: string, except: Key): Promise<number> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`subscription ${client}`}, 0))`
  const [found] = await tx<{ count: number }>`
    select count(*)::int4 as count
      from record.subscription
     where client = ${client} and state <> 'off' and (patient, id) <> (${except.patient}, ${except.id}::uuid)`
  return found?.count ?? 0
}

const columns =
  'patient id name client scopes topic filters content mime endpoint headers heartbeat timeout batch ends_at state generation since_tx number sent failures failing_since notified_at'
    .split(' ')
    .map(identifier)
/** `table`: an alias with its dot, where another table is beside it. */
export const runningColumns = (table: Fragment = fragment``): Fragment =>
  join(
    columns.map((column) => fragment`${table}${column}`),
    ', ',
  )

export async function lockRunning(tx: Runner, { patient, id }: Key): Promise<Running | null> {
  const [found] = await tx<Running>`select ${runningColumns()} from record.subscription where patient = ${patient} and id = ${id} for update`
  return found ?? null
}

export async function findRunning(sql: Runner, { patient, id }: Key): Promise<Running | null> {
  const [found] = await sql<Running>`select ${runningColumns()} from record.subscription where patient = ${patient} and id = ${id}`
  return found ?? null
}

export type NewRunning = Key &
  Omit<Setup, 'headers'> & { name: string | null; client: string; scopes: readonly string[]; headers: Buffer; state: State; now: Date }

/** Takes over what its owner wrote anew. Events keep their numbers, and the numbers go on. */
export async function storeRunning(tx: Runner, one: NewRunning): Promise<void> {
  const dueAt = one.state === 'off' ? null : one.now
  await tx`
    insert into record.subscription (patient, id, name, client, scopes, topic, filters, content, mime, endpoint, headers, heartbeat, timeout, batch, ends_at, state, due_at)
    values (${one.patient}, ${one.id}, ${one.name}, ${one.client}, ${one.scopes}::text[], ${one.topic}, ${one.filters}::text[], ${one.content}, ${one.mime},
            ${one.endpoint}, ${one.headers}, ${one.heartbeat}, ${one.timeout}, ${one.batch}, ${one.endsAt}, ${one.state}, ${dueAt})
    on conflict (patient, id) do update
       set client = excluded.client, scopes = excluded.scopes, topic = excluded.topic, filters = excluded.filters, content = excluded.content,
           mime = excluded.mime, endpoint = excluded.endpoint, headers = excluded.headers, heartbeat = excluded.heartbeat, timeout = excluded.timeout,
           batch = excluded.batch, ends_at = excluded.ends_at, state = excluded.state, due_at = excluded.due_at,
           generation = record.subscription.generation + 1, failures = 0, failing_since = null,
           since_tx = case when excluded.state <> 'off' then record.subscription.since_tx end`
}

/** Turns off a Subscription that was deleted. */
export async function endRunning(tx: Runner, { patient, id }: Key): Promise<void> {
  await tx`
    update record.subscription
       set state = 'off', since_tx = null, due_at = null, generation = generation + 1
     where patient = ${patient} and id = ${id}`
}

export const eventsMax = 100

export const eventsFrom = (sql: Runner, subscription: string, from: number, until: number | null, limit: number): Promise<NumberedEvent[]> =>
  sql<NumberedEvent>`
    select number, at, patient, type, id, version, interaction
      from record.subscription_event
     where subscription = ${subscription} and number >= ${from} and (${until}::int8 is null or number <= ${until}::int8)
     order by number
     limit ${Math.min(limit, eventsMax)}`

/** All Subscriptions of one client, in any state. */
export const findOfClient = (sql: Runner, client: string): Promise<Running[]> =>
  sql<Running>`select ${runningColumns()} from record.subscription where client = ${client} order by patient, id limit ${rowsMax}`
const rowsMax = 1000

/** The number of the oldest event that is still kept. */
export async function firstKept(sql: Runner, subscription: string): Promise<number | null> {
  const [found] = await sql<{ number: number }>`
    select number from record.subscription_event where subscription = ${subscription} order by number limit 1`
  return found?.number ?? null
}

const keptDays = 30
const prunedAtOnce = 10_000

/** Removes events older than a month, delivered or not. */
export async function pruneEvents(world: World): Promise<void> {
  const before = new Date(world.now().getTime() - keptDays * 86_400_000)
  for (;;) {
    const gone = await world.sql`
      delete from record.subscription_event
       where (subscription, number) in (select subscription, number from record.subscription_event where at < ${before} limit ${prunedAtOnce})
      returning 1 as one`
    if (gone.length < prunedAtOnce) return
  }
}
