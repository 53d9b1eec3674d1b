import { publish } from '../bus/bus.ts'
import { type Fragment, fragment } from '../platform/sql.ts'
import { chunkSize, inlineMaxBytes, pack } from './chunks.ts'
import type { IndexRows } from './rows.ts'
import { dayOrNone } from './rows.ts'

/** One version ready to be written: exact bytes, index rows, and the version it follows (0 for a new resource). */
export type Version = {
  patient: number
  type: number
  typeName: string
  /** Row id. */
  id: string
  /** Public id when the client chose it. */
  name: string | null
  version: number
  at: Date
  institution: number
  deleted: boolean
  body: string | null
  index: IndexRows | null
}

export type Change = { versions: Version[]; topic: string }

type Place = { body: string | null; chunk: number | null; start: number | null; length: number | null }
type ChunkRow = { patient: number; chunk: number; body: Buffer }

/** From this many of one type on, a type has chunks of its own, so that a search of it opens nothing else. */
const ownChunkMin = 16
const bundleMin = 8

/** Sets go into chunks of one patient, by type and date; single small writes stay inline. */
function place(versions: readonly Version[], random: (bytes: number) => Buffer): { places: Place[]; chunks: ChunkRow[] } {
  const places: Place[] = versions.map((version) => ({ body: version.body, chunk: null, start: null, length: null }))
  const chunks: ChunkRow[] = []
  for (const members of Map.groupBy(versions.keys(), (at) => versions[at]?.patient).values()) {
    for (const group of groupsOf(versions, members)) {
      for (let from = 0; from < group.length; from += chunkSize) chunks.push(packGroup(versions, group.slice(from, from + chunkSize), places, random))
    }
  }
  return { places, chunks }
}

function groupsOf(versions: readonly Version[], members: number[]): number[][] {
  const withBody = members.filter((at) => versions[at]?.body != null)
  if (withBody.length < bundleMin) return withBody.filter((at) => Buffer.byteLength(versions[at]?.body as string) > inlineMaxBytes).map((at) => [at])
  const day = (at: number) => dayOrNone(versions[at]?.index?.day ?? null)
  withBody.sort((a, b) => (versions[a] as Version).type - (versions[b] as Version).type || day(a) - day(b))
  const byType = [...Map.groupBy(withBody, (at) => (versions[at] as Version).type).values()]
  const mixed = byType.filter((group) => group.length < ownChunkMin).flat()
  return [...byType.filter((group) => group.length >= ownChunkMin), ...(mixed.length > 0 ? [mixed] : [])]
}

function packGroup(versions: readonly Version[], group: readonly number[], places: Place[], random: (bytes: number) => Buffer): ChunkRow {
  const bodies = group.map((at) => Buffer.from(versions[at]?.body as string))
  const chunk = random(6).readUIntBE(0, 6)
  let start = 0
  group.forEach((at, order) => {
    const { length } = bodies[order] as Buffer
    places[at] = { body: null, chunk, start, length }
    start += length
  })
  return { patient: (versions[group[0] as number] as Version).patient, chunk, body: pack(bodies) }
}

/**
 * Everything a set of changes writes, as CTEs of one statement: versions, superseded pointers, chunks, index rows, outbox.
 * A version above 1 replaces exactly the version before it: two writers that follow the same version would both put it into
 * record.superseded, whose primary key lets one pass. Used alone, in batches of requests, and inside transactions.
 */
export function composeChanges(changes: readonly Change[], random: (bytes: number) => Buffer): Fragment[] {
  const versions = changes.flatMap((change) => change.versions)
  const { places, chunks } = place(versions, random)
  const column = <T>(of: (version: Version, at: number) => T) => versions.map(of)
  const given = fragment`given as materialized (
    select * from unnest(
      ${column((v) => v.patient)}::int8[], ${column((v) => v.type)}::int2[], ${column((v) => v.id)}::uuid[],
      ${column((v) => v.version)}::int4[], ${column((v) => v.at.toISOString())}::timestamptz[], ${column((v) => v.institution)}::int4[],
      ${column((v) => v.deleted)}::bool[], ${column((v) => v.index?.day ?? null)}::int4[], ${column((v) => v.index?.tokens ?? null)}::bytea[],
      ${column((v) => v.name)}::text[], ${column((_, at) => places[at]?.body ?? null)}::text[],
      ${column((_, at) => places[at]?.chunk ?? null)}::int8[], ${column((_, at) => places[at]?.start ?? null)}::int4[],
      ${column((_, at) => places[at]?.length ?? null)}::int4[])
    as g (patient, type, id, version, at, institution, deleted, day, tokens, name, body, chunk, start, length))`
  const ctes = [given, inserted]
  if (versions.some((version) => version.version > 1)) ctes.push(moved, changed)
  if (chunks.length > 0) ctes.push(chunkRows(chunks))
  ctes.push(...indexCtes(versions), ...nameCtes(versions), publish(changes.flatMap(eventsOf)))
  return ctes
}

const inserted = fragment`inserted as (
    insert into record.resource (patient, type, id, version, tx, at, institution, deleted, day, tokens, name, body, chunk, start, length)
    select patient, type, id, version, (pg_current_xact_id()::text)::int8, at, institution, deleted, day, tokens, name, body, chunk, start, length
      from given where version = 1)`

const moved = fragment`moved as (
    insert into record.superseded (patient, type, id, version, tx, at, institution, deleted, voided, day, tokens, labels, name, body, chunk, start, length, until_tx, until)
    select r.patient, r.type, r.id, r.version, r.tx, r.at, r.institution, r.deleted, r.voided, r.day, r.tokens, r.labels, r.name, r.body, r.chunk, r.start, r.length,
           (pg_current_xact_id()::text)::int8, g.at
      from given g join record.resource r on r.patient = g.patient and r.type = g.type and r.id = g.id and r.version = g.version - 1
     where g.version > 1)`

const changed = fragment`changed as (
    update record.resource r
       set version = g.version, tx = (pg_current_xact_id()::text)::int8, at = g.at, institution = g.institution, deleted = g.deleted,
           day = g.day, tokens = g.tokens, body = g.body, chunk = g.chunk, start = g.start, length = g.length
      from given g
     where g.version > 1 and r.patient = g.patient and r.type = g.type and r.id = g.id and r.version = g.version - 1
    returning 1)`

function chunkRows(chunks: readonly ChunkRow[]): Fragment {
  return fragment`chunked as (
    insert into record.chunk (patient, chunk, body)
    select * from unnest(${chunks.map((c) => c.patient)}::int8[], ${chunks.map((c) => c.chunk)}::int8[], ${chunks.map((c) => c.body)}::bytea[]))`
}

function indexCtes(versions: readonly Version[]): Fragment[] {
  const tokens = new Map<string, { hash: bigint; patient: number; first: number; last: number }>()
  const identifiers = new Map<string, [bigint, number, number, string]>()
  const strings: [number, string, number, number, string][] = []
  for (const { index, patient, type, id } of versions) {
    if (!index) continue
    const day = dayOrNone(index.day)
    for (const hash of index.wide) {
      const known = tokens.get(`${hash} ${patient}`)
      if (!known) tokens.set(`${hash} ${patient}`, { hash, patient, first: day, last: day })
      else {
        known.first = Math.min(known.first, day)
        known.last = Math.max(known.last, day)
      }
    }
    for (const hash of index.identifiers) identifiers.set(`${hash} ${patient} ${type} ${id}`, [hash, patient, type, id])
    for (const one of index.strings) strings.push([one.param, one.value, patient, type, id])
  }
  const ctes: Fragment[] = []
  if (tokens.size > 0) ctes.push(tokenRows([...tokens.values()]))
  if (identifiers.size > 0) {
    const rows = [...identifiers.values()]
    ctes.push(fragment`identified as (
      insert into record.identifier (hash, patient, type, id)
      select * from unnest(${rows.map((r) => r[0])}::int8[], ${rows.map((r) => r[1])}::int8[], ${rows.map((r) => r[2])}::int2[], ${rows.map((r) => r[3])}::uuid[])
      on conflict do nothing)`)
  }
  if (strings.length > 0) {
    ctes.push(fragment`worded as (
      insert into record.string (param, value, patient, type, id)
      select * from unnest(${strings.map((r) => r[0])}::int4[], ${strings.map((r) => r[1])}::text[], ${strings.map((r) => r[2])}::int8[],
                           ${strings.map((r) => r[3])}::int2[], ${strings.map((r) => r[4])}::uuid[])
      on conflict do nothing)`)
  }
  return ctes
}

/** Most values are known for the patient already: looking first keeps the row unlocked and the log small. Sorted, so writers do not deadlock. */
function tokenRows(rows: { hash: bigint; patient: number; first: number; last: number }[]): Fragment {
  rows.sort((a, b) => (a.hash === b.hash ? a.patient - b.patient : a.hash < b.hash ? -1 : 1))
  return fragment`tokened as (
    insert into record.token as t (hash, patient, first_day, last_day)
    select n.* from unnest(${rows.map((r) => r.hash)}::int8[], ${rows.map((r) => r.patient)}::int8[],
                           ${rows.map((r) => r.first)}::int4[], ${rows.map((r) => r.last)}::int4[]) as n (hash, patient, first_day, last_day)
     where not exists (select 1 from record.token k
                        where k.hash = n.hash and k.patient = n.patient and k.first_day <= n.first_day and k.last_day >= n.last_day)
    on conflict (hash, patient) do update
      set first_day = least(t.first_day, excluded.first_day), last_day = greatest(t.last_day, excluded.last_day))`
}

function nameCtes(versions: readonly Version[]): Fragment[] {
  const named = versions.filter((version) => version.name !== null && version.version === 1)
  if (named.length === 0) return []
  return [
    fragment`named as (
    insert into record.name (type, name, patient, id, institution)
    select * from unnest(${named.map((v) => v.type)}::int2[], ${named.map((v) => v.name)}::text[], ${named.map((v) => v.patient)}::int8[],
                         ${named.map((v) => v.id)}::uuid[], ${named.map((v) => v.institution)}::int4[]) as n (type, name, patient, id, institution)
     where not exists (select 1 from record.name k where k.type = n.type and k.name = n.name and k.patient = n.patient and k.id = n.id))`,
  ]
}

/** One event per patient and request: what changed, never what it says. */
function eventsOf(change: Change): { topic: string; patient: number; institution: number; at: Date; body: unknown }[] {
  return [...Map.groupBy(change.versions, (version) => version.patient)].map(([patient, of]) => {
    const first = of[0] as Version
    const resources = of.slice(0, 1000).map((v) => `${v.typeName}/${v.name ?? v.id}/${v.version}`)
    return { topic: change.topic, patient, institution: first.institution, at: first.at, body: { count: of.length, resources } }
  })
}
