import cluster from 'node:cluster'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { addClient, clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { buildApp } from '../app.ts'
import { startSealing } from '../audit/audit.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import { type Processes, startProcesses } from '../platform/processes.ts'
import { background } from '../record/record.ts'
import { registerInstitutions } from '../registry/registry.ts'

export type BenchWorld = Awaited<ReturnType<typeof openWorld>>['world']
export type Send = (method: string, path: string, body?: string) => Promise<string>
export type BenchServer = {
  world: BenchWorld
  owner: pg.ClientConfig
  send: Send
  institution: number
  /** Most memory that one process of the server has taken, in bytes; 0 when it runs inside the bench. */
  peakBytes(): number
  close(): Promise<void>
}

/**
 * Database with fsync, server and load generator on the same cores, with every safety on, as `npm start` has them. With `processes`
 * the server has as many of its own; without, it runs in the process of the load generator.
 */
export async function startBenchServer(connections: number, processes = 0): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-'))
  const settings = { PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'error', RATE_PER_CLIENT: '1000000' }
  const config = loadConfig(settings)
  if (Array.isArray(config)) throw new Error(config.join('\n'))
  const { world, database, close } = await openWorld(config, { mode: 'own' })
  mkdirSync(join(folder, 'portals'))
  const serving = processes > 0 ? await apart(settings, processes) : await inside(world, join(folder, 'portals'))
  config.PORT = serving.port
  const stopSealing = startSealing(world)
  const stopMoments = background.startMoments(world)
  const { token, institution } = await register(world)
  return {
    world,
    institution,
    owner: database.owner,
    send: sender(serving.port, token, connections),
    peakBytes: () => Math.max(0, ...Object.values(cluster.workers ?? {}).map((worker) => peakOf(worker?.process.pid))),
    async close() {
      await serving.stop()
      stopMoments()
      await stopSealing()
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
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

function apart(settings: Record<string, string>, processes: number): Promise<Processes> {
  cluster.setupPrimary({ exec: join(import.meta.dirname, 'bench-process.ts'), execArgv: ['--max-semi-space-size=32'] }) // As `npm start`.
  Object.assign(process.env, settings, { PROCESSES: String(processes) })
  return startProcesses(processes, (sentence) => {
    throw new Error(sentence)
  })
}

function peakOf(pid: number | undefined): number {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

async function register(world: BenchWorld): Promise<{ token: string; institution: number }> {
  const [institution] = await world.sql.begin((tx) =>
    registerInstitutions(tx, [{ mb: '00000001', name: 'Bench', kind: 'test', municipality: 'Београд', ownership: 'public' }]),
  )
  const made = await world.sql.begin((tx) =>
    addClient(tx, world, { name: 'bench', institution: institution as number, institutionName: 'Bench', scopes: 'system/*.cruds' }),
  )
  const client = await clientById(world.sql, made.id)
  if (!client) throw new Error('no client')
  return { token: await tokenFor(world, client, made.scopes, 36_000), institution: institution as number }
}

function sender(port: number, token: string, connections: number): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json', 'content-length': Buffer.byteLength(body) }),
      }
      const asked = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if ((answer.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`))
          else resolve(text)
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })
}
