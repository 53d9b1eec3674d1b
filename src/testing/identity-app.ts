import type { TestContext } from 'node:test'
import { relateAll, type RelationKind } from '../access/access.ts'
import { createLedger } from '../audit/audit.ts'
import { routes } from '../identity/routes.ts'
import { type Actor, anonymous } from '../platform/actor.ts'
import { createApp } from '../platform/http.ts'
import { startPlatform, type TestPlatform } from './platform.ts'

export const doctor: Actor = {
  ...anonymous,
  kind: 'person',
  id: 'a0000000-0000-4000-8000-000000000001',
  name: 'др Вера Лукић',
  roles: ['doctor'],
  worker: 11,
  institution: 1,
  institutionName: 'ДЗ',
  unit: 3,
}
export const citizen: Actor = { ...anonymous, kind: 'person', id: 'a0000000-0000-4000-8000-000000000002', name: 'Ана', roles: ['patient'] }
export const system: Actor = { ...anonymous, kind: 'system', id: 'client-1', name: 'Хелиант', roles: ['system'], scopes: ['system/*.cruds'], institution: 1 }

type Answer = { status: number; body: any }
export type IdentityApp = TestPlatform & {
  ask(actor: Actor, method: 'GET' | 'POST', url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** Gives the doctor (or the citizen's account) a relation with a patient key, from now on. */
  open(key: number, kind: RelationKind, to?: { worker?: number; account?: string; until?: Date; institution?: number }): Promise<void>
  audited(): Promise<Record<string, unknown>[]>
}

/** The routes of identity behind an actor that the test chooses, with the real ledger and the real decision. */
export async function startIdentity(t: TestContext, settings: Record<string, string> = {}): Promise<IdentityApp> {
  const platform = await startPlatform(t, settings)
  const { world, sql } = platform
  world.ledger = await createLedger(world, { lanes: 2 })
  const app = await createApp(world)
  let asker: Actor = anonymous
  app.addHook('onRequest', async (request) => {
    request.actor = asker
  })
  await app.register(async (scope) => routes(scope), { prefix: '/identity' })
  t.after(async () => {
    await app.close()
    await world.ledger.close()
  })
  return {
    ...platform,
    async ask(actor, method, url, body, headers = {}) {
      asker = actor
      const answer = await app.inject({ method, url: `/identity${url}`, headers, ...(body === undefined ? {} : { payload: body as object }) })
      return { status: answer.statusCode, body: answer.json() }
    },
    async open(key, kind, to = { worker: doctor.worker as number }) {
      const { institution = kind === 'visit' || kind === 'stay' ? 1 : undefined, ...whom } = to
      await sql.begin((tx) =>
        relateAll(tx, [{ patient: key, kind, ...whom, institution: institution ?? null, from: new Date(Date.now() - 1000), source: 'test' }]),
      )
    },
    audited: async () => (await sql<{ entry: string }>`select entry from audit.entry order by at, stream, seq`).map((row) => JSON.parse(row.entry)),
  }
}
