import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { baseUrl } from '../../platform/config.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { World } from '../../platform/world.ts'
import { importParts } from './import-parts.ts'
import { createPart, keepOnly } from './job-files.ts'
import { advance, type Job } from './jobs.ts'
import { partFile } from './import-spool.ts'

const pollMs = 300
/** With fewer lines a process of its own costs more than it saves. */
const linesPerProcess = 15_000
const errorsAtOnce = 1000

type Sums = { lines: number; done: number; failed: number; blank: number; parts: number }

/** Imports the parts of a job, in processes of their own when there are many lines, and reports each line that failed. */
export async function runImport(world: World, job: Job, processes: number): Promise<void> {
  const before = await sumsOf(world, job.id)
  await keepOnly(
    world,
    job.id,
    Array.from({ length: before.parts }, (_, at) => partFile(at + 1)),
  )
  await advance(world.sql, job.id, { total: before.lines, done: before.done })
  const wanted = Math.min(processes, Math.floor((before.lines - before.done) / linesPerProcess))
  if (wanted < 1) await importParts(world, job)
  else await inProcesses(world, job, wanted)
  const after = await sumsOf(world, job.id)
  // Each bit of progress resets the attempts: only a job that stands still after several tries is given up.
  await advance(world.sql, job.id, { done: after.done, ...(after.done > before.done ? { place: 'lines' } : {}) })
  if (after.done < after.lines) throw new Refusal('busy', 'the import goes on in a moment')
  // The final count leaves out blank lines: every other line was stored or is an error.
  await advance(world.sql, job.id, { done: after.done - after.blank })
  const file = await writeErrors(world, job, after.failed)
  await keepOnly(world, job.id, file === null ? [] : [file])
}

async function sumsOf(world: World, job: string): Promise<Sums> {
  const [sums] = await world.sql<Sums>`
    select coalesce(sum(lines), 0)::int8 as lines, coalesce(sum(place), 0)::int8 as done, coalesce(sum(failed), 0)::int8 as failed,
           coalesce(sum(blank), 0)::int8 as blank, count(*)::int8 as parts
      from record.job_part where job = ${job}`
  return sums as Sums
}

/** Each process works on parts that no other has. They end when their parent does, and the server stays free for other requests. */
async function inProcesses(world: World, job: Job, count: number): Promise<void> {
  const children = Array.from({ length: count }, () => startWorker(world, job.id))
  const ended = Promise.all(
    children.map((child) => new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)).once('error', () => resolve(1)))),
  )
  let codes: (number | null)[] | null = null
  void ended.then((all) => {
    codes = all
  })
  try {
    while (codes === null) {
      await Promise.race([sleep(pollMs), ended])
      const { done } = await sumsOf(world, job.id)
      if (!(await advance(world.sql, job.id, { done }))) throw new Refusal('gone', 'the import was cancelled')
    }
  } finally {
    for (const child of children) child.kill()
  }
  const failed = (codes as (number | null)[]).filter((code) => code !== 0).length
  if (failed > 0) world.log.warn({ job: job.id, failed }, 'a process of an import ended early; what is left is tried again')
}

/**
 * The processes share the processors with each other and the database: threads of the garbage collector would only compete with them. With the growth
 * of its heap left to V8 a process took 566 MB where 512 are allowed, and no less time (docs/decisions/0066-when-the-heap-is-marked.md).
 */
const flags = ['--single-threaded-gc', '--min-semi-space-size=16', '--max-semi-space-size=32', '--no-allocation-site-pretenuring', '--heap-growing-percent=70']
/** Compression uses pieces of memory that would otherwise go back to the system each time: a third of all processor time. */
const memory = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '8388608', MALLOC_TRIM_THRESHOLD_: '33554432' }

/** Starts a worker with the same settings, and with the address that references are compared with, whatever the port. */
function startWorker({ config }: World, job: string): ChildProcess {
  // The compiled code is cached for the next processes: compiling takes half of the two seconds that a process needs to begin.
  const code = { NODE_COMPILE_CACHE: join(config.DATA_DIR, 'cache', 'code') }
  const env = { ...code, ...process.env, ...memory, DATA_DIR: config.DATA_DIR, BASE_URL: baseUrl(config) }
  return spawn(process.execPath, [...flags, join(import.meta.dirname, '../../cli.ts'), 'record', 'import-parts', '--job', job], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

/** Writes one OperationOutcome for each line that was not stored; extensions give its number and file. */
async function writeErrors(world: World, job: Job, failed: number): Promise<string | null> {
  if (failed === 0) return null
  const file = 'error-1.ndjson'
  const part = createPart(world, job.id, file)
  try {
    let after = { part: 0, line: 0 }
    let count = 0
    for (;;) {
      const rows = await world.sql<{ part: number; line: number; outcome: string }>`
        select part, line, outcome::text as outcome from record.job_error
         where job = ${job.id} and (part, line) > (${after.part}, ${after.line})
         order by part, line limit ${errorsAtOnce}`
      if (rows.length === 0) break
      await part.write(Buffer.from(`${rows.map(({ outcome }) => outcome).join('\n')}\n`))
      count += rows.length
      after = rows.at(-1) as { part: number; line: number }
    }
    await part.end()
    await advance(world.sql, job.id, { outputs: [{ kind: 'error', type: 'OperationOutcome', file, count }] })
    return file
  } catch (error) {
    part.abandon()
    throw error
  }
}
