import type { Entry } from '../../audit/audit.ts'
import { typesHidden } from '../../access/access.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Fragment, fragment, join } from '../../platform/sql.ts'
import { baseUrl } from '../../platform/config.ts'
import type { World } from '../../platform/world.ts'
import { type Asking, entryOf } from '../asking.ts'
import { ExportFiles } from './export-files.ts'
import type { ExportWish } from './export.ts'
import { patientOrNone, reservedKeys } from '../ids.ts'
import { keepOnly, makeFolder } from './job-files.ts'
import { chooser } from './type-filter.ts'
import { advance, type Job, type Output, requireClient } from './jobs.ts'
import { changedSince } from '../read/moments.ts'
import { bytesOf, countOf, deletedSlicesOf, layersOf, type Layers, ofTypes, type Slice, slicesOf, within } from '../read/rows-at.ts'
import { typesSeen } from '../scope.ts'
import type { Place } from '../store.ts'
import { basisOfRow, directoryTypes, ownSubmissions, type View, viewOf, viewOfAll } from '../view.ts'

const batchRows = 4000
const batchBytes = 16 * 1_048_576
/** After this many resources the files are closed and the job stores its place: the most that a crash can cost. */
const segmentRows = 500_000

type Run = { asking: Asking; job: Job; wish: ExportWish; layers: Layers; outputs: Output[]; done: number }

/**
 * Writes what the client may see, as of the moment of its request, into files by type. Rows are read in key order and parsed only for a filter. Each
 * patient whose data go into a file has a row in the log before the client can fetch it. The work is done in segments: a restart continues after the
 * last finished one.
 */
export async function runExport(world: World, job: Job): Promise<void> {
  const { actor, wish } = job.asked as { actor: Asking['actor']; wish: ExportWish }
  const asking: Asking = { world, actor, correlation: `export-${job.id}`, base: `${baseUrl(world.config)}/fhir`, purpose: 'health-care' }
  const run: Run = { asking, job, wish, layers: layersOf(wish.moment), outputs: job.outputs, done: job.done }
  await makeFolder(world, job.id)
  await keepOnly(
    world,
    job.id,
    run.outputs.map(({ file }) => file),
  )
  if (job.total === null) {
    const { where } = await openRows(run)
    await advance(world.sql, job.id, { total: await countOf(world.sql, run.layers, where) })
  }
  let after = job.place as Place | 'end' | null
  while (after !== 'end') after = await writeSegment(run, after)
  await writeExtras(run)
}

/** Which rows of which patients. Decided anew for each segment, since a relation may have ended or the client been revoked. */
async function openRows({ asking, job, wish }: Run): Promise<{ view: View; where: Fragment[] }> {
  const { world, actor } = asking
  await requireClient(world.sql, job)
  const view = wish.keys === null ? await viewOfAll(asking) : await viewOfMany(asking, wish.keys)
  const types = typesSeen(world, actor).filter((type) => wish.types === null || wish.types.includes(type))
  const where = [ofTypes(world.fhir.types, types)]
  if (wish.keys !== null) where.push(fragment`r.patient = any(${wish.keys}::int8[])`)
  if (wish.level !== 'system') where.push(fragment`r.patient >= ${reservedKeys}`)
  if (wish.since !== null) where.push(await changedSince(world.sql, new Date(wish.since)))
  const directory = types.filter((type) => directoryTypes.has(world.fhir.types[type] as string))
  const ways = [ownSubmissions(asking) ?? fragment`false`, fragment`(r.patient < ${reservedKeys} and r.type = any(${directory}::int2[]))`]
  for (const [basis, keys] of Map.groupBy(view.openKeys ?? wish.keys ?? [], (key) => view.basisOf(key))) {
    if (basis === null) continue
    const hidden = new Set(typesHidden(basis.view).map((name) => world.fhir.typeCode(name)))
    ways.push(fragment`(r.patient = any(${keys}::int8[]) and r.type = any(${types.filter((type) => !hidden.has(type))}::int2[]))`)
  }
  return { view, where: [...where, fragment`(${join(ways, ' or ')})`] }
}

const keysAtOnce = 5000

/** One decision covers a limited number of persons; a group may have more. */
async function viewOfMany(asking: Asking, keys: readonly number[]): Promise<View> {
  const bases = new Map<number, ReturnType<View['basisOf']>>()
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    const some = keys.slice(from, from + keysAtOnce)
    const view = await viewOf(asking, some)
    for (const key of some) bases.set(key, view.basisOf(key))
  }
  return { asking, basisOf: (key) => bases.get(key) ?? null, personOf: (key) => key, openKeys: null }
}

async function writeSegment(run: Run, begin: Place | null): Promise<Place | 'end'> {
  const { asking, job } = run
  const { world } = asking
  const { view, where } = await openRows(run)
  const files = new ExportFiles(world, job.id, run.outputs)
  const looks = new Looks(asking, view)
  // A job from before there were filters has none.
  const choose = await chooser(asking, run.wish.filters ?? [])
  const chosen = (slices: Slice[], bodies: Buffer[]): { slices: Slice[]; bodies: Buffer[] } => {
    if (choose === null) return { slices, bodies }
    const places = [...slices.keys()].filter((at) => choose(world.fhir.types[(slices[at] as Slice).type] as string, bodies[at] as Buffer))
    return { slices: places.map((at) => slices[at] as Slice), bodies: places.map((at) => bodies[at] as Buffer) }
  }
  try {
    let after = begin
    let rows = 0
    let next = slicesOf(world.sql, run.layers, where, after, batchRows)
    for (;;) {
      const read = await next
      const some = within(read, batchBytes)
      const isLast = some.length === read.length && read.length < batchRows
      after = isLast ? after : placeOf(some.at(-1) as Slice)
      const isOver = isLast || rows + some.length >= segmentRows
      // Reads the next batch while this one is written.
      if (!isOver) next = slicesOf(world.sql, run.layers, where, after, batchRows)
      next.catch(() => {})
      const wanted = chosen(some, await bytesOf(world.sql, some, { isKept: false }))
      await files.write(wanted.slices, wanted.bodies)
      await looks.note(wanted.slices)
      rows += some.length
      run.done += some.length
      if (!isOver) {
        if (!(await advance(world.sql, job.id, { done: run.done }))) throw cancelled()
        continue
      }
      await looks.end()
      run.outputs = [...run.outputs, ...(await files.end())]
      const place = isLast ? ('end' as const) : (after as Place)
      if (!(await advance(world.sql, job.id, { done: run.done, outputs: run.outputs, place }))) throw cancelled()
      return place
    }
  } catch (error) {
    files.abandon()
    throw error
  }
}

const cancelled = () => new Refusal('gone', 'the export was cancelled')
const placeOf = ({ patient, type, id }: Slice): Place => ({ patient, type, id })

/** Writes the resources that were deleted since, and notes to the client about the answer. */
async function writeExtras(run: Run): Promise<void> {
  const { asking, job, wish } = run
  const { world } = asking
  const files = new ExportFiles(world, job.id, run.outputs)
  try {
    if (wish.since !== null) {
      const { where } = await openRows(run)
      let after: Place | null = null
      for (;;) {
        const rows: Slice[] = await deletedSlicesOf(world.sql, run.layers, where, after, batchRows)
        await files.writeDeleted(rows)
        if (rows.length < batchRows) break
        after = placeOf(rows.at(-1) as Slice)
      }
    }
    if (wish.ignored.length > 0) await files.writeIgnored(wish.ignored)
    const made = await files.end()
    if (made.length > 0 && !(await advance(world.sql, job.id, { outputs: [...run.outputs, ...made] }))) throw cancelled()
  } catch (error) {
    files.abandon()
    throw error
  }
}

const looksAtOnce = 2000

/** Logs one row for each patient in a segment; rows come in key order, so a patient is complete when the next one begins. */
class Looks {
  readonly #asking: Asking
  readonly #view: View
  #current: { patient: number | null; basis: string | null; count: number; types: Set<number> } | null = null
  #entries: Entry[] = []

  constructor(asking: Asking, view: View) {
    this.#asking = asking
    this.#view = view
  }

  async note(slices: readonly Slice[]): Promise<void> {
    for (const slice of slices) {
      const patient = patientOrNone(slice.patient)
      if (this.#current === null || this.#current.patient !== patient) {
        this.#close()
        this.#current = { patient, basis: basisOfRow(this.#view, slice), count: 0, types: new Set() }
      }
      this.#current.count++
      this.#current.types.add(slice.type)
    }
    if (this.#entries.length >= looksAtOnce) await this.#record()
  }

  async end(): Promise<void> {
    this.#close()
    await this.#record()
  }

  #close(): void {
    if (!this.#current) return
    const { patient, basis, count, types } = this.#current
    const names = [...types].map((type) => this.#asking.world.fhir.types[type])
    this.#entries.push(entryOf(this.#asking, 'export', patient, names.join(' '), { basis, count }))
    this.#current = null
  }

  async #record(): Promise<void> {
    const entries = this.#entries
    this.#entries = []
    for (let from = 0; from < entries.length; from += looksAtOnce) await this.#asking.world.ledger.record(entries.slice(from, from + looksAtOnce))
  }
}
