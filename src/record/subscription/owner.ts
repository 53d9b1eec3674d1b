import { createHmac } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'

/**
 * A Subscription belongs to the system that made it: another system of the same institution neither sees nor changes it. The last twelve digits of
 * its row id are a keyed hash of the client, so that every path can tell the owner without a query.
 */
const digits = 12
const marks = new WeakMap<World['keys'], Map<string, string>>()
const marksMax = 10_000

function markOf({ world, actor }: Asking): string {
  let known = marks.get(world.keys)
  if (!known || known.size > marksMax) marks.set(world.keys, (known = new Map()))
  let mark = known.get(actor.id)
  if (mark === undefined) {
    mark = createHmac('sha256', world.keys.derive('record/subscription-owner')).update(actor.id).digest('hex').slice(0, digits)
    known.set(actor.id, mark)
  }
  return mark
}

const isOwned = (type: string | undefined) => type === 'Subscription'

/** The refusal for another system; null for types that belong to an institution. */
export const notTheirs = (type: string): Refusal | null =>
  isOwned(type) ? new Refusal('forbidden', `a ${type} is read and changed by the system that made it`, { hint: 'Make one of your own.' }) : null

/** The ending of the id of a new resource; null when the ending is random. */
export const endingOf = (asking: Asking, type: string): string | null => (isOwned(type) ? markOf(asking) : null)

/** Whether a row of the asker's institution belongs to the asking system itself, where a type belongs to one system. */
export const isOwnersOwn = (asking: Asking, row: { type: number; id: string }): boolean =>
  !isOwned(asking.world.fhir.types[row.type]) || row.id.endsWith(markOf(asking))

/** `isOwnersOwn` as a condition on `r`. */
export const ownersOwn = (asking: Asking): Fragment =>
  fragment`(r.type <> ${asking.world.fhir.typeCode('Subscription')}::int2 or right(r.id::text, ${digits}::int4) = ${markOf(asking)}::text)`
