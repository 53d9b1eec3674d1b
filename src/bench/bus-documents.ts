import { setTimeout as sleep } from 'node:timers/promises'
import { startBus } from '../bus/bus.ts'
import { keySets } from '../identity/identity.ts'
import { forBus } from '../record/record.ts'
import { contractOf, joinBus } from '../testing/bus-member.ts'
import { type BusBench, heardMs, signedBytes } from './bus-parties.ts'
import { print } from './figures.ts'
import { bytesOf } from './wire-load.ts'

/** Waiting for what was sent last ends here: then it is missing. */
const lastMs = 60_000

/** A document of one member, until a subscriber to the record's changes has the event: everything in between with it. */
export async function documents(bench: BusBench): Promise<void> {
  const { server, app, load, seconds, isQuick } = bench
  const { world } = server
  const hospital = await joinBus(app, world, 'hospital')
  for (const service of ['record/documents', 'record/changes']) await contractOf(hospital, service, { quotaPerMinute: 1_000_000 })
  await sleep(heardMs)
  const stops = [forBus.startIntake(world), startBus(world, { keySets, isDirectory: forBus.isDirectory })]
  const perSecond = isQuick ? 20 : 100
  const count = seconds * perSecond
  const headers = { 'bus-to': 'record/documents', 'content-type': 'application/fhir+json' }
  const requests = Array.from({ length: count }, (_, at) =>
    signedBytes(hospital, { url: '/bus/messages', body: visit(at), headers: { ...headers, 'bus-message-id': `document-${at}` } }),
  )
  const sent = new Map<string, number>()
  const seen = new Map<string, number>()
  const subscriber = (async () => {
    const lease = bytesOf('POST', '/bus/deliveries/lease', { authorization: `Bearer ${hospital.token}` }, JSON.stringify({ max: 200, wait: 5 }))
    for (const until = performance.now() + seconds * 1000 + lastMs; seen.size < count && performance.now() < until; ) {
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
    const from = performance.now()
    const { message } = JSON.parse(String((await load.expect(request)).body)) as { message: string }
    sent.set(message, from)
  })
  await Promise.all([...posts, subscriber])
  await Promise.all(stops.map((stop) => stop()))
  const waits = await waitsOf(bench, sent, seen)
  if (waits.length < count) throw new Error(`${count - waits.length} of ${count} documents were not seen`)
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0
  print({ name: `document of one member visible at a subscriber, at ${perSecond} a second`, value: at(0.99), unit: 'ms at p99', p50Ms: at(0.5) })
}

/** A document and its events are of one transaction: its taking stands in the log, its events in the outbox. */
async function waitsOf({ server: { world } }: BusBench, sent: ReadonlyMap<string, number>, seen: ReadonlyMap<string, number>): Promise<number[]> {
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
      entry(patient, { resourceType: 'Patient', name: [{ family: `Презиме ${at}` }], gender: 'female', birthDate: '1980-05-05' }),
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
