import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import pg from 'pg'
import { isAlive, openFolder, until } from '../testing/process.ts'
import { keysFrom } from './keys.ts'
import { keepLogSmall, logFile } from './postgres-log.ts'
import { type Launch, startPostgres } from './postgres.ts'

const keys = keysFrom(Buffer.alloc(32, 3))

// To make a database takes longer than all that is tried here: what needs none of its own uses this one, in turn.
const folder = openFolder('engine')
after(() => rmSync(folder, { recursive: true, force: true }))

async function start(t: TestContext, launch: Launch = { mode: 'own' }) {
  const postgres = await startPostgres(folder, keys, launch)
  t.after(() => postgres.stop())
  return postgres
}

async function ask(owner: pg.ClientConfig, statement: string): Promise<unknown> {
  const client = new pg.Client(owner)
  client.on('error', () => {}) // The awaited query tells.
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows[0]?.[0]
  } finally {
    await client.end()
  }
}

test('the engine opens no port, checks its pages and waits for the disk', async (t) => {
  const postgres = await start(t)
  const settings = ['listen_addresses', 'data_checksums', 'fsync', 'synchronous_commit', 'full_page_writes', 'unix_socket_permissions']
  const values = await Promise.all(settings.map((name) => ask(postgres.owner, `select current_setting('${name}')`)))
  assert.deepEqual(values, ['', 'on', 'on', 'on', 'on', '0700'])
})

test('its log keeps nothing of a statement that failed', async (t) => {
  const postgres = await start(t)
  await ask(postgres.owner, 'create table person (number text primary key)')
  await ask(postgres.owner, `insert into person values ('0101980710018')`)
  await assert.rejects(ask(postgres.owner, `insert into person values ('0101980710018')`), /duplicate key/)
  await assert.rejects(ask(postgres.owner, `select '0101980710018x'::int`), /type integer/)
  assert.equal(readFileSync(logFile(join(folder, 'postgres')), 'utf8').includes('0101980710018'), false)
})

test('a database that keeps dying is given up with a sentence that names its log', async (t) => {
  const lost: string[] = []
  const postgres = await start(t, { mode: 'own', onLost: (sentence) => void lost.push(sentence) })
  for (let kill = 0; kill < 9 && lost.length === 0; kill++) {
    const { pid } = postgres
    process.kill(pid, 'SIGKILL')
    await until('it is back or given up', () => lost.length > 0 || (postgres.pid !== pid && isAlive(postgres.pid)))
  }
  assert.equal(lost.length, 1)
  assert.match(lost[0] as string, /died or failed to start 8 times in ten minutes; its log is .*server\.log/)
})

test('a command shares the running database and leaves it running', async (t) => {
  const postgres = await start(t)
  const shared = await startPostgres(folder, keys, { mode: 'share' })
  assert.equal(shared.pid, 0)
  await shared.stop({ patient: true })
  assert.equal(await ask(postgres.owner, 'select 1'), 1)
})

test('nothing of it stays in the temporary folder', async (t) => {
  const { owner, stop } = await start(t)
  const socket = String(owner.host)
  assert.ok(existsSync(socket))
  await stop()
  assert.equal(existsSync(socket), false)
})

test('a data folder of another master key is said to be one', async (t) => {
  const postgres = await start(t)
  await postgres.stop()
  await assert.rejects(startPostgres(folder, keysFrom(Buffer.alloc(32, 4)), { mode: 'own' }), /master key in DATA_DIR\/keys is not the one/)
  const again = await startPostgres(folder, keys, { mode: 'own' })
  assert.equal(await ask(again.owner, 'select 1'), 1)
  await again.stop()
})

test('a folder with files that are no whole database is refused and left as it is', async (t) => {
  const own = openFolder('engine')
  t.after(() => rmSync(own, { recursive: true, force: true }))
  mkdirSync(join(own, 'postgres/base'), { recursive: true })
  await assert.rejects(startPostgres(own, keys, { mode: 'own' }), /is no whole database/)
  assert.deepEqual(readdirSync(join(own, 'postgres')), ['base'])
})

test('what an interrupted first start left is made again, and a file of a dead server does not stop the next', async (t) => {
  const own = openFolder('engine')
  t.after(() => rmSync(own, { recursive: true, force: true }))
  mkdirSync(join(own, 'postgres.new/global'), { recursive: true })
  const postgres = await startPostgres(own, keys, { mode: 'own' })
  await postgres.stop()
  assert.equal(existsSync(join(own, 'postgres.new')), false)
  // The number of a process that lives and is no postgres: this one.
  writeFileSync(join(own, 'postgres/postmaster.pid'), `${process.pid}\n`)
  const again = await startPostgres(own, keys, { mode: 'own' })
  assert.equal(await ask(again.owner, 'select 1'), 1)
  await again.stop()
})

test('two that start at once do not make two databases: the second is told', async (t) => {
  const own = openFolder('engine')
  t.after(() => rmSync(own, { recursive: true, force: true }))
  const both = await Promise.allSettled([1, 2].map(() => startPostgres(own, keys, { mode: 'own' })))
  const [failed] = both.filter((one) => one.status === 'rejected')
  assert.equal(both.filter((one) => one.status === 'fulfilled').length, 1)
  assert.match(String(failed?.reason), /another server/)
  for (const one of both) if (one.status === 'fulfilled') await one.value.stop()
})

test('the log of the engine is cut when it has grown, with one older file beside it', (t) => {
  const own = openFolder('engine')
  t.after(() => rmSync(own, { recursive: true, force: true }))
  writeFileSync(logFile(own), 'x'.repeat(9_000_000))
  keepLogSmall(own)
  assert.equal(readFileSync(logFile(own)).length, 0)
  assert.equal(readFileSync(`${logFile(own)}.1`).length, 9_000_000)
})
