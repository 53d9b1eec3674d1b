import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { Me } from '../../access/wire.ts'
import type { FinderAnswer, FinderQuestion } from '../../identity/wire.ts'
import { builtPortals } from '../../testing/portals.ts'
import { portalRoutes } from '../routes.ts'
import { doctor, document, looks, mine, olderLooks, overview, patient, people } from './fixtures.ts'

export type Answer = (request: FastifyRequest, reply: FastifyReply) => unknown

export type Stage = { url: string; me(next: Me): void; answer(path: string, answer: Answer | null): void; asked: string[]; close(): Promise<void> }

/**
 * The built portals with invented answers, for states that a running country does not show on demand. Other tests go through the real
 * server; here a test may replace the answer of an address.
 */
export async function startStage(): Promise<Stage> {
  const built = await builtPortals()
  const app = Fastify()
  app.addContentTypeParser(['text/csv', 'application/xml'], { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  let me = doctor
  const answers = new Map<string, Answer>()
  const asked: string[] = []
  const known = overview()
  app.addHook('preHandler', async (request, reply) => {
    const address = request.url.split('?')[0] ?? ''
    if (!address.startsWith('/portals/')) asked.push(`${request.method} ${request.url}`)
    const answer = answers.get(address)
    if (answer) return reply.send(await answer(request, reply))
    return undefined
  })
  await portalRoutes(built)(app)
  app.get('/access/me', () => me)
  app.post('/identity/people/search', (request): FinderAnswer => found((request.body as FinderQuestion).query))
  app.get('/identity/mine', () => ({ people: mine }))
  app.get('/access/claims', () => ({ claims: [] }))
  app.get('/sickleave/corrections', () => ({ today: '2026-11-23', lines: [], ofColleagues: [] }))
  app.post('/identity/visits', () => ({ person: 'p1', until: '2026-11-23T17:00:00Z' }))
  app.get('/record/people/:person/overview', () => (me.roles.includes('patient') ? { ...known, basis: { kind: 'self', until: null } } : known))
  app.get<{ Params: { document: string } }>('/record/people/:person/documents/:document', (request) => document(request.params.document))
  app.get<{ Querystring: { before?: string } }>('/audit/people/:person/looks', (request) => (request.query.before ? olderLooks : looks))
  app.get('/identity/people/:person/look-reports', () => ({ reports: [], canMail: false }))
  app.get('/sign-in', (_, reply) => reply.type('text/html').send('<!doctype html><title>sign-in</title><h1>sign-in</h1>'))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    me: (next) => {
      me = next
    },
    answer: (path, answer) => void (answer ? answers.set(path, answer) : answers.delete(path)),
    asked,
    close: () => app.close(),
  }
}

function found(query: string): FinderAnswer {
  const isThem = /^(ђорђ|đorđ|djordj)/i.test(query)
  return { people: isThem ? people : [], foldedAs: isThem ? ['Ђорђевић', 'Đorđević'] : [], more: false }
}

export { doctor, patient }
