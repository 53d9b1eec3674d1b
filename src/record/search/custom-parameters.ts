import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CustomParameter } from '../../fhir/fhir.ts'
import type { World } from '../../platform/world.ts'

/** Search parameters that were added to the running system: every process knows them within a second. */

const everyMs = 400
const listedMax = 1000

export const sealOf = (world: World, compiled: string): Buffer => createHmac('sha256', world.keys.derive('search-parameters')).update(compiled).digest()

const seen = new WeakMap<World['fhir'], string>()

/** Reads the table when it has changed since the last time. */
export async function refreshCustomParameters(world: World): Promise<void> {
  const [state] = await world.sql<{ state: string }>`select count(*) || ' ' || coalesce(max(changed), 0) as state from record.search_parameter`
  if (state === undefined || state.state === (seen.get(world.fhir) ?? '0 0')) return
  const rows = await world.sql<{ code: string; compiled: string; seal: Buffer; isIndexed: boolean }>`
    select code, compiled, seal, is_indexed from record.search_parameter order by code limit ${listedMax}`
  const genuine = rows.filter(({ code, compiled, seal }) => {
    const isGenuine = timingSafeEqual(sealOf(world, compiled), seal)
    if (!isGenuine) world.log.error({ parameter: code }, 'a search parameter is not as the command line wrote it, and is left out')
    return isGenuine
  })
  world.fhir.custom.set(genuine.map(({ compiled, isIndexed }) => ({ custom: JSON.parse(compiled) as CustomParameter, isIndexed })))
  seen.set(world.fhir, state.state)
}

/** Looks for changes regularly while the process lives. */
export async function startCustomParameters(world: World): Promise<() => void> {
  await refreshCustomParameters(world)
  let isBusy = false
  const beat = async () => {
    if (isBusy) return
    isBusy = true
    try {
      await refreshCustomParameters(world)
    } catch (error) {
      world.log.warn({ err: error }, 'the search parameters could not be read; the last known ones stay')
    } finally {
      isBusy = false
    }
  }
  const timer = setInterval(() => void beat(), everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
