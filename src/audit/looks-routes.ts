import type { FastifyRequest } from 'fastify'
import type { Routes } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { looksAt, looksLimits } from './looks.ts'
import type { Looks } from './wire.ts'

export type PersonRequest = FastifyRequest<{ Params: { person: string } }>
/** Answers which keys the person has, and whether this actor may see who looked; only the slices above know that. */
export type Resolve = (request: PersonRequest) => Promise<{ keys: number[]; institution?: number } | Refusal>

/** Mounted at /audit. Seeing the looks is a look too: `resolve` records it together with its decision. */
export function looksRoutes({ resolve }: { resolve: Resolve }): Routes {
  return (app) => {
    app.get<{ Params: { person: string }; Querystring: { before?: string; limit?: string } }>('/people/:person/looks', async (request): Promise<Looks> => {
      const ask = readAsk(request.query)
      const person = await resolve(request as unknown as PersonRequest)
      if (person instanceof Refusal) throw person
      return looksAt(request.world, person.keys, { ...ask, institution: person.institution })
    })
  }
}

function readAsk(query: Record<string, unknown>): { before?: string; limit: number } {
  for (const name of Object.keys(query)) {
    if (name !== 'before' && name !== 'limit') throw new Refusal('incorrect', 'only before and limit may be asked here')
  }
  const { before, limit = String(looksLimits.linesDefault) } = query
  const count = typeof limit === 'string' && /^\d{1,4}$/.test(limit) ? Number(limit) : 0
  if (count < 1 || count > looksLimits.lines) throw new Refusal('incorrect', `limit is a number from 1 to ${looksLimits.lines}`)
  if (before !== undefined && typeof before !== 'string') throw new Refusal('incorrect', 'before may be given once')
  return before === undefined ? { limit: count } : { before, limit: count }
}
