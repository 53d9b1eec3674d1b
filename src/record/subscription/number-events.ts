import { type OutboxMark, outboxAfter } from '../../bus/bus.ts'
import type { Search } from '../../fhir/fhir.ts'
import { int2Array, int4Array, int8Array, textArray, timestamptzArray, uuidArray } from '../../platform/arrays.ts'
import type { Transaction } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { type Content, contentsOf } from '../search/contents.ts'
import { findVersions, type Stored } from '../store.ts'
import { basisOfRow, viewOf } from '../view.ts'
import { type Changed, changedBy } from './changed.ts'
import { holds, satisfies, searchesOf, typesNamed } from './filters.ts'
import type { Running } from './store.ts'
import { type Subscriber, subscriberOf } from './subscriber.ts'
import { type Topic, topicOf, typesOf } from './topics.ts'

const batch = 200
const idleMs = 100
const troubledMs = 1000
const runningMax = 100_000

type Hearing = Pick<Running, 'patient' | 'id' | 'client' | 'scopes' | 'topic' | 'filters' | 'sinceTx'> & { types: ReadonlySet<string> }
/** All Subscriptions of one client with one set of scopes: access is asked once for them. */
type Listener = { subscriber: Subscriber; subscriptions: Hearing[] }

/** Numbers events for every Subscription while the server runs. Several processes may try; one at a time does it. */
export function startNumbering(world: World, numbered: () => void): () => Promise<void> {
  const step = async () => {
    if ((await numberEvents(world)) === 0) return idleMs
    numbered()
    return 0
  }
  return workSteadily(world, { step, troubledMs, trouble: 'changes could not be numbered for Subscriptions; tried again in a moment' })
}

/**
 * Looks at the next rows of the outbox, below the watermark and in their order, and gives each Subscription the next numbers for what it
 * may see and asked for. Whatever it may not see has no number, so the numbers tell nothing of it. Numbers, events and mark move in
 * one transaction. Answers how many rows were looked at.
 */
export function numberEvents(world: World): Promise<number> {
  return world.sql.begin(async (tx) => {
    const [mark] = await tx<OutboxMark>`select tx, patient, id from record.subscription_mark limit 1 for update`
    if (!mark) throw new Error('the mark of what was numbered is gone')
    const rows = await outboxAfter(tx, mark, batch)
    const last = rows.at(-1)
    if (!last) return 0
    const listeners = await listenersOf(world, tx)
    const types = new Set(listeners.flatMap(({ subscriptions }) => subscriptions.flatMap((one) => [...one.types])))
    const changes = types.size === 0 ? [] : await changedBy(world, tx, rows, types)
    for (const listener of listeners) await numberFor(world, tx, listener, changes)
    await tx`update record.subscription_mark set tx = ${last.tx}, patient = ${last.patient}, id = ${last.id}`
    return rows.length
  })
}

async function listenersOf(world: World, tx: Transaction): Promise<Listener[]> {
  const running = await tx<Omit<Hearing, 'types'>>`
    select patient, id, client, scopes, topic, filters, since_tx
      from record.subscription
     where state <> 'off' and since_tx is not null and (ends_at is null or ends_at > ${world.now()})
     order by client, patient, id
     limit ${runningMax}`
  const groups = Map.groupBy(running, ({ client, scopes }) => JSON.stringify([client, scopes]))
  const listeners: Listener[] = []
  for (const of of groups.values()) {
    const subscriber = await subscriberOf(world, of[0] as Hearing)
    if (subscriber) listeners.push({ subscriber, subscriptions: of.map((one) => ({ ...one, types: typesOfHearing(world, subscriber, one) })) })
  }
  return listeners
}

function typesOfHearing(world: World, { mayHear }: Subscriber, { topic, filters }: Pick<Running, 'topic' | 'filters'>): Set<string> {
  const named = typesNamed(filters)
  const types = typesOf(world.fhir, topicOf(topic) as Topic)
  return new Set(types.filter((type) => mayHear(type) && (named === null || named.has(type))))
}

async function numberFor(world: World, tx: Transaction, { subscriber: { asking }, subscriptions }: Listener, changes: readonly Changed[]): Promise<void> {
  const nameOf = ({ row }: Changed) => world.fhir.types[row.type] as string
  const about = changes.filter((one) => subscriptions.some(({ types }) => types.has(nameOf(one))))
  if (about.length === 0) return
  const view = await viewOf(asking, [...new Set(about.map(({ row }) => row.patient))])
  const open = about.filter(({ row }) => !row.voided && basisOfRow(view, row) !== null)
  for (const subscription of subscriptions) {
    const events: Changed[] = []
    const judge = judgeOf(asking, tx, subscription)
    for (const change of open) {
      if (subscription.types.has(nameOf(change)) && change.tx >= (subscription.sinceTx as number) && (await judge(change, nameOf(change)))) events.push(change)
    }
    if (events.length > 0) await store(world, tx, subscription, events)
  }
}

/** Is this change an event of the topic, and does it pass the filters? Of a deleted resource its last content is asked. */
function judgeOf(asking: Asking, tx: Transaction, { topic: canonical, filters }: Hearing): (change: Changed, type: string) => Promise<boolean> {
  const topic = topicOf(canonical) as Topic
  const searches = new Map<string, Promise<Search[]>>()
  return async ({ row, interaction }, type) => {
    if (!topic.interactions.includes(interaction)) return false
    if (!searches.has(type)) searches.set(type, searchesOf(asking, topic, filters, type))
    const wanted = (await searches.get(type)) as Search[]
    if (topic.current === undefined && wanted.length === 0) return true
    const content = interaction === 'delete' ? await before(asking, tx, row) : ((await contentsOf(asking, tx, [row]))[0] as Content)
    if (content === null || !wanted.every((search) => holds(asking, search, content))) return false
    if (topic.current !== undefined && !satisfies(asking, type, topic.current, content)) return false
    if (topic.notBefore === undefined) return true
    const earlier = await before(asking, tx, row)
    return earlier === null || !satisfies(asking, type, topic.notBefore, earlier)
  }
}

async function before(asking: Asking, tx: Transaction, { patient, type, id, version }: Stored): Promise<Content | null> {
  const [row] = version === 1 ? [] : await findVersions(tx, [{ patient, type, id, version: version - 1 }])
  return row && !row.deleted ? ((await contentsOf(asking, tx, [row]))[0] as Content) : null
}

async function store(world: World, tx: Transaction, { patient, id }: Hearing, events: readonly Changed[]): Promise<void> {
  // Whoever waits before its next attempt goes on waiting; whoever has nothing to wait for is due now.
  const [moved] = await tx<{ number: number }>`
    update record.subscription
       set number = number + ${events.length}, due_at = case when failures = 0 and state = 'active' then ${world.now()}::timestamptz else due_at end
     where patient = ${patient} and id = ${id} and state <> 'off'
    returning number`
  if (!moved) return
  const first = moved.number - events.length + 1
  await tx`
    insert into record.subscription_event (subscription, number, at, patient, type, id, version, interaction)
    select ${id}::uuid, e.number, e.at, e.patient, e.type, e.id, e.version, e.interaction
      from unnest(${int8Array(events.map((_, at) => first + at))}::int8[], ${timestamptzArray(events.map(({ row }) => row.at))}::timestamptz[],
                  ${int8Array(events.map(({ row }) => row.patient))}::int8[], ${int2Array(events.map(({ row }) => row.type))}::int2[],
                  ${uuidArray(events.map(({ row }) => row.id))}::uuid[], ${int4Array(events.map(({ row }) => row.version))}::int4[],
                  ${textArray(events.map(({ interaction }) => interaction))}::text[]) as e (number, at, patient, type, id, version, interaction)`
}
