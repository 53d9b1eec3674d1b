import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addClient, clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { buildApp } from '../app.ts'
import { openWorld } from '../open-world.ts'
import { loadConfig } from '../platform/config.ts'
import { registerInstitutions } from '../registry/registry.ts'

export type BenchWorld = Awaited<ReturnType<typeof openWorld>>['world']
export type Send = (method: string, path: string, body?: string) => Promise<string>
export type BenchServer = { world: BenchWorld; send: Send; institution: number; close(): Promise<void> }

/** Server, database with fsync and load generator on the same cores, with every safety on, as `npm start` has them. */
export async function startBenchServer(connections: number): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-bench-'))
  const config = loadConfig({ PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'error', RATE_PER_CLIENT: '1000000' })
  if (Array.isArray(config)) throw new Error(config.join('\n'))
  const { world, close } = await openWorld(config, { mode: 'own' })
  mkdirSync(join(folder, 'portals'))
  const app = await buildApp(world, join(folder, 'portals'))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  config.PORT = port
  const { token, institution } = await register(world)
  return {
    world,
    institution,
    send: sender(port, token, connections),
    async close() {
      app.server.closeAllConnections()
      await app.close()
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
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
