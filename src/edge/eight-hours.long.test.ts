import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { forBus } from '../record/record.ts'
import { corpus } from '../testing/corpora.ts'
import { MllpSender, oru, startEdge, type TestEdge } from '../testing/edge.ts'
import { until } from '../testing/process.ts'
import { type Send, sender, startServer, type TestServer } from '../testing/server.ts'
import { statusOf } from './local/status.ts'
import { mapLimits } from './process/map-items.ts'
import { originalOf } from './store/items.ts'
import { Store } from './store/store.ts'

// `SPONA_LONG=1 npm test -- src/edge/eight-hours`; EDGE_MESSAGES sets another number of messages for the 72 hours.

const messages = Number(process.env['EDGE_MESSAGES'] ?? 150_000)
const hours = 72
const hourMs = 3_600_000
const connections = 16
/** The disk allowed for each message, and for the log of the store and the items mapped ahead. */
const diskBytesMax = { each: 4096, more: 48 * 1_048_576 } as const
const memoryMbMax = 300
const waitMs = 3_000_000

const countIn = ({ edge }: TestEdge, ...states: string[]) =>
  states.reduce((sum, state) => sum + (edge.store.one<{ n: number }>('select count(*) as n from item where state = ?', state)?.n ?? 0), 0)

/** The clock of server and edges, which the test moves. */
function movableClock(server: TestServer): { move(ms: number): void } {
  let ahead = 0
  server.world.now = () => new Date(Date.now() + ahead)
  return { move: (ms) => void (ahead += ms) }
}

/** Local systems at work: each connection has its own patients, and sends the next message when the last is acknowledged. */
async function speak(port: number, count: number, make: (at: number) => string, each: () => void): Promise<void> {
  const systems = Array.from({ length: connections }, async (_, own) => {
    const line = new MllpSender(port)
    for (let at = own; at < count; at += connections) {
      assert.match((await line.send(make(at))) ?? '', /MSA\|AA/)
      each()
    }
    line.end()
  })
  await Promise.all(systems)
}

/** What a kill would leave: a copy of the files at this moment, with the log not yet merged. The copy is opened and counted. */
function isWholeAfterKill(t: TestContext, { config, edge }: TestEdge): void {
  const left = mkdtempSync(join(tmpdir(), 'spona-left-'))
  t.after(() => rmSync(left, { recursive: true, force: true }))
  cpSync(join(config.data, 'store'), join(left, 'store'), { recursive: true })
  const store = new Store(left)
  try {
    assert.deepEqual(
      store.all('pragma integrity_check').map((row) => ({ ...(row as object) })),
      [{ integrity_check: 'ok' }],
    )
    const count = store.one<{ items: number; originals: number; names: number }>(`
      select count(*) as items, count(distinct name) as names, (select count(*) from original) as originals from item where state in ('waiting', 'ready')`)
    assert.deepEqual({ ...count }, { items: messages, names: messages, originals: messages }, 'opened anew, the store has them all')
    for (const at of [0, messages >> 1, messages - 1]) {
      const item = store.one<{ seq: number; id: string; name: string }>('select seq, id, name from item order by seq limit 1 offset ?', at)
      assert.ok(item)
      assert.match(originalOf(store, edge.vault, item)?.toString() ?? '', new RegExp(`\\|${item.name.replace(/^.* /, '')}\\|P\\|`), 'and what came can be read')
    }
  } finally {
    store.close()
  }
}

test(`${messages} messages of ${hours} hours are kept without the centre, in little room, and the next start finds them all`, {
  timeout: waitMs,
}, async (t) => {
  const server = await startServer(t)
  const clock = movableClock(server)
  const edge = await startEdge(t, server, 'alone-edge', 'mllp: [{ name: lis, port: 0 }]')
  edge.line.isCut = true
  const before = process.memoryUsage().rss
  let most = 0
  let kept = 0
  const make = (at: number) => oru(`a-${at}`, `p-${at % 5000}`, `${at % 90}.5`)
  await speak(edge.ports[0]?.port ?? 0, messages, make, () => {
    clock.move((hours * hourMs) / messages)
    if (++kept % 1000 === 0) most = Math.max(most, process.memoryUsage().rss - before)
  })
  assert.equal(countIn(edge, 'waiting', 'ready'), messages)
  assert.ok(countIn(edge, 'ready') <= mapLimits.ahead + mapLimits.atOnce, 'little is mapped ahead')
  const { state, queue } = statusOf(edge.edge)
  assert.equal(state, 'cut')
  assert.ok(queue.oldestSeconds > (hours - 1) * 3600, 'the page says how old the oldest is')
  const store = join(edge.config.data, 'store')
  const bytes = readdirSync(store).reduce((sum, name) => sum + statSync(join(store, name)).size, 0)
  t.diagnostic(
    `${Math.round(bytes / 1_048_576)} MB on the disk, ${Math.round(bytes / messages)} bytes each; ${Math.round(most / 1_048_576)} MB more memory, local systems included`,
  )
  assert.ok(bytes < messages * diskBytesMax.each + diskBytesMax.more)
  isWholeAfterKill(t, edge)
  assert.ok(most / 1_048_576 < memoryMbMax)
})

type Third = { drops: string; rows: string; cda: TestEdge; csv: TestEdge }

async function othersBeside(t: TestContext, server: TestServer): Promise<Third> {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'spona-drop-'))
    t.after(() => rmSync(made, { recursive: true, force: true }))
    mkdirSync(join(made, 'in'))
    return made
  }
  const [drops, rows] = [folder(), folder()]
  const set = { 'identifier[0].system': { value: 'urn:test:register' }, 'identifier[0].value': { column: 'rec_id', required: true } }
  const resources = [{ as: 'patient', type: 'Patient', set: { ...set, 'name[0].family': { column: 'surname' } } }]
  writeFileSync(join(rows, 'map.json'), JSON.stringify({ name: 'register', version: 1, resources }))
  const cda = await startEdge(t, server, 'ward-edge', `folders: [{ name: letters, path: "${join(drops, 'in')}", format: cda, patienceSeconds: 1 }]`)
  const settings = `folders: [{ name: register, path: "${join(rows, 'in')}", format: csv, mapping: "${join(rows, 'map.json')}" }]`
  return { drops, rows, cda, csv: await startEdge(t, server, 'register-edge', settings) }
}

/** Reads as the institution itself, which filed these results. */
async function asItself({ app, world }: TestServer, code: string): Promise<Send> {
  const [row] = await world.sql<{ client: string }>`select client from bus.member where code = ${code}`
  const client = await clientById(world.sql, row?.client ?? '')
  assert.ok(client)
  return sender(app, { authorization: `Bearer ${await tokenFor(world, client, ['system/*.rs'], 36_000)}` })
}

const totalOf = async (ask: Send, question: string): Promise<number> => (await ask('GET', `/fhir/${question}_summary=count`)).body.total as number

test('the line of one of three systems is cut for eight hours at full load and comes back: nothing is lost or doubled, and each patient’s order holds', {
  timeout: waitMs,
}, async (t) => {
  const [letters, tables, thirds] = [corpus(t, 'ccda'), corpus(t, 'record-linkage'), corpus(t, 'hl7v2')]
  if (letters === null || tables === null || thirds === null) return
  const count = Math.ceil((messages * 8) / hours)
  const patients = Math.max(1, Math.ceil(count / (connections * 20))) * connections
  const server = await startServer(t)
  const clock = movableClock(server)
  t.after(forBus.startIntake(server.world))
  const lab = await startEdge(t, server, 'lab-edge', 'mllp: [{ name: lis, port: 0 }]\nlocal: { system: "urn:test:lab" }')
  const { drops, rows, cda, csv } = await othersBeside(t, server)
  const files = (folder: string, kind: RegExp) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => kind.test(file))
      .sort()
  const port = lab.ports[0]?.port ?? 0

  lab.line.isCut = true
  // The other systems go on meanwhile: their data are in the record although the line of the first is cut.
  const documents = files(letters, /CCD[^/]*\.ccda$/).slice(0, 6)
  for (const [at, file] of documents.entries()) writeFileSync(join(drops, 'in', `${at}.xml`), readFileSync(join(letters, file)))
  const lines = readFileSync(join(tables, 'febrl1.csv'), 'utf8').split('\n').slice(0, 101)
  writeFileSync(join(rows, 'in/register.csv'), `${lines.join('\n')}\n`)
  // Only one connection sends about patient p, whose result is corrected again and again.
  const make = (at: number) => {
    const patient = at % patients
    return oru(`m-${at}`, `p-${patient}`, `${Math.floor(at / patients) + 1}.5`).replaceAll(`F-m-${at}`, `F-${patient}`)
  }
  await speak(port, count, make, () => clock.move((8 * hourMs) / count))
  const line = new MllpSender(port)
  let foreign = 0
  for (const file of files(thirds, /ORU[^/]*\.hl7$/)) if (/MSA\|[AC]A/.test((await line.send(readFileSync(join(thirds, file)))) ?? '')) foreign++
  line.end()
  const all = lab.edge.store.one<{ n: number }>('select count(*) as n from item')?.n ?? 0
  assert.equal(countIn(lab, 'acknowledged', 'sent'), 0)
  assert.ok(statusOf(lab.edge).queue.oldestSeconds > 7 * 3600)
  const isThere = (edge: TestEdge, count: number) => countIn(edge, 'acknowledged', 'quarantined') >= count
  await until('the documents', () => isThere(cda, documents.length), waitMs)
  await until('the rows', () => isThere(csv, lines.length - 1), waitMs)

  const since = performance.now()
  lab.line.isCut = false
  await until('caught up', () => isThere(lab, all), waitMs)
  const seconds = (performance.now() - since) / 1000
  t.diagnostic(
    `${count} of ${patients} patients and ${foreign} of third parties, ${all} of them distinct, in the record ${Math.round(seconds)} s after the line came back (${Math.round(all / seconds)}/s)`,
  )
  const ask = await asItself(server, 'lab-edge')
  const ours = lab.edge.store.one<{ n: number }>(`select count(*) as n from item where name like 'ORU R01 m-%' and state = 'acknowledged'`)?.n
  assert.equal(ours, count, 'each that was acknowledged has ended in the record')
  assert.equal(await totalOf(ask, 'Patient?identifier=urn:id:LIS%7C&'), patients, 'a patient once')
  assert.equal(
    await totalOf(ask, 'Observation?code=718-7&status=final&subject.identifier=urn:id:LIS%7Cp-0&'),
    1,
    'a result once, however often it was corrected',
  )
  for (const patient of Array.from({ length: Math.min(patients, 40) }, (_, at) => Math.floor((at * patients) / Math.min(patients, 40)))) {
    const found = await ask('GET', `/fhir/Observation?subject.identifier=urn:id:LIS%7Cp-${patient}`)
    const [id] = (found.body.entry as { resource: { id: string } }[]).map(({ resource }) => resource.id)
    const history = await ask('GET', `/fhir/Observation/${id}/_history?_count=1000`)
    const values = (history.body.entry as { resource: { valueQuantity: { value: number } } }[]).map(({ resource }) => resource.valueQuantity.value).reverse()
    const rounds = Math.floor((count - 1 - patient) / patients) + 1
    assert.deepEqual(
      values,
      Array.from({ length: rounds }, (_, at) => at + 1.5),
      `every correction of patient ${patient}, once and in order`,
    )
  }
})
