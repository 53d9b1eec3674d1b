import { access } from '../../access/access.ts'
import { markOutboxRead, type OutboxMark, type OutboxRow, outboxAfter } from '../../bus/bus.ts'
import type { Search } from '../../fhir/fhir.ts'
import { keySets } from '../../identity/identity.ts'
import { int2Array, int4Array, int8Array, textArray, timestamptzArray, uuidArray } from '../../platform/arrays.ts'
import { fragment, type Transaction } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { reservedKeys } from '../ids.ts'
import { type Content, contentsOf } from '../search/contents.ts'
import { findVersions, type Stored } from '../store.ts'
import { basisOfRow, viewOf } from '../view.ts'
import { type Changed, changedBy } from './changed.ts'
import { criteriaAlone } from './criteria.ts'
import { holds, neverAgain, onlyRefused, satisfies, searchesOf, typesNamed } from './filters.ts'
import { turnOff } from './settle.ts'
import { findRunning, type Running } from './store.ts'
import { type Subscriber, subscriberOf } from './subscriber.ts'
import { heardBy, type Topic, typesOf } from './topics.ts'

const batch = 200
const idleMs = 100
const troubledMs = 1000
const runningMax = 100_000

type Hearing = Pick<Running, 'patient' | 'id' | 'client' | 'scopes' | 'topic' | 'filters' | 'sinceTx'> & { types: ReadonlySet<string> }
/** All Subscriptions of one client with one set of scopes: access is decided once for all of them. */
type Listener = { subscriber: Subscriber; subscriptions: Hearing[] }

type Broken = { subscription: Hearing; why: string }

/** Numbers events for every Subscription while the server runs. Several processes may try; only one does it at a time. */
export function startNumbering(world: World, numbered: () => void): () => Promise<void> {
  const step = async () => {
    if ((await numberEvents(world)) === 0) return idleMs
    numbered()
    return 0
  }
  return workSteadily(world, { step, troubledMs, trouble: 'changes could not be numbered for Subscriptions; tried again in a moment' })
}

/**
 * Reads the next rows of the outbox, below the watermark and in order, and gives each Subscription the next numbers for what it may see and asked
 * for. Changes that it may not see get no number, so the numbers reveal nothing about them. Numbers, events and mark move in one transaction. Answers
 * how many rows it read.
 */
export async function numberEvents(world: World): Promise<number> {
  const broken: Broken[] = []
  const looked = await world.sql.begin(async (tx) => {
    const [mark] = await tx<OutboxMark>`select tx, patient, id from record.subscription_mark limit 1 for update`
    if (!mark) throw new Error('the mark of what was numbered is gone')
    const rows = await outboxAfter(tx, mark, batch)
    const last = rows.at(-1)
    if (!last) return 0
    const listeners = await listenersOf(world, tx, typesIn(rows))
    const types = new Set(listeners.flatMap(({ subscriptions }) => subscriptions.flatMap((one) => [...one.types])))
    const changes = types.size === 0 ? [] : await changedBy(world, tx, rows, types)
    const treating = await institutionsTreating(tx, listeners, changes)
    for (const listener of listeners) broken.push(...(await numberFor(world, tx, listener, changes, treating)))
    await tx`update record.subscription_mark set tx = ${last.tx}, patient = ${last.patient}, id = ${last.id}`
    await markOutboxRead(tx, 'subscriptions', last)
    return rows.length
  })
  // A Subscription whose question cannot be asked any more must not stop the others, nor go on as if nothing had happened.
  for (const { subscription, why } of broken) {
    const running = await findRunning(world.sql, subscription)
    if (running && running.state !== 'off') await turnOff(world, running, why)
  }
  return looked
}

/** Types that the rows of the outbox name. */
const typesIn = (rows: readonly OutboxRow[]): Set<string> =>
  new Set(rows.flatMap(({ body }) => [...(body.resources ?? []).map((text) => text.slice(0, text.indexOf('/'))), ...Object.keys(body.types ?? {})]))

async function listenersOf(world: World, tx: Transaction, present: ReadonlySet<string>): Promise<Listener[]> {
  const running = await tx<Omit<Hearing, 'types'>>`
    select patient, id, client, scopes, topic, filters, since_tx
      from record.subscription
     where state <> 'off' and since_tx is not null and (ends_at is null or ends_at > ${world.now()})
     order by client, patient, id
     limit ${runningMax}`
  const groups = Map.groupBy(running, ({ client, scopes }) => JSON.stringify([client, scopes]))
  const listeners: Listener[] = []
  for (const of of groups.values()) {
    const concerned = of.flatMap((one) => {
      const types = typesWanted(world, one).filter((type) => present.has(type))
      return types.length > 0 ? [{ ...one, types }] : []
    })
    const [first] = concerned
    const subscriber = first ? await subscriberOf(world, first) : null
    if (subscriber) listeners.push({ subscriber, subscriptions: concerned.map((one) => ({ ...one, types: new Set(one.types.filter(subscriber.mayHear)) })) })
  }
  return listeners
}

function typesWanted(world: World, { topic, filters }: Pick<Running, 'topic' | 'filters'>): readonly string[] {
  const found = heardBy({ topic, filters })
  const named = typesNamed(filters)
  const types = found ? typesOf(world.fhir, found) : []
  return named === null ? types : types.filter((type) => named.has(type))
}

/** The institutions that treat one of these patients. Most treat none, so one question finds them together, and they need no decision of their own. */
async function institutionsTreating(tx: Transaction, listeners: readonly Listener[], changes: readonly Changed[]): Promise<Set<number>> {
  const institutions = [...new Set(listeners.flatMap(({ subscriber }) => subscriber.asking.actor.institution ?? []))]
  const patients = [...new Set(changes.map(({ row }) => row.patient).filter((patient) => patient >= reservedKeys))]
  if (institutions.length === 0 || patients.length === 0) return new Set()
  const sets = await keySets(tx, patients)
  const keys = [...new Set(patients.flatMap((patient) => sets.get(patient) ?? [patient]))]
  const found = await tx<{ institution: number }>`
    select i.institution
      from unnest(${institutions}::int4[]) as i (institution)
     where ${access.isTreatedAt(fragment`i.institution`, fragment`${keys}::int8[]`)}
     limit ${institutions.length}`
  return new Set(found.map(({ institution }) => institution))
}

async function numberFor(
  world: World,
  tx: Transaction,
  { subscriber: { asking }, subscriptions }: Listener,
  changes: readonly Changed[],
  treating: ReadonlySet<number>,
): Promise<Broken[]> {
  const broken: Broken[] = []
  const nameOf = ({ row }: Changed) => world.fhir.types[row.type] as string
  const about = changes.filter((one) => subscriptions.some(({ types }) => types.has(nameOf(one))))
  if (about.length === 0) return broken
  const view = await viewOf(asking, treating.has(asking.actor.institution as number) ? [...new Set(about.map(({ row }) => row.patient))] : [])
  const open = about.filter(({ row }) => !row.voided && basisOfRow(view, row) !== null)
  for (const subscription of subscriptions) {
    try {
      const events: Changed[] = []
      const heard = open.filter((change) => subscription.types.has(nameOf(change)) && change.tx >= (subscription.sinceTx as number))
      const judge = judgeOf(asking, tx, subscription)
      for (const change of heard) if (await judge(change, nameOf(change))) events.push(change)
      if (events.length > 0) await store(world, tx, subscription, events)
    } catch (error) {
      broken.push({ subscription, why: neverAgain(subscription, onlyRefused(error)) })
    }
  }
  return broken
}

/** Whether a change is an event of the topic and passes the filters. A deleted resource is judged by its last content. */
function judgeOf(asking: Asking, tx: Transaction, hearing: Hearing): (change: Changed, type: string) => Promise<boolean> {
  const topic = heardBy(hearing) as Topic
  const searches = new Map<string, Promise<Search[]>>()
  const { filters } = hearing
  const search = async (type: string) =>
    hearing.topic === null ? [await criteriaAlone(asking, filters[0] as string)] : searchesOf(asking, topic, filters, type)
  return async ({ row, interaction }, type) => {
    if (!topic.interactions.includes(interaction)) return false
    const wanted = await searches.getOrInsertComputed(type, () => search(type))
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
  // A Subscription that waits for its next attempt goes on waiting; any other is due now.
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
