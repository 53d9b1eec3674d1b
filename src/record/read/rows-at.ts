import { type Fragment, fragment, join, type Runner } from '../../platform/sql.ts'
import { createdBy, currentAt, type Moment, seenAt, stillCurrentAt } from './moments.ts'
import { chunkKey, inIndexOrder, inSameOrder, isBehind, longBodies, openChunks, type Place, shortBody, type Stored, versionKey } from '../store.ts'

/** The columns of a version that suffice to pass its bytes on unread. */
export type Slice = {
  patient: number
  type: number
  id: string
  version: number
  institution: number
  name: string | null
  /** The text itself when it is in the row and short. */
  body: string | null
  bytes: number
  chunk: number | null
  start: number | null
}

/** The slice of a row of the record; a deleted version has no bytes. */
export const sliceOf = ({ patient, type, id, version, institution, name, body, chunk, start, length }: Stored): Slice => ({
  ...{ patient, type, id, version, institution, name, body, chunk, start },
  bytes: length ?? 0,
})

/** Which version of a resource counts: the newest, the one that a moment saw, or the one that was current at an instant. */
export type Layers = { current: Fragment; superseded: Fragment | null }
export const newest: Layers = { current: fragment`true`, superseded: null }
export const layersOf = (moment: Moment): Layers => ({
  current: seenAt(moment),
  superseded: fragment`${seenAt(moment)} and ${stillCurrentAt(moment)}`,
})
export const layersAt = (instant: Date): Layers => ({ current: createdBy(instant), superseded: currentAt(instant) })

const slice = fragment`r.patient, r.type, r.id, r.version, r.institution, r.name, ${shortBody},
  coalesce(r.length, octet_length(r.body)) as bytes, r.chunk, r.start`

/**
 * All slices as one row of text, for the driver reads a row of ten columns more slowly than PostgreSQL finds it. A body is JSON, in which the letter
 * between two of them cannot stand.
 */
const packed = fragment`
  string_agg(concat_ws(' ', r.patient, r.type, r.version, r.institution, coalesce(r.bytes, 0), coalesce(r.chunk, -1), coalesce(r.start, -1),
                       (r.body is not null)::int4, r.id, r.name), ',') as slices,
  string_agg(r.body, chr(1)) as bodies`

/** Limits to these types; a list that names all of them would only cost time. */
export const ofTypes = (all: readonly string[], types: readonly number[]): Fragment =>
  types.length >= all.length ? fragment`true` : fragment`r.type = any(${[...types]}::int2[])`

/** Versions in the order of the index after a place. Each version is in exactly one of the tables in any statement, so none is missed or doubled. */
export function slicesOf(sql: Runner, layers: Layers, where: readonly Fragment[], after: Place | null, limit: number): Promise<Slice[]> {
  return read(sql, layers, [fragment`not r.deleted`, ...where], after, limit)
}

/** The deleted resources among those that `slicesOf` would ask for. */
export function deletedSlicesOf(sql: Runner, layers: Layers, where: readonly Fragment[], after: Place | null, limit: number): Promise<Slice[]> {
  return read(sql, layers, [fragment`r.deleted`, ...where], after, limit)
}

async function read(sql: Runner, layers: Layers, where: readonly Fragment[], after: Place | null, limit: number): Promise<Slice[]> {
  const ordered = fragment`order by ${inIndexOrder} limit ${limit}`
  const conditions = after === null ? [...where] : [...where, isBehind(after)]
  const alive = join([fragment`not r.voided`, ...conditions], ' and ')
  const current = fragment`select ${slice} from record.resource r where ${alive} and ${layers.current} ${ordered}`
  const all =
    layers.superseded === null
      ? current
      : fragment`
    select * from (
      (${current})
      union all
      (select ${slice} from record.superseded r where ${alive} and ${layers.superseded} ${ordered})) r
    order by ${inSameOrder} limit ${limit}`
  const [found] = await sql.run<{ slices: string | null; bodies: string | null }>(fragment`select ${packed} from (${all}) r`)
  return found?.slices ? unpack(found.slices, found.bodies?.split('\u0001') ?? []) : []
}

function unpack(slices: string, bodies: readonly string[]): Slice[] {
  let at = 0
  /** The next number, and the blank behind it. */
  const number = () => {
    let value = 0
    const isNegative = slices.charCodeAt(at) === minus
    if (isNegative) at++
    for (let digit = slices.charCodeAt(at) - zero; digit >= 0; digit = slices.charCodeAt(at) - zero) {
      value = value * 10 + digit
      at++
    }
    at++
    return isNegative ? -value : value
  }
  const orNull = (value: number) => (value < 0 ? null : value)
  const found: Slice[] = []
  let bodiesRead = 0
  while (at < slices.length) {
    const patient = number()
    const type = number()
    const version = number()
    const institution = number()
    const bytes = number()
    const chunk = orNull(number())
    const start = orNull(number())
    const hasBody = number() === 1
    const id = slices.slice(at, at + idLength)
    const comma = slices.indexOf(',', at + idLength)
    const end = comma < 0 ? slices.length : comma
    const name = end === at + idLength ? null : slices.slice(at + idLength + 1, end)
    const body = hasBody ? (bodies[bodiesRead++] as string) : null
    found.push({ patient, type, id, version, institution, name, body, bytes, chunk, start })
    at = end + 1
  }
  return found
}

const [minus, zero] = [45, 48]
const idLength = 36

export async function countOf(sql: Runner, layers: Layers, where: readonly Fragment[]): Promise<number> {
  const alive = join([fragment`not r.deleted and not r.voided`, ...where], ' and ')
  const older = layers.superseded === null ? fragment`0` : fragment`(select count(*) from record.superseded r where ${alive} and ${layers.superseded})`
  const [found] = await sql.run<{ total: number }>(fragment`
    select ((select count(*) from record.resource r where ${alive} and ${layers.current}) + ${older})::int as total`)
  return found?.total ?? 0
}

/** The exact bytes of these versions. Bytes from a chunk are views into it, which nobody may change. */
export async function bytesOf(sql: Runner, slices: readonly Slice[], how = { isKept: true }): Promise<Buffer[]> {
  const opened = await openChunks(sql, slices, how)
  const long = await longBodies(sql, slices.filter(isLong))
  return slices.map((one) => {
    if (one.chunk === null) return Buffer.from(one.body ?? long.get(versionKey(one)) ?? missing())
    const start = one.start as number
    return opened.get(chunkKey(one))?.subarray(start, start + one.bytes) ?? missing()
  })
}

const missing = (): never => {
  throw new Error('the bytes of a version are missing') // The rows of one commit are stored together, so this is corruption.
}

const isLong = (one: Slice) => one.chunk === null && one.body === null

export const bytesTogether = (versions: readonly { bytes: number }[]): number => versions.reduce((sum, { bytes }) => sum + bytes, 0)

/** The first slices that fit into this many bytes, and at least one. */
export function within(slices: readonly Slice[], bytesMax: number): Slice[] {
  let bytes = 0
  const end = slices.findIndex((one, at) => at > 0 && (bytes += (slices[at - 1] as Slice).bytes) + one.bytes > bytesMax)
  return end < 0 ? [...slices] : slices.slice(0, end)
}
