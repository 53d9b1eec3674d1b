import { baseUrl } from '../../platform/config.ts'
import type { Connection } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import type { Asking } from '../asking.ts'
import { type Batch, type Part, readLine, storeBatch } from './import-batch.ts'
import { linesOf } from './import-lines.ts'
import { partFile } from './import-spool.ts'
import { readPart } from './job-files.ts'
import { type Job, requireClient } from './jobs.ts'

const batchLines = 500
const batchBytes = 4 * 1_048_576
const partsMax = 100_000
/** Class of the advisory locks that give a part to one worker; PostgreSQL frees the lock when a worker dies. */
const partClass = 730_420

type Open = Part & { lines: number; place: number }

/** Imports the parts that no other worker has, one after the other, until none is left. Several processes do so at a time. */
export async function importParts(world: World, job: Job): Promise<void> {
  const { actor } = job.asked
  const asking: Asking = { world, actor, correlation: `import-${job.id}`, base: `${baseUrl(world.config)}/fhir`, purpose: 'health-care' }
  const claims = await world.connect()
  try {
    const open = await claims.sql<{ part: number }>`
      select part from record.job_part where job = ${job.id} and place < lines order by part limit ${partsMax}`
    const next = open[Symbol.iterator]()
    // Two at a time: this process validates one part while the database stores the other.
    await Promise.all([importNext(asking, job, claims, next), importNext(asking, job, claims, next)])
  } finally {
    await claims.end()
  }
}

async function importNext(asking: Asking, job: Job, claims: Connection, parts: Iterator<{ part: number }>): Promise<void> {
  for (let next = parts.next(); !next.done; next = parts.next()) {
    const name = `${job.id} ${next.value.part}`
    if (!(await isWanted(asking.world, job.id))) return
    await requireClient(asking.world.sql, job)
    const [claim] = await claims.sql<{ isMine: boolean }>`select pg_try_advisory_lock(${partClass}::int4, hashtext(${name})) as is_mine`
    if (!claim?.isMine) continue
    // Read again under the lock: the last holder may have finished the part.
    const [now] = await claims.sql<Open>`
      select job, part, source, first_line, lines, place from record.job_part where job = ${job.id} and part = ${next.value.part}`
    if (now && now.place < now.lines) await importPart(asking, now)
    await claims.sql`select pg_advisory_unlock(${partClass}::int4, hashtext(${name}))`
  }
}

async function isWanted(world: World, job: string): Promise<boolean> {
  const [found] = await world.sql`select 1 as yes from record.job where id = ${job} and state = 'running'`
  return found !== undefined
}

/** Reads and validates lines while the batch before them is being stored. */
async function importPart(asking: Asking, part: Open): Promise<void> {
  const lengthMax = asking.world.config.BODY_LIMIT_MB * 1_048_576
  let storing: Promise<void> = Promise.resolve()
  let batch: Batch = { wanted: [], wrong: [], blank: 0, upTo: part.place }
  let bytes = 0
  const seen = new Set<string>()
  const flush = async () => {
    await storing
    const full = batch
    batch = { wanted: [], wrong: [], blank: 0, upTo: full.upTo }
    bytes = 0
    seen.clear()
    storing = storeBatch(asking, part, full)
    storing.catch(() => {}) // The next await of `storing` throws the error.
  }
  for await (const line of linesOf(readPart(asking.world, part.job, partFile(part.part)), lengthMax)) {
    if (line.number <= part.place) continue
    if (line.bytes !== null && isBlank(line.bytes)) batch.blank++
    else {
      const read = readLine(asking, line)
      if ('error' in read) batch.wrong.push(read)
      else {
        // Two versions of one resource do not fit into one statement.
        const name = `${read.operation.type} ${read.operation.id}`
        if (read.operation.id !== null && seen.has(name)) await flush()
        seen.add(name)
        batch.wanted.push(read)
      }
    }
    batch.upTo = line.number
    bytes += line.bytes?.length ?? 0
    if (batch.wanted.length + batch.wrong.length >= batchLines || bytes >= batchBytes) await flush()
  }
  batch.upTo = part.lines
  await flush()
  await storing
}

const isBlank = (bytes: Buffer): boolean => bytes.length < 100 && bytes.toString('latin1').trim() === ''
