import { setTimeout as sleep } from 'node:timers/promises'
import { startBus } from '../bus/bus.ts'
import { keySets } from '../identity/identity.ts'
import { forBus } from '../record/record.ts'
import { type BusMember, contractOf, joinBus } from '../testing/bus-member.ts'
import { type BusBench, heardMs, signedBytes } from './bus-parties.ts'
import { cpuEach } from './cpu.ts'
import { print } from './figures.ts'
import { bytesOf } from './wire-load.ts'

/** How long the bench waits for the last events; after this they count as missing. */
const lastMs = 60_000

/**
 * From sending a document of one member until a subscriber to the record's changes has the event, with everything in between. Filing and publishing
 * run in the process of the load.
 */
export async function documents(bench: BusBench): Promise<void> {
  const { server, app, seconds, perSecond } = bench
  const { world } = server
  const hospital = await joinBus(app, world, 'hospital')
  for (const service of ['record/documents', 'record/changes']) await contractOf(hospital, service, { quotaPerMinute: 1_000_000 })
  await sleep(heardMs)
  const stops = [forBus.startIntake(world), startBus(world, { keySets, isDirectory: forBus.isDirectory })]
  const ways: Ways = { sent: new Map(), seen: new Map() }
  const count = seconds * perSecond
  // Warms up for as long as it measures afterwards: all code along the way has not run yet.
  await send(bench, hospital, ways, signedVisits(hospital, 0, count))
  const requests = signedVisits(hospital, count, count)
  ways.sent.clear()
  const before = server.cpu()
  await send(bench, hospital, ways, requests)
  const cpuUsEach = cpuEach(before, server.cpu(), count)
  await Promise.all(stops.map((stop) => stop()))
  const waits = await waitsOf(bench, ways)
  if (waits.length < count) throw new Error(`${count - waits.length} of ${count} documents were not seen`)
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0
  print({ name: `document of one member visible at a subscriber, at ${perSecond} a second`, value: at(0.99), unit: 'ms at p99', p50Ms: at(0.5), cpuUsEach })
}

/** When each message was sent, and when each event was seen. */
type Ways = { sent: Map<string, number>; seen: Map<string, number> }

const signedVisits = (hospital: BusMember, from: number, count: number): Buffer[] =>
  Array.from({ length: count }, (_, at) => {
    const headers = { 'bus-to': 'record/documents', 'content-type': 'application/fhir+json', 'bus-message-id': `document-${from + at}` }
    return signedBytes(hospital, { url: '/bus/messages', body: visit(from + at), headers })
  })

/** Sends the requests at their pace, and waits for all of their events. */
async function send({ load, perSecond, seconds }: BusBench, hospital: BusMember, { sent, seen }: Ways, requests: readonly Buffer[]): Promise<void> {
  const all = seen.size + requests.length
  const subscriber = (async () => {
    const lease = bytesOf('POST', '/bus/deliveries/lease', { authorization: `Bearer ${hospital.token}` }, JSON.stringify({ max: 200, wait: 5 }))
    for (const until = performance.now() + seconds * 1000 + lastMs; seen.size < all && performance.now() < until; ) {
      const { deliveries } = JSON.parse(String((await load.expect(lease)).body)) as { deliveries: { delivery: number; body: string }[] }
      for (const { body } of deliveries) seen.set((JSON.parse(Buffer.from(body, 'base64').toString()) as { event: string }).event, performance.now())
      if (deliveries.length === 0) continue
      const body = JSON.stringify({ acknowledge: deliveries.map(({ delivery }) => delivery) })
      await load.expect(signedBytes(hospital, { url: '/bus/deliveries/ack', body }))
    }
  })()
  const began = performance.now()
  const posts = requests.map(async (request, at) => {
    await sleep(Math.max(0, (at * 1000) / perSecond - (performance.now() - began)))
    const since = performance.now()
    const { message } = JSON.parse(String((await load.expect(request)).body)) as { message: string }
    sent.set(message, since)
  })
  await Promise.all([...posts, subscriber])
}

/** A document and its events share one transaction: the log says when the document was taken, the outbox holds its events. */
async function waitsOf({ server: { world } }: BusBench, { sent, seen }: Ways): Promise<number[]> {
  const rows = await world.sql<{ message: string; event: string }>`
    select d.message, o.id as event
      from bus.delivery d join bus.log l on l.id = d.ended_by join bus.outbox o on o.tx = l.tx
     where d.service = 'record/documents'
     limit 1000000`
  const waits = new Map<string, number>()
  for (const { message, event } of rows) {
    const [from, to] = [sent.get(message), seen.get(event)]
    if (from !== undefined && to !== undefined) waits.set(message, Math.max(waits.get(message) ?? 0, to - from))
  }
  return [...waits.values()].toSorted((a, b) => a - b)
}

/** Few names, as in a country, where most names are already known. */
const families = ['Петровић', 'Јовановић', 'Николић', 'Ђорђевић', 'Стојановић', 'Хорват', 'Сабо', 'Хоџић', 'Илић', 'Марковић']

function visit(at: number): string {
  const patient = 'urn:uuid:11111111-1111-4111-8111-111111111111'
  const entry = (fullUrl: string, resource: { resourceType: string; [element: string]: unknown }) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  })
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry(patient, { resourceType: 'Patient', name: [{ family: families[at % families.length] }], gender: 'female', birthDate: '1980-05-05' }),
      entry('urn:uuid:22222222-2222-4222-8222-222222222222', {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'Хемоглобин' },
        subject: { reference: patient },
        valueString: '140 g/L',
      }),
    ],
  })
}
