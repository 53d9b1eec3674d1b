import { fillBacklog } from '../testing/bus-backlog.ts'
import type { BusMember } from '../testing/bus-member.ts'
import { type BusBench, contents, signedBytes } from './bus-parties.ts'
import { during, print, type Run } from './figures.ts'
import { bytesOf } from './wire-load.ts'

const pairs = 4

/** One member does not fetch. Measures what the others notice of its queue, and how fast it empties the queue when it comes back. */
export async function backlog(bench: BusBench): Promise<void> {
  const { server, receivers, load, backlogCount: count } = bench
  const late = receivers[0] as BusMember
  await exchange(bench)
  const without = await exchange(bench)
  await fillBacklog(server.world, bench.sender, late, count)
  // The database would do it by itself within a minute.
  await server.analyse()
  await exchange(bench)
  const beside = await exchange(bench)
  print({
    name: `exchange of others (sent, fetched, acknowledged) beside a backlog of ${count} for one member`,
    value: beside.p99Ms,
    unit: 'ms at p99',
    p50Ms: beside.p50Ms,
    p99Ms: beside.p99Ms,
    limit: 'the same without it',
    limitValue: without.p99Ms,
  })
  const lease = bytesOf('POST', '/bus/deliveries/lease', { authorization: `Bearer ${late.token}` }, JSON.stringify({ max: 500 }))
  const began = performance.now()
  let taken = 0
  for (;;) {
    const { deliveries } = JSON.parse(String((await load.expect(lease)).body)) as { deliveries: { delivery: number }[] }
    if (deliveries.length === 0) break
    await load.expect(signedBytes(late, { url: '/bus/deliveries/ack', body: JSON.stringify({ acknowledge: deliveries.map(({ delivery }) => delivery) }) }))
    taken += deliveries.length
  }
  if (taken < count) throw new Error(`${taken} of ${count} came`)
  print({ name: `backlog of ${count} fetched and acknowledged by its one member`, value: taken / ((performance.now() - began) / 1000), unit: '/s' })
  print({ name: 'memory that one process of the server took at most', value: server.peakBytes() / 1_048_576, unit: 'MB' })
}

let serial = 0

/** The other members: each sends a message, fetches it and acknowledges it. */
async function exchange({ load, sender, receivers, seconds }: BusBench): Promise<Run> {
  const free = receivers.slice(1, 1 + pairs)
  return during(seconds, free.length, async () => {
    const member = free.pop() as BusMember
    const headers = { 'bus-to': `${member.code}/box`, 'bus-message-id': `beside-${serial++}` }
    await load.expect(signedBytes(sender, { url: '/bus/messages', body: contents, headers }))
    const lease = bytesOf('POST', '/bus/deliveries/lease', { authorization: `Bearer ${member.token}` }, '{}')
    const { deliveries } = JSON.parse(String((await load.expect(lease)).body)) as { deliveries: { delivery: number }[] }
    await load.expect(signedBytes(member, { url: '/bus/deliveries/ack', body: JSON.stringify({ acknowledge: deliveries.map(({ delivery }) => delivery) }) }))
    free.push(member)
  })
}
