import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { addClient, clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { buildApp } from '../app.ts'
import { createLedger } from '../audit/audit.ts'
import { hashesFrom } from '../record/record.ts'
import { registerInstitutions } from '../registry/registry.ts'
import { testFhir } from './fhir.ts'
import { startPlatform, type TestPlatform } from './platform.ts'
import type { Ending } from './for-file.ts'

export type TestServer = TestPlatform & {
  app: FastifyInstance
  /** A registered institution with a client of its own. */
  institution(name: string, scopes?: string): Promise<{ id: number; client: string; token: string; send: Send }>
}
export type Send = (method: string, url: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
export type Answer = { status: number; headers: Record<string, unknown>; body: any; text: string }

/** The real server on a database of its own, called without a network. `built` is a folder of built portals, for tests that look at pages. */
export async function startServer(t: Ending, settings: Record<string, string> = {}, built: string | null = null): Promise<TestServer> {
  const platform = await startPlatform(t, settings)
  const { world } = platform
  world.fhir = await testFhir()
  world.hashes = hashesFrom(world.keys)
  world.ledger = await createLedger(world)
  const portals = mkdtempSync(join(tmpdir(), 'spona-portals-'))
  const app = await buildApp(world, built ?? portals)
  await app.ready()
  t.after(async () => {
    await app.close()
    await world.ledger.close()
    rmSync(portals, { recursive: true, force: true })
  })
  let serial = 0
  return {
    ...platform,
    app,
    async institution(name, scopes = 'system/*.cruds') {
      const mb = String(10_000_000 + ++serial)
      const [id] = await world.sql.begin((tx) => registerInstitutions(tx, [{ mb, name, kind: 'test', municipality: 'Београд', ownership: 'public' }]))
      const made = await world.sql.begin((tx) => addClient(tx, world, { name: `${name} систем`, institution: id as number, institutionName: name, scopes }))
      const client = await clientById(world.sql, made.id)
      if (!client) throw new Error('the client was not stored')
      const token = await tokenFor(world, client, made.scopes, 3600)
      return { id: id as number, client: made.id, token, send: sender(app, { authorization: `Bearer ${token}` }) }
    },
  }
}

/** Listens on a port of its own, which the server's addresses name from then on. */
export async function listen({ app, world }: Pick<TestServer, 'app' | 'world'>): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  world.config.PORT = (app.server.address() as AddressInfo).port
  return world.config.PORT
}

export function sender(app: FastifyInstance, always: Record<string, string>): Send {
  return async (method, url, body, headers = {}) => {
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const type: Record<string, string> = payload === undefined ? {} : { 'content-type': 'application/fhir+json' }
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: { ...always, ...type, ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
    const text = response.body
    return { status: response.statusCode, headers: response.headers, body: isOneObject(response.headers, text) ? JSON.parse(text) : null, text }
  }
}

const isOneObject = (headers: Record<string, unknown>, text: string): boolean => text.startsWith('{') && !String(headers['content-type']).includes('ndjson')
