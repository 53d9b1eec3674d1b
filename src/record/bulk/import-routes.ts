import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import type { Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { askingOf } from '../http/asking-of.ts'
import { accepted } from './bulk-routes.ts'
import { startImport } from './import.ts'

/** Bodies of these types are not read into memory, so the size limit of a request does not apply (`import-spool.ts` has its own). */
export const lineTypes = ['application/fhir+ndjson', 'application/ndjson', 'application/x-ndjson']

/** `$import`: a body with one resource a line. Addresses in Parameters are refused. */
export const importRoutes: Routes = (app) => {
  for (const type of lineTypes)
    app.addContentTypeParser(type, (_request: FastifyRequest, payload: Readable, done: (error: null, body: unknown) => void) => done(null, payload))
  app.post('/$import', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply: FastifyReply) => {
    const asking = askingOf(request)
    const body = request.body as Readable | string | undefined
    if (typeof body === 'string' || body === undefined) throw noAddresses()
    return accepted(asking, reply, await startImport(asking, [{ name: 'body', bytes: body }], `${asking.base}/$import`))
  })
}

/** Fetching an address that a client names would let the client reach into the house network. */
function noAddresses(): Refusal {
  const [diagnostics, hint] = ['this server fetches nothing from addresses', 'Send the lines themselves, as application/fhir+ndjson.']
  return new Refusal('incorrect', diagnostics, { issues: [{ severity: 'error', code: 'not-supported', diagnostics, hint }] })
}
