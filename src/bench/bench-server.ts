import cluster from 'node:cluster'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { addClient, clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { buildApp } from '../app.ts'
import { startSealing } from '../audit/audit.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import { type Processes, startProcesses } from '../platform/processes.ts'
import { background } from '../record/record.ts'
import { registerInstitutions } from '../registry/registry.ts'
import { type Cpu, cpuOf } from './cpu.ts'
import { peakOf } from './peak.ts'
import { WireLoad } from './wire-load.ts'

export type BenchWorld = Awaited<ReturnType<typeof openWorld>>['world']
/** Answers the body; throws when the answer is an error. */
export type Ask = (method: string, path: string, body?: string | Buffer) => Promise<Buffer>
export type Send = (...asked: Parameters<Ask>) => Promise<string>
export type BenchServer = {
  world: BenchWorld
  owner: pg.ClientConfig
  ask: Ask
  send: Send
  institution: number
  /** The client whose token all requests carry. */
  client: string
  port: number
  /** Renews the statistics of the tables of the bus, as the database does by itself. */
  analyse(): Promise<void>
  /** Processor time of server, database and load so far. */
  cpu(): Cpu
  /** The most memory that one process of the server has taken, in bytes; 0 when the server runs inside the bench. */
  peakBytes(): number
  close(): Promise<void>
}

/**
 * Database with fsync, server and load generator on the same cores, with every safety on, as `npm start` has them. With `processes` the server has
 * that many of its own; without, it runs in the process of the load generator.
 */
export async function startBenchServer(processes = 0): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-'))
  chmodSync(folder, 0o711) // Otherwise a database started by root would stand elsewhere, and stay.
  const settings = { PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'error', RATE_PER_CLIENT: '1000000' }
  const config = loadConfig(settings)
  if (Array.isArray(config)) throw new Error(config.join('\n'))
  const { world, database, close } = await openWorld(config, { mode: 'own' })
  mkdirSync(join(folder, 'portals'))
  const serving = processes > 0 ? await apart(settings, processes) : await inside(world, join(folder, 'portals'))
  config.PORT = serving.port
  await layOutLog(database.owner)
  const stopSealing = startSealing(world)
  const stopMoments = background.startMoments(world)
  const { token, institution, client } = await register(world)
  const { ask, hangUp } = sender(serving.port, token)
  return {
    world,
    institution,
    client,
    owner: database.owner,
    ask,
    send: async (...asked) => (await ask(...asked)).toString(),
    port: serving.port,
    async analyse() {
      const client = new pg.Client(database.owner)
      await client.connect()
      await client.query('analyze bus.delivery, bus.body, bus.log, bus.seen')
      await client.end()
    },
    cpu: () => cpuOf(database.embedded?.data ?? null, workers()),
    peakBytes: () => Math.max(0, ...workers().map(peakOf)),
    async close() {
      hangUp()
      await serving.stop()
      stopMoments()
      await stopSealing()
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const segments = 64

/**
 * PostgreSQL makes a file of its log of 16 MB anew (50 ms in which nothing is committed) until a checkpoint has left some to be used again. A server
 * that has run for a day has them, as many as `min_wal_size` says.
 */
async function layOutLog(owner: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(owner)
  await client.connect()
  for (let made = 0; made < segments; made++) {
    await client.query(`select pg_logical_emit_message(false, 'bench', '')`)
    await client.query('select pg_switch_wal()')
  }
  await client.query('checkpoint')
  await client.end()
}

async function inside(world: BenchWorld, portals: string): Promise<Processes> {
  const app = await buildApp(world, portals)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  return {
    port,
    async stop() {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

/** The settings of `npm start`. */
const memory = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_TRIM_THRESHOLD_: '1048576' }

function apart(settings: Record<string, string>, processes: number): Promise<Processes> {
  cluster.setupPrimary({ exec: join(import.meta.dirname, 'bench-process.ts'), execArgv: process.execArgv })
  Object.assign(process.env, settings, memory, { PROCESSES: String(processes) })
  return startProcesses(processes, (sentence) => {
    throw new Error(sentence)
  })
}

const workers = (): number[] => Object.values(cluster.workers ?? {}).flatMap((worker) => worker?.process.pid ?? [])

async function register(world: BenchWorld): Promise<{ token: string; institution: number; client: string }> {
  const [institution] = await world.sql.begin((tx) =>
    registerInstitutions(tx, [{ mb: '00000001', name: 'Bench', kind: 'test', municipality: 'Београд', ownership: 'public' }]),
  )
  const made = await world.sql.begin((tx) =>
    addClient(tx, world, { name: 'bench', institution: institution as number, institutionName: 'Bench', scopes: 'system/*.cruds' }),
  )
  const client = await clientById(world.sql, made.id)
  if (!client) throw new Error('no client')
  return { token: await tokenFor(world, client, made.scopes, 36_000), institution: institution as number, client: made.id }
}

/** The load generator shares its cores with the server that it measures, so it builds the bytes of a request here, without a client library. */
function sender(port: number, token: string): { ask: Ask; hangUp: () => void } {
  const load = new WireLoad(port)
  const plain = `HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n`
  const ask: Ask = async (method, path, body) => {
    const head = `${method} ${path} ${plain}`
    const answer = await (body === undefined ? load.ask(`${head}\r\n`) : load.ask(headOf(head, body), body))
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.subarray(0, 300)}`)
    return answer.body
  }
  return { ask, hangUp: () => load.close() }
}

const headOf = (head: string, body: string | Buffer) => `${head}content-type: application/fhir+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
