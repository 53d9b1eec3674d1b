import { setTimeout as sleep } from 'node:timers/promises'
import type { CustomParameter, Resource } from '../../fhir/fhir.ts'
import { baseUrl } from '../../platform/config.ts'
import { fragment, join, type Runner } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { refreshCustomParameters } from './custom-parameters.ts'
import { inBatches } from './in-batches.ts'
import { indexRows } from '../write/rows.ts'
import { portions } from '../answer-room.ts'
import { inIndexOrder, pointer, readBodies, spotOf, type Stored } from '../store.ts'
import { indexCtes } from '../write/write-index.ts'

type Step = 'waits' | 'current' | 'superseded' | 'late' | 'done'
export type Indexing = {
  code: string
  compiled: string
  step: Step
  done: number
  total: number
  placePatient: number | null
  placeType: number | null
  placeId: string | null
  placeVersion: number | null
  fromTx: number
}

/** After this time every process knows the parameter, so every later write is indexed by its writer. */
const knownEverywhereMs = 1500
const batchRows = 500
const batchMsMax = 200
const lockNumber = 7_311_204

/**
 * Indexes parameters that have no index yet, while everybody reads and writes. It only adds rows, in batches that each store their place, so another
 * process can go on when one is killed. Answers whether nothing was left to do.
 */
export async function indexParameters(world: World, isStopped: () => boolean = () => false): Promise<boolean> {
  const [waiting] = await world.sql<{ code: string }>`select code from record.search_parameter where not is_indexed limit 1`
  if (!waiting) return true
  return inBatches(world, {
    lockNumber,
    isStopped,
    async batch(sql) {
      const [next] = await sql<Indexing>`
        select code, compiled, step, done, total, place_patient, place_type, place_id, place_version, from_tx
          from record.search_parameter where not is_indexed order by added_at, code limit 1`
      if (next) await oneBatch(world, sql, next)
      return next !== undefined
    },
  })
}

const pauseMs = 1000

/** While the server runs: continues an index that no process works on, for example after a kill. */
export function startIndexing(world: World): () => Promise<void> {
  const step = async (isStopped: () => boolean) => {
    await indexParameters(world, isStopped)
    return pauseMs
  }
  return workSteadily(world, { step, troubledMs: pauseMs, trouble: 'indexing of search parameters waits: the database does not answer' })
}

async function oneBatch(world: World, sql: Runner, next: Indexing): Promise<void> {
  if (next.step === 'waits') return begin(world, sql, next)
  const custom = JSON.parse(next.compiled) as CustomParameter
  const types = Object.keys(custom.on).map((type) => world.fhir.typeCode(type))
  const began = performance.now()
  let place = next
  for (;;) {
    const rows = await rowsAfter(sql, place, types)
    const last = rows.at(-1)
    if (!last) return finishStep(sql, place)
    place = {
      ...place,
      done: place.step === 'late' ? place.done : place.done + rows.length,
      ...{ placePatient: last.patient, placeType: last.type, placeId: last.id, placeVersion: last.version },
    }
    await addRows(world, sql, custom.code, rows, place)
    if (performance.now() - began > batchMsMax) return
  }
}

async function begin(world: World, sql: Runner, { code, compiled }: Indexing): Promise<void> {
  await sleep(knownEverywhereMs)
  await refreshCustomParameters(world)
  const types = Object.keys((JSON.parse(compiled) as CustomParameter).on).map((type) => world.fhir.typeCode(type))
  await sql`
    update record.search_parameter
       set step = 'current', done = 0, changed = nextval('record.search_parameter_change'), place_patient = null,
           total = (select count(*) from record.resource where type = any(${types}::int2[])) + (select count(*) from record.superseded where type = any(${types}::int2[]))
     where code = ${code}`
}

/** Current versions first, then superseded ones, which an older page link may still ask about, then the rows that were written meanwhile. */
async function rowsAfter(sql: Runner, { step, fromTx, ...at }: Indexing, types: readonly number[]): Promise<Stored[]> {
  const conditions = [fragment`r.type = any(${types}::int2[])`, fragment`not r.deleted`]
  if (step === 'late') conditions.push(fragment`r.tx >= ${fromTx}`)
  if (at.placePatient !== null) {
    const place = fragment`${at.placePatient}::int8, ${at.placeType}::int2, ${spotOf(fragment`${at.placeId}::uuid`)}, ${at.placeVersion}::int4`
    conditions.push(fragment`(${inIndexOrder}, r.version) > (${place})`)
    conditions.push(fragment`r.patient >= ${at.placePatient}`)
  }
  const table = step === 'superseded' ? fragment`record.superseded` : fragment`record.resource`
  return sql.run<Stored>(fragment`
    select ${pointer} from ${table} r
     where ${join(conditions, ' and ')}
     order by ${inIndexOrder}, r.version
     limit ${batchRows}`)
}

async function addRows(world: World, sql: Runner, code: string, rows: readonly Stored[], place: Indexing): Promise<void> {
  const base = `${baseUrl(world.config)}/fhir`
  const indexed = (row: Stored, body: string) => {
    const resource = JSON.parse(body) as Resource
    const values = world.fhir.extract(resource).filter((value) => value.code === code)
    return { patient: row.patient, type: row.type, id: row.id, index: indexRows(row.type, resource, values, row.patient, base, world.hashes) }
  }
  const versions: ReturnType<typeof indexed>[] = []
  for (const { some } of portions(rows)) {
    const bodies = await readBodies(sql, some)
    versions.push(...some.map((row, at) => indexed(row, bodies[at] as string)))
  }
  const placed = fragment`record_place as (
    update record.search_parameter
       set done = ${place.done}, place_patient = ${place.placePatient}, place_type = ${place.placeType}, place_id = ${place.placeId}::uuid,
           place_version = ${place.placeVersion}
     where code = ${code})`
  await sql.run(fragment`with ${join([...indexCtes(versions), placed], ', ')} select 1`)
}

const after: Record<string, Step> = { current: 'superseded', superseded: 'late', late: 'done' }

async function finishStep(sql: Runner, { code, step }: Indexing): Promise<void> {
  const following = after[step] as Step
  await sql`
    update record.search_parameter
       set step = ${following}, is_indexed = ${following === 'done'}, changed = nextval('record.search_parameter_change'),
           place_patient = null, place_type = null, place_id = null, place_version = null
     where code = ${code}`
}
