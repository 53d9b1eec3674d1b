// `npm test [-- path …]`: starts one database for all test files, makes the migrated template, runs node:test, stops it again.
import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { appRole } from '../platform/database.ts'
import { migrate } from '../platform/migrate.ts'
import { startPostgres } from '../platform/postgres.ts'
import { testKeys } from './platform.ts'

const template = 'spona_template'
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'))
const isLong = process.env['SPONA_LONG'] === '1'

const files = globSync('src/**/*.test.{ts,tsx}')
  .filter((file) => (isLong ? file.includes('.long.test.') : !file.includes('.long.test.')))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part.replace(/^\.\//, ''))))
  .sort()
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'spona-tests-'))
chmodSync(folder, 0o755) // As root a closed folder would put the data into /var/lib, where nobody removes it.
const stop = await startCluster()
const child = spawn(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=300000', ...flags, ...files], {
  stdio: 'inherit',
  env: { ...process.env, SPONA_TEST_CLUSTER: join(folder, 'cluster.json') },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('exit', async (code, signal) => {
  await stop()
  rmSync(folder, { recursive: true, force: true })
  process.exit(code ?? (signal ? 1 : 0))
})

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
