import type { Search } from '../fhir/fhir.ts'
import type { Asking } from './asking.ts'
import { isServerId, keyOfId, parseReference } from './ids.ts'
import { type Content, contentsOf } from './contents.ts'
import { firstHits, type Hit } from './run-search.ts'
import { findMany, findNames } from './store.ts'
import { basisOfRow, visibleRows, viewOf, viewOfAll } from './view.ts'

const includedMax = 2000

/** `isCut`: there was more than an answer holds, which the answer then says. */
export type Included = { included: Hit[]; isCut: boolean }

/** What the matches refer to and what refers to them, each by the same rule of visibility as a read of its own. */
export async function includedOf(asking: Asking, search: Search, hits: readonly Hit[]): Promise<Included> {
  if (hits.length === 0) return { included: [], isCut: false }
  const seen = new Set(hits.map(({ resource }) => `${resource.resourceType}/${resource.id}`))
  const forward = await forwardOf(asking, search, hits, seen)
  const backward = await backwardOf(asking, search, hits, seen)
  return { included: [...forward.included, ...backward.included], isCut: forward.isCut || backward.isCut }
}

async function forwardOf(asking: Asking, search: Search, hits: readonly Hit[], seen: Set<string>): Promise<Included> {
  const wanted = new Set<string>()
  for (const { type, code, target } of search.include) {
    for (const { resource, values } of hits) {
      if (resource.resourceType !== type) continue
      for (const value of values) {
        if (value.kind !== 'reference' || (value.code !== code && code !== '*') || !value.reference) continue
        const found = parseReference(value.reference, asking.base)
        if (found && (!target || found.type === target)) wanted.add(`${found.type}/${found.id}`)
      }
    }
  }
  const list = [...wanted].filter((reference) => !seen.has(reference))
  for (const reference of list) seen.add(reference)
  return { included: await fetchVisible(asking, list.slice(0, includedMax)), isCut: list.length > includedMax }
}

/** Reads resources by `Type/id`, leaving out what the actor may not see. */
export async function fetchVisible(asking: Asking, references: readonly string[]): Promise<Hit[]> {
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
  const contents = await contentsOf(asking, world.sql, visible)
  return visible.map((row, at) => ({ row, ...(contents[at] as Content) }))
}

async function backwardOf(asking: Asking, search: Search, hits: readonly Hit[], seen: Set<string>): Promise<Included> {
  if (search.revinclude.length === 0) return { included: [], isCut: false }
  const keys = hits.map(({ row }) => row.patient)
  const view = asking.actor.kind === 'system' ? await viewOf(asking, keys) : await viewOfAll(asking)
  const found: Hit[] = []
  for (const { type, code, target } of search.revinclude) {
    const literals = hits.filter(({ resource }) => !target || resource.resourceType === target).map(({ resource }) => `${resource.resourceType}/${resource.id}`)
    if (literals.length === 0) continue
    const references = asking.world.fhir
      .parameters(type)
      .filter((one) => one.type === 'reference')
      .map((one) => one.code)
    for (const one of code === '*' ? references : [code]) {
      const inner: Search = { ...emptySearch, type, clauses: [{ code: one, test: 'reference', values: [{ literals }] }] }
      const scope = { keys: null, visible: visibleRows(view, asking.world.fhir.typeCode(type), view.openKeys ?? keys) }
      for (const hit of await firstHits(asking, asking.world.sql, inner, scope, null, includedMax + 1)) {
        const reference = `${hit.resource.resourceType}/${hit.resource.id}`
        if (seen.has(reference)) continue
        if (found.length >= includedMax) return { included: found, isCut: true }
        seen.add(reference)
        found.push(hit)
      }
    }
  }
  return { included: found, isCut: false }
}

export const emptySearch: Search = {
  type: null,
  clauses: [],
  count: 50,
  sort: [],
  include: [],
  revinclude: [],
  total: null,
  summary: 'false',
  elements: [],
  used: [],
  ignored: [],
}
