import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { tokenOfSystem, withoutCountry } from '../testing/plain-server.ts'
import { freePort, isAlive, openFolder, postmasterOf, removeData, runCommand, type ServerProcess, spawnServer, stopServer, until } from '../testing/process.ts'
import { keysFrom } from './keys.ts'
import { startPostgres } from './postgres.ts'

// The whole server as an operator meets it: started, killed, started again. One invented country serves all tests.
const folder = openFolder('start')
const dataDir = join(folder, 'var')
const isRoot = process.getuid?.() === 0
/** On a busy machine a start takes minutes; what must be quick is measured quiet. */
const limit = { timeout: 300_000 }
let port: number
let server: ServerProcess
let bearer: Record<string, string>
let patient: string

const env = (more: Record<string, string> = {}) => ({ ...withoutCountry(port), DATA_DIR: dataDir, PORT: String(port), ...more })
/** The first start has the demo, as `npm start` does. */
const demo = () => ({ DATA_DIR: dataDir, PORT: String(port) })
const url = (path: string) => `http://127.0.0.1:${port}${path}`
const start = async (settings = env()) => {
  server = spawnServer(settings, { isWhole: true })
  return server.ready
}
const authorization = (token: string) => ({ authorization: `Bearer ${token}` })
const ask = async (path: string) => (await fetch(url(path), { headers: { ...bearer, connection: 'close' } })).status
const data = () => join(dataDir, 'postgres')

async function tokenByCommands(): Promise<string> {
  const added = await runCommand(['access', 'client', 'add', '--name', 'Проба', '--scope', 'system/*.cruds', '--json'], demo())
  assert.equal(added.code, 0, added.errors)
  const { output } = await runCommand(['access', 'token', '--client', JSON.parse(added.output).client_id], demo())
  return output.trim()
}

async function storePatient(headers: Record<string, string>): Promise<string> {
  const answer = await fetch(url('/fhir/Patient'), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Проба' }] }),
  })
  assert.equal(answer.status, 201, await answer.clone().text())
  return `/fhir/Patient/${((await answer.json()) as { id: string }).id}`
}

before(async () => {
  port = await freePort()
})
after(async () => {
  if (server && server.child.exitCode === null) await stopServer(server)
  removeData(dataDir)
  removeData(folder)
})

test('the first start makes a country and says when it is ready, where to look and who to sign in as', limit, async (t) => {
  const printed = await start(demo())
  t.diagnostic(/ready in .* s/.exec(printed)?.[0] ?? '')
  assert.match(printed, new RegExp(`http://localhost:${port}/fhir`))
  assert.match(printed, /doktor/)
  bearer = authorization(await tokenByCommands())
  patient = await storePatient(bearer)
  assert.deepEqual(await Promise.all(['/health/live', '/health/ready', '/metrics', '/fhir/metadata', patient].map(ask)), [200, 200, 200, 200, 200])
})

test('a second start on the same data says who has it and changes nothing', limit, async () => {
  const second = spawnServer(env({ PORT: '0' }))
  assert.deepEqual(await second.ended, { code: 2, signal: null })
  assert.match(second.errors(), new RegExp(`another server \\(process ${server.child.pid}\\) is using the database`))
  assert.equal(await ask(patient), 200)
})

test(
  'several processes share the port; one that dies is replaced, all go with the leader and its database with them, and the next start has everything',
  limit,
  async (t) => {
    await stopServer(server)
    await start(env({ PROCESSES: '2' }))
    const processes = async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, async () => (await fetch(url('/metrics'), { headers: { connection: 'close' } })).text()))
      return [...new Set(answers.map((text) => Number(/process="(\d+)"/.exec(text)?.[1])))]
    }
    // Which process takes a connection is the system's to say: one may take eight that come at once.
    let before: number[] = []
    await until('both answer', async () => (before = [...new Set([...before, ...(await processes())])]).length === 2)
    assert.ok(!before.includes(server.child.pid as number))
    process.kill(before[0] as number, 'SIGKILL')
    await until('another takes its place', async () => (await processes().catch(() => [])).filter((pid) => pid !== before[0]).length === 2)
    assert.equal(await ask(patient), 200)
    const last = await processes()
    const postmaster = postmasterOf(data())
    server.child.kill('SIGKILL')
    await server.ended
    await until('all are gone', () => !last.some(isAlive))
    await until('the database goes', () => !isAlive(postmaster))
    const printed = await start()
    t.diagnostic(/ready in .* s/.exec(printed)?.[0] ?? '')
    assert.equal(await ask(patient), 200)
  },
)

test('after kill -9 of the database requests get 503, and the same server brings it back', limit, async () => {
  const statuses = new Set<number>()
  process.kill(postmasterOf(data()), 'SIGKILL')
  // Its processes may answer for a moment after it.
  await until('the server says so', () => /The embedded database died \(SIGKILL\) and is started again/.test(server.errors()))
  await until('the record answers again', async () => {
    const status = await ask(patient)
    statuses.add(status)
    return status === 200
  })
  assert.deepEqual(
    [...statuses].filter((status) => status !== 200 && status !== 503),
    [],
  )
  const another = await storePatient(bearer)
  assert.equal(await ask(another), 200)
})

test('after kill -9 of both at once the next start just works', limit, async () => {
  const postmaster = postmasterOf(data())
  server.child.kill('SIGKILL')
  process.kill(postmaster, 'SIGKILL')
  await server.ended
  await start()
  assert.equal(await ask(patient), 200)
})

test('Ctrl-C, also twice at once, stops everything with exit code 0, also while a client holds a connection open', limit, async () => {
  const postmaster = postmasterOf(data())
  const held = await fetch(url('/health/live'), { headers: { connection: 'keep-alive' } })
  await held.text()
  server.child.kill('SIGINT')
  server.child.kill('SIGINT') // As npm does: it passes on what the terminal has sent already.
  assert.deepEqual(await server.ended, { code: 0, signal: null })
  assert.equal(isAlive(postmaster), false)
  assert.equal(existsSync(join(data(), 'postmaster.pid')), false, 'the database was shut down and not killed')
})

test('wrong settings are named with their reason, all at once, and never with a secret', limit, async () => {
  const wrong = spawnServer({ DATA_DIR: dataDir, PORT: 'abc', BODY_LIMIT_MB: '0', DATABASE_URL: 'mysql://root:hidden@db/x' })
  assert.deepEqual(await wrong.ended, { code: 2, signal: null })
  for (const name of ['PORT: "abc" must be a whole number', 'BODY_LIMIT_MB: "0" must be', 'DATABASE_URL: its value must be'])
    assert.ok(wrong.errors().includes(name), name)
  assert.equal(wrong.errors().includes('hidden'), false)
})

test('a port that is taken is a sentence; no database stays behind, and a first start makes none for nothing', limit, async () => {
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  const first = join(folder, 'taken')
  for (const second of [spawnServer(env()), spawnServer(env({ DATA_DIR: first }))]) {
    const { code } = await second.ended
    assert.notEqual(code, 0)
    assert.match(second.errors(), /PORT: \d+ is taken by another program/)
    assert.equal(second.errors().includes('    at '), false, 'no stack trace')
  }
  other.close()
  await until('its database goes', () => !existsSync(join(data(), 'postmaster.pid')))
  assert.equal(existsSync(join(first, 'postgres')), false)
})

/** Compiled definitions and built pages do not depend on the data: another folder need not make them again. */
function cpMade(to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of ['cache', 'portals']) cpSync(join(dataDir, name), join(to, name), { recursive: true })
}

test('a folder below one that is closed to others works, as root too', limit, async (t) => {
  const closed = join(folder, 'closed')
  const inside = join(closed, 'var')
  cpMade(inside)
  chmodSync(closed, 0o700)
  t.after(() => removeData(inside))
  const settings = env({ DATA_DIR: inside })
  server = spawnServer(settings)
  await server.ready
  const headers = authorization(await tokenOfSystem(settings))
  const stored = await storePatient(headers)
  assert.equal(existsSync(join(inside, 'postgres.location')), isRoot, 'as root the database lies where its user may go')
  await stopServer(server)
  server = spawnServer(settings)
  await server.ready
  assert.equal((await fetch(url(stored), { headers })).status, 200, 'the second start finds it again')
  await stopServer(server)
})

test("a PostgreSQL of one's own by DATABASE_URL does the same, owned by a user that is no superuser", limit, async () => {
  const elsewhere = join(folder, 'elsewhere')
  const other = join(folder, 'by-url')
  mkdirSync(elsewhere)
  cpMade(other)
  const postgres = await startPostgres(elsewhere, keysFrom(Buffer.alloc(32, 5)), { mode: 'own' })
  try {
    const admin = new pg.Client({ ...postgres.owner, database: 'postgres' })
    await admin.connect()
    await admin.query(`create role clinic login createrole password 'a/b c'`)
    await admin.query('create database national owner clinic')
    await admin.end()
    const address = `postgresql://clinic:${encodeURIComponent('a/b c')}@localhost/national?host=${encodeURIComponent(postgres.owner.host as string)}`
    const settings = env({ DATA_DIR: other, DATABASE_URL: address })
    server = spawnServer(settings)
    await server.ready
    const headers = authorization(await tokenOfSystem(settings))
    const stored = await storePatient(headers)
    await stopServer(server)
    server = spawnServer(settings)
    await server.ready
    assert.equal((await fetch(url(stored), { headers })).status, 200)
    assert.equal((await runCommand(['audit', 'verify'], settings)).code, 0)
    assert.equal(readdirSync(other).includes('postgres'), false)
    const backup = await runCommand(['platform', 'backup', '--to', join(folder, 'x')], settings)
    assert.equal(backup.code, 1)
    assert.match(backup.errors, /Use pg_dump or pgBackRest/)
  } finally {
    await stopServer(server)
    await postgres.stop()
  }
})
