import { access } from '../../access/access.ts'
import { int2Array, int4Array, int8Array, uuidArray } from '../../platform/arrays.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import { pageBytes } from '../answer-room.ts'
import { type Asking, entryOf } from '../asking.ts'
import { onList } from './history-lists.ts'
import { type Passed, passedRows } from './history-rows.ts'
import { type HistoryPage, type HistoryWish, wishOf } from './history-wish.ts'
import { isServerId, keyOfId, reservedKeys } from '../ids.ts'
import { changedSince, type Moment, seenAt, watermark } from './moments.ts'
import { openHistory } from './read.ts'
import { etagOf } from '../http/respond.ts'
import { shortened } from '../http/shortened.ts'
import { bytesOf, bytesTogether } from './rows-at.ts'
import { allow } from '../scope.ts'
import { listedBy } from '../search/related.ts'
import { findNames, isAt, samePlace } from '../store.ts'
import { sealWords } from '../sealed-link.ts'
import { basisOfRow, type View, viewOf, viewOfAll } from '../view.ts'

/** The history of one resource, of a type, or of everything. */
export type HistoryOf = { type: string; id: string } | { type: string; id: null } | { type: null; id: null }

type Ground = { view: View; where: Fragment[]; isSmall: boolean }

/**
 * `_history` (R4 http, section 3.1.0.12). All pages show one moment, which the first page states as meta.lastUpdated. Asked again with `_since` that
 * time, the history misses nothing, not even a write that was under way then and committed later.
 */
export async function historyBundle(asking: Asking, of: HistoryOf, pairs: readonly [string, string][]): Promise<string> {
  const path = [of.type, of.id, '_history'].filter((part) => part !== null).join('/')
  const ground = await groundOf(asking, of)
  const { sql } = asking.world
  const wish = wishOf(asking, path, of.type, pairs)
  const moment = wish.moment ?? (await watermark(sql))
  const where = [...ground.where, seenAt(moment), ...(await timesOf(asking, wish)), ...(await listedIn(asking, wish))]
  const range = { from: wish.after, end: moment.noneBegun, isAscending: wish.isAscending, isSmall: ground.isSmall }
  const { page, more } = wish.count === 0 ? { page: [], more: true } : await pageOf(asking, { ...ground, where }, range, { ...wish, moment })
  await audit(asking, ground.view, of, path, page)
  const last = page.at(-1)
  const next = more && last ? { ...wish, moment, after: { tx: last.tx, patient: last.patient, type: last.type, id: last.id, version: last.version } } : null
  const total = !more && wish.after === null ? page.length : null
  return render(asking, path, { wish, next, total, at: moment.at, page })
}

async function groundOf(asking: Asking, { type, id }: HistoryOf): Promise<Ground> {
  const { world, actor } = asking
  if (id !== null) {
    await allow(asking, type, 'r')
    const { patient, id: rowId } = await openHistory(asking, type, id)
    const where = [isAt({ patient, type: world.fhir.typeCode(type), id: rowId })]
    return { view: await viewOf(asking, [patient]), where, isSmall: true }
  }
  const types = type === null ? world.fhir.types.filter((one) => access.hasScope(actor, one, 's')) : [type]
  // When no type is open there is one refusal like any other, and it is logged.
  if (type !== null || types.length === 0) await allow(asking, type ?? 'Patient', 's')
  const view = await viewOfAll(asking)
  const ways = [fragment`r.patient = any(${view.openKeys ?? []}::int8[])`, fragment`r.patient < ${reservedKeys}`]
  const own = actor.kind === 'system' && actor.institution !== null ? fragment` or r.institution = ${actor.institution}` : fragment``
  const codes = types.map((one) => world.fhir.typeCode(one))
  return { view, where: [fragment`r.type = any(${codes}::int2[])`, fragment`(${ways[0] as Fragment} or ${ways[1] as Fragment}${own})`], isSmall: false }
}

async function timesOf(asking: Asking, { since, at }: HistoryWish): Promise<Fragment[]> {
  const times: Fragment[] = []
  if (since !== null) times.push(await changedSince(asking.world.sql, new Date(since)))
  if (at !== null) {
    // A version was current from its own time until the time of the next version.
    times.push(fragment`r.at < ${new Date(at.until)} and not exists (
      select 1 from record.superseded s where ${samePlace(fragment`s`, fragment`r`)} and s.version = r.version and s.until <= ${new Date(at.from)})`)
  }
  return times
}

/** R4 http, 3.1.0.12: "Only include resource versions that are referenced in the specified list". */
async function listedIn(asking: Asking, { lists }: HistoryWish): Promise<Fragment[]> {
  if (lists === undefined) return []
  const { sql, fhir } = asking.world
  const listed = (await listedBy(asking, lists)).map(({ type, id, version }) => ({ type: fhir.typeCode(type), id, version: Number(version ?? 0) }))
  const named = await findNames(
    sql,
    listed.filter(({ id }) => !isServerId(id)).map(({ type, id }) => ({ type, name: id })),
  )
  const places = new Map(named.map((one) => [`${one.type} ${one.name}`, one]))
  const rows = listed.flatMap(({ type, id, version }) => {
    const place = isServerId(id) ? { patient: keyOfId(id), id } : places.get(`${type} ${id}`)
    return place && version >= 0 ? [{ patient: place.patient, type, id: place.id, version }] : []
  })
  return [
    fragment`exists (
      select 1
        from unnest(${int8Array(rows.map(({ patient }) => patient))}::int8[], ${int2Array(rows.map(({ type }) => type))}::int2[],
                    ${uuidArray(rows.map(({ id }) => id))}::uuid[], ${int4Array(rows.map(({ version }) => version))}::int4[]) as l (patient, type, id, version)
       where ${samePlace(fragment`r`, fragment`l`)} and l.version in (0, r.version))`,
  ]
}

type Range = Parameters<typeof passedRows>[2]

/** Access is decided row by row, so a page takes as many looks as it needs to be filled. */
async function pageOf(
  asking: Asking,
  { view, where }: Ground,
  range: Range,
  wish: HistoryWish & { moment: Moment },
): Promise<{ page: Passed[]; more: boolean }> {
  const { count, current, moment } = wish
  const page: Passed[] = []
  let from = range.from
  let bytes = 0
  for (;;) {
    const rows = await passedRows(asking.world.sql, where, { ...range, from }, count + 1)
    const visible = rows.filter((row) => basisOfRow(view, row) !== null)
    const listed = current === undefined ? null : await onList(asking, current, moment, visible)
    for (const row of visible) {
      if (listed?.has(row.id) === false) continue
      if (page.length >= count || (page.length > 0 && bytes + row.bytes > pageBytes)) return { page, more: true }
      page.push(row)
      bytes += row.bytes
    }
    if (rows.length <= count) return { page, more: false }
    from = rows.at(-1) as Passed
  }
}

/** Logs a row for the question when it names nobody, and one for every patient whose versions are shown. */
async function audit(asking: Asking, view: View, { id, type }: HistoryOf, path: string, page: readonly Passed[]): Promise<void> {
  const about = page.filter(({ patient }) => patient >= reservedKeys)
  const groups = Map.groupBy(about, ({ patient }) => patient)
  const rows = [...groups].map(([patient, members]) =>
    entryOf(asking, 'history', patient, id === null ? path : `${type}/${id}`, { basis: basisOfRow(view, members[0] as Passed), count: members.length }),
  )
  const question = rows.length === 0 || id === null ? [entryOf(asking, 'history', null, path, { count: page.length })] : []
  await asking.world.ledger.record([...question, ...rows])
}

type Answer = { wish: HistoryWish; next: HistoryWish | null; total: number | null; at: Date; page: Passed[] }

async function render(asking: Asking, path: string, { wish, next, total, at, page }: Answer): Promise<string> {
  const { base, world } = asking
  const alive = page.filter((row) => !row.deleted)
  await asking.room?.take(bytesTogether(alive))
  const bytes = await bytesOf(world.sql, alive)
  const bodies = new Map(alive.map((row, index) => [row, (bytes[index] as Buffer).toString('utf8')]))
  const entries = page.map((row) => entryText(asking, row, partOf(asking, wish, row, bodies.get(row))))
  const query = wish.used.length === 0 ? '' : `?${new URLSearchParams(wish.used)}`
  const links = [{ relation: 'self', url: `${base}/${path}${query}` }]
  if (next) links.push({ relation: 'next', url: `${base}/${path}?_page=${sealWords(asking, 'history', { wish: next, of: path } satisfies HistoryPage)}` })
  const known = total === null ? '' : `,"total":${total}`
  const meta = `"meta":{"lastUpdated":"${at.toISOString()}"}`
  return `{"resourceType":"Bundle","type":"history",${meta}${known},"link":${JSON.stringify(links)}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`
}

function partOf(asking: Asking, { extent }: HistoryWish, { type }: Passed, body: string | undefined): string | null {
  return body === undefined ? null : shortened(asking, extent, asking.world.fhir.types[type] as string, body)
}

/**
 * The entry names the request that made the version: an id chosen by the client came by PUT, and sent again as it stands here the resource gets the
 * same address.
 */
function entryText({ base, world }: Asking, row: Passed, body: string | null): string {
  const address = `${world.fhir.types[row.type]}/${row.name ?? row.id}`
  const method = row.deleted ? 'DELETE' : row.version === 1 && row.name === null ? 'POST' : 'PUT'
  const status = row.deleted ? '204 No Content' : row.version === 1 ? '201 Created' : '200 OK'
  const response = { status, etag: etagOf(row.version), lastModified: row.at.toISOString() }
  const request = { method, url: method === 'POST' ? world.fhir.types[row.type] : address }
  const resource = body === null ? '' : `,"resource":${body}`
  return `{"fullUrl":"${base}/${address}"${resource},"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`
}
