import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { forBus } from '../../record/record.ts'
import { aService, type BusMember, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { countInRecord, MllpSender, oru, startEdge, type TestEdge } from '../../testing/edge.ts'
import { until } from '../../testing/process.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { asideOf } from '../local/aside.ts'
import { itemColumns, type Item, originalOf, sendAgain } from '../store/items.ts'

const endings: (() => Promise<void> | void)[] = []
const whole = { after: (ending: () => Promise<void>) => endings.unshift(ending) } as unknown as TestContext
let server: TestServer
let edge: TestEdge
let sender: MllpSender
let clinic: BusMember
const heardInside: string[] = []
/** A local system that answers calls and refuses a wrong result. */
const local = createServer((request, response) => {
  let body = ''
  request.on('data', (piece) => (body += piece))
  request.on('end', () => {
    heardInside.push(body)
    response.writeHead(body.includes('wrong') ? 422 : 200).end(`${request.method} ${request.url}`)
  })
}).listen(0, '127.0.0.1')

const settings = (to: string) => `mllp: [{ name: lis, port: 0, messageMb: 1 }]
calls: [{ service: prices, to: "${to}" }]
inbound: [{ name: results, service: lab-edge/results, by: webhook, url: "${to}" }]`

before(async () => {
  server = await startServer(whole)
  clinic = await joinBus(server.app, server.world, 'clinic')
  const to = `http://127.0.0.1:${(local.address() as AddressInfo).port}/inside`
  edge = await startEdge(whole, server, 'lab-edge', settings(to))
  whole.after(forBus.startIntake(server.world))
  sender = new MllpSender(edge.ports[0]?.port ?? 0)
})
after(async () => {
  sender.end()
  local.close()
  for (const ending of endings) await ending()
})

// The bench measures how long it takes; here it only must arrive, also on a machine that others use.
const waitMs = 30_000
const countIn = (state: string) => edge.edge.store.one<{ n: number }>('select count(*) as n from item where state = ?', state)?.n ?? 0
const rowsOf = (type: string) => countInRecord(server, type)
const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${edge.statusPort}${path}`, init)

test('a message sent over MLLP comes into the record, and only then its item has ended', async () => {
  assert.match((await sender.send(oru('1', 'p-1'))) ?? '', /MSA\|AA\|1/)
  await until('acknowledged', () => countIn('acknowledged') === 1, waitMs)
  assert.equal(await rowsOf('Observation'), 1)
  const receipt = edge.edge.store.one<{ receipt: string }>('select receipt from item')?.receipt ?? ''
  assert.match(receipt, /receivedAt/, 'the signed receipt is kept')
})

test('the same bytes again are the same item: a lost answer doubles nothing', async () => {
  assert.match((await sender.send(oru('1', 'p-1'))) ?? '', /MSA\|AA\|1/)
  assert.equal(edge.edge.store.one<{ n: number }>('select count(*) as n from item')?.n, 1)
})

test('a message that cannot be mapped or is refused waits for a person with place and hint, and goes on when it is mended', async () => {
  const { store, vault } = edge.edge
  const query = oru('q-1', 'p-1').replace('ORU^R01^ORU_R01', 'QRY^A19')
  assert.match((await sender.send(query)) ?? '', /MSA\|AA\|q-1/, 'it is kept, so the sender need not send it again')
  await until('quarantined', () => countIn('quarantined') === 1)
  const [one] = asideOf(store, 10)
  assert.deepEqual([one?.reason.by, one?.reason.place], ['mapping', 'MSH[1]-9'])
  assert.match(one?.reason.hint ?? '', /ORU/)

  const item = store.one<Item>(`select ${itemColumns} from item where id = ?`, one?.id ?? '') as Item
  const acknowledged = countIn('acknowledged')
  await store.write(() => sendAgain(store, vault, { item, corrected: Buffer.from(oru('q-1', 'p-1', '6.1')), who: 'test', at: 0 }))
  await until('acknowledged', () => countIn('acknowledged') === acknowledged + 1, waitMs)
  assert.match(originalOf(store, vault, item)?.toString() ?? '', /6\.1/)
  assert.equal(store.one<{ n: number }>('select count(*) as n from original where seq = ?', item.seq)?.n, 2, 'what came is kept beside the correction')
})

test('a document that the record refuses comes back with the reasons, and is sent once more under a new number', async () => {
  const { store, vault, intake, config } = edge.edge
  const fullUrl = 'urn:uuid:6f2c1f0e-6a53-4b7d-9a3e-0d4d1a5f7c11'
  const source = { reference: fullUrl, extension: [{ url: 'urn:spona:mapping:source', valueString: 'ZRE[1] status<4' }] }
  const provenance = { resourceType: 'Provenance', target: [source], recorded: '2026-03-01T10:00:00Z', agent: [{ who: { display: 'LIS' } }] }
  const bundle = (status: string) =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { fullUrl, resource: { resourceType: 'Observation', status, code: { text: 'x' } }, request: { method: 'POST', url: 'Observation' } },
        { resource: provenance, request: { method: 'POST', url: 'Provenance' } },
      ],
    })
  assert.ok(config.member)
  const { seq } = await intake.accept({ source: 'rest', protocol: 'fhir', name: 'a bundle', original: Buffer.from(bundle('finished')) })
  const stateOf = () => store.one<Item>(`select ${itemColumns} from item where seq = ?`, seq) as Item
  await until('quarantined', () => stateOf().state === 'quarantined', 8000)
  assert.match(stateOf().reason ?? '', /"by":"record"/)
  assert.match(stateOf().reason ?? '', /"place":"ZRE\[1\]-4 \(Bundle\.entry\[0\]/, 'the field of what was sent, and the place in what was made of it')
  await store.write(() => sendAgain(store, vault, { item: stateOf(), corrected: Buffer.from(bundle('final')), who: 'test', at: 0 }))
  await until('acknowledged', () => stateOf().state === 'acknowledged', 8000)
  assert.equal(stateOf().sendings, 1)
})

test('while the line is cut everything is taken and kept; afterwards nothing is lost or doubled, and the order of each patient is kept', async () => {
  const before = await rowsOf('Observation')
  edge.line.isCut = true
  const numbers = Array.from({ length: 40 }, (_, at) => `cut-${at}`)
  for (const [at, number] of numbers.entries()) assert.match((await sender.send(oru(number, `p-${at % 4}`, `${at}.5`))) ?? '', /MSA\|AA/)
  await until('the cut is noticed', async () => ((await (await ask('/status.json')).json()) as { state: string }).state === 'cut', waitMs)
  const page = await (await ask('/?lang=en')).text()
  assert.match(page, /Go on working/)
  assert.ok(countIn('waiting') + countIn('ready') >= 40)
  edge.line.isCut = false
  await until('all acknowledged', () => countIn('waiting') + countIn('ready') + countIn('sent') === 0, 15_000)
  assert.equal(await rowsOf('Observation'), before + 40)
  const { sql } = server
  const order = await sql<{
    seq: number
  }>`select d.seq from bus.delivery d join bus.seen s on s.message = d.message where s.name in (select unnest(${edge.edge.store
    .all<{ id: string }>("select id from item where name like '%cut-%' order by seq")
    .map(({ id }) => id)}::text[])) order by s.name limit 100`
  const inOrder = order.map(({ seq }) => seq)
  assert.deepEqual(
    inOrder,
    inOrder.toSorted((a, b) => a - b),
    'numbers grow with the time of arrival, and so does the order on the bus',
  )
})

test('broken, oversized and empty frames are answered with a reason, and the connection lives', async () => {
  const port = edge.ports[0]?.port ?? 0
  const other = new MllpSender(port)
  other.write('noise between frames')
  assert.match((await other.send('this is no message')) ?? '', /MSA\|AR/)
  assert.match((await other.send(Buffer.alloc(3_000_000, 0x41))) ?? '', /MSA\|AR.*1 MB/)
  assert.match((await other.send(oru('e-1', 'p-9', '1.1', { header: '|||AL|AL' }))) ?? '', /MSA\|CA\|e-1/, 'enhanced mode: the commit first')
  assert.match((await other.answer()) ?? '', /MSA\|AA\|e-1/)
  // Byte by byte, as a slow peer sends.
  for (const byte of Buffer.from(`\x0b${oru('e-2', 'p-9')}\x1c\r`)) other.write(Buffer.of(byte))
  assert.match((await other.answer()) ?? '', /MSA\|AA\|e-2/)
  const before = edge.edge.store.one<{ n: number }>('select count(*) as n from item')?.n
  other.write(`\x0b${oru('half', 'p-9').slice(0, 80)}`)
  other.end()
  assert.match((await sender.send(oru('e-3', 'p-9'))) ?? '', /MSA\|AA\|e-3/)
  assert.equal(edge.edge.store.one<{ n: number }>('select count(*) as n from item')?.n, (before ?? 0) + 1, 'nothing of the half message')
})

test('a disk that is nearly full refuses cleanly, and warns before', async () => {
  const { room } = edge.edge
  const states = ['full for writes'] as const
  const real = Object.getOwnPropertyDescriptor(room, 'state') as PropertyDescriptor
  Object.defineProperty(room, 'state', { configurable: true, get: () => states[0] })
  try {
    assert.match((await sender.send(oru('full-1', 'p-1'))) ?? '', /MSA\|AR\|full-1\|.*disk/)
    assert.equal((await ask('/status.json')).headers.get('spona-edge'), 'full')
  } finally {
    Object.defineProperty(room, 'state', { ...real, configurable: true })
  }
  assert.match((await sender.send(oru('full-1', 'p-1'))) ?? '', /MSA\|AA\|full-1/)
})

test('a delivery that no setting takes is reported here too; mended by two operators it is taken, though the centre signed it for its sender', async () => {
  await expectStatus(200, edge.member.send({ method: 'PUT', url: '/bus/services/unasked', body: aService('inbox') }))
  await expectStatus(200, edge.member.send({ method: 'PUT', url: '/bus/services/results', body: aService('inbox') }))
  for (const service of ['unasked', 'results']) await contractOf(clinic, `lab-edge/${service}`)
  await expectStatus(202, clinic.message('lab-edge/unasked', 'unasked-1', '{"a":1}'))
  await expectStatus(202, clinic.message('lab-edge/results', 'results-1', '{"code":"wrong"}'))
  type Told = { name: string | null; service: string; refused: number; reason: string; hint: string }
  const told = async () => ((await (await ask('/status.json')).json()) as { undelivered: Told[] }).undelivered
  await until('both are told', async () => (await told()).length === 2, waitMs)
  const [results, unasked] = (await told()).toSorted((one, other) => one.service.localeCompare(other.service))
  assert.deepEqual(
    [unasked?.name, unasked?.service, unasked?.refused, unasked?.reason],
    [null, 'lab-edge/unasked', 1, 'this edge takes no messages of this service'],
  )
  assert.match(unasked?.hint ?? '', /Name lab-edge\/unasked under inbound/)
  assert.deepEqual([results?.name, results?.refused, results?.reason], ['results', 1, 'the local system answered 422'])

  const one = await signedIn(server, { roles: ['operator'] })
  const other = await signedIn(server, { roles: ['operator'] })
  const [parked] = await server.sql<{ message: string }>`select message from bus.seen where name = 'results-1'`
  const wish = { recipient: 'lab-edge', body: '{"code":"right"}', reason: 'шифра по новом шифарнику' }
  const { proposal } = (await one('POST', `/bus/operator/messages/${parked?.message}/proposals`, wish)).body
  assert.equal((await other('POST', `/bus/operator/proposals/${proposal}/decision`, { decision: 'approved', reason: 'у реду' })).status, 200)
  await until('the correction is taken', () => heardInside.includes('{"code":"right"}'), waitMs)
  await until('and nothing more is told of it', async () => (await told()).length === 1, waitMs)
  assert.equal(edge.edge.store.one('select 1 from undelivered where service = ?', 'lab-edge/results'), undefined)
  await edge.edge.store.write(() => edge.edge.store.run('delete from undelivered'))
})

test('calls go both ways over the line that the edge holds open, and only with the token of this machine', async () => {
  await expectStatus(200, edge.member.send({ method: 'PUT', url: '/bus/services/prices', body: aService('call') }))
  await contractOf(clinic, 'lab-edge/prices', { endpoints: [{ method: 'GET', path: '/*' }] })
  const answer = await clinic.send({ method: 'GET', url: '/bus/call/lab-edge/prices/today', headers: { 'bus-message-id': 'call-1' } })
  assert.deepEqual([answer.status, answer.text], [200, 'GET /inside/today'])
  await expectStatus(200, clinic.send({ method: 'PUT', url: '/bus/services/beds', body: aService('call') }))
  const path = '/bus/call/clinic/beds/free'
  assert.equal((await ask(path)).status, 401)
  const token = readFileSync(join(edge.config.data, 'calls.token'), 'utf8').trim()
  const refused = await ask(path, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(refused.status, 403, 'the centre says that there is no contract')
  assert.match(await refused.text(), /contract/)
})

test('the status is a page, JSON, a header and events, for programs of this machine only, without data of patients', async () => {
  const page = await ask('/?lang=sr-Latn')
  assert.match(await page.text(), /Veza sa e-kartonom/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  const foreign = await new Promise<number>((resolve) => {
    get({ port: edge.statusPort, host: '127.0.0.1', headers: { host: 'evil.example' } }, ({ statusCode = 0 }) => resolve(statusCode))
  })
  assert.equal(foreign, 403)
  const events = await ask('/events')
  const reader = events.body?.getReader()
  assert.match(new TextDecoder().decode((await reader?.read())?.value), /^event: status\ndata: \{"member":"lab-edge"/)
  await reader?.cancel()
})

test('the files on the disk show nothing of a patient', () => {
  writeFileSync(join(edge.config.data, 'checkpoint'), '')
  const { store } = edge.edge
  store.all('pragma wal_checkpoint(truncate)')
  const bytes = readFileSync(join(edge.config.data, 'store', 'edge.db'))
  // The code with what stands after it in HL7 and in JSON: alone it may also be a part of an id (4718-7abc).
  for (const secret of ['Проба', 'p-1^^^LIS', '718-7^', '718-7"']) assert.equal(bytes.includes(secret), false, secret)
})
