import type { FastifyReply, FastifyRequest } from 'fastify'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { askingOf } from '../http/asking-of.ts'
import { readInput } from '../http/operation-input.ts'
import { parseReference } from '../ids.ts'
import { allow } from '../scope.ts'
import { createOne } from '../write/create.ts'
import { requireValid } from '../write/prepare.ts'
import { documentOf } from './document.ts'

type OfOne = { Params: { id?: string } }

/** `$document` of one Composition (R4 composition-operation-document). The id stands in the address or is a parameter. */
export const documentRoutes: Routes = (app) => {
  for (const url of ['/Composition/:id/$document', '/Composition/$document']) app.route<OfOne>({ method: ['GET', 'POST'], url, handler: answer })
}

async function answer(request: FastifyRequest<OfOne>, reply: FastifyReply): Promise<FastifyReply> {
  const asking = askingOf(request)
  await allow(asking, 'Composition', 'r')
  const { id } = request.params
  const input = readInput(request, id === undefined ? { id: 'text', persist: 'flag' } : { persist: 'flag' })
  const isKept = input.flag('persist') === true
  if (isKept) await allow(asking, 'Bundle', 'c')
  const { document, text, isAllOwn } = await documentOf(asking, id ?? idIn(input.text('id'), asking.base))
  reply.header('content-type', fhirJson)
  if (!isKept) return reply.send(text)
  if (!isAllOwn) {
    throw new Refusal('forbidden', 'a document is kept only of what the own institution filed', {
      expression: 'persist',
      hint: 'Ask without persist: what others filed stays open only as long as the relation with the patient.',
    })
  }
  const { body, version, id: kept } = await createOne(asking, requireValid(asking.world, document, 'Bundle'))
  return reply.header('location', `${asking.base}/Bundle/${kept}/_history/${version}`).send(body)
}

function idIn(given: string | undefined, base: string): string {
  if (given === undefined) {
    throw new Refusal('incorrect', '$document needs a Composition', { expression: 'id', hint: 'Ask Composition/[id]/$document, or give its id.' })
  }
  const found = parseReference(given, base)
  if (found === null && !given.includes('/')) return given
  if (found?.type === 'Composition' && found.version === null) return found.id
  throw new Refusal('incorrect', 'this names no Composition of this server', { expression: 'id', hint: 'Give an id, or the address of a Composition here.' })
}
