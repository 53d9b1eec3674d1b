import type { FastifyReply, FastifyRequest } from 'fastify'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { askingOf } from '../http/asking-of.ts'
import { readInput } from '../http/operation-input.ts'
import { allow } from '../scope.ts'
import { searchType } from '../search/search.ts'
import { onePerson, summarize } from './summarize.ts'

const composition = 'http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips'
/** The document has a profile and its Bundle has one; clients name either. */
const profiles = new Set([composition, composition.replace('Composition', 'Bundle')].flatMap((url) => [url, `${url}|2.0.0`, `${url}|2.0`]))

/** `$summary` of one patient, by id, or by an identifier of exactly one person. */
export const summaryRoutes: Routes = (app) => {
  for (const url of ['/Patient/:id/$summary', '/Patient/$summary']) app.route({ method: ['GET', 'POST'], url, handler: answer })
}

async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const asking = askingOf(request)
  await allow(asking, 'Patient', 'r')
  const input = readInput(request, { identifier: 'text', profile: 'text' })
  const profile = input.text('profile')
  if (profile !== undefined && !profiles.has(profile)) {
    throw new Refusal('incorrect', 'summaries are made to one profile', { expression: 'profile', hint: `Leave it out, or send ${composition}.` })
  }
  const { id } = request.params as { id?: string }
  const identifier = input.text('identifier')
  if ((id === undefined) === (identifier === undefined)) {
    throw new Refusal('incorrect', '$summary needs a Patient', {
      expression: 'identifier',
      hint: 'Ask Patient/[id]/$summary, or give identifier=system|value.',
    })
  }
  const chart = id ?? (await chartOf(asking, identifier as string))
  return reply.header('content-type', fhirJson).send(await summarize(asking, chart))
}

/** Finds the chart by the search that a client would make: with its access and its row in the log. */
async function chartOf(asking: Asking, identifier: string): Promise<string> {
  await allow(asking, 'Patient', 's')
  const found = JSON.parse(await searchType(asking, 'Patient', [['identifier', identifier]], false)) as {
    entry?: { resource: { resourceType: string; id: string } }[]
  }
  const ids = (found.entry ?? []).filter(({ resource }) => resource.resourceType === 'Patient').map(({ resource }) => resource.id)
  return onePerson(asking, ids)
}
