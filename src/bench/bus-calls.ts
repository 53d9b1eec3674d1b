import { Agent, createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { aService, type BusMember, contractOf, expectStatus } from '../testing/bus-member.ts'
import { type BusBench, callers, contents, heardMs, signedBytes } from './bus-parties.ts'
import { cpuEach } from './cpu.ts'
import { during, print, warmUpSeconds } from './figures.ts'
import { bytesOf, WireLoad } from './wire-load.ts'

const perSecondMost = 3000

/** A call to a provider's own address. Provider, load and the proxy that is the limit run in this process, the bus in the server's. */
export async function calls(bench: BusBench): Promise<void> {
  const { load, server, sender, seconds } = bench
  const provider = await listen((_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(contents))
  const owner = bench.receivers[0] as BusMember
  await expectStatus(200, owner.send({ method: 'PUT', url: '/bus/services/api', body: aService('call', { addresses: [provider.address] }) }))
  await contractOf(sender, `${owner.code}/api`, { endpoints: [{ method: '*', path: '/x' }], quotaPerMinute: 1_000_000 })
  await sleep(heardMs)
  const limitValue = await bareHop(seconds, provider.address)
  const length = (seconds + warmUpSeconds(seconds)) * perSecondMost
  const asked = Array.from({ length }, () => signedBytes(sender, { url: `/bus/call/${owner.code}/api/x`, body: contents }))
  const { count: first } = await during(warmUpSeconds(seconds), callers, async (at) => void (await load.expect(asked[at] as Buffer)))
  const before = server.cpu()
  const run = await during(seconds, callers, async (at) => void (await load.expect(asked[first + at] as Buffer)))
  print({
    name: 'signed, authorised, logged call, 2 KB both ways, 32 connections',
    value: run.perSecond,
    unit: '/s',
    p50Ms: run.p50Ms,
    p99Ms: run.p99Ms,
    limit: 'bare proxy hop',
    limitValue,
    cpuUsEach: cpuEach(before, server.cpu(), run.count),
  })
  provider.server.close()
}

async function listen(answer: Parameters<typeof createServer>[1]): Promise<{ server: Server; address: string; port: number }> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { server, port, address: `http://127.0.0.1:${port}` }
}

/** The least that any proxy must do: take the request, ask the provider over a kept connection, give the answer. */
async function bareHop(seconds: number, address: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  const headers = { 'content-type': 'application/json', 'content-length': contents.length }
  const proxy = await listen((incoming, outgoing) => {
    const onward = httpRequest(`${address}/x`, { method: 'POST', agent, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, { 'content-type': 'application/json', 'content-length': contents.length })
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  const load = new WireLoad(proxy.port)
  const request = bytesOf('POST', '/x', {}, contents)
  const run = await during(seconds, callers, async () => void (await load.expect(request)))
  load.close()
  agent.destroy()
  proxy.server.close()
  return run.perSecond
}
