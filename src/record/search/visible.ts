import type { Search } from '../../fhir/fhir.ts'
import { portions } from '../answer-room.ts'
import type { Asking } from '../asking.ts'
import { contentsOf } from './contents.ts'
import { isServerId, keyOfId, parseReference } from '../ids.ts'
import type { Hit } from './run-search.ts'
import { findMany, findNames } from '../store.ts'
import { basisOfRow, viewOf } from '../view.ts'

const atOnce = 2000

/** Reads resources by `Type/id`, some at a time, leaving out what the actor may not see; whoever keeps one says so to the room. */
export async function* fetchVisible(asking: Asking, references: readonly string[]): AsyncGenerator<Hit> {
  for (let from = 0; from < references.length; from += atOnce) yield* fetchSome(asking, references.slice(from, from + atOnce))
}

async function* fetchSome(asking: Asking, references: readonly string[]): AsyncGenerator<Hit> {
  const { world } = asking
  const parsed = references
    .map((reference) => parseReference(reference, asking.base))
    .filter((one) => one !== null)
    .map(({ type, id }) => ({ type: world.fhir.typeCode(type), id }))
    .filter(({ type }) => type >= 0)
  const places = parsed.filter(({ id }) => isServerId(id)).map(({ type, id }) => ({ type, id, patient: keyOfId(id) }))
  const named = await findNames(
    world.sql,
    parsed.filter(({ id }) => !isServerId(id)).map(({ type, id }) => ({ type, name: id })),
  )
  const rows = await findMany(world.sql, [...places, ...named])
  const view = await viewOf(
    asking,
    rows.map((row) => row.patient),
  )
  const visible = rows.filter((row) => basisOfRow(view, row) !== null)
  for (const { some, bytes } of portions(visible)) {
    await asking.room?.take(bytes)
    yield* await contentsOf(asking, world.sql, some)
    asking.room?.giveBack(bytes)
  }
}

/** What a reference may call this resource: by its place, or by its canonical address. */
export function literalsOf({ resource }: Hit): string[] {
  const own = `${resource.resourceType}/${resource.id}`
  const { url, version } = resource as { url?: unknown; version?: unknown }
  if (typeof url !== 'string') return [own]
  return typeof version === 'string' ? [own, url, `${url}|${version}`] : [own, url]
}

/** A search without conditions. */
export const emptySearch: Search = {
  ...{ type: null, clauses: [], count: 50, sort: [], include: [], revinclude: [], total: null },
  ...{ summary: 'false', elements: [], used: [], ignored: [] },
}
