import type { FastifyInstance, FastifyRequest } from 'fastify'
import { access } from '../access/access.ts'
import { type Issue, parseJson, type Resource } from '../fhir/fhir.ts'
import { fhirJson } from '../platform/http.ts'
import { outcomeOf, Refusal, type RefusalIssue } from '../platform/refusal.ts'
import { type Asking, entryOf } from './asking.ts'
import { readOne } from './read/read.ts'
import { readBody } from './http/formats.ts'
import { askingOf } from './http/asking-of.ts'
import { allow } from './scope.ts'

type Question = { resource: unknown; mode: string | undefined; profiles: string[] }
type Query = { profile?: string | string[]; mode?: string }
type Target = { type: string | null; id: string | null }

const modes = new Set(['create', 'update', 'delete', 'profile'])
const profilesMax = 20

/**
 * `$validate` (R4 resource-operation-validate): the complete, strict verdict; nothing is stored. The faults of the resource are the answer, so the
 * status is 200 whatever the verdict; only a question that cannot be understood is refused.
 */
export function validateRoutes(app: FastifyInstance): void {
  app.post('/$validate', async (request, reply) => reply.header('content-type', fhirJson).send(await validate(request, { type: null, id: null })))
  app.post<{ Params: { type: string } }>('/:type/$validate', async (request, reply) => {
    return reply.header('content-type', fhirJson).send(await validate(request, { type: request.params.type, id: null }))
  })
  for (const method of ['GET', 'POST'] as const) {
    app.route<{ Params: { type: string; id: string } }>({
      method,
      url: '/:type/:id/$validate',
      handler: async (request, reply) => reply.header('content-type', fhirJson).send(await validate(request, request.params)),
    })
  }
}

async function validate(request: FastifyRequest, target: Target): Promise<string> {
  const asking = askingOf(request)
  const read = questionOf(request, target)
  const question = read instanceof Refusal ? null : read
  const type = target.type ?? typeOf(question?.resource)
  await allowAny(asking, type)
  await asking.world.ledger.record([entryOf(asking, 'read', null, `${type}/$validate`)])
  if (read instanceof Refusal) return answer(asking, [issueOf(read)])
  const issues = question?.mode === 'delete' ? await judgeDeletion(asking, target) : await judge(asking, read, target)
  return answer(asking, issues)
}

/** A caller with any right to the type may validate a resource of it: the answer tells only about what was sent. */
async function allowAny(asking: Asking, type: string): Promise<void> {
  if ((['c', 'u', 'r', 's'] as const).some((one) => access.hasScope(asking.actor, type, one))) return
  await allow(asking, type, 'r')
}

/** Reads the question. Broken JSON gets a verdict; a body of another media type is refused. */
function questionOf(request: FastifyRequest, target: Target): Question | Refusal {
  const query = request.query as Query
  const inUrl = { mode: query.mode, profiles: [query.profile ?? []].flat() }
  const isEmpty = request.body === undefined || request.body === null || request.body === ''
  if (isEmpty && (target.id !== null || query.mode === 'delete')) return requireKnown({ resource: undefined, ...inUrl })
  let body: unknown
  try {
    body = readBody(request)
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'incorrect' && !isEmpty) return error
    throw error
  }
  const wrapped = parametersOf(body, target)
  if (wrapped === null) return requireKnown({ resource: body, ...inUrl })
  return requireKnown({ resource: wrapped.resource, mode: wrapped.mode ?? inUrl.mode, profiles: [...inUrl.profiles, ...wrapped.profiles] })
}

function requireKnown(question: Question): Question {
  if (question.mode !== undefined && !modes.has(question.mode)) {
    throw new Refusal('incorrect', 'this mode is not known', { expression: 'mode', hint: `Use one of: ${[...modes].join(', ')}.` })
  }
  if (question.profiles.length > profilesMax) throw new Refusal('incorrect', `at most ${profilesMax} profiles are checked at once`, { expression: 'profile' })
  return question
}

type Parameter = { name?: unknown; resource?: unknown; [property: string]: unknown }

/** Parameters with a part of the question carry the question; other Parameters are themselves the resource to validate. */
function parametersOf(body: unknown, target: Target): { resource: unknown; mode: string | undefined; profiles: string[] } | null {
  const { resourceType, parameter } = (typeof body === 'object' && body !== null ? body : {}) as { resourceType?: unknown; parameter?: unknown }
  if (resourceType !== 'Parameters') return null
  const parts = (Array.isArray(parameter) ? parameter : []).filter((one): one is Parameter => typeof one === 'object' && one !== null)
  const part = (name: string) => parts.find((one) => one.name === name)
  const isQuestion = part('resource')?.resource !== undefined || part('mode') !== undefined || part('profile') !== undefined
  if (!isQuestion || (target.type === 'Parameters' && part('resource')?.resource === undefined)) return null
  const text = (one: Parameter | undefined) =>
    [one?.['valueCode'], one?.['valueUri'], one?.['valueCanonical'], one?.['valueString']].find((value) => typeof value === 'string')
  const profiles = parts.filter((one) => one.name === 'profile').flatMap((one) => (text(one) as string | undefined) ?? [])
  return { resource: part('resource')?.resource, mode: text(part('mode')) as string | undefined, profiles }
}

async function judge(asking: Asking, { resource, profiles, mode }: Question, target: Target): Promise<RefusalIssue[]> {
  const { type, id } = target
  // Without a body the question is about the stored resource: it is read under the same rules as any read, and audited as one.
  const subject = resource === undefined && type !== null && id !== null ? parseJson((await readOne(asking, type, id)).body) : resource
  if (subject === undefined) {
    throw new Refusal('incorrect', 'there is no resource to validate', {
      expression: 'resource',
      hint: 'Send the resource, or Parameters with a part named resource.',
    })
  }
  const issues: RefusalIssue[] = asking.world.fhir.validate(subject, { isStrict: true, profiles }).map(plainIssue)
  const found = subject as Partial<Resource>
  const says = (expression: string, diagnostics: string, hint: string) => issues.push({ severity: 'error', code: 'invalid', expression, diagnostics, hint })
  if (type !== null && found?.resourceType !== type)
    says(`${type}.resourceType`, `the resource is not of the type in the address, ${type}`, `Send a ${type}, or use the address of its own type.`)
  if (mode === 'update' && found?.id === undefined) says(`${typeOf(subject)}.id`, 'an update needs the id of the resource', 'Add the id.')
  if (id !== null && resource !== undefined && found?.id !== undefined && found.id !== id)
    says(`${type}.id`, 'the id in the resource is not the id in the address', 'Make them agree.')
  return issues
}

/** Only access and existence can forbid a deletion. */
async function judgeDeletion(asking: Asking, { type, id }: Target): Promise<RefusalIssue[]> {
  if (type === null || id === null)
    throw new Refusal('incorrect', 'a deletion is validated at the address of the resource', { hint: 'POST /fhir/Type/id/$validate?mode=delete' })
  await allow(asking, type, 'd')
  await readOne(asking, type, id)
  return []
}

const plainIssue = ({ severity, code, expression, diagnostics, hint }: Issue): RefusalIssue => ({ severity, code, expression, diagnostics, hint })

const issueOf = (refusal: Refusal): RefusalIssue => ({
  severity: 'error',
  code: 'structure',
  diagnostics: refusal.message,
  ...(refusal.hint === undefined ? {} : { hint: refusal.hint }),
})

function typeOf(resource: unknown): string {
  const type = typeof resource === 'object' && resource !== null ? (resource as { resourceType?: unknown }).resourceType : undefined
  return typeof type === 'string' && /^[A-Z][A-Za-z]{1,40}$/.test(type) ? type : 'Resource'
}

function answer(asking: Asking, issues: RefusalIssue[]): string {
  const isGood = !issues.some(({ severity }) => severity === 'error' || severity === 'fatal')
  const verdict = `${isGood ? 'valid' : 'not valid'}; checked with ${asking.world.fhir.versions.join(', ')}`
  return JSON.stringify(outcomeOf([...issues, { severity: 'information', code: 'informational', diagnostics: verdict }]))
}
