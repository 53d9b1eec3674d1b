import pg from 'pg'
import { batchOf, type BusMember } from '../testing/bus-member.ts'
import { type BusBench, callers, contents, signedBytes, warmUpSeconds } from './bus-parties.ts'
import { cpuEach } from './cpu.ts'
import { during, print } from './figures.ts'
import { bytesOf } from './wire-load.ts'

let serial = 0
const keys = 1000
/** Members sign on machines of their own: as many as can be needed are signed before the clock starts. */
const perSecondMost = 4000
const batchPerSecondMost = 15_000

export function signedMessages(bench: BusBench, count: number): Buffer[] {
  return Array.from({ length: count }, () => {
    const at = serial++
    const headers = { 'bus-to': `receiver-${at % bench.receivers.length}/box`, 'bus-message-id': `m-${at}`, 'bus-key': `k-${at % keys}` }
    return signedBytes(bench.sender, { url: '/bus/messages', body: contents, headers })
  })
}

/** The limit: one row, one commit, one round trip for each caller, with nothing around it. */
export async function insertRate({ server, seconds }: BusBench): Promise<number> {
  const pool = new pg.Pool({ ...server.owner, max: callers })
  try {
    await pool.query('create table public.bench_rows (n int8 primary key, body text not null)')
    const run = await during(seconds, callers, async (at) => void (await pool.query('insert into public.bench_rows (n, body) values ($1, $2)', [at, contents])))
    await pool.query('drop table public.bench_rows')
    return run.perSecond
  } finally {
    await pool.end()
  }
}

export async function acceptance(bench: BusBench): Promise<void> {
  const { load, server, seconds } = bench
  const limitValue = await insertRate(bench)
  const messages = signedMessages(bench, seconds * perSecondMost * 1.2)
  const { count: first } = await during(warmUpSeconds(seconds), callers, async (at) => void (await load.expect(messages[at] as Buffer)))
  const before = server.cpu()
  const run = await during(seconds, callers, async (at) => void (await load.expect(messages[first + at] as Buffer)))
  const cpu = cpuEach(before, server.cpu(), run.count)
  print({
    name: 'message of 2 KB accepted durably, signed receipt, 32 connections',
    value: run.perSecond,
    unit: '/s',
    p50Ms: run.p50Ms,
    p99Ms: run.p99Ms,
    limit: 'insert of one row of 2 KB with its own commit, 32 connections',
    limitValue,
    cpuUsEach: cpu,
  })
}

const batchOfMessages = 100
const batchCallers = 8

/** What a system with a queue of its own does: a hundred messages under one signature, each with its own verdict. */
export async function batchAcceptance(bench: BusBench): Promise<void> {
  const { load, server, seconds, receivers, sender } = bench
  const limitValue = await insertRate(bench)
  const batches = Array.from({ length: Math.ceil((seconds * batchPerSecondMost * 1.2) / batchOfMessages) }, () => {
    const lines = Array.from({ length: batchOfMessages }, () => {
      const at = serial++
      return { to: `receiver-${at % receivers.length}/box`, messageId: `m-${at}`, key: `k-${at % keys}`, body: contents }
    })
    return signedBytes(sender, batchOf(lines))
  })
  const send = async (at: number): Promise<void> => {
    const { body } = await load.expect(batches[at] as Buffer)
    if (String(body).split('\\"status\\":202').length !== batchOfMessages + 1) throw new Error(String(body.subarray(0, 500)))
  }
  const { count: first } = await during(warmUpSeconds(seconds), batchCallers, send)
  const before = server.cpu()
  const run = await during(seconds, batchCallers, (at) => send(first + at))
  print({
    name: `messages of 2 KB accepted durably, ${batchOfMessages} under one signature, a receipt each, ${batchCallers} connections`,
    value: run.perSecond * batchOfMessages,
    unit: '/s',
    p50Ms: run.p50Ms,
    p99Ms: run.p99Ms,
    limit: 'insert of one row of 2 KB with its own commit, 32 connections',
    limitValue,
    cpuUsEach: cpuEach(before, server.cpu(), run.count * batchOfMessages),
  })
}

const leasedAtOnce = 100

/** Takes until nobody sends any more and nothing waits: leases, and acknowledges with a signature made at that moment. */
async function consume(bench: BusBench, member: BusMember, isOver: () => boolean): Promise<number> {
  const lease = bytesOf('POST', '/bus/deliveries/lease', { authorization: `Bearer ${member.token}` }, JSON.stringify({ max: leasedAtOnce, wait: 1 }))
  let taken = 0
  for (;;) {
    const last = isOver()
    const { deliveries } = JSON.parse(String((await bench.load.expect(lease)).body)) as { deliveries: { delivery: number }[] }
    if (deliveries.length === 0) {
      if (last) return taken
      continue
    }
    const body = JSON.stringify({ acknowledge: deliveries.map(({ delivery }) => delivery) })
    await bench.load.expect(signedBytes(member, { url: '/bus/deliveries/ack', body }))
    taken += deliveries.length
  }
}

/** What earlier figures left is fetched first, then messages are sent as fast as they are taken. */
export async function endToEnd(bench: BusBench): Promise<void> {
  const { receivers, load, server, seconds } = bench
  const began = performance.now()
  let before = server.cpu()
  const backlog = (await Promise.all(receivers.map((member) => consume(bench, member, () => true)))).reduce((sum, one) => sum + one, 0)
  const idle = receivers.length > 0 ? 1 : 0 // The last lease of each waited a second for nothing.
  print({
    name: `backlog fetched and acknowledged, ${receivers.length} consumers`,
    value: backlog / ((performance.now() - began) / 1000 - idle),
    unit: '/s',
    cpuUsEach: cpuEach(before, server.cpu(), backlog),
  })

  const messages = signedMessages(bench, seconds * perSecondMost)
  before = server.cpu()
  const from = performance.now()
  let isOver = false
  const consumers = receivers.map((member) => consume(bench, member, () => isOver))
  const sent = await during(seconds, callers, async (at) => void (await load.expect(messages[at] as Buffer)))
  isOver = true
  const taken = (await Promise.all(consumers)).reduce((sum, one) => sum + one, 0)
  if (taken !== sent.count) throw new Error(`${sent.count} messages were sent and ${taken} taken`)
  print({
    name: `message sent, fetched and acknowledged, end to end, ${receivers.length} consumers`,
    value: taken / ((performance.now() - from) / 1000 - idle),
    unit: '/s',
    p50Ms: sent.p50Ms,
    p99Ms: sent.p99Ms,
    cpuUsEach: cpuEach(before, server.cpu(), taken),
  })
}
