import type { World } from '../../platform/world.ts'
import { entryOf } from '../asking.ts'
import { patientOrNone } from '../ids.ts'
import { findMany, findVersions, readBodies, type Stored } from '../store.ts'
import { basisOfRow, viewOf } from '../view.ts'
import type { ContentLevel } from './setup.ts'
import { type NumberedEvent, publicId } from './store.ts'
import type { Subscriber } from './subscriber.ts'

/** An event with what it is about, as far as the subscriber may see that now. */
export type Shown = { event: NumberedEvent; seen: { reference: string; body: string | null } | null }

/** The size of the contents of one notification; events beyond it wait for the next. The first event goes whatever its size. */
const bytesMax = 8 * 1_048_576

type Found = { event: NumberedEvent; row: Stored | null; basis: string | null }

/**
 * Asks access anew, puts every look into the log, and only then gives out what the events are about. Answers as many of the events,
 * from the first, as fit into a notification.
 */
export async function handOut(world: World, subscriber: Subscriber, content: ContentLevel, events: readonly NumberedEvent[]): Promise<Shown[]> {
  if (content === 'empty') return events.map((event) => ({ event, seen: null }))
  const found = within(await findSeen(world, subscriber, events), content)
  const bodies = content === 'full-resource' ? await bodiesOf(world, found) : new Map<Stored, string>()
  await world.ledger.record(looks(world, subscriber, found))
  return found.map(({ event, row }) => ({
    event,
    seen: row && { reference: `${world.fhir.types[row.type]}/${publicId(row)}`, body: bodies.get(row) ?? null },
  }))
}

/** May the subscriber still see what this event is about, and is it still there? */
export async function isStillOpen(world: World, subscriber: Subscriber, event: NumberedEvent): Promise<boolean> {
  const [now] = await findMany(world.sql, [event])
  const [found] = now === undefined ? [] : await findSeen(world, subscriber, [event])
  return found?.row != null
}

async function findSeen(world: World, { asking, mayHear }: Subscriber, events: readonly NumberedEvent[]): Promise<Found[]> {
  const rows = new Map((await findVersions(world.sql, events)).map((row) => [`${row.type} ${row.id} ${row.version}`, row]))
  const view = await viewOf(asking, [...new Set(events.map(({ patient }) => patient))])
  return events.map((event) => {
    const row = rows.get(`${event.type} ${event.id} ${event.version}`)
    const basis = row && !row.voided && mayHear(world.fhir.types[row.type] as string) ? basisOfRow(view, row) : null
    return { event, row: basis === null ? null : (row as Stored), basis }
  })
}

function within(found: readonly Found[], content: ContentLevel): readonly Found[] {
  if (content !== 'full-resource') return found
  let bytes = 0
  const end = found.findIndex(({ row }, at) => (bytes += row?.length ?? 0) > bytesMax && at > 0)
  return end < 0 ? found : found.slice(0, end)
}

async function bodiesOf(world: World, found: readonly Found[]): Promise<Map<Stored, string>> {
  const rows = found.flatMap(({ row }) => (row && !row.deleted ? [row] : []))
  const bodies = await readBodies(world.sql, rows)
  return new Map(rows.map((row, at) => [row, bodies[at] as string]))
}

/** One row for each patient, which that person can read. */
function looks(world: World, { asking }: Subscriber, found: readonly Found[]) {
  const seen = found.filter((one) => one.row !== null)
  const groups = Map.groupBy(seen, ({ event }) => patientOrNone(event.patient))
  return [...groups].map(([patient, of]) => {
    const what = [...new Set(of.map(({ row }) => `${world.fhir.types[(row as Stored).type]}/${publicId(row as Stored)}`))].join(' ')
    return entryOf(asking, 'read', patient, what, { basis: of[0]?.basis ?? null, count: of.length })
  })
}
