import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startExport } from '../record/bulk/export.ts'
import { fileSource, startImport } from '../record/bulk/import.ts'
import { readPart } from '../record/bulk/job-files.ts'
import { type Job, jobById } from '../record/bulk/jobs.ts'
import { keepMoment } from '../record/read/moments.ts'
import { workOnce } from '../record/bulk/work.ts'
import type { Asking } from '../record/asking.ts'
import { baseUrl } from '../platform/config.ts'
import { corpora } from '../testing/corpora.ts'
import { type BenchServer, type BenchWorld, startBenchServer } from './bench-server.ts'
import { cpuEach, endedUs } from './cpu.ts'
import { during, print } from './figures.ts'
import { printPeak, withPeak } from './peak.ts'

const callers = 8
const processes = 2

/**
 * Many resources at once, with every safety on: `$import` of third-party records as lines, `$export` of them to sealed files, and `$everything` of
 * one person. Each figure stands beside the best that the machine could do in the same run. `--only import` runs the first of them.
 */
export async function bench(words: string[]): Promise<void> {
  const isQuick = words.includes('--quick')
  const folder = mkdtempSync(join(tmpdir(), 'spona-bulk-'))
  const server = await startBenchServer()
  try {
    const { files, lines } = writeLines(folder, isQuick ? 8 : 30)
    const asking = askingOf(server)
    const copied = await copyRate(server.world, files)
    for (const name of ['$import', '$import of the same again']) {
      const before = [server.cpu(), endedUs()] as const
      const imported = () => timed(async () => runJob(server.world, await startImport(asking, files.map(fileSource), 'bench')))
      const { result, peakBytes } = await withPeak('import-parts', imported)
      const { job, seconds } = result
      const each = cpuEach(before[0], server.cpu(), lines)
      const note = `microseconds of processor time each: this process ${each.load}, those it started ${Math.round((endedUs() - before[1]) / lines)}, database ${each.database}`
      report(name, job, lines, seconds, 'insert of the same bodies as text, nothing else', copied, note)
      printPeak(`${name}, most memory of one of its processes`, peakBytes)
    }
    if (words.includes('--only')) return
    await exportAll(server, asking)
    await everything(server, isQuick ? 2 : 10)
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const timed = async (act: () => Promise<Job>) => {
  const began = performance.now()
  const job = await act()
  return { job, seconds: (performance.now() - began) / 1000 }
}

function report(name: string, job: Job, count: number, seconds: number, limit: string, limitValue: number, note?: string): void {
  const failed = job.outputs.filter(({ kind }) => kind === 'error').reduce((sum, one) => sum + one.count, 0)
  if (job.state !== 'done' || failed > 0) throw new Error(`${name}: ${job.state}, ${failed} failed, ${JSON.stringify(job.problem)}`)
  print({ name: `${name}, ${count} resources`, value: count / seconds, unit: 'resources/s', limit, limitValue, ...(note ? { note } : {}) })
}

async function runJob(world: BenchWorld, id: string): Promise<Job> {
  for (;;) {
    await workOnce(world, processes)
    const job = await jobById(world.sql, id)
    if (job?.state === 'done' || job?.state === 'failed') return job
  }
}

export function askingOf({ world, institution, client }: BenchServer): Asking {
  const base = `${baseUrl(world.config)}/fhir`
  return {
    ...{ world, correlation: 'bench', base, purpose: 'health-care' },
    actor: {
      ...{ kind: 'system', id: client, name: 'Bench', roles: [], scopes: ['system/*.cruds'], institution, institutionName: 'Bench' },
      ...{ unit: null, unitName: null, worker: null, patient: null, session: null },
    },
  }
}

/** Files by type, as a bulk export gives them: copies of third-party records, each copy with people of its own. */
export function writeLines(folder: string, copies: number): { files: string[]; lines: number } {
  const source = join(corpora, 'synthea-r4')
  const byType = new Map<string, string[]>()
  let lines = 0
  for (const file of readdirSync(source).filter((name) => name.endsWith('.json'))) {
    const bundle = JSON.parse(readFileSync(join(source, file), 'utf8')) as { entry: { fullUrl: string; resource: { resourceType: string; id: string } }[] }
    const names = new Map(bundle.entry.map(({ fullUrl, resource }) => [fullUrl, `${resource.resourceType}/${resource.id}`]))
    for (const { resource } of bundle.entry) {
      const text = JSON.stringify(resource).replace(/urn:uuid:[0-9a-f-]{36}/g, (name) => names.get(name) ?? name)
      const known = byType.get(resource.resourceType)
      for (let copy = 0; copy < copies; copy++) {
        const other = text.replace(/"([^"]*\/)?[0-9a-f]{4}([0-9a-f]{4}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/g, `"$1${copy.toString(16).padStart(4, '0')}$2"`)
        lines++
        if (known) known.push(other)
        else byType.set(resource.resourceType, [...(byType.get(resource.resourceType) ?? []), other])
      }
    }
  }
  const files = [...byType].map(([type, texts]) => {
    const file = join(folder, `${type}.ndjson`)
    writeFileSync(file, `${texts.toSorted(bySubject).join('\n')}\n`)
    return file
  })
  return { files, lines }
}

/** An exporter gives one person after the other. */
const subjectOf = (text: string) => /"Patient\/([0-9a-f-]{36})"/.exec(text)?.[1] ?? ''
const bySubject = (one: string, other: string) => (subjectOf(one) < subjectOf(other) ? -1 : subjectOf(one) > subjectOf(other) ? 1 : 0)

/** Writes the same lines into a table of one text column, 300 a statement, over two connections. */
async function copyRate(world: BenchWorld, files: readonly string[]): Promise<number> {
  const bodies: string[] = []
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file) })) if (bodies.length < 60_000) bodies.push(line)
  }
  const began = performance.now()
  await Promise.all(
    [0, 1].map(async (share) => {
      const connection = await world.connect()
      await connection.sql`create temporary table copied (n int8 generated always as identity, body text)`
      for (let from = share * 300; from < bodies.length; from += 600) {
        await connection.sql`insert into copied (body) select unnest(${bodies.slice(from, from + 300)}::text[])`
      }
      await connection.end()
    }),
  )
  return bodies.length / ((performance.now() - began) / 1000)
}

async function exportAll({ world }: BenchServer, asking: Asking): Promise<void> {
  await keepMoment(world.sql)
  const { job, seconds } = await timed(async () => runJob(world, await startExport(asking, { level: 'system' }, [], { isLenient: false, request: 'bench' })))
  const count = job.outputs.reduce((sum, one) => sum + one.count, 0)
  const began = performance.now()
  let bytes = 0
  for (const { file } of job.outputs) for await (const piece of readPart(world, job.id, file)) bytes += (piece as Buffer).length
  const readSeconds = (performance.now() - began) / 1000
  report('$export', job, count, seconds, 'its files opened and unpacked again', count / readSeconds)
  const stored = job.outputs.reduce((sum, { file }) => sum + statSync(join(world.config.DATA_DIR, 'jobs', job.id, file)).size, 0)
  print({ name: 'bytes of the exported files for each resource', value: stored / count, unit: 'bytes', limit: 'NDJSON', limitValue: bytes / count })
}

/** The limit is reading the rows: the same bodies as text under the same key, with the same driver. */
async function everything({ world, send }: BenchServer, seconds: number): Promise<void> {
  const charts = await world.sql<{ patient: number; name: string; bytes: number }>`
    select r.patient, max(r.name) filter (where r.type = ${world.fhir.typeCode('Patient')}::int2) as name, sum(coalesce(r.length, octet_length(r.body)))::int8 as bytes
      from record.resource r
     where r.patient >= 4096
     group by r.patient
    having sum(coalesce(r.length, octet_length(r.body))) between 300000 and 500000 and max(r.name) filter (where r.type = ${world.fhir.typeCode('Patient')}::int2) is not null
     limit 400`
  const average = charts.reduce((sum, { bytes }) => sum + bytes, 0) / charts.length
  const at = (n: number) => charts[n % charts.length] as (typeof charts)[0]
  const bodies = await Promise.all(charts.slice(0, 20).map(({ name }) => send('GET', `/fhir/Patient/${name}/$everything`)))
  const connection = await world.connect()
  await connection.sql`create table if not exists pg_temp.plain (patient int8, body text)`
  for (const [patient, text] of bodies.entries()) {
    const { entry } = JSON.parse(text) as { entry: { resource: object }[] }
    await connection.sql`insert into pg_temp.plain select ${patient}, unnest(${entry.map(({ resource }) => JSON.stringify(resource))}::text[])`
  }
  await connection.sql`create index on pg_temp.plain (patient)`
  const rows = await during(seconds / 2, callers, async (n) => void (await connection.sql`select body from pg_temp.plain where patient = ${n % 20}`))
  await connection.end()
  const figures = async (name: string, chartOf: (n: number) => { name: string }) => {
    const run = await during(seconds, callers, async (n) => void (await send('GET', `/fhir/Patient/${chartOf(n).name}/$everything`)))
    print({ name, value: run.perSecond, unit: 'requests/s', p50Ms: run.p50Ms, p99Ms: run.p99Ms, limit: 'reading the rows as text', limitValue: rows.perSecond })
  }
  await figures(`$everything of ${charts.length} records of ${Math.round(average / 1000)} KB, one after the other`, at)
  await figures('$everything of the same record', () => at(0))
}
