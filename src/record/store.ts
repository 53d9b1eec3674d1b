import { int2Array, int4Array, int8Array, uuidArray } from '../platform/arrays.ts'
import { gather } from '../platform/gather.ts'
import { beforeMuchIsNeeded } from '../platform/memory.ts'
import { type Fragment, fragment, join, type Runner, type Sql, steadyOn } from '../platform/sql.ts'
import { createChunkCache, unpack } from './write/chunks.ts'

/** A version as the tables hold it: where it is, whose it is, and where its bytes are. */
export type Stored = {
  patient: number
  type: number
  id: string
  version: number
  at: Date
  institution: number
  deleted: boolean
  voided: boolean
  name: string | null
  /** The text itself when it is in the row and short. */
  body: string | null
  chunk: number | null
  start: number | null
  /** The size of the body in bytes, wherever it is; null when the version is a deletion. */
  length: number | null
}
export type WithBody = Stored & { body: string | null }

/** Rows bring bodies up to this size along; larger ones are read when there is room for them. */
export const shortBody = fragment`case when octet_length(r.body) <= 16384 then r.body end as body`
export const pointer = fragment`r.patient, r.type, r.id, r.version, r.at, r.institution, r.deleted, r.voided, r.name,
  ${shortBody}, r.chunk, r.start, coalesce(r.length, octet_length(r.body)) as length`
export const rowsMax = 5000

/** The columns of a version's row that stand for its id in the primary keys. */
export const spotOf = (id: Fragment): Fragment => fragment`(uuid_hash_extended(${id}, 0) >> 48)::int2, uuid_hash(${id})`
/** That the row of a version has this id. */
export const hasId = (row: Fragment, id: Fragment): Fragment => fragment`(${row}.spot_high, ${row}.spot) = (${spotOf(id)}) and ${row}.id = ${id}`
/** That the row of a version has the place of another row. */
export const samePlace = (version: Fragment, other: Fragment): Fragment =>
  fragment`${version}.patient = ${other}.patient and ${version}.type = ${other}.type and ${hasId(version, fragment`${other}.id`)}`
/** That the version `r` has this place. */
export const isAt = ({ patient, type, id }: Place): Fragment =>
  fragment`r.patient = ${patient}::int8 and r.type = ${type}::int2 and ${hasId(fragment`r`, fragment`${id}::uuid`)}`

/** These places as rows of (patient, type, id). */
export const placeRows = (places: readonly Place[]): Fragment => fragment`
  select * from unnest(${places.map((one) => one.patient)}::int8[], ${places.map((one) => one.type)}::int2[], ${places.map((one) => one.id)}::uuid[])
                  as p (patient, type, id)`
/** That the version `r` has one of these places, which are rows of (patient, type, id). */
export const isOneOf = (places: Fragment): Fragment =>
  fragment`(r.patient, r.type, r.spot_high, r.spot, r.id) in (select k.patient, k.type, ${spotOf(fragment`k.id`)}, k.id from (${places}) k (patient, type, id))`
/** The order of the index: a page begins behind the one before, and nothing is sorted. */
export const inIndexOrder = fragment`r.patient, r.type, r.spot_high, r.spot`
/** The same order for rows that were chosen already and do not bring these columns along. */
export const inSameOrder = fragment`r.patient, r.type, ${spotOf(fragment`r.id`)}`
/** That the version `r` comes after a place in this order. */
export const isBehind = ({ patient, type, id }: Place): Fragment =>
  fragment`(r.patient, r.type, r.spot_high, r.spot) > (${patient}::int8, ${type}::int2, ${spotOf(fragment`${id}::uuid`)})`

const r = fragment`r`
const sameAsK = samePlace(r, fragment`k`)
const sameAsW = samePlace(r, fragment`w`)

/** Finds the row of an id that a client chose. */
export async function findName(sql: Runner, type: number, name: string): Promise<{ patient: number; id: string; institution: number } | null> {
  const [found] = await sql<{ patient: number; id: string; institution: number }>`
    select patient, id, institution from record.name where type = ${type} and name = ${name}`
  return found ?? null
}

export async function findNames(sql: Runner, names: readonly { type: number; name: string }[]) {
  if (names.length === 0) return []
  return sql<{ type: number; name: string; patient: number; id: string; institution: number }>`
    select n.type, n.name, n.patient, n.id, n.institution
      from unnest(${names.map((n) => n.type)}::int2[], ${names.map((n) => n.name)}::text[]) as wanted (type, name)
      join record.name n on n.type = wanted.type and n.name = wanted.name`
}

const placesAtOnce = 256
const readers = new WeakMap<Sql, (place: Place) => Promise<Stored | null>>()

/** The newest version, even when it is a deletion. Requests of the same moment ask in one statement. */
export function findCurrent(sql: Sql, place: Place): Promise<Stored | null> {
  let read = readers.get(sql)
  if (!read) readers.set(sql, (read = gather((places) => currentAt(sql, places), placesAtOnce)))
  return read(place)
}

async function currentAt(sql: Sql, places: readonly Place[]): Promise<(Stored | null)[]> {
  const found = await sql.steady<Stored & { n: number }>`
    select k.n::int4 as n, ${pointer}
      from rows from (
             unnest(${int8Array(places.map((k) => k.patient))}::int8[]), unnest(${int2Array(places.map((k) => k.type))}::int2[]),
             unnest(${uuidArray(places.map((k) => k.id))}::uuid[])
           ) with ordinality as k (patient, type, id, n)
      join record.resource r on ${sameAsK}`
  const rows = new Map(found.map((row) => [row.n - 1, row]))
  return places.map((_, at) => rows.get(at) ?? null)
}

/** Reads the rows and locks them until the transaction ends, in one order, so two writers wait for each other and never deadlock. */
export async function lockCurrent(tx: Runner, keys: readonly { patient: number; type: number; id: string }[]): Promise<Stored[]> {
  if (keys.length === 0) return []
  return tx<Stored>`
    select ${pointer}
      from record.resource r
     where ${isOneOf(placeRows(keys))}
     order by r.patient, r.type, r.id
       for update`
}

export async function findVersion(sql: Runner, patient: number, type: number, id: string, version: number): Promise<Stored | null> {
  const [found] = await sql<Stored>`
    select ${pointer} from record.resource r where ${isAt({ patient, type, id })} and r.version = ${version}
    union all
    select ${pointer} from record.superseded r where ${isAt({ patient, type, id })} and r.version = ${version}`
  return found ?? null
}

/** Several current resources by key and id, for includes and conditional references. */
export async function findMany(sql: Runner, keys: readonly { patient: number; type: number; id: string }[]): Promise<Stored[]> {
  if (keys.length === 0) return []
  return sql<Stored>`
    select ${pointer}
      from (${placeRows(keys)}) k
      join record.resource r on ${sameAsK}
     where not r.deleted and not r.voided
     limit ${rowsMax}`
}

/** These exact versions, whether or not they are the newest. When an operator moved a resource to another patient, all its versions are voided. */
export async function findVersions(sql: Runner, keys: readonly { patient: number; type: number; id: string; version: number }[]): Promise<Stored[]> {
  if (keys.length === 0) return []
  const wanted = fragment`unnest(${int8Array(keys.map((k) => k.patient))}::int8[], ${int2Array(keys.map((k) => k.type))}::int2[],
    ${uuidArray(keys.map((k) => k.id))}::uuid[], ${int4Array(keys.map((k) => k.version))}::int4[]) as w (patient, type, id, version)`
  return sql<Stored>`
    select ${pointer} from ${wanted} join record.resource r on ${sameAsW} and r.version = w.version
    union all
    select r.patient, r.type, r.id, r.version, r.at, r.institution, r.deleted, c.voided, r.name, ${shortBody}, r.chunk, r.start, coalesce(r.length, octet_length(r.body))
      from ${wanted} join record.superseded r on ${sameAsW} and r.version = w.version
      join record.resource c on ${samePlace(fragment`c`, r)}
     limit ${rowsMax}`
}

/** The rows that meet the conditions, in the order of the index after a place, never more than a page. */
export async function scan(sql: Runner, where: Fragment[], after: Place | null, limit: number): Promise<Stored[]> {
  const conditions = after === null ? where : [...where, isBehind(after)]
  return sql.run<Stored>(fragment`
    select ${pointer} from record.resource r
     where not r.deleted and not r.voided and ${join(conditions, ' and ')}
     order by ${inIndexOrder}
     limit ${Math.min(limit, rowsMax)}`)
}
export type Place = { patient: number; type: number; id: string }

const cache = createChunkCache()
beforeMuchIsNeeded(cache.clear)

/** A chunk's number is unique only within its patient. */
export const chunkKey = ({ patient, chunk }: { patient: number; chunk: number | null }): string => `${patient} ${chunk}`

/**
 * The unpacked chunks that hold these versions, under `chunkKey`; each is read once. A caller that reads very many sets `isKept` to false, so that
 * its chunks do not fill the cache.
 */
export async function openChunks(
  sql: Runner,
  rows: readonly { patient: number; chunk: number | null }[],
  how = { isKept: true },
): Promise<Map<string, Buffer>> {
  const opened = new Map<string, Buffer>()
  const needed = new Map<string, { patient: number; chunk: number }>()
  for (const { chunk, patient } of rows) {
    if (chunk === null) continue
    const key = chunkKey({ patient, chunk })
    if (opened.has(key) || needed.has(key)) continue
    const known = cache.get(key)
    if (known) opened.set(key, known)
    else needed.set(key, { patient, chunk })
  }
  if (needed.size > 0) {
    const wanted = [...needed.values()]
    // As base64, bytes travel a third shorter than as PostgreSQL writes them, and are read four times as fast.
    const found = await steadyOn(sql)<{ patient: number; chunk: number; packed: string }>`
      select c.patient, c.chunk, encode(c.body, 'base64') as packed
        from unnest(${int8Array(wanted.map((one) => one.patient))}::int8[], ${int4Array(wanted.map((one) => one.chunk))}::int4[]) as k (patient, chunk)
        join record.chunk c on c.patient = k.patient and c.chunk = k.chunk`
    for (const one of found) {
      const packed = Buffer.from(one.packed, 'base64')
      opened.set(chunkKey(one), how.isKept ? cache.open(chunkKey(one), packed) : unpack(packed))
    }
  }
  return opened
}

/** Reads the exact bytes of the given versions. */
export async function readBodies(sql: Runner, rows: readonly Stored[]): Promise<string[]> {
  const opened = await openChunks(sql, rows)
  const long = await longBodies(
    sql,
    rows.filter((row) => row.chunk === null && row.body === null && row.length !== null),
  )
  return rows.map((row) => {
    if (row.chunk === null) return row.body ?? long.get(versionKey(row)) ?? ''
    const whole = opened.get(chunkKey(row))
    if (!whole) throw new Error('the bytes of a version are missing') // The rows of one commit are stored together, so this is corruption.
    return whole.toString('utf8', row.start as number, (row.start as number) + (row.length as number))
  })
}

/** The key of a body in the answer of `longBodies`. */
export const versionKey = ({ type, id, version }: { type: number; id: string; version: number }): string => `${type} ${id} ${version}`

/** Bodies that are in their row and too long to come along with it. */
export async function longBodies(
  sql: Runner,
  versions: readonly { patient: number; type: number; id: string; version: number }[],
): Promise<Map<string, string>> {
  if (versions.length === 0) return new Map()
  const wanted = fragment`unnest(${versions.map((one) => one.patient)}::int8[], ${versions.map((one) => one.type)}::int2[],
    ${versions.map((one) => one.id)}::uuid[], ${versions.map((one) => one.version)}::int4[]) as w (patient, type, id, version)`
  const found = await sql<{ type: number; id: string; version: number; body: string }>`
    select r.type, r.id, r.version, r.body from ${wanted} join record.resource r on ${sameAsW} and r.version = w.version
    union all
    select r.type, r.id, r.version, r.body from ${wanted} join record.superseded r on ${sameAsW} and r.version = w.version`
  return new Map(found.map((one) => [versionKey(one), one.body]))
}
