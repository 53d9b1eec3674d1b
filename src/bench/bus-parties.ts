import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import { aService, type BusMember, contractOf, expectStatus, joinBus } from '../testing/bus-member.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { bytesOf, WireLoad } from './wire-load.ts'

/** Every process knows of changed rights within 450 ms. */
export const heardMs = 600

export type BusBench = {
  server: BenchServer
  app: FastifyInstance
  load: WireLoad
  sender: BusMember
  receivers: BusMember[]
  seconds: number
  /** Messages that wait for one member. */
  backlogCount: number
  /** How many documents a second `--only document` sends. */
  perSecond: number
  close(): Promise<void>
}

type Wanted = Pick<BusBench, 'seconds' | 'backlogCount' | 'perSecond'> & { consumers: number }

/** A server in processes of its own, one member that sends and others that receive; all have joined as the guide says. */
export async function openBusBench({ seconds, consumers, backlogCount, perSecond }: Wanted): Promise<BusBench> {
  const server = await startBenchServer(processes)
  // Members join here, on the same database; measured requests go to the server over the network.
  const app = await buildApp(server.world, join(server.world.config.DATA_DIR, 'portals'))
  const sender = await joinBus(app, server.world, 'sender')
  const receivers: BusMember[] = []
  for (let at = 0; at < consumers; at++) {
    const member = await joinBus(app, server.world, `receiver-${at}`)
    await expectStatus(200, member.send({ method: 'PUT', url: '/bus/services/box', body: aService('inbox') }))
    await contractOf(sender, `receiver-${at}/box`, { quotaPerMinute: 1_000_000 })
    receivers.push(member)
  }
  await sleep(heardMs)
  const load = new WireLoad(server.port)
  return {
    server,
    app,
    load,
    sender,
    receivers,
    seconds,
    backlogCount,
    perSecond,
    async close() {
      load.close()
      await app.close()
      await server.close()
    },
  }
}

export type Asked = { method?: string; url: string; body?: Buffer | string; headers?: Record<string, string> }

/** The bytes of a signed request, as they go over the wire. */
export function signedBytes(member: BusMember, { method = 'POST', url, body = '', headers = {} }: Asked): Buffer {
  return bytesOf(method, url, member.signed({ method, url, body, headers }), body)
}

export const contents = JSON.stringify({ text: 'x'.repeat(2000) })
export const callers = 32
/** The server as an operator runs it on this many cores: one process for each. */
const processes = 2
