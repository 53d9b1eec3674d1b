import { createServer, request as httpRequest, Agent } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { buildApp } from '../app.ts'
import { evidenceOf } from '../bus/evidence.ts'
import { sealLog, verifyLog } from '../bus/seal-log.ts'
import { verifyEvidence } from '../bus/verify-evidence.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import { aService, type BusMember, contractOf, expectStatus, joinBus } from '../testing/bus-member.ts'
import { during, print } from './figures.ts'

/**
 * The bus with everything on: token, signature, right, quota, durable log and audit, signed receipt. Requests are signed before the clock
 * starts, because members sign on machines of their own; server, database and load share the cores.
 */
const callers = 32
const body = JSON.stringify({ text: 'x'.repeat(2000) })

export async function bench(words: string[]): Promise<void> {
  const isQuick = words.includes('--quick')
  const [seconds, consumers] = isQuick ? [2, 5] : [10, 50]
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-bus-'))
  const config = loadConfig({ PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'error', RATE_PER_CLIENT: '1000000' })
  if (Array.isArray(config)) throw new Error(config.join('\n'))
  const { world, close } = await openWorld(config, { mode: 'own' })
  mkdirSync(join(folder, 'portals'))
  const app = await buildApp(world, join(folder, 'portals'))
  await app.listen({ port: 0, host: '127.0.0.1' })
  config.PORT = (app.server.address() as AddressInfo).port
  const pool = new Pool(`http://127.0.0.1:${config.PORT}`, { connections: callers })
  const sender = await joinBus(app, world, 'sender')

  const insert = await during(seconds, callers, async () => {
    await world.sql`insert into bus.topic_number (recipient, service, number) values (${randomUUID()}, 'bench', 1)`
  })
  const receivers: BusMember[] = []
  for (let at = 0; at < consumers; at++) {
    const member = await joinBus(app, world, `receiver-${at}`)
    await expectStatus(200, member.send({ method: 'PUT', url: '/bus/services/box', body: aService('inbox') }))
    await contractOf(sender, `receiver-${at}/box`, { quotaPerMinute: 1_000_000 })
    receivers.push(member)
  }
  const post = async (signed: Signed) => {
    const answer = await pool.request({ method: signed.method, path: signed.url, headers: signed.headers, ...(signed.method === 'GET' ? {} : { body }) })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(text)
    return text
  }
  const message = (at: number): Signed =>
    sign(sender, 'POST', '/bus/messages', { 'bus-to': `receiver-${at % consumers}/box`, 'bus-message-id': `m-${at}`, 'bus-key': `k-${at % 1000}` })

  const messages = Array.from({ length: seconds * 5000 }, (_, at) => message(at))
  let lastReceipt = ''
  const accepted = await during(seconds, callers, async (at) => {
    lastReceipt = await post(messages[at] as Signed)
  })
  print({
    name: 'message accepted durably, signed receipt, 2 KB',
    value: accepted.perSecond,
    unit: '/s',
    p50Ms: accepted.p50Ms,
    p99Ms: accepted.p99Ms,
    limit: 'single-row insert with commit',
    limitValue: insert.perSecond,
  })

  const began = performance.now()
  let taken = 0
  await Promise.all(
    receivers.map(async (member) => {
      for (;;) {
        const got = await member.lease(200)
        if (got.length === 0) return
        await expectStatus(200, member.ack(got.map((one) => one.delivery)))
        taken += got.length
      }
    }),
  )
  print({
    name: `backlog delivered and acknowledged, ${consumers} consumers that also sign and parse here`,
    value: taken / ((performance.now() - began) / 1000),
    unit: '/s',
  })

  const provider = createServer((_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body))
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const owner = receivers[0] as BusMember
  await expectStatus(200, owner.send({ method: 'PUT', url: '/bus/services/api', body: aService('call', { addresses: [address] }) }))
  await contractOf(sender, 'receiver-0/api', { endpoints: [{ method: '*', path: '/x' }], quotaPerMinute: 1_000_000 })
  const hop = await bareHop(seconds, address)
  const calls = Array.from({ length: seconds * 3000 }, () => sign(sender, 'POST', '/bus/call/receiver-0/api/x', {}))
  const called = await during(seconds, callers, async (at) => void (await post(calls[at] as Signed)))
  print({
    name: 'signed, authorised, logged call, 2 KB both ways',
    value: called.perSecond,
    unit: '/s',
    p50Ms: called.p50Ms,
    p99Ms: called.p99Ms,
    limit: 'bare proxy hop',
    limitValue: hop,
  })

  while ((await sealLog(world)) > 0) continue
  const { message: id } = JSON.parse(lastReceipt) as { message: string }
  const evidence = await evidenceOf(world, id, true)
  const from = performance.now()
  if (!verifyEvidence(evidence, null).ok) throw new Error('the evidence does not verify')
  print({ name: 'evidence of one message verified offline', value: performance.now() - from, unit: 'ms' })
  const log = await verifyLog(world)
  if (!log.ok) throw new Error(log.problems.join())
  print({ name: 'rows of the log verified', value: log.rows / log.seconds, unit: '/s' })

  provider.close()
  await pool.destroy()
  await app.close()
  await close()
  rmSync(folder, { recursive: true, force: true })
}

type Signed = { method: 'POST' | 'GET'; url: string; headers: Record<string, string> }

function sign(member: BusMember, method: 'POST', url: string, headers: Record<string, string>): Signed {
  return { method, url, headers: member.signed({ method, url, body, headers }) }
}

/** What any proxy must do: take the request, ask the provider over a kept connection, give the answer. */
async function bareHop(seconds: number, address: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  const proxy = createServer((incoming, outgoing) => {
    incoming.pipe(
      httpRequest(`${address}/x`, { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      }),
    )
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const pool = new Pool(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, { connections: callers })
  const run = await during(seconds, callers, async () => {
    const answer = await pool.request({ method: 'POST', path: '/x', body })
    await answer.body.text()
  })
  await pool.destroy()
  agent.destroy()
  proxy.close()
  return run.perSecond
}
