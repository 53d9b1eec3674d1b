import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { freePort, openFolder, postmasterOf, removeData, runCommand, type ServerProcess, spawnServer, stopServer, until } from '../testing/process.ts'

// The real server on a durable database, killed while others write (design decision 4).

type Json = Record<string, any>
const folder = openFolder('faults')
const dataDir = join(folder, 'var')
let server: ServerProcess
let base: string
let env: Record<string, string>
let headers: Record<string, string>

before(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}/fhir`
  env = { DATA_DIR: dataDir, PORT: String(port) }
  server = spawnServer(env)
  await server.ready
  const added = await runCommand(['access', 'client', 'add', '--name', 'Грешке', '--scope', 'system/*.cruds', '--json'], env)
  const { output, errors } = await runCommand(['access', 'token', '--client', JSON.parse(added.output).client_id], env)
  assert.ok(output, errors)
  headers = { authorization: `Bearer ${output.trim()}`, 'content-type': 'application/fhir+json' }
})
after(async () => {
  if (server?.child.exitCode === null) await stopServer(server)
  removeData(dataDir)
  removeData(folder)
})

/** The answer's body when it was acknowledged; null when it was not, for whatever reason a dying server may have. */
async function write(method: string, path: string, body: Json): Promise<Json | null> {
  try {
    const answer = await fetch(`${base}${path}`, { method, headers, body: JSON.stringify(body) })
    const text = await answer.text()
    assert.ok(answer.ok || answer.status === 503, `${method} ${path}: ${answer.status} ${text}`)
    return answer.ok ? JSON.parse(text) : null
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return null
  }
}

async function readAll(urls: string[]): Promise<Json[]> {
  const entries: Json[] = []
  for (let from = 0; from < urls.length; from += 200) {
    const entry = urls.slice(from, from + 200).map((url) => ({ request: { method: 'GET', url } }))
    const answer = await write('POST', '', { resourceType: 'Bundle', type: 'batch', entry })
    assert.ok(answer, 'the record answers')
    entries.push(...answer['entry'])
  }
  return entries
}

const perTransaction = 12
const finding = (subject: string, code: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:tag', code }] },
  subject: { reference: subject },
})

/** Everything that was said to be stored, and every transaction that was tried. */
const said = {
  resources: new Map<string, Json>(),
  counters: new Map<string, { last: number; tried: number }>(),
  tried: new Set<string>(),
  stored: new Set<string>(),
}

async function create(): Promise<void> {
  const patient = await write('POST', '/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: randomUUID() }] })
  if (!patient) return
  said.resources.set(`Patient/${patient['id']}`, patient)
  const found = await write('POST', '/Observation', finding(`Patient/${patient['id']}`, 'single'))
  if (found) said.resources.set(`Observation/${found['id']}`, found)
}

async function count(id: string): Promise<void> {
  const state = said.counters.get(id) ?? { last: 0, tried: 0 }
  said.counters.set(id, state)
  state.tried = Math.max(state.tried, state.last + 1)
  const answer = await write('PUT', `/Patient/${id}`, {
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'urn:h', value: id }],
    multipleBirthInteger: state.last + 1,
  })
  if (answer) state.last = answer['multipleBirthInteger']
}

async function transact(): Promise<void> {
  const tag = randomUUID()
  const patient = `urn:uuid:${randomUUID()}`
  said.tried.add(tag)
  const post = (resource: Json, fullUrl?: string) => ({ fullUrl, resource, request: { method: 'POST', url: resource['resourceType'] } })
  const done = await write('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      post({ resourceType: 'Patient', identifier: [{ system: 'urn:tag', value: tag }] }, patient),
      ...Array.from({ length: perTransaction }, () => post(finding(patient, tag))),
    ],
  })
  if (done) said.stored.add(tag)
}

async function writeUntil(isOver: () => boolean): Promise<void> {
  const loop = async (act: () => Promise<void>) => {
    while (!isOver()) {
      await act()
      await sleep(2)
    }
  }
  await Promise.all([loop(create), loop(create), loop(() => count('counter-1')), loop(() => count('counter-2')), loop(transact), loop(transact)])
}

async function verify(): Promise<void> {
  const urls = [...said.resources.keys()]
  for (const [at, { resource }] of (await readAll(urls)).entries())
    assert.deepEqual(resource, said.resources.get(urls[at] as string), `${urls[at]} was acknowledged`)
  for (const [id, { last, tried }] of said.counters) {
    const [entry] = await readAll([`Patient/${id}`])
    const value = entry?.['resource']?.multipleBirthInteger ?? 0
    assert.ok(value === last || value === tried, `${id}: ${last} was acknowledged, ${tried} tried, ${value} is there`)
    const state = said.counters.get(id)
    if (state) state.last = value
  }
  const tags = [...said.tried]
  const totals = (
    await readAll(tags.flatMap((tag) => [`Observation?code=urn:tag|${tag}&_summary=count`, `Patient?identifier=urn:tag|${tag}&_summary=count`]))
  ).map(({ resource }) => resource?.total)
  for (const [at, tag] of tags.entries()) {
    const found = [totals[2 * at], totals[2 * at + 1]]
    const isThere = found[0] !== 0
    assert.deepEqual(found, isThere ? [perTransaction, 1] : [0, 0], `transaction ${tag} is there in part`)
    if (said.stored.has(tag)) assert.ok(isThere, `transaction ${tag} was acknowledged`)
  }
}

const killServer = async () => {
  server.child.kill('SIGKILL')
  await server.ended
}
const killDatabase = () => {
  process.kill(postmasterOf(join(dataDir, 'postgres')), 'SIGKILL')
}
const rounds: [string, () => Promise<void>][] = [
  ['the server', killServer],
  ['the database', async () => killDatabase()],
  [
    'both at once',
    async () => {
      killDatabase()
      await killServer()
    },
  ],
  [
    'the database and a moment later the server',
    async () => {
      killDatabase()
      await sleep(150)
      await killServer()
    },
  ],
  ['the server again', killServer],
]

for (const [at, [what, kill]] of rounds.entries()) {
  test(`kill -9 of ${what} in the middle of writes loses nothing acknowledged and leaves nothing in part`, { timeout: 60_000 }, async (t) => {
    let isOver = false
    const before = said.resources.size + said.stored.size
    const writing = writeUntil(() => isOver)
    await sleep(500 + at * 130)
    await kill()
    await sleep(100)
    isOver = true
    await writing
    if (server.child.exitCode !== null || server.child.signalCode !== null) {
      server = spawnServer(env)
      await server.ready
    }
    await until(
      'the record answers again',
      async () =>
        (await write('POST', '', { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: 'Patient?_count=1' } }] })) !== null,
    )
    t.diagnostic(`${said.resources.size + said.stored.size - before} acknowledged before the kill`)
    assert.ok(said.resources.size + said.stored.size > before, 'something was acknowledged')
    await verify()
  })
}

test('after all kills the audit is whole', { timeout: 60_000 }, async () => {
  const { code, output, errors } = await runCommand(['audit', 'verify', '--json'], env)
  assert.equal(code, 0, output + errors)
  assert.doesNotMatch(server.errors(), /"msg":"unexpected"/)
})

const residentMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1024

test('many large bodies at once, plain or packed, are bounded in memory: some are refused, none breaks the server', { timeout: 60_000 }, async (t) => {
  const text = `{"resourceType":"Bundle","type":"document"${' '.repeat(30 * 1_048_576)}}`
  const packed = gzipSync(text)
  const began = residentMb()
  let peak = began
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMb())
  }, 50)
  for (const [body, more] of [
    [text, {}],
    [packed, { 'content-encoding': 'gzip' }],
  ] as const) {
    const answers = await Promise.all(
      Array.from({ length: 24 }, async () => {
        const answer = await fetch(base, { method: 'POST', headers: { ...headers, ...more }, body })
        await answer.text()
        return answer.status
      }),
    )
    assert.deepEqual([...new Set(answers)].sort(), [400, 503], answers.join(' '))
  }
  clearInterval(watch)
  t.diagnostic(`resident ${began.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most`)
  assert.ok(peak - began < 500, `${began} → ${peak} MB`)
})
