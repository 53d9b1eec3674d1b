import type { FastifyRequest } from 'fastify'
import { parseJson, printJson, type Resource } from '../../fhir/fhir.ts'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { outcomeOf, Refusal } from '../../platform/refusal.ts'
import { type Asking, entryOf } from '../asking.ts'
import { askingOf } from '../http/asking-of.ts'
import { readBody } from '../http/formats.ts'
import { type Input, readInput } from '../http/operation-input.ts'
import { requireValid } from '../write/prepare.ts'
import { allow } from '../scope.ts'
import { type Found, seek, type Sought } from './find.ts'
import { type Grade, gradeOf } from './grade.ts'

const countMax = 100
const countDefault = 20
const allowed = { resource: 'resource', onlyCertainMatches: 'flag', count: 'number' } as const
const gradeUrl = 'http://hl7.org/fhir/StructureDefinition/match-grade'

/** `Patient/$match` (R4, patient-operation-match): which charts belong to the described patient. It joins nothing and files nothing. */
export const matchRoutes: Routes = (app) => {
  app.post('/Patient/$match', async (request, reply) => {
    const asking = askingOf(request)
    await allow(asking, 'Patient', 's')
    const { described, input } = readDescription(request)
    const answer = await match(asking, requireValid(asking.world, described, 'Patient'), input)
    return reply.header('content-type', fhirJson).send(answer)
  })
}

/** Reads a Parameters resource, or the Patient itself with the other parameters in the address (R4 operations, 3.2.0.1.1). */
function readDescription(request: FastifyRequest): { described: unknown; input: Input } {
  const body = readBody(request) as Partial<Resource> | null
  const isPatient = body?.resourceType === 'Patient'
  const input = readInput(request, allowed, isPatient ? 'query' : 'all')
  const described = isPatient ? body : input.object('resource')
  if (described !== undefined) return { described, input }
  throw new Refusal('incorrect', '$match needs a Patient to look for', { expression: 'resource', hint: 'Send it as the parameter resource, or as the body.' })
}

async function match(asking: Asking, described: Resource, input: Input): Promise<string> {
  const count = Math.min(input.number('count') ?? countDefault, countMax)
  const sought = await seek(asking, described)
  const graded = gradedOf(described, sought)
  const isOnlyCertain = input.flag('onlyCertainMatches') ?? false
  const shown = graded.filter(({ grade }) => !isOnlyCertain || grade.grade === 'certain').slice(0, count)
  await audit(asking, sought, shown)
  const entry: object[] = shown.map(({ hit, grade }) => ({
    fullUrl: `${asking.base}/Patient/${hit.resource.id}`,
    resource: parseJson(hit.body),
    search: { extension: [{ url: gradeUrl, valueCode: grade.grade }], mode: 'match', score: grade.score },
  }))
  return bundleOf(entry, isContradicted(sought))
}

type Shown = Found & { grade: Grade }

/** The best grade of each chart, best first. */
function gradedOf(described: Resource, sought: Sought): Shown[] {
  const best = new Map<string, Shown>()
  for (const found of sought.found) {
    const grade = gradeOf(found.ground, described, found.hit.resource, isContradicted(sought))
    if (grade === null) continue
    const key = `${found.hit.row.patient} ${found.hit.row.id}`
    const known = best.get(key)
    if (!known || known.grade.score < grade.score) best.set(key, { ...found, grade })
  }
  return [...best.values()].toSorted((one, other) => other.grade.score - one.grade.score)
}

/** Whether exact identifiers lead to more than one person: then none is certain, and people must look. */
function isContradicted({ found }: Sought): boolean {
  return new Set(found.filter(({ ground }) => ground !== 'name').map(({ person }) => person)).size > 1
}

function bundleOf(entry: object[], isUnsure: boolean): string {
  const total = entry.length
  const diagnostics = 'the identifiers lead to more than one person'
  const outcome = outcomeOf([{ severity: 'warning', code: 'multiple-matches', diagnostics, hint: 'Compare the documents; nothing is joined by this answer.' }])
  const entries = isUnsure ? [...entry, { resource: outcome, search: { mode: 'outcome' } }] : entry
  return printJson({ resourceType: 'Bundle', type: 'searchset', total, ...(entries.length > 0 ? { entry: entries } : {}) })
}

/**
 * Logs one row for each patient shown, and one for each to whom a number led but who is not shown: every search for a person leaves a trace with that
 * person.
 */
async function audit(asking: Asking, { looked, found }: Sought, shown: readonly Shown[]): Promise<void> {
  const what = 'Patient/$match'
  const people = new Set(shown.map(({ person }) => person))
  const rows = [...Map.groupBy(shown, ({ hit }) => hit.row.patient)].map(([patient, list]) =>
    entryOf(asking, 'search', patient, what, { basis: list[0]?.basis ?? null, count: list.length }),
  )
  for (const key of looked.filter((one) => !people.has(one))) {
    const basis = found.find(({ person }) => person === key)?.basis ?? null
    const decision = basis === null && asking.actor.kind === 'person' ? 'deny' : 'permit'
    rows.push(entryOf(asking, 'search', key, what, { basis, decision, count: 0 }))
  }
  await asking.world.ledger.record(rows.length > 0 ? rows : [entryOf(asking, 'search', null, what, { count: 0 })])
}
