// `npm test [-- path …]`: starts one database for all test files, makes the migrated template, runs node:test, stops it again.
import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { appRole } from '../platform/database.ts'
import { migrate } from '../platform/migrate.ts'
import { startPostgres } from '../platform/postgres.ts'
import { testKeys } from './platform.ts'

/** The longest come first, so that the workers end together. They have a process of their own, as have those that start one for each test. */
const longest = ['portals/accessibility', 'platform/start', 'platform/disk-full', 'platform/backup', 'record/faults', 'record/bad-input', 'portals/portals']
const placeOf = (file: string): number => {
  const place = longest.findIndex((part) => file.includes(part))
  return place < 0 ? longest.length : place
}
/** To start a process and to read all the code costs more than most files of tests: so many share one. */
const filesOfBatch = 10
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

const folder = mkdtempSync(join(placeForDatabases(), 'spona-tests-'))
chmodSync(folder, 0o755) // As root a closed folder would put the data into /var/lib, where nobody removes it.
const stop = await startCluster()
const times = join(folder, 'times')
const said = flags.some((flag) => flag.startsWith('--test-reporter'))
  ? flags
  : [
      ...[...flags, '--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=./src/testing/file-times.ts', `--test-reporter-destination=${times}`],
    ]
/** A third would use the quarter of the time in which tests wait, but then those that watch the clock fail on a busy machine. */
const workers = 2
const child = spawn(process.execPath, ['--test', `--test-concurrency=${workers}`, '--test-timeout=600000', ...said, ...inBatches(files)], {
  stdio: 'inherit',
  // Half of what a process takes to start is the reading of code that the one before has read: 300 are started in a run.
  env: { ...process.env, SPONA_TEST_CLUSTER: join(folder, 'cluster.json'), NODE_COMPILE_CACHE: join(folder, 'code') },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('exit', async (code, signal) => {
  await stop()
  printSlowest()
  rmSync(folder, { recursive: true, force: true })
  process.exit(code ?? (signal ? 1 : 0))
})

function printSlowest(): void {
  if (said === flags || files.length < 2) return
  const lines = readFileSync(times, 'utf8').trimEnd().split('\n')
  const slowest = lines.sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a)).slice(0, 15)
  console.log(`the slowest files, in seconds:\n${slowest.join('\n')}`)
}

/**
 * Files that run one after another in one process, each a suite of its own, so that what it opens before and closes after stays its own. Each is
 * read when the one before has ended: read together, tests would fall to whichever suite a shared module was waited for in. A file that awaits
 * something at its top has a process of its own, because its tests come when its suite is over.
 */
function inBatches(all: string[]): string[] {
  if (all.length <= filesOfBatch) return all
  const awaits = (file: string) => /^(?:(?:const|let) .* = )?await /m.test(readFileSync(file, 'utf8'))
  const long = all.filter((file) => placeOf(file) < longest.length)
  const alone = all.filter((file) => !long.includes(file) && awaits(file))
  const rest = all.filter((file) => !long.includes(file) && !alone.includes(file))
  const batches = Array.from({ length: Math.ceil(rest.length / filesOfBatch) }, (_, at) => rest.slice(at * filesOfBatch, (at + 1) * filesOfBatch))
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const number = (at: number) => String(at + 1).padStart(2, '0')
  // node:test sorts its files by name, so the longest go by one that comes first.
  return [
    ...long.map((file, at) => write(`a-${number(at)}-${file.replaceAll('/', '-')}`, `import ${JSON.stringify(resolve(file))}\n`)),
    ...batches.map((batch, at) => {
      const suites = batch.map((file) => `await suite(${JSON.stringify(file)}, async () => { await import(${JSON.stringify(resolve(file))}) })\n`)
      // A test may wait for what alone would not keep the process: the batch does until it is through.
      const head = "import { suite } from 'node:test'\nconst alive = setInterval(() => {}, 1000)\n"
      return write(`batch-${number(at)}.test.ts`, `${head}${suites.join('')}clearInterval(alive)\n`)
    }),
    ...alone,
  ]
}

/** A test's database is 600 small files: ext4 looks for free inodes among those just deleted, and a run would spend a third of its time there. */
function placeForDatabases(): string {
  const memory = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize > 2 ** 31 ? memory : tmpdir()
  } catch {
    return tmpdir()
  }
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
