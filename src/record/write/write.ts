import { publish } from '../../bus/bus.ts'
import { boolArray, byteaArray, int2Array, int4Array, int8Array, textArray, timestamptzArray, uuidArray } from '../../platform/arrays.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import { reservedKeys } from '../ids.ts'
import { samePlace, spotOf } from '../store.ts'
import { type ChunkRow, place, type Place } from './place.ts'
import type { IndexRows } from './rows.ts'
import type { Known } from './known-values.ts'
import { indexCtes } from './write-index.ts'

/** One version ready to be written: exact bytes, index rows and its version number (1 for a new resource). */
export type Version = {
  patient: number
  type: number
  typeName: string
  /** The id of the row. */
  id: string
  /** The public id, when the client chose one. */
  name: string | null
  version: number
  at: Date
  institution: number
  deleted: boolean
  body: string | null
  index: IndexRows | null
}

/** `made`: keys that nobody but this change knows yet. */
export type Change = { versions: Version[]; topic: string; made?: ReadonlySet<number> }
export const madeIn = (changes: readonly Change[]): ReadonlySet<number> => new Set(changes.flatMap(({ made = [] }) => [...made]))

/**
 * Everything a set of changes writes, as CTEs of one statement: versions, superseded pointers, chunks, index rows, outbox. A version above 1 replaces
 * exactly the version before it: two writers that follow the same version would both put it into record.superseded, whose primary key lets only one
 * pass. Used alone, in batches of requests, and inside transactions.
 *
 * Rows are inserted in the order of their index: then a page of it fills to its end instead of splitting in halves.
 */
export function composeChanges(changes: readonly Change[], random: (bytes: number) => Buffer, known: Known | null): Fragment[] {
  const versions = changes.flatMap((change) => change.versions).sort(byKey)
  const { places, chunks } = place(versions, random)
  const rows = columns(versions, places)
  const areNew = versions.every(({ version }) => version === 1)
  const ctes = areNew ? [fresh(rows)] : [fragment`given as materialized (select * from ${rows})`, inserted, moved, changed]
  if (chunks.length > 0) ctes.push(chunkRows(chunks))
  const isShared = changes.length > 1
  ctes.push(
    ...indexCtes(versions, { known, areNew, made: madeIn(changes) }),
    ...nameCtes(versions),
    publish(changes.flatMap((change) => eventsOf(change, isShared))),
  )
  return ctes
}

function byKey(a: Version, b: Version): number {
  if (a.patient !== b.patient) return a.patient < b.patient ? -1 : 1
  return a.type - b.type || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

function columns(versions: readonly Version[], places: readonly Place[]): Fragment {
  return fragment`unnest(
      ${int8Array(versions.map((v) => v.patient))}::int8[], ${int2Array(versions.map((v) => v.type))}::int2[], ${uuidArray(versions.map((v) => v.id))}::uuid[],
      ${int4Array(versions.map((v) => v.version))}::int4[], ${timestamptzArray(versions.map((v) => v.at))}::timestamptz[],
      ${int4Array(versions.map((v) => v.institution))}::int4[], ${boolArray(versions.map((v) => v.deleted))}::bool[],
      ${int4Array(versions.map((v) => v.index?.day ?? null))}::int4[], ${byteaArray(versions.map((v) => v.index?.tokens ?? null))}::bytea[],
      ${textArray(versions.map((v) => v.name))}::text[], ${textArray(places.map((p) => p.body))}::text[], ${int4Array(places.map((p) => p.chunk))}::int4[],
      ${int4Array(places.map((p) => p.start))}::int4[], ${int4Array(places.map((p) => p.length))}::int4[])
    as g (patient, type, id, version, at, institution, deleted, day, tokens, name, body, chunk, start, length)`
}

const target = fragment`record.resource (patient, type, id, version, tx, at, institution, deleted, day, tokens, name, body, chunk, start, length)`
const values = fragment`patient, type, id, version, (select (pg_current_xact_id()::text)::int8), at, institution, deleted, day, tokens, name, body, chunk, start, length`

const fresh = (rows: Fragment) =>
  fragment`record_fresh as (insert into ${target} select ${values} from ${rows} order by patient, type, ${spotOf(fragment`id`)})`

const inserted = fragment`record_inserted as (insert into ${target} select ${values} from given where version = 1)`

const sameAsGiven = samePlace(fragment`r`, fragment`g`)

const moved = fragment`record_moved as (
    insert into record.superseded (patient, type, id, version, tx, at, institution, deleted, voided, day, tokens, labels, name, body, chunk, start, length, until_tx, until)
    select r.patient, r.type, r.id, r.version, r.tx, r.at, r.institution, r.deleted, r.voided, r.day, r.tokens, r.labels, r.name, r.body, r.chunk, r.start, r.length,
           (pg_current_xact_id()::text)::int8, g.at
      from given g join record.resource r on ${sameAsGiven} and r.version = g.version - 1
     where g.version > 1)`

const changed = fragment`record_changed as (
    update record.resource r
       set version = g.version, tx = (pg_current_xact_id()::text)::int8, at = g.at, institution = g.institution, deleted = g.deleted,
           day = g.day, tokens = g.tokens, body = g.body, chunk = g.chunk, start = g.start, length = g.length
      from given g
     where g.version > 1 and ${sameAsGiven} and r.version = g.version - 1
    returning 1)`

function chunkRows(chunks: readonly ChunkRow[]): Fragment {
  return fragment`record_chunks as (
    insert into record.chunk (patient, chunk, body)
    select * from unnest(${int8Array(chunks.map((c) => c.patient))}::int8[], ${int4Array(chunks.map((c) => c.chunk))}::int4[],
                         ${byteaArray(chunks.map((c) => c.body))}::bytea[]))`
}

function nameCtes(versions: readonly Version[]): Fragment[] {
  const named = versions.filter((version) => version.name !== null && version.version === 1)
  if (named.length === 0) return []
  return [
    fragment`record_names as (
    insert into record.name (type, name, patient, id, institution)
    select * from unnest(${int2Array(named.map((v) => v.type))}::int2[], ${textArray(named.map((v) => v.name))}::text[],
                         ${int8Array(named.map((v) => v.patient))}::int8[], ${uuidArray(named.map((v) => v.id))}::uuid[],
                         ${int4Array(named.map((v) => v.institution))}::int4[]) as n (type, name, patient, id, institution)
     where not exists (select 1 from record.name k where k.type = n.type and k.name = n.name and k.patient = n.patient and k.id = n.id))`,
  ]
}

const listedMax = 10

/**
 * One event per patient and request. It says what changed, never the content. For a large set the event counts the types; a subscriber that needs
 * each resource asks the record what the event's transaction wrote, unless others wrote in it, too. Resources about nobody share one event. A
 * Subscription makes no event, since only its maker may know of it.
 */
function eventsOf(change: Change, isShared: boolean): { topic: string; patient: number; institution: number; at: Date; body: unknown }[] {
  const told = change.versions.filter(({ typeName }) => typeName !== 'Subscription')
  const groups = Map.groupBy(told, ({ patient }) => (patient < reservedKeys ? 0 : patient))
  return [...groups].map(([patient, of]) => {
    const first = of[0] as Version
    const listed = isShared || of.length <= listedMax ? { resources: of.map((v) => `${v.typeName}/${v.name ?? v.id}/${v.version}`) } : { types: countsOf(of) }
    return { topic: change.topic, patient, institution: first.institution, at: first.at, body: { count: of.length, ...listed } }
  })
}

function countsOf(versions: readonly Version[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { typeName } of versions) counts[typeName] = (counts[typeName] ?? 0) + 1
  return counts
}
