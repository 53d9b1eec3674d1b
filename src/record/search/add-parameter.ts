import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { type Asking, entryOf } from '../asking.ts'
import { refreshCustomParameters, sealOf } from './custom-parameters.ts'

const customMax = 200

/** Adds a search parameter to the running system: only an operator does this. A SearchParameter that a client POSTs is only stored. */
export async function addParameter(asking: Asking, definition: Resource): Promise<{ code: string; types: string[]; interpreted: string[] }> {
  const { world } = asking
  if (definition?.resourceType !== 'SearchParameter') throw new Refusal('incorrect', 'this is not a SearchParameter')
  const wrong = world.fhir.validate(definition).filter(({ severity }) => severity === 'error')
  const [first] = wrong
  if (first) throw new Refusal('unprocessable', `${first.expression}: ${first.diagnostics}`, { hint: first.hint })
  await refreshCustomParameters(world)
  const custom = await world.fhir.compileParameter(definition)
  const compiled = JSON.stringify(custom)
  await world.ledger.transaction(async (tx) => {
    const [count] = await tx<{ n: number }>`select count(*)::int4 as n from record.search_parameter`
    if ((count?.n ?? 0) >= customMax) throw new Refusal('conflict', `there are ${customMax} added search parameters already`, { hint: 'Remove one first.' })
    const added = await tx`
      insert into record.search_parameter (code, url, definition, compiled, seal, added_at, changed, from_tx)
      values (${custom.code}, ${custom.url}, ${JSON.stringify(definition)}, ${compiled}, ${sealOf(world, compiled)}, ${world.now()},
              nextval('record.search_parameter_change'), pg_snapshot_xmin(pg_current_snapshot())::text::int8)
      on conflict do nothing
      returning code`
    if (added.length === 0) throw new Refusal('conflict', `a search parameter ${custom.code} was added already`, { hint: 'Remove it first.' })
    tx.audit([entryOf(asking, 'configure', null, `search-parameter ${custom.code}`, { basis: 'operator' })])
  })
  await refreshCustomParameters(world)
  const types = Object.keys(custom.on)
  return { code: custom.code, types, interpreted: types.filter((type) => custom.on[type]?.body === null) }
}

export async function removeParameter(asking: Asking, code: string): Promise<void> {
  const { world } = asking
  await world.ledger.transaction(async (tx) => {
    const removed = await tx`delete from record.search_parameter where code = ${code} returning code`
    if (removed.length === 0) throw new Refusal('not-found', `no search parameter ${JSON.stringify(code.slice(0, 64))} was added`)
    tx.audit([entryOf(asking, 'configure', null, `search-parameter ${code} removed`, { basis: 'operator' })])
  })
  await refreshCustomParameters(world)
}

export type Listed = { code: string; url: string; isIndexed: boolean; percent: number; types: string[] }

export async function listParameters(world: World): Promise<Listed[]> {
  const rows = await world.sql<{ code: string; url: string; isIndexed: boolean; done: number; total: number; compiled: string }>`
    select code, url, is_indexed, done, total, compiled from record.search_parameter order by code limit ${customMax}`
  return rows.map(({ code, url, isIndexed, done, total, compiled }) => ({
    ...{ code, url, isIndexed, types: Object.keys((JSON.parse(compiled) as { on: object }).on) },
    percent: isIndexed ? 100 : total === 0 ? 0 : Math.min(99, Math.floor((100 * done) / total)),
  }))
}
