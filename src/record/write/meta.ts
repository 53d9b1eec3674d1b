import type { FastifyRequest } from 'fastify'
import { type Patch, parseJson, printJson, type Resource } from '../../fhir/fhir.ts'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { fragment } from '../../platform/sql.ts'
import { portions } from '../answer-room.ts'
import { type Asking, entryOf } from '../asking.ts'
import { askingOf } from '../http/asking-of.ts'
import { patchOne } from './create.ts'
import { readBody } from '../http/formats.ts'
import { requireValid } from './prepare.ts'
import { readOne, readVersion } from '../read/read.ts'
import { wordsOf } from '../http/operation-words.ts'
import { expectedOf } from '../http/respond.ts'
import { tooMany } from '../search/run-search.ts'
import { allow, typesSeen } from '../scope.ts'
import { type Place, readBodies, scan } from '../store.ts'
import { viewOfAll, visibleRows } from '../view.ts'

type OfType = { Params: { type: string } }
type OfResource = { Params: { type: string; id: string } }
type OfVersion = { Params: { type: string; id: string; version: string } }

/** `$meta`, `$meta-add`, `$meta-delete`: profiles, tags and security labels of a resource, of a type, of everything that may be seen. */
export const metaRoutes: Routes = (app) => {
  app.route<OfResource>({
    method: [...asked],
    url: '/:type/:id/$meta',
    handler: async (request, reply) => {
      const asking = askedPlainly(request)
      const { type, id } = request.params
      await allow(asking, type, 'r')
      const { body } = await readOne(asking, type, id)
      return reply.header('content-type', fhirJson).send(answerOf((parseJson(body) as Resource).meta))
    },
  })
  app.route<OfVersion>({
    method: [...asked],
    url: '/:type/:id/_history/:version/$meta',
    handler: async (request, reply) => {
      const asking = askedPlainly(request)
      const { type, id, version } = request.params
      await allow(asking, type, 'r')
      const { body } = await readVersion(asking, type, id, version)
      return reply.header('content-type', fhirJson).send(answerOf((parseJson(body) as Resource).meta))
    },
  })
  for (const act of ['add', 'delete'] as const) {
    // R4 lets labels of a historical version change in place (resource-operation-meta-add). Here the bytes of a version never do.
    app.post<OfVersion>(`/:type/:id/_history/:version/$meta-${act}`, () => {
      throw new Refusal('not-allowed', 'the labels of a version never change', { hint: `Ask $meta-${act} of the resource: it makes a new version.` })
    })
    app.post<OfResource>(`/:type/:id/$meta-${act}`, async (request, reply) => {
      const asking = askingOf(request)
      const { type, id } = request.params
      await allow(asking, type, 'u')
      const applied = await patchOne(asking, type, id, patchOf(request, act), expectedOf(request))
      return reply.header('content-type', fhirJson).send(answerOf((parseJson(applied.body as string) as Resource).meta))
    })
  }
  app.route<OfType>({
    method: [...asked],
    url: '/:type/$meta',
    handler: async (request, reply) => {
      const asking = askedPlainly(request)
      const { type } = request.params
      await allow(asking, type, 's')
      return reply.header('content-type', fhirJson).send(answerOf(await labelsInUse(asking, [request.world.fhir.typeCode(type)], `${type}/$meta`)))
    },
  })
  app.route({
    method: [...asked],
    url: '/$meta',
    handler: async (request, reply) => {
      const asking = askedPlainly(request)
      const types = typesSeen(request.world, request.actor)
      if (types.length === 0) await allow(asking, 'Patient', 's')
      return reply.header('content-type', fhirJson).send(answerOf(await labelsInUse(asking, types, '$meta')))
    },
  })
}

/** An operation that changes nothing is asked by POST as well as by GET (R4 operations, 3.2.0.1.1). */
const asked = ['GET', 'POST'] as const
const presentation = new Set(['_format', '_pretty'])

/** `$meta` has no parameters of its own, so any parameter is refused rather than ignored. */
function askedPlainly(request: FastifyRequest): Asking {
  const other = wordsOf(request).find(([name]) => !presentation.has(name))
  if (other !== undefined) throw new Refusal('incorrect', '$meta takes no parameters', { hint: 'Leave them out.' })
  return askingOf(request)
}

const answerOf = (meta: unknown): string => printJson({ resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: meta ?? {} }] })

function patchOf(request: FastifyRequest, act: 'add' | 'delete'): Patch {
  const { parameter } = requireValid(request.world, readBody(request), 'Parameters') as Resource & { parameter?: { name: string; valueMeta?: object }[] }
  const given = (parameter ?? []).filter(({ name }) => name === 'meta')
  const meta = given[0]?.valueMeta
  if (given.length !== 1 || meta === undefined || parameter?.length !== 1) {
    throw new Refusal('incorrect', 'exactly one parameter is needed: meta', {
      expression: 'Parameters.parameter',
      hint: 'Send { name: "meta", valueMeta: … }.',
    })
  }
  return { kind: 'labels', act, labels: meta }
}

const readMax = 20_000
const batch = 500
type Meta = { profile?: string[]; security?: { system?: string; code?: string }[]; tag?: { system?: string; code?: string }[] }

/** The labels on the visible resources of these types, each once. No index lists labels, so the resources are read, within a limit. */
async function labelsInUse(asking: Asking, types: readonly number[], what: string): Promise<Meta> {
  const { world } = asking
  const view = await viewOfAll(asking)
  const labels = { profile: new Map<string, string>(), security: new Map<string, object>(), tag: new Map<string, object>() }
  let read = 0
  for (const type of types) {
    const where = [fragment`r.type = ${type}`, visibleRows(view, type, null)]
    let after: Place | null = null
    for (;;) {
      const rows = await scan(world.sql, where, after, batch)
      for (const { some, bytes } of portions(rows)) {
        await asking.room?.take(bytes)
        for (const body of await readBodies(world.sql, some)) collect(labels, (parseJson(body) as Resource).meta as Meta | undefined)
        asking.room?.giveBack(bytes)
      }
      read += rows.length
      if (read > readMax) throw tooMany(`more than ${readMax} resources would have to be read for this answer`)
      if (rows.length < batch) break
      after = rows.at(-1) as Place
    }
  }
  await world.ledger.record([entryOf(asking, 'search', null, what, { count: read })])
  const listed = Object.entries(labels).filter(([, found]) => found.size > 0)
  return Object.fromEntries(listed.map(([name, found]) => [name, [...found.values()]]))
}

function collect(labels: { profile: Map<string, string>; security: Map<string, object>; tag: Map<string, object> }, meta: Meta | undefined): void {
  for (const one of meta?.profile ?? []) if (one !== null) labels.profile.set(one, one)
  for (const name of ['security', 'tag'] as const) {
    for (const coding of meta?.[name] ?? []) {
      const key = `${coding.system ?? ''}|${coding.code ?? ''}`
      if (!labels[name].has(key)) labels[name].set(key, coding)
    }
  }
}
