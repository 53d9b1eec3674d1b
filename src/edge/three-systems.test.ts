import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { forBus } from '../record/record.ts'
import { corpus, filesIn } from '../testing/corpora.ts'
import { aService, contractOf, expectStatus, joinBus } from '../testing/bus-member.ts'
import { countInRecord, MllpSender, oru, registerMapping, startEdge, type TestEdge } from '../testing/edge.ts'
import { until } from '../testing/process.ts'
import { type Send, sender, startServer, type TestServer } from '../testing/server.ts'

const isLong = process.env['SPONA_LONG'] === '1'
const most = isLong ? 400 : 4
const withinMs = 2000
const waitMs = isLong ? 600_000 : 120_000

const states = ({ edge }: TestEdge): Record<string, number> =>
  Object.fromEntries(
    edge.store.all<{ state: string; count: number }>('select state, count(*) as count from item group by state').map(({ state, count }) => [state, count]),
  )
const isDone = (edge: TestEdge, count: number) => {
  const { acknowledged = 0, quarantined = 0 } = states(edge)
  return acknowledged + quarantined >= count
}
/** The reasons why items stand aside, the most frequent first. */
const reasons = ({ edge }: TestEdge) =>
  edge.store.all<{ why: string; count: number }>(
    `select json_extract(reason, '$.by') || ': ' || json_extract(reason, '$.sentence') as why, count(*) as count
      from item where state = 'quarantined' group by why order by count desc limit 30`,
  )
/** The longest time from the edge's receipt to the record's, by the edge's own store. */
const slowest = ({ edge }: TestEdge) =>
  edge.store.one<{ ms: number | null }>(`select max(ended_at - received_at) as ms from item where state = 'acknowledged'`)?.ms ?? 0
/** Reads as the institution itself, which filed these results. */
async function asItself({ app, world }: TestServer, code: string): Promise<Send> {
  const [row] = await world.sql<{ client: string }>`
    select client
    from bus.member
    where code = ${code}`
  const client = await clientById(world.sql, row?.client ?? '')
  assert.ok(client)
  return sender(app, { authorization: `Bearer ${await tokenFor(world, client, ['system/*.rs'], 3600)}` })
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'spona-drop-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'in'))
  return folder
}

test('three local systems beside the centre: third-party HL7 v2 over MLLP, C-CDA in a folder and CSV in another reach the record', async (t) => {
  const [messages, documents, tables] = [corpus(t, 'hl7v2'), corpus(t, 'ccda'), corpus(t, 'record-linkage')]
  if (messages === null || documents === null || tables === null) return
  const server = await startServer(t)
  t.after(forBus.startIntake(server.world))
  const [drops, rows] = [folderOf(t), folderOf(t)]
  writeFileSync(join(rows, 'map.json'), JSON.stringify(registerMapping))
  const mllp = await startEdge(t, server, 'lab-edge', 'mllp: [{ name: lis, port: 0 }]\nlocal: { system: "urn:test:lab" }')
  const cda = await startEdge(t, server, 'ward-edge', `folders: [{ name: letters, path: "${join(drops, 'in')}", format: cda, patienceSeconds: 1 }]`)
  const csv = await startEdge(
    t,
    server,
    'register-edge',
    `folders: [{ name: register, path: "${join(rows, 'in')}", format: csv, mapping: "${join(rows, 'map.json')}" }]`,
  )
  const sender = new MllpSender(mllp.ports[0]?.port ?? 0)
  t.after(() => sender.end())

  const sent = isLong ? filesIn(messages, /\.hl7$/) : filesIn(messages, /ORU[^/]*\.hl7$/).slice(0, most)
  let taken = 0
  for (const file of sent) if (/MSA\|[AC]A/.test((await sender.send(readFileSync(file))) ?? '')) taken++
  const dropped = (isLong ? filesIn(documents, /\.(?:xml|ccda)$/i) : filesIn(documents, /CCD[^/]*\.ccda$/)).slice(0, most)
  for (const [at, file] of dropped.entries()) writeFileSync(join(drops, 'in', `${at}.xml`), readFileSync(file))
  const lines = readFileSync(join(tables, 'febrl1.csv'), 'utf8')
    .split('\n')
    .slice(0, isLong ? 1001 : 21)
  writeFileSync(join(rows, 'in/register.csv'), `${lines.join('\n')}\n`)

  await until(
    'the folders are empty',
    () => [drops, rows].every((folder) => readdirSync(join(folder, 'in'), { withFileTypes: true }).every((one) => !one.isFile())),
    waitMs,
  )
  const failed = readdirSync(join(drops, 'in/failed')).filter((name) => !name.endsWith('.reason.txt')).length
  const counts: [TestEdge, number][] = [
    [mllp, taken],
    [cda, dropped.length - failed],
    [csv, lines.length - 1],
  ]
  for (const [edge, count] of counts) await until('ended', () => isDone(edge, count), waitMs)
  for (const [edge] of counts)
    t.diagnostic(`${edge.config.member}: ${JSON.stringify(states(edge))}, slowest ${slowest(edge)} ms (of ${withinMs} on a quiet machine)`)
  for (const [edge] of counts) for (const { why, count } of reasons(edge)) t.diagnostic(`${count} of ${edge.config.member}: ${why}`)
  assert.ok((states(csv)['acknowledged'] ?? 0) >= (lines.length - 1) * 0.99)
  // Samples of many systems, sent as if by one: some name no patient, others give the same visit to different patients. The order of arrival decides
  // how many are refused then: 49 to 78 of 291 were counted.
  const unmapped = reasons(mllp).reduce((sum, { why, count }) => sum + (why.startsWith('mapping: ') ? count : 0), 0)
  assert.ok((states(mllp)['acknowledged'] ?? 0) >= (taken - unmapped) * (isLong ? 0.65 : 0.8) && unmapped <= taken * 0.25)
  assert.ok((states(cda)['acknowledged'] ?? 0) >= 1)
  assert.ok((await countInRecord(server, 'Patient')) >= lines.length)
  assert.ok((await countInRecord(server, 'Composition')) >= 1)
  assert.ok(existsSync(join(rows, 'in/done/register.csv')))
  // Each refused item waits with a sentence that says why.
  for (const [edge] of counts)
    for (const { reason } of edge.edge.store.all<{ reason: string }>(`select reason from item where state = 'quarantined' limit 10000`))
      assert.ok((JSON.parse(reason) as { sentence: string }).sentence.length > 10)
})

test('after a cut of the line everything is caught up: nothing is lost or doubled, and the last result of each patient is the latest', async (t) => {
  const server = await startServer(t)
  t.after(forBus.startIntake(server.world))
  const edge = await startEdge(t, server, 'lab-edge', 'mllp: [{ name: lis, port: 0 }]\nlocal: { system: "urn:test:lab" }')
  const sender = new MllpSender(edge.ports[0]?.port ?? 0)
  t.after(() => sender.end())
  const [patients, rounds] = isLong ? [40, 25] : [5, 4]
  edge.line.isCut = true
  for (let round = 0; round < rounds; round++)
    for (let patient = 0; patient < patients; patient++) {
      // The same result of the same order is corrected again and again: only the last one counts.
      const message = oru(`${round}-${patient}`, `p${patient}`, `${round + 1}.5`).replaceAll(`F-${round}-${patient}`, `F-${patient}`)
      assert.match((await sender.send(message)) ?? '', /MSA\|AA/)
    }
  assert.deepEqual(states(edge)['acknowledged'] ?? 0, 0)
  edge.line.isCut = false
  await until('caught up', () => isDone(edge, patients * rounds), waitMs)
  assert.deepEqual(states(edge), { acknowledged: patients * rounds })
  assert.equal(await countInRecord(server, 'Patient'), patients)
  const found = await (await asItself(server, 'lab-edge'))('GET', '/fhir/Observation?_count=1000')
  const values = (found.body.entry as { resource: { valueQuantity: { value: number } } }[]).map(({ resource }) => resource.valueQuantity.value)
  assert.deepEqual([values.length, new Set(values)], [patients, new Set([rounds + 0.5])])
})

test('a message of another member reaches the local system as a readable file, in order and once, and the bus is told so', async (t) => {
  const server = await startServer(t)
  const folder = folderOf(t)
  const edge = await startEdge(
    t,
    server,
    'his-edge',
    `inbound: [{ name: his, service: his-edge/findings, by: file, folder: "${join(folder, 'in')}", as: hl7v2 }]`,
  )
  await expectStatus(200, edge.member.send({ method: 'PUT', url: '/bus/services/findings', body: aService('inbox') }))
  const lab = await joinBus(server.app, server.world, 'other-lab')
  await contractOf(lab, 'his-edge/findings')
  for (const value of [1, 2, 3]) {
    const patient = { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', identifier: [{ system: 'urn:lab', value: 'p1' }] } }
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'glukoza' },
      valueQuantity: { value },
      subject: { reference: 'urn:uuid:1' },
    }
    const finding = { resourceType: 'Bundle', type: 'collection', entry: [patient, { resource: observation }] }
    const headers = { 'content-type': 'application/fhir+json', 'bus-key': 'p1' }
    const sent = { body: JSON.stringify(finding), headers: { ...headers, 'bus-to': 'his-edge/findings', 'bus-message-id': `finding-${value}` } }
    await expectStatus(202, lab.send({ url: '/bus/messages', ...sent }))
  }
  // A file is first written under a temporary name beside its own.
  const names = () =>
    readdirSync(join(folder, 'in'))
      .filter((name) => !name.startsWith('.'))
      .sort()
  await until('three files', () => names().length === 3, 30_000)
  const values = names().map((name) => /OBX\|1\|NM\|[^|]*\|[^|]*\|(\d)/.exec(readFileSync(join(folder, 'in', name), 'utf8'))?.[1])
  assert.deepEqual(values, ['1', '2', '3'])
  await until('the bus has heard', async () => {
    const [row] = await server.sql<{ count: number }>`
      select count(*)::int as count
      from bus.delivery
      where state in ('waiting', 'leased')`
    return row?.count === 0
  })
})
