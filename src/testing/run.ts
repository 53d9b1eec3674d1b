// `npm test [-- path …]`: starts one database for all test files, makes the migrated template, runs node:test, stops it again.
import { spawn } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { appRole } from '../platform/database.ts'
import { migrate } from '../platform/migrate.ts'
import { startPostgres } from '../platform/postgres.ts'
import { testKeys } from './platform.ts'
import { openFolder, postmasterOf } from './process.ts'
import { secondsOf, type Taken } from './taken.ts'

/** The longest files come first, so that the workers end together. Each of them has a process of its own. */
const longest = ['portals/accessibility', 'platform/start', 'platform/disk-full', 'platform/backup', 'record/faults', 'record/bad-input', 'portals/portals']
const placeOf = (file: string): number => {
  const place = longest.findIndex((part) => file.includes(part))
  if (place >= 0) return place
  // Pages in a browser mostly wait: begun at the end, a process of sixteen such files would go on alone.
  return file.startsWith('src/portals/') ? longest.length : longest.length + 1
}
/** This many files share a process: starting one and reading all the code costs more than most files of tests. */
const filesOfBatch = 16
const template = 'spona_template'
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'))
const isLong = process.env['SPONA_LONG'] === '1'

const files = globSync('src/**/*.test.{ts,tsx}')
  .filter((file) => (isLong ? file.includes('.long.test.') : !file.includes('.long.test.')))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part.replace(/^\.\//, ''))))
  .sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}`)
  process.exit(2)
}

const folder = openFolder('tests')
const stop = await startCluster()
const times = join(folder, 'times')
writeFileSync(times, '')
/** Tests wait for a quarter of their time, which a third worker fills on two processors. */
const workers = Number(process.env['TEST_WORKERS'] ?? 3)
const before = secondsOf('self').ended
const child = spawn(
  process.execPath,
  ['--test', `--test-concurrency=${workers}`, `--test-timeout=${isLong ? 3_600_000 : 600_000}`, ...flags, ...inBatches(files)],
  {
    stdio: 'inherit',
    // Half of the start of a process is compiling code that earlier processes have compiled already: a run starts 300 of them.
    env: { ...process.env, SPONA_TEST_CLUSTER: join(folder, 'cluster.json'), SPONA_TEST_TIMES: times, NODE_COMPILE_CACHE: join(folder, 'code') },
  },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('exit', async (code, signal) => {
  const database = secondsOf(postmasterOf(join(folder, 'postgres')))
  const all = secondsOf('self').ended - before
  await stop()
  printTimes(all, database.own + database.ended)
  rmSync(folder, { recursive: true, force: true })
  process.exit(code ?? (signal ? 1 : 0))
})

/** The slowest files, and where the time of the processor went; all of them into the file that TEST_TIMES names. */
function printTimes(all: number, database: number): void {
  const taken = readFileSync(times, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Taken)
    .sort((one, other) => other.seconds - one.seconds)
  const line = ({ seconds, own, started, file }: Taken) => [seconds, own, started].map((value) => value.toFixed(1).padStart(7)).join('') + ` ${file}`
  if (process.env['TEST_TIMES']) writeFileSync(process.env['TEST_TIMES'], `${taken.map(line).join('\n')}\n`)
  if (flags.length > 0 || files.length < 2) return
  const sum = (of: 'own' | 'started') => taken.reduce((total, one) => total + one[of], 0)
  const parts = {
    tests: sum('own'),
    'what they started': sum('started'),
    'their database': database,
    'starts of their processes': all - sum('own') - sum('started'),
  }
  console.log('the slowest files: seconds, of the processor, and of the processor in what they started')
  for (const one of taken.slice(0, 15)) console.log(line(one))
  console.log(
    `seconds of the processor: ${Object.entries(parts)
      .map(([name, seconds]) => `${name} ${seconds.toFixed(0)}`)
      .join(', ')}`,
  )
}

/** Runs of files for the processes; a process of its own has whatever is among the longest. */
function inBatches(all: string[]): string[] {
  const single = (file: string) => all.length <= 10 || placeOf(file) < longest.length
  const long = all.filter(single)
  const rest = all.filter((file) => !single(file))
  const batches = Array.from({ length: Math.ceil(rest.length / filesOfBatch) }, (_, at) => rest.slice(at * filesOfBatch, (at + 1) * filesOfBatch))
  const write = (name: string, of: string[]): string => {
    const lines = [`import { runFiles } from ${JSON.stringify(resolve('src/testing/batch.ts'))}`, `await runFiles(${JSON.stringify(of)})`, '']
    writeFileSync(join(folder, name), lines.join('\n'))
    return join(folder, name)
  }
  const number = (at: number) => String(at + 1).padStart(2, '0')
  // node:test sorts its files by name, so the longest go by one that comes first.
  return [
    ...long.map((file, at) => write(`a-${number(at)}-${file.replaceAll('/', '-')}`, [file])),
    ...batches.map((batch, at) => write(`batch-${number(at)}.test.ts`, batch)),
  ]
}

async function startCluster(): Promise<() => Promise<void>> {
  // Tests clone databases all the time and lose nothing worth keeping; the tests of durability start their own with fsync on.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB', autovacuum: 'off' }
  const postgres = await startPostgres(folder, testKeys, { mode: 'own', settings })
  const client = new pg.Client({ ...postgres.owner, database: 'postgres' })
  await client.connect()
  const { rows } = await client.query('show server_version')
  console.log(`on PostgreSQL ${rows[0].server_version}`)
  await client.query(`create database ${template}`)
  await client.end()
  await migrate({ ...postgres.owner, database: template }, { role: appRole, password: testKeys.derive('database-app').toString('hex') })
  writeFileSync(join(folder, 'cluster.json'), JSON.stringify({ owner: postgres.owner, template }), { mode: 0o600 })
  return () => postgres.stop()
}
