import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { batchOf, type BusMember } from '../testing/bus-member.ts'
import { type BusBench, callers, contents, signedBytes } from './bus-parties.ts'
import { cpuEach } from './cpu.ts'
import { during, print, warmUpSeconds } from './figures.ts'
import { bytesOf } from './wire-load.ts'

let serial = 0
const keys = 1000
/** Members sign on machines of their own, so the bench signs as many messages as it can need before the clock starts. */
const perSecondMost = 5000
const batchPerSecondMost = 15_000

export function signedMessages(bench: BusBench, count: number): Buffer[] {
  return Array.from({ length: count }, () => {
    const at = serial++
    const headers = { 'bus-to': `receiver-${at % bench.receivers.length}/box`, 'bus-message-id': `m-${at}`, 'bus-key': `k-${at % keys}` }
    return signedBytes(bench.sender, { url: '/bus/messages', body: contents, headers })
  })
}

/** The limit: one row, one commit and one round trip for each caller, and nothing else. */
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
  const messages = signedMessages(bench, (seconds + warmUpSeconds(seconds)) * perSecondMost)
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

function signedBatches({ receivers, sender }: BusBench, messages: number, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(messages / size) }, () => {
    const lines = Array.from({ length: size }, () => {
      const at = serial++
      return { to: `receiver-${at % receivers.length}/box`, messageId: `m-${at}`, key: `k-${at % keys}`, body: contents }
    })
    return signedBytes(sender, batchOf(lines))
  })
}

async function sendBatch({ load }: BusBench, batch: Buffer, size: number): Promise<void> {
  const { body } = await load.expect(batch)
  if (String(body).split('\\"status\\":202').length !== size + 1) throw new Error(String(body.subarray(0, 500)))
}

/** For systems with a queue of their own: several messages under one signature, each with its own verdict and receipt. */
export async function batchAcceptance(bench: BusBench): Promise<void> {
  const limitValue = await insertRate(bench)
  for (const batches of [prompt, large]) await acceptBatches(bench, batches, limitValue)
}

type Batches = { size: number; callers: number }
/** A small batch holds what came while the batch before was on its way; a large one is a queue that has waited. */
const prompt: Batches = { size: 15, callers: 4 }
const large: Batches = { size: 100, callers: 8 }

async function acceptBatches(bench: BusBench, { size, callers: many }: Batches, limitValue: number): Promise<void> {
  const { server, seconds } = bench
  const batches = signedBatches(bench, seconds * batchPerSecondMost * 1.2, size)
  const send = (at: number) => sendBatch(bench, batches[at] as Buffer, size)
  const { count: first } = await during(seconds / 5, many, send) // Shorter than others: all of it was signed beforehand, and fills the memory.
  const before = server.cpu()
  const run = await during(seconds, many, (at) => send(first + at))
  print({
    name: `messages of 2 KB accepted durably, ${size} under one signature, a receipt each, ${many} connections`,
    value: run.perSecond * size,
    unit: '/s',
    p50Ms: run.p50Ms,
    p99Ms: run.p99Ms,
    limit: 'insert of one row of 2 KB with its own commit, 32 connections',
    limitValue,
    cpuUsEach: cpuEach(before, server.cpu(), run.count * size),
  })
}

const leasedAtOnce = 100

type Fetched = { taken: number; leases: number }
type Fetching = {
  /** Nobody sends any more: a consumer that finds nothing now has finished. */
  isOver(): boolean
  /** The pause that a system without haste makes between two questions, so that more than one message comes with each. */
  pauseMs: number
}

/** Fetches until nobody sends any more and nothing waits: leases, and acknowledges with a signature made at that moment. */
async function consume(bench: BusBench, member: BusMember, { isOver, pauseMs }: Fetching): Promise<Fetched> {
  const lease = bytesOf('POST', '/bus/deliveries/lease', { authorization: `Bearer ${member.token}` }, JSON.stringify({ max: leasedAtOnce, wait: 1 }))
  const fetched = { taken: 0, leases: 0 }
  for (;;) {
    const last = isOver()
    const { deliveries } = JSON.parse(String((await bench.load.expect(lease)).body)) as { deliveries: { delivery: number }[] }
    if (deliveries.length === 0) {
      if (last) return fetched
      continue
    }
    const body = JSON.stringify({ acknowledge: deliveries.map(({ delivery }) => delivery) })
    await bench.load.expect(signedBytes(member, { url: '/bus/deliveries/ack', body }))
    fetched.taken += deliveries.length
    fetched.leases++
    if (!last) await sleep(pauseMs)
  }
}

async function consumeAll(bench: BusBench, fetching: Fetching): Promise<Fetched> {
  const all = await Promise.all(bench.receivers.map((member) => consume(bench, member, fetching)))
  return { taken: all.reduce((sum, { taken }) => sum + taken, 0), leases: all.reduce((sum, { leases }) => sum + leases, 0) }
}

/** The last lease of each consumer waits this long for nothing. */
const idleSeconds = 1

/** First fetches what earlier figures left. Then messages are sent as fast as they are fetched: one by one, and a hundred under one signature. */
export async function endToEnd(bench: BusBench): Promise<void> {
  const { receivers, load, server, seconds } = bench
  const began = performance.now()
  const before = server.cpu()
  const { taken } = await consumeAll(bench, { isOver: () => true, pauseMs: 0 })
  if (taken > 0) {
    print({
      name: `backlog fetched and acknowledged, ${receivers.length} consumers`,
      value: taken / ((performance.now() - began) / 1000 - idleSeconds),
      unit: '/s',
      cpuUsEach: cpuEach(before, server.cpu(), taken),
    })
  }
  const messages = signedMessages(bench, seconds * perSecondMost)
  const sendOne = async (at: number) => void (await load.expect(messages[at] as Buffer))
  await sentAndTaken(bench, { name: 'message sent, fetched and acknowledged, end to end', callers, each: 1, pauseMs: 0, send: sendOne })
  const { size, callers: many } = large
  const batches = signedBatches(bench, seconds * batchPerSecondMost, size)
  const name = `messages sent, ${size} under one signature, fetched with a pause of ${unhurriedMs} ms and acknowledged, end to end`
  await sentAndTaken(bench, { name, callers: many, each: size, pauseMs: unhurriedMs, send: (at) => sendBatch(bench, batches[at] as Buffer, size) })
}

const unhurriedMs = 200

type Sending = { name: string; callers: number; each: number; pauseMs: number; send(at: number): Promise<void> }

async function sentAndTaken(bench: BusBench, { name, callers: many, each, pauseMs, send }: Sending): Promise<void> {
  const { receivers, server, seconds } = bench
  const before = server.cpu()
  const from = performance.now()
  let isOver = false
  const consumers = consumeAll(bench, { isOver: () => isOver, pauseMs })
  const sent = await during(seconds, many, send)
  isOver = true
  const { taken, leases } = await consumers
  if (taken !== sent.count * each) throw new Error(`${sent.count * each} messages were sent and ${taken} taken`)
  print({
    name: `${name}, ${receivers.length} consumers`,
    value: taken / ((performance.now() - from) / 1000 - idleSeconds),
    unit: '/s',
    p50Ms: sent.p50Ms,
    p99Ms: sent.p99Ms,
    note: `${(taken / leases).toFixed(1)} came with a lease`,
    cpuUsEach: cpuEach(before, server.cpu(), taken),
  })
}
