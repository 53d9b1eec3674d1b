import type { FastifyRequest } from 'fastify'
import { printJson, type Resource } from '../../fhir/fhir.ts'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import { entryOf } from '../asking.ts'
import { askingOf } from './asking-of.ts'
import { readBody } from './formats.ts'

const release = '4.0'

/**
 * `$convert` (R4 resource-operation-convert): answers a resource in another format and stores nothing. `$versions`: this server knows one version of
 * FHIR.
 */
export const convertRoutes: Routes = (app) => {
  app.post('/$convert', async (request, reply) => {
    const asking = askingOf(request)
    const resource = inputOf(readBody(request))
    const wrong = asking.world.fhir.validate(resource).filter(({ severity }) => severity === 'error')
    if (wrong.length > 0)
      throw new Refusal('incorrect', 'what is not right in one form cannot be written in the other', { issues: wrong satisfies RefusalIssue[] })
    await asking.world.ledger.record([entryOf(asking, 'read', null, `${(resource as Resource).resourceType}/$convert`)])
    // The last hook of every answer puts it into the format of Accept or _format.
    return reply.header('content-type', fhirJson).send(printJson(resource as Resource))
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/$versions',
    config: { open: true },
    handler: async (_request: FastifyRequest, reply) =>
      reply
        .header('content-type', fhirJson)
        .send(JSON.stringify({ resourceType: 'Parameters', parameter: ['version', 'default'].map((name) => ({ name, valueCode: release })) })),
  })
}

/** Parameters with a part `input` ask about that part; any other Parameters are themselves converted. */
function inputOf(body: unknown): unknown {
  const { resourceType, parameter } = (body ?? {}) as { resourceType?: unknown; parameter?: unknown }
  if (resourceType !== 'Parameters' || !Array.isArray(parameter)) return body
  return (parameter as { name?: unknown; resource?: unknown }[]).find((one) => one?.name === 'input' && one.resource !== undefined)?.resource ?? body
}
