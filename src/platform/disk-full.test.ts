import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statfsSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { tokenOfSystem, withoutCountry } from '../testing/plain-server.ts'
import { freePort, openFolder, postmasterOf, runCommand, type ServerProcess, spawnServer, stopServer, until } from '../testing/process.ts'

// The whole server on a file system of its own, which is then filled by somebody else.
const folder = openFolder('disk')
const disk = join(folder, 'disk')
const dataDir = join(disk, 'var')
const filler = join(disk, 'filler')
const megabyte = 1_048_576
const sizeMb = 700
const limit = { timeout: 300_000 }
let isMounted = false
let server: ServerProcess
let env: Record<string, string>
let base: string
let headers: Record<string, string>
const stored: string[] = []

before(async () => {
  mkdirSync(disk)
  isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=755`, 'tmpfs', disk]).status === 0
  if (!isMounted) return
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  env = { ...withoutCountry(port), DATA_DIR: dataDir, PORT: String(port), DISK_RESERVE_MB: '64', DISK_WARN_MB: '200', LOG_LEVEL: 'warn' }
  server = spawnServer(env)
  await server.ready
  headers = { authorization: `Bearer ${await tokenOfSystem(env)}`, 'content-type': 'application/fhir+json' }
})
after(async () => {
  if (server?.child.exitCode === null) await stopServer(server)
  if (isMounted) spawnSync('umount', ['-l', disk])
  rmSync(folder, { recursive: true, force: true })
})

const freeMb = () => {
  const { bavail, bsize } = statfsSync(disk)
  return (bavail * bsize) / megabyte
}

/** Somebody else's file grows until this much is free; the reserve does not count. */
function fillUntilFree(wantedMb: number): void {
  const file = openSync(filler, 'a')
  const piece = Buffer.alloc(megabyte, 1)
  try {
    while (freeMb() > wantedMb) writeSync(file, piece, 0, Math.max(4096, Math.min(megabyte, Math.floor((freeMb() - wantedMb) * megabyte))))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}

async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
  const answer = await fetch(`${base}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const text = await answer.text()
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

async function create(lines: string[] = ['мало']): Promise<number> {
  const { status, body } = await ask('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family: 'Дискић' }], address: [{ line: lines }] })
  if (status === 201) stored.push(body.id)
  else assert.equal(body.resourceType, 'OperationOutcome')
  return status
}

const reserve = () => join(dataDir, 'postgres.reserve')
const isReserved = () => existsSync(reserve()) && statSync(reserve()).size === 64 * megabyte
const skipped = (t: { skip(why: string): void }) => {
  if (!isMounted) t.skip('a small file system cannot be mounted here (needs root)')
  return !isMounted
}

test('a disk with room is only measured, and the reserve for the audit is made', limit, async (t) => {
  if (skipped(t)) return
  await until('the reserve is made', isReserved)
  assert.equal(await create(), 201)
  const { status, body } = await ask('GET', '/health/ready')
  assert.deepEqual([status, body.status, body.disk.state], [200, 'ready', 'roomy'])
})

test('a disk that is nearly full is said beforehand: health, metrics and a line in the log, and writes go on', limit, async (t) => {
  if (skipped(t)) return
  fillUntilFree(100)
  await until('health says so', async () => (await ask('GET', '/health/ready')).body.disk.state === 'nearly full')
  assert.match((await ask('GET', '/metrics')).body, /^spona_disk_nearly_full\{.*\} 1$/m)
  assert.match((await ask('GET', '/metrics')).body, /^spona_disk_writes_refused\{.*\} 0$/m)
  assert.equal(await create(), 201)
})

test('when only the reserve is left every kind of write gets 507 and every read goes on', limit, async (t) => {
  if (skipped(t)) return
  fillUntilFree(40)
  await until('writes are refused', async () => (await ask('GET', '/health/ready')).body.disk.state === 'full for writes')
  const [id] = stored
  const patient = { resourceType: 'Patient', id, name: [{ family: 'Друго' }] }
  const transaction = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } }],
  }
  for (const [method, path, body] of [
    ['POST', '/fhir/Patient', { resourceType: 'Patient' }],
    ['PUT', `/fhir/Patient/${id}`, patient],
    ['PUT', '/fhir/Patient/disk-new', { ...patient, id: 'disk-new' }],
    ['DELETE', `/fhir/Patient/${id}`],
    ['POST', '/fhir', transaction],
  ] as const) {
    const answer = await ask(method, path, body)
    assert.equal(answer.status, 507, `${method} ${path}: ${JSON.stringify(answer.body)}`)
    assert.equal(answer.body.issue[0].code, 'no-store')
  }
  for (let n = 0; n < 50; n++) {
    assert.equal((await ask('GET', `/fhir/Patient/${id}`)).status, 200)
    assert.equal((await ask('GET', '/fhir/Patient?_count=3')).status, 200)
  }
  assert.equal(existsSync(reserve()), false, 'the reserve was given up')
  assert.match((await ask('GET', '/metrics')).body, /^spona_disk_writes_refused\{.*\} 1$/m)
  assert.equal((await ask('GET', '/health/ready')).status, 200)
})

test('when the reserve is used up too, nothing is shown, because a look without its row is not allowed', limit, async (t) => {
  if (skipped(t)) return
  fillUntilFree(0)
  await until('reads are refused', async () => (await ask('GET', '/health/ready')).status === 503)
  for (const [method, path] of [
    ['GET', `/fhir/Patient/${stored[0]}`],
    ['GET', '/fhir/Patient'],
    ['GET', `/fhir/Patient/${stored[0]}/$everything`],
  ] as const) {
    const { status, body } = await ask(method, path)
    assert.equal(status, 507, JSON.stringify(body))
    assert.equal(body.resourceType, 'OperationOutcome')
  }
  assert.equal((await ask('GET', '/health/live')).status, 200)
})

test('when there is room again everything goes on by itself, the reserve is made again, and nothing is missing', limit, async (t) => {
  if (skipped(t)) return
  truncateSync(filler, 0)
  await until('a write is taken', async () => (await create()) === 201, 60_000)
  await until('the reserve is made again', isReserved)
  for (const id of stored) assert.equal((await ask('GET', `/fhir/Patient/${id}`)).status, 200)
  const said = server.errors() + server.printed()
  for (const sentence of ['is nearly full', 'writes are refused, reads go on', 'reads are refused too', 'has room again'])
    assert.ok(said.includes(sentence), sentence)
})

test('a database that dies on a full disk is not started in vain: it waits for room, and the server says so and stays', limit, async (t) => {
  if (skipped(t)) return
  await until('reads are refused', async () => {
    fillUntilFree(0) // Also the reserve, which is given up meanwhile.
    return (await ask('GET', '/health/ready')).status === 503
  })
  process.kill(postmasterOf(join(dataDir, 'postgres')), 'SIGKILL')
  await until('it is said', () => server.errors().includes('the database is started again as soon as there is room'))
  const { status, body } = await ask('GET', `/fhir/Patient/${stored[0]}`)
  assert.deepEqual([status, body.resourceType], [507, 'OperationOutcome'], JSON.stringify(body))
  truncateSync(filler, 0)
  await until('a write is taken', async () => (await create()) === 201, 60_000)
})

test('a disk that is filled in one go in the middle of writes loses nothing acknowledged, and the server stays', limit, async (t) => {
  if (skipped(t)) return
  for (let round = 0; round < 2; round++) {
    let isOver = false
    const statuses = new Set<number>()
    // Large and not to be compressed, so that the log of the database needs new files.
    const large = () => Array.from({ length: 20 }, () => randomBytes(10_000).toString('base64'))
    const write = async () => {
      while (!isOver) statuses.add(await create(large()))
    }
    const writing = Promise.all([write(), write(), write()])
    await new Promise((resolve) => setTimeout(resolve, 300))
    rmSync(reserve(), { force: true }) // The worst case: no reserve and no warning.
    fillUntilFree(0)
    await until('writes are refused', () => statuses.has(507) || statuses.has(503))
    await new Promise((resolve) => setTimeout(resolve, 700))
    isOver = true
    await writing
    truncateSync(filler, 0)
    await until('a write is taken', async () => (await create()) === 201, 60_000)
    assert.deepEqual(
      [...statuses].filter((status) => ![201, 503, 507].includes(status)),
      [],
    )
    t.diagnostic(
      `${server.errors().includes('is started again') ? 'the database died and came back; ' : ''}${[...statuses].sort()}; ${stored.length} acknowledged`,
    )
  }
  for (const id of stored) assert.equal((await ask('GET', `/fhir/Patient/${id}`)).status, 200, id)
  const { code, output, errors } = await runCommand(['audit', 'verify', '--json'], env)
  assert.equal(code, 0, output + errors)
  assert.doesNotMatch(server.errors(), /\n\s+at /)
})
