import { isConnectionLost, isDiskFull } from '../../platform/sql.ts'
import { Refusal } from '../../platform/refusal.ts'
import { workSteadily } from '../../platform/steady-work.ts'
import type { World } from '../../platform/world.ts'
import { foldersOf, removeFolder } from './job-files.ts'
import { begin, fail, finish, forget, type Job, openJobs, overJobs, requireClient } from './jobs.ts'
import { runExport } from './run-export.ts'
import { runImport } from './run-import.ts'

/** Class of the advisory locks that lease a job: PostgreSQL frees the lock when its holder dies, in whatever way. */
const leaseClass = 730_415
const openAtOnce = 20
const attemptsMax = 5
const pauseMs = 500
const tidyMs = 60_000
const tidiedAtOnce = 100

/** Works on exports and imports while the server runs, one at a time in a process; the holder of a job's lease works on it. */
export function startWork(world: World, processes: number): () => Promise<void> {
  let tidied = Number.NEGATIVE_INFINITY
  const step = async () => {
    if (performance.now() - tidied > tidyMs) {
      tidied = performance.now()
      await tidyJobs(world)
    }
    return (await workOnce(world, processes)) ? 0 : pauseMs
  }
  return workSteadily(world, { step, troubledMs: pauseMs, trouble: 'an export or import stopped and goes on in a moment' })
}

/** Works on the oldest job that no process has, an import with up to `processes` further processes. False when there is no such job. */
export async function workOnce(world: World, processes = 0): Promise<boolean> {
  const open = await openJobs(world.sql, openAtOnce)
  if (open.length === 0) return false
  const lease = await world.connect()
  try {
    for (const job of open) {
      const [taken] = await lease.sql<{ isMine: boolean }>`select pg_try_advisory_lock(${leaseClass}::int4, ${job.number}::int4) as is_mine`
      if (!taken?.isMine) continue
      const begun = await begin(world.sql, job)
      if (begun) await workOn(world, begun, processes)
      return true
    }
    return false
  } finally {
    await lease.end() // The lease ends with its connection.
  }
}

/** Does the job. The client is told of a permanent error; after a temporary one this process or another tries again. */
async function workOn(world: World, job: Job, processes: number): Promise<void> {
  try {
    if (job.attempts > attemptsMax) throw new Refusal('unprocessable', 'the work was begun several times and never came to its end')
    await requireClient(world.sql, job)
    await (job.kind === 'export' ? runExport(world, job) : runImport(world, job, processes))
    await finish(world.sql, job.id)
  } catch (error) {
    if (isConnectionLost(error) || (error instanceof Refusal && error.kind === 'busy')) throw error
    if (!(error instanceof Refusal)) world.log.error({ err: error, job: job.id }, 'an export or import failed')
    await fail(world.sql, job.id, refusalOf(error))
    await removeFolder(world, job.id)
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (isDiskFull(error)) return new Refusal('full', 'the disk is full; nothing of this job was kept', { hint: 'Ask again when the operator has made room.' })
  return new Refusal('unprocessable', 'the work failed for a reason inside the server', { hint: 'Ask the operator with the number of the job.' })
}

/** Removes old jobs. The files go before the row: a folder without a row may be removed at any time. */
export async function tidyJobs(world: World): Promise<void> {
  for (const { id } of await overJobs(world, tidiedAtOnce)) {
    await removeFolder(world, id)
    await forget(world.sql, id)
  }
  const folders = await foldersOf(world)
  if (folders.length === 0) return
  const known = await world.sql<{ id: string }>`
    select id from record.job where id::text = any(${folders}::text[]) limit ${folders.length}`
  const names = new Set(known.map(({ id }) => id))
  for (const folder of folders) if (!names.has(folder)) await removeFolder(world, folder)
}
