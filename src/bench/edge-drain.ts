import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { buildApp } from '../app.ts'
import { readKeyFile } from '../edge/centre/key-file.ts'
import type { EdgeConfig } from '../edge/process/config.ts'
import { createIntake } from '../edge/process/intake.ts'
import { Store } from '../edge/store/store.ts'
import { openVault } from '../edge/store/vault.ts'
import { forBus } from '../record/record.ts'
import { edgeOf, oru } from '../testing/edge.ts'
import { type EdgeProcess, startEdgeProcess } from '../testing/edge-process.ts'
import { freePort } from '../testing/process.ts'
import { startBenchServer } from './bench-server.ts'
import { heardMs } from './bus-parties.ts'
import { print } from './figures.ts'

const atOnce = 500
const lookMs = 500
/** Messages of one patient: as many as a day in a ward brings. */
const perPatient = 10

/**
 * Drains a queue that grew while the line was cut. The time counts from the start of the edge, with the line back, until the record has everything.
 * The server accepts in one process and files in another, as with PROCESSES=2; edge, server and database share the cores.
 */
export async function drain(count: number): Promise<void> {
  const server = await startBenchServer(1)
  const ends: (() => unknown)[] = []
  const app = await buildApp(server.world, join(server.world.config.DATA_DIR, 'portals'))
  const port = await freePort()
  try {
    const t = { after: (end: () => unknown) => void ends.push(end) }
    const { config, file } = await edgeOf(t as never, { app, world: server.world } as never, 'drain-edge', '', port)
    await withoutQuota(server.owner)
    await fill(server.world, config, count)
    await sleep(heardMs)
    const stop = forBus.startIntake(server.world)
    const cpu = server.cpu()
    const began = performance.now()
    const edge = await startEdgeProcess(file)
    await until(async () => isDrained(port, edge))
    const seconds = (performance.now() - began) / 1000
    const used = server.cpu()
    await stop()
    const each = (before: number, after: number) => Math.round((after - before) / count)
    print({
      name: `${count} waiting messages, from the start of the edge until the record has them`,
      value: count / seconds,
      unit: '/s',
      limit: 'what is asked for',
      limitValue: 1000,
      note: `microseconds of processor time each: edge ${Math.round((edge.cpuMs() * 1000) / count)}, accepting ${each(cpu.server, used.server)}, filing ${each(cpu.load, used.load)}, database ${each(cpu.database, used.database)}`,
    })
    print({ name: 'most memory of the edge meanwhile', value: edge.peakMb(), unit: 'MB', limit: 'what is asked for', limitValue: 300 })
    await edge.end()
  } finally {
    await app.close()
    await server.close()
    for (const end of ends) await end()
  }
}

/** The operator sets the quota of a contract; it is not measured here. */
async function withoutQuota(owner: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(owner)
  await client.connect()
  await client.query('update bus.contract set quota_per_minute = 1000000; update bus.directory set version = version + 1')
  await client.end()
}

async function fill(world: Parameters<typeof forBus.startIntake>[0], config: EdgeConfig, count: number): Promise<void> {
  const store = new Store(config.data)
  const vault = openVault(readKeyFile(config.centre.key).secret, world.random)
  const limits = { most: count + 1, isFull: () => false, mustFit: async () => {}, onAccepted: () => {} }
  const intake = createIntake(world, store, vault, limits)
  for (let from = 0; from < count; from += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => {
        const number = from + at
        const message = oru(`d-${number}`, `p-${number % Math.ceil(count / perPatient)}`, `${number % 90}.5`)
        return intake.accept({ source: 'lis', protocol: 'hl7v2', name: `ORU R01 d-${number}`, original: Buffer.from(message) })
      }),
    )
  store.close()
}

async function isDrained(port: number, { child }: EdgeProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`the edge ended with ${child.exitCode}`)
  const answer = await fetch(`http://127.0.0.1:${port}/status.json`)
  const { queue } = (await answer.json()) as { queue: Record<'waiting' | 'notYetInRecord' | 'quarantined', number> }
  if (queue.quarantined > 0) throw new Error('a message was refused')
  return queue.waiting + queue.notYetInRecord === 0
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(lookMs)
}
