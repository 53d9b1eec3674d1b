import { typesHidden } from '../../access/access.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment, join } from '../../platform/sql.ts'
import { type Asking, entryOf } from '../asking.ts'
import type { Wish } from './everything-wish.ts'
import { changedSince, type Moment } from './moments.ts'
import { locate } from './read.ts'
import { type Layers, layersAt, layersOf, newest, ofTypes, slicesOf } from './rows-at.ts'
import { peopleOf } from '../people.ts'
import { typesSeen } from '../scope.ts'
import { findCurrent, isAt, type Stored } from '../store.ts'
import { basisOfRow, type View, viewOf } from '../view.ts'

/** A record that may be read: which rows, which versions of them, and on what basis. */
export type Open = { asking: Asking; id: string; wish: Wish; view: View; where: Fragment[]; layers: Layers; patient: number; chart: Stored }

/** Finds which keys the person has today, what the actor may see of them, and which versions count. */
export async function openRecord(asking: Asking, id: string, wish: Wish, moment: Moment | null): Promise<Open> {
  const { world } = asking
  const place = await locate(asking, 'Patient', id)
  const [people, chart] = place
    ? await Promise.all([peopleOf(asking, [place.patient]), findCurrent(world.sql, { ...place, type: world.fhir.typeCode('Patient') })])
    : [null, null]
  if (!place || !chart || chart.voided) throw new Refusal('not-found', 'no Patient with this id')
  const keys = people?.[0]?.keys ?? [place.patient]
  const view = await viewOf(asking, keys)
  const where = openRows(view, keys, wish)
  if (wish.since !== null) where.push(await changedSince(world.sql, new Date(wish.since)))
  // A resource without a date of care belongs to no time and is always included.
  if (wish.end !== null) where.push(fragment`(r.day is null or r.type = ${chart.type} or r.day <= ${Math.floor(wish.end / 86_400_000) + 1})`)
  const layers = wish.at !== null ? layersAt(new Date(wish.at)) : moment === null ? newest : layersOf(moment)
  const open = { asking, id, wish, view, where, layers, patient: place.patient, chart }
  await requireOpen(open, keys)
  if (wish.at !== null) await requireThere(open)
  return open
}

/** Refuses unless something opens the record: the chart itself, any key of the person, or a row that the actor's own institution submitted. */
async function requireOpen({ asking, view, where, layers, patient, chart, wish }: Open, keys: readonly number[]): Promise<void> {
  const { world } = asking
  let basis = basisOfRow(view, chart) ?? keys.map((key) => view.basisOf(key)?.kind).find((one) => one !== undefined) ?? null
  if (basis === null) {
    const [row] = await slicesOf(world.sql, layers, where, null, 1)
    basis = row ? basisOfRow(view, row) : null
  }
  if (basis === null) {
    await world.ledger.record([entryOf(asking, 'read', patient, 'Patient/$everything', { decision: 'deny' })])
    throw new Refusal('forbidden', 'nothing opens this record for you', { hint: 'An open visit, a referral or being the chosen doctor opens it.' })
  }
  if (chart.deleted && wish.at === null) throw new Refusal('gone', 'this Patient was deleted', { hint: 'Ask with _at for an instant when it was there.' })
}

/** Refuses when the Patient was created later than the instant or was deleted then. Only an actor who may see the record is told so. */
async function requireThere({ asking, layers, chart }: Open): Promise<void> {
  const where = [isAt(chart)]
  if ((await slicesOf(asking.world.sql, layers, where, null, 1)).length > 0) return
  throw new Refusal('not-found', 'this Patient was not in the record at that instant', { expression: '_at', hint: 'Its history says when it was.' })
}

/**
 * The rows that the actor may see, chosen in SQL: rows of another institution must not even fill a batch, or hidden data would decide whether the
 * rest is shown.
 */
function openRows(view: View, keys: readonly number[], wish: Wish): Fragment[] {
  const { actor, world } = view.asking
  const all = typesSeen(world, actor).filter((code) => wish.types === null || wish.types.includes(code))
  const ways: Fragment[] = []
  for (const [basis, open] of Map.groupBy(keys, (key) => view.basisOf(key))) {
    if (basis === null) continue
    const hidden = new Set(typesHidden(basis.view).map((name) => world.fhir.typeCode(name)))
    const types = hidden.size === 0 ? all : all.filter((code) => !hidden.has(code))
    ways.push(fragment`(r.patient = any(${open}::int8[]) and ${ofTypes(world.fhir.types, types)})`)
  }
  if (actor.kind === 'system' && actor.institution !== null) ways.push(fragment`(r.institution = ${actor.institution} and ${ofTypes(world.fhir.types, all)})`)
  return [fragment`r.patient = any(${keys}::int8[])`, ways.length === 0 ? fragment`false` : fragment`(${join(ways, ' or ')})`]
}
