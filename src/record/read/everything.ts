import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { fhirJson } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { bundleBytes, type Entries } from './bundle-bytes.ts'
import { inCareBetween } from './care-dates.ts'
import { type Open, openRecord } from './everything-open.ts'
import { type Wish, wishOf } from './everything-wish.ts'
import { isServerId, keyOfId, parseReference, reservedKeys } from '../ids.ts'
import { noteOutside, outsideMax } from './outside-references.ts'
import { type Moment, requireSettled, watermark } from './moments.ts'
import { bytesOf, bytesTogether, countOf, layersOf, newest, type Slice, sliceOf, slicesOf, within } from './rows-at.ts'
import { maySeeType } from '../scope.ts'
import { openWords, sealWords } from '../sealed-link.ts'
import { findCurrent, findNames, isOneOf, type Place, placeRows, type Stored } from '../store.ts'
import { basisOfRow } from '../view.ts'

/** How many rows are read at a time, and how many bytes of them are in memory at a time. */
const batchRows = 1000
const batchBytes = 4 * 1_048_576
const placesTogether = 16

/** Another name for another order of rows: a link of before would lead into the midst of them. */
const purpose = 'everything-by-spot'

/** Where a page begins, as of which moment, and how many entries there are. */
type Page = { id: string; wish: Wish; self: string; moment: Moment | null; after: Place | null; total: number | null }

/**
 * `Patient/x/$everything` (R4 patient-operation-everything): all charts that belong to the person today, and what they refer to outside the
 * compartment. A small record is one read. A large one is streamed as of one moment: each batch is read while the one before is sent, so memory does
 * not grow with the record, and a client that goes away ends the work. The audit entry is written before the first byte leaves.
 */
export async function everything(asking: Asking, reply: FastifyReply, id: string, pairs: [string, string][]): Promise<FastifyReply> {
  reply.header('content-type', fhirJson)
  const token = pairs.find(([name]) => name === '_page')?.[1]
  if (token !== undefined) {
    const page = openWords<Page>(asking, purpose, token)
    if (page.id !== id) throw new Refusal('incorrect', 'this page link is of another patient', { hint: 'Follow the links as they are given.' })
    return sendPage(asking, reply, page)
  }
  const wish = wishOf(asking.world, pairs)
  if (wish.at !== null) await requireSettled(asking.world, new Date(wish.at), '_at')
  const asked = new URLSearchParams(pairs.filter(([name]) => name !== '_format' && name !== '_pretty'))
  const self = `${asking.base}/Patient/${id}/$everything${asked.size > 0 ? `?${asked}` : ''}`
  const open = await openRecord(asking, id, wish, null)
  if (wish.count !== null) return sendFirstPage(open, self, reply)
  // The rows of one person's keys need only one plan, so the statement is prepared: planning it took as long as reading it.
  const read = await slicesOf(asking.world.sql.steady, open.layers, open.where, null, batchRows + 1)
  if (read.length > batchRows || within(read, batchBytes).length < read.length) return stream(open, self, reply)
  await asking.room?.take(bytesTogether(read))
  const rows = await inTime(open, read)
  const [bodies] = await Promise.all([bytesOf(asking.world.sql, rows), look(open, rows.length)])
  return reply.send(bundleBytes(asking, opening(self, rows.length), await entriesOf(open, rows, bodies), ending, true))
}

const isDated = ({ start, end }: Wish): boolean => start !== null || end !== null
const inTime = ({ asking, wish }: Open, rows: Slice[]) => (isDated(wish) ? inCareBetween(asking, rows, wish.start, wish.end) : Promise.resolve(rows))

function look({ asking, view, patient, chart }: Open, count: number): Promise<void> {
  const basis = basisOfRow(view, chart) ?? view.basisOf(patient)?.kind ?? 'own-submissions'
  return asking.world.ledger.record([entryOf(asking, 'read', patient, 'Patient/$everything', { basis, count })])
}

const ending = ']}'

function opening(self: string, total: number | null, next: string | null = null, at: Date | null = null): string {
  const meta = at === null ? '' : `,"meta":{"lastUpdated":"${at.toISOString()}"}`
  const link = [{ relation: 'self', url: self }, ...(next === null ? [] : [{ relation: 'next', url: next }])]
  return `{"resourceType":"Bundle"${meta},"type":"searchset"${total === null ? '' : `,"total":${total}`},"link":${JSON.stringify(link)},"entry":[`
}

/** The matches, and what they refer to outside the compartment. */
async function entriesOf(open: Open, rows: readonly Slice[], bodies: readonly Buffer[]): Promise<Entries[]> {
  const outside = new Set<string>()
  noteOutside(outside, bodies)
  return [{ slices: rows, bodies, mode: 'match' }, await includes(open, outside)]
}

/** Only resources about nobody are included: another person's have a record of their own. */
async function includes(open: Open, references: ReadonlySet<string>): Promise<Entries> {
  const { asking, view, wish, layers } = open
  const { world } = asking
  const wanted = [...references]
    .flatMap((reference) => parseReference(reference, asking.base) ?? [])
    .map(({ type, id }) => ({ type: world.fhir.typeCode(type), id }))
    .filter(({ type }) => (wish.types === null || wish.types.includes(type)) && maySeeType(asking.actor, world.fhir.types[type] as string))
  if (wanted.length === 0) return { slices: [], bodies: [], mode: 'include' }
  const own = wanted.filter(({ id }) => isServerId(id)).map(({ type, id }) => ({ type, id, patient: keyOfId(id) }))
  const named = await findNames(
    world.sql,
    wanted.filter(({ id }) => !isServerId(id)).map(({ type, id }) => ({ type, name: id })),
  )
  const distinct = new Map([...own, ...named].map((place) => [`${place.type} ${place.patient} ${place.id}`, place]))
  const places = [...distinct.values()].filter(({ patient }) => patient < reservedKeys)
  if (layers === newest && places.length <= placesTogether) return shownOf(open, places)
  const rows = (await slicesOf(world.sql, layers, [isOneOf(placeRows(places))], null, outsideMax)).filter((row) => basisOfRow(view, row) !== null)
  return { slices: rows, bodies: await bytesOf(world.sql, rows), mode: 'include' }
}

/** For a few references, as most records have: they are read together with those of other requests of the same moment. */
async function shownOf({ asking, view }: Open, places: readonly Place[]): Promise<Entries> {
  const { sql } = asking.world
  const found = await Promise.all(places.map((place) => findCurrent(sql, place)))
  const slices = found.filter((row) => row !== null && !row.deleted && !row.voided && basisOfRow(view, row) !== null).map((row) => sliceOf(row as Stored))
  return { slices, bodies: await bytesOf(sql, slices), mode: 'include' }
}

/** Fixes a moment, or takes the instant that was asked for, so that several reads see one record. */
async function stream(open: Open, self: string, reply: FastifyReply): Promise<FastifyReply> {
  const moment = open.wish.at === null ? await watermark(open.asking.world.sql) : null
  if (moment) open.layers = layersOf(moment)
  await open.asking.room?.stream()
  const total = await countOf(open.asking.world.sql, open.layers, open.where)
  await look(open, total)
  const head = opening(self, isDated(open.wish) ? null : total, null, moment?.at)
  return reply.send(Readable.from(batchesOf(open, head), { objectMode: false, highWaterMark: 1 }))
}

async function* batchesOf(open: Open, head: string): AsyncGenerator<Buffer> {
  const { sql } = open.asking.world
  let before = head
  const outside = new Set<string>()
  let after: Place | null = null
  let isFirst = true
  for (;;) {
    const read: Slice[] = await slicesOf(sql, open.layers, open.where, after, batchRows)
    const some = within(read, batchBytes)
    const rows = await inTime(open, some)
    const bodies = await bytesOf(sql, rows)
    noteOutside(outside, bodies)
    yield bundleBytes(open.asking, before, [{ slices: rows, bodies, mode: 'match' }], '', isFirst)
    before = ''
    isFirst &&= rows.length === 0
    if (some.length === read.length && read.length < batchRows) break
    after = some.at(-1) as Place
  }
  yield bundleBytes(open.asking, '', [await includes(open, outside)], ending, isFirst)
}

async function sendFirstPage(open: Open, self: string, reply: FastifyReply): Promise<FastifyReply> {
  const { asking, id, wish } = open
  const moment = wish.at === null ? await watermark(asking.world.sql) : null
  if (moment) open.layers = layersOf(moment)
  const total = isDated(wish) ? null : await countOf(asking.world.sql, open.layers, open.where)
  return answerPage(open, reply, { id, wish, self, moment, after: null, total })
}

/** Access is decided anew for each page: a relation may have ended since the first page. */
async function sendPage(asking: Asking, reply: FastifyReply, page: Page): Promise<FastifyReply> {
  return answerPage(await openRecord(asking, page.id, page.wish, page.moment), reply, page)
}

async function answerPage(open: Open, reply: FastifyReply, page: Page): Promise<FastifyReply> {
  const { asking, wish } = open
  const { sql } = asking.world
  const read = await slicesOf(sql, open.layers, open.where, page.after, (wish.count as number) + 1)
  const some = within(read.slice(0, wish.count as number), batchBytes)
  await asking.room?.take(bytesTogether(some))
  const rows = await inTime(open, some)
  const [bodies] = await Promise.all([bytesOf(sql, rows), look(open, rows.length)])
  const entries = await entriesOf(open, rows, bodies)
  const next = some.length === read.length ? null : nextUrl(asking, { ...page, after: placeOf(some.at(-1) as Slice) })
  const head = opening(page.self, page.total, next, page.moment && new Date(page.moment.at))
  return reply.send(bundleBytes(asking, head, entries, ending, true))
}

const placeOf = ({ patient, type, id }: Slice): Place => ({ patient, type, id })
const nextUrl = (asking: Asking, page: Page): string => `${asking.base}/Patient/${page.id}/$everything?_page=${sealWords(asking, purpose, page)}`
