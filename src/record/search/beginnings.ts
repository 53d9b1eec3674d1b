import { baseUrl } from '../../platform/config.ts'
import { fragment, join, type Runner } from '../../platform/sql.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { type IndexRows, indexRows } from '../write/rows.ts'
import { indexCtes } from '../write/write-index.ts'
import { inBatches } from './in-batches.ts'

/**
 * Names that were stored before words were found by how they begin: their rows are added while everybody reads and writes. Until all are there, a
 * search for a beginning goes by the names themselves, and one for a sound misses names of before in which a letter is written with two (lj, nj, dj).
 */

const batchRows = 500
const pauseMs = 1000
const askAgainMs = 1000
const lockNumber = 7_311_205

/** Once they are all there, they stay. */
const known = new WeakMap<World['sql'], { isDone: boolean; askedAt: number }>()

export async function areBeginningsIndexed({ sql }: World): Promise<boolean> {
  const found = known.get(sql)
  if (found && (found.isDone || performance.now() - found.askedAt < askAgainMs)) return found.isDone
  const [row] = await sql<{ isDone: boolean }>`select is_done from record.beginning`
  const isDone = row?.isDone === true
  known.set(sql, { isDone, askedAt: performance.now() })
  return isDone
}

export function startBeginnings(world: World): () => Promise<void> {
  const step = async (isStopped: () => boolean) => {
    await indexBeginnings(world, isStopped)
    return pauseMs
  }
  return workSteadily(world, { step, troubledMs: pauseMs, trouble: 'indexing of names waits: the database does not answer' })
}

export async function indexBeginnings(world: World, isStopped: () => boolean = () => false): Promise<void> {
  if (await areBeginningsIndexed(world)) return
  await inBatches(world, { lockNumber, batch: (sql) => oneBatch(world, sql), isStopped })
}

type Row = { type: number; value: string; patient: number; id: string }

/** Answers whether there was anything left to do. */
async function oneBatch(world: World, sql: Runner): Promise<boolean> {
  const { fhir } = world
  const types = fhir.types.filter((type) => fhir.parameters(type).some(({ code }) => code === heard)).map((type) => fhir.typeCode(type))
  const rows = await sql<Row>`
    select s.type, s.value, s.patient, s.id
      from record.beginning b
     cross join lateral (
       select s.type, s.value, s.patient, s.id from record.string s
        where s.type = any(${types}::int2[])
          and (b.place_type is null or (s.type, s.value, s.patient, s.id) > (b.place_type, b.place_value, b.place_patient, b.place_id))
        order by s.type, s.value, s.patient, s.id
        limit ${batchRows}) s
     where not b.is_done`
  const last = rows.at(-1)
  const place = last
    ? fragment`place_type = ${last.type}, place_value = ${last.value}, place_patient = ${last.patient}, place_id = ${last.id}::uuid`
    : fragment`is_done = true, place_type = null, place_value = null, place_patient = null, place_id = null`
  // In the order of patients, as the values of each are made one.
  const versions = rows.toSorted((a, b) => a.patient - b.patient).map((row) => ({ ...row, index: rowsOf(world, row) }))
  await sql.run(fragment`with ${join([...indexCtes(versions), fragment`record_place as (update record.beginning set ${place})`], ', ')} select 1`)
  return last !== undefined
}

const heard = 'phonetic'

/** Each text is read as a name: a row does not say of which parameter it is. The words of an address are added too, and lead to nobody. */
function rowsOf({ fhir, hashes, config }: World, { type, value, patient }: Row): IndexRows {
  const resourceType = fhir.types[type] as string
  // The name of an institution is a plain text, that of a person has parts.
  const isText = fhir.parameters(resourceType).some(({ code, holds }) => code === heard && holds?.includes('string'))
  const resource = { resourceType, name: isText ? value : [{ text: value }] }
  return indexRows(type, resource, fhir.extract(resource, new Set([heard])), patient, `${baseUrl(config)}/fhir`, hashes)
}
