import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer as createTcp, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { Delivery } from '../centre/receive.ts'
import { Frames } from '../mllp/frames.ts'
import { loneEdge } from '../../testing/lone-edge.ts'
import { findingsOf } from '../cli/doctor.ts'
import { pageOf } from '../local/page.ts'
import { statusOf } from '../local/status.ts'
import { openInbound } from './deliver.ts'

const report = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', identifier: [{ system: 'urn:lab', value: 'p1' }], name: [{ family: 'Проба' }] } },
    {
      resource: {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'glukoza' },
        subject: { reference: 'urn:uuid:1' },
        valueQuantity: { value: 5.1, unit: 'mmol/L' },
      },
    },
  ],
}
let count = 0
const delivery = (more: Partial<Delivery> = {}): Delivery =>
  ({ message: crypto.randomUUID(), from: 'lab', to: 'his/results', contentType: 'application/fhir+json', number: ++count, attempt: 1, ...more }) as Delivery
const bytes = Buffer.from(JSON.stringify(report))

async function receiver(t: TestContext, settings: (folder: string) => string) {
  const edge = await loneEdge(t, (folder) => `inbound: [${settings(folder)}]`)
  const inbound = openInbound(edge.edge, edge.edge.config.inbound)
  t.after(() => inbound.close())
  const [[service, take] = []] = inbound.receivers
  assert.ok(service && take)
  return { edge, take }
}

/** A local system that speaks MLLP and answers as the test tells it. */
async function mllpSystem(t: TestContext) {
  const system = { answer: (id: string): string | null => `MSA|AA|${id}`, heard: [] as string[], port: 0 }
  const sockets = new Set<Socket>()
  const server = createTcp((socket) => {
    sockets.add(socket)
    const frames = new Frames(1_000_000)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      for (const frame of frames.take(chunk)) {
        if (!('bytes' in frame)) continue
        const text = frame.bytes.toString()
        system.heard.push(text)
        const said = system.answer(text.split('|')[9] ?? '')
        if (said === null) socket.destroy()
        else socket.write(`\x0bMSH|^~\\&|HIS|B|SPONA|RS|20260301||ACK|1|P|2.5\r${said}\r\x1c\r`)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  system.port = (server.address() as { port: number }).port
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return system
}

describe('deliveries of the bus to a local system', () => {
  test('by webhook: taken when the system says so, once, refused for good when it refuses the contents, and otherwise tried later', async (t) => {
    const heard: { message: string; body: string; authorization: string | undefined }[] = []
    let status = 200
    const server = createHttp((request, response) => {
      let body = ''
      request.on('data', (piece) => (body += piece))
      request.on('end', () => {
        heard.push({ message: String(request.headers['spona-message']), body, authorization: request.headers.authorization })
        response.writeHead(status).end('x'.repeat(100_000))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close().closeAllConnections())
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/in`
    const { take, edge } = await receiver(t, () => `{ name: his, service: his/results, by: webhook, url: "${url}" }`)
    const first = delivery()
    assert.deepEqual(await take(first, bytes), { taken: true })
    // The bus did not get the answer, and hands the delivery out again.
    assert.deepEqual([await take(first, bytes), heard.length, heard[0]?.body], [{ taken: true }, 1, bytes.toString()])
    status = 422
    assert.deepEqual(await take(delivery(), bytes), { taken: false, reason: 'the local system answered 422', isFinal: true })
    status = 503
    assert.deepEqual(await take(delivery(), bytes), { taken: false, reason: 'the local system answered 503', isFinal: false })
    status = 200
    // The next delivery does not overtake it: it may be of the same patient.
    assert.deepEqual([await take(delivery(), bytes), heard.length], [{ taken: false, reason: 'the one before it was not taken yet', isFinal: false }, 3])
    assert.ok(edge.edge.store.one('select 1 from given where message = ?', first.message))
  })

  test('by MLLP, as HL7 v2: taken with AA about the same message, refused with AE, and tried later with AR or silence', async (t) => {
    const system = await mllpSystem(t)
    const { take } = await receiver(t, () => `{ name: his, service: his/results, by: mllp, port: ${system.port}, timeoutSeconds: 1 }`)
    assert.deepEqual(await take(delivery(), bytes), { taken: true })
    assert.match(system.heard[0] ?? '', /\|ORU\^R01[\s\S]*OBX\|1\|NM\|.*glukoza.*\|5\.1\|mmol\/L/)
    system.answer = (id) => `MSA|AE|${id}`
    assert.deepEqual(await take(delivery(), bytes), { taken: false, reason: 'the local system refused it (AE)', isFinal: true })
    const visit = { resourceType: 'Encounter', status: 'finished', class: { code: 'IMP' }, subject: { reference: 'urn:uuid:1' } }
    system.answer = (id) => `MSA|AA|${id}`
    assert.deepEqual(await take(delivery(), Buffer.from(JSON.stringify({ ...report, entry: [report.entry[0], { resource: visit }] }))), { taken: true })
    assert.match(system.heard[2] ?? '', /\|ADT\^A03/)
    assert.equal((await take(delivery(), Buffer.from('no FHIR'))).taken, false)
    system.answer = () => 'MSA|AA|other'
    const verdict = await take(delivery(), bytes)
    assert.ok(!verdict.taken && !verdict.isFinal)
  })

  test('and when a system goes away in the middle it gets the message again', async (t) => {
    const system = await mllpSystem(t)
    const { take } = await receiver(t, () => `{ name: his, service: his/results, by: mllp, port: ${system.port}, timeoutSeconds: 1 }`)
    system.answer = () => null
    const one = delivery()
    const verdict = await take(one, bytes)
    assert.ok(!verdict.taken && !verdict.isFinal)
    system.answer = (id) => `MSA|AA|${id}`
    await new Promise((resolve) => setTimeout(resolve, 1050))
    assert.deepEqual([await take(one, bytes), system.heard.length], [{ taken: true }, 2])
  })

  test('as a file: complete, in the order of the bus, in its own format or as CDA', async (t) => {
    const { take, edge } = await receiver(t, () => '{ name: his, service: his/results, by: file, folder: out, as: cda }')
    const folder = join(edge.folder, 'out')
    const [one, two] = [delivery(), delivery()]
    assert.deepEqual([await take(one, bytes), await take(two, bytes)], [{ taken: true }, { taken: true }])
    const names = readdirSync(folder)
    assert.deepEqual([names.length, names.every((name) => name.endsWith('.xml')), names.sort()[0]?.includes(one.message)], [2, true, true])
    assert.match(readFileSync(join(folder, names[0] as string), 'utf8'), /<ClinicalDocument[\s\S]*Проба/)
    assert.ok(!existsSync(join(folder, `.${names[0]}.tmp`)))
  })

  test('as a file that only its own account can read, or the group of the folder when the settings say so', async (t) => {
    for (const [readableBy, mode] of [
      ['owner', 0o600],
      ['group', 0o640],
    ] as const) {
      const { take, edge } = await receiver(t, () => `{ name: his, service: his/results, by: file, folder: out, readableBy: ${readableBy} }`)
      assert.deepEqual(await take(delivery(), bytes), { taken: true })
      const out = join(edge.folder, 'out')
      assert.equal(statSync(join(out, readdirSync(out)[0] as string)).mode & 0o777, mode, readableBy)
    }
  })

  test('deliveries that a local system does not take are reported here: how many, since when, why and what to do, until it has taken them', async (t) => {
    const system = await mllpSystem(t)
    const { take, edge } = await receiver(t, () => `{ name: his, service: his/results, by: mllp, port: ${system.port}, timeoutSeconds: 1 }`)
    Object.defineProperty(edge.edge.centre.contact, 'cutSince', { get: () => null, set: () => {} })
    const troubles = () => statusOf(edge.edge).undelivered.map(({ name, waiting, refused, reason }) => ({ name, waiting, refused, reason }))
    system.answer = () => null
    const [one, two] = [delivery(), delivery()]
    await take(one, bytes)
    await take(two, bytes)
    const away = 'the local system cannot be reached (ECONNRESET)'
    assert.deepEqual(troubles(), [{ name: 'his', waiting: 2, refused: 0, reason: away }])
    assert.equal(statusOf(edge.edge).state, 'well', 'a restart of the local system needs nobody yet')
    const late = { ...edge.edge, now: () => new Date(Date.now() + 61_000) }
    assert.equal(statusOf(late).state, 'attention')
    assert.match(statusOf(late).undelivered[0]?.hint ?? '', /Start the local system that takes it at 127\.0\.0\.1:\d+/)
    const page = pageOf({ status: statusOf(late), aside: [], language: 'sr-Latn', isSmall: false })
    assert.match(page, /his \(his\/results\).*>čeka: 2, od .*lokalni sistem nije dostupan \(ECONNRESET\).*Pokrenite lokalni sistem/)
    const said = (await findingsOf({ ...edge.edge, now: late.now }, join(edge.folder, 'edge.yaml'))).filter(({ check }) => /his/.test(check))
    assert.deepEqual(
      said.map(({ check, ok }) => [check, ok]),
      [
        ['inbound his', true],
        ['undelivered his', false],
      ],
    )
    assert.match(said[1]?.found ?? '', /^2 waiting of his\/results since 20.*Z: the local system cannot be reached/)

    system.answer = (id) => `MSA|AE|${id}`
    await new Promise((resolve) => setTimeout(resolve, 1050))
    await take(one, bytes)
    assert.deepEqual(troubles(), [{ name: 'his', waiting: 1, refused: 1, reason: 'the local system refused it (AE)' }])
    assert.equal(statusOf(edge.edge).state, 'attention', 'what was refused waits for a person at once')
    system.answer = (id) => `MSA|AA|${id}`
    await take(two, bytes)
    // Two operators mended it: the message that replaces it settles it.
    await take(delivery({ corrects: { message: one.message } }), bytes)
    assert.deepEqual([troubles(), statusOf(edge.edge).state], [[], 'well'])
  })

  test('a folder that cannot be written to is named with its reason, and tried again', async (t) => {
    const { take, edge } = await receiver(t, () => '{ name: his, service: his/results, by: file, folder: out }')
    writeFileSync(join(edge.folder, 'out'), 'a file where the folder should be')
    assert.deepEqual(await take(delivery(), bytes), { taken: false, reason: 'the folder cannot be written (EEXIST)', isFinal: false })
    assert.match(statusOf(edge.edge).undelivered[0]?.hint ?? '', /must be able to write in .*out/)
  })

  test('a way without an address is reported with the settings', async (t) => {
    await assert.rejects(
      loneEdge(t, () => 'inbound: [{ name: his, service: his/results, by: mllp, as: cda }]'),
      /inbound\[0\]\.port is missing[\s\S]*MLLP carries HL7 v2/,
    )
  })
})
