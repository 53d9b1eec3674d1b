import type { FastifyRequest } from 'fastify'
import { parseSearch, type Resource } from '../../fhir/fhir.ts'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { askingOf } from '../http/asking-of.ts'
import { readInput } from '../http/operation-input.ts'
import { readOne } from '../read/read.ts'
import { allow } from '../scope.ts'
import { searchChosen } from './search.ts'

/** Titles and types of the functional lists whose conditions stand in `fhir/search/lists.ts`. */
const lists: Record<string, { title: string; types: string[] } | undefined> = {
  'current-problems': { title: 'Current problems', types: ['Condition'] },
  'current-medications': { title: 'Current medications', types: ['MedicationStatement', 'MedicationRequest'] },
  'current-allergies': { title: 'Current allergies', types: ['AllergyIntolerance'] },
  'current-drug-allergies': { title: 'Current drug allergies', types: ['AllergyIntolerance'] },
}
const entriesMax = 1000

/** `List/$find` (R4, list-operation-find): a functional list of one patient, made at the moment it is asked for. */
export const findListRoutes: Routes = (app) => {
  app.route({
    method: ['GET', 'POST'],
    url: '/List/$find',
    async handler(request: FastifyRequest, reply) {
      const input = readInput(request, { patient: 'text', name: 'text' })
      return reply.header('content-type', fhirJson).send(JSON.stringify(await findList(askingOf(request), input.text('patient'), input.text('name'))))
    },
  })
}

async function findList(asking: Asking, patient: string | undefined, given: string | undefined): Promise<object> {
  const id = patient?.replace(`${asking.base}/`, '').replace(/^Patient\//, '')
  if (!id) throw new Refusal('incorrect', '$find needs a patient', { expression: 'patient', hint: 'Add patient=ID and name=current-allergies.' })
  const name = given?.replace(/^\$/, '') ?? ''
  const list = Object.hasOwn(lists, name) ? lists[name] : undefined
  // "If the resource cannot be located, the server returns a 404": of a name that is not known there is no list either.
  if (!list)
    throw new Refusal('not-found', 'there is no functional list of this name', { expression: 'name', hint: `One of ${Object.keys(lists).join(', ')}.` })
  await allow(asking, 'List', 'r')
  for (const type of list.types) await allow(asking, type, 's')
  await allow(asking, 'Patient', 'r')
  await readOne(asking, 'Patient', id)
  const found = await Promise.all(list.types.map((type) => entriesOf(asking, type, id, name)))
  const entry = found.flatMap((one) => one.entry)
  return {
    ...{ resourceType: 'List', status: 'current', mode: 'snapshot', title: list.title, code: { text: `$${name}` } },
    ...{ subject: { reference: `Patient/${id}` }, date: asking.world.now().toISOString() },
    ...(entry.length > 0
      ? { entry }
      : { emptyReason: found.some(({ isWithheld }) => isWithheld) ? withheld : { text: 'Nothing of this kind is on record here.' } }),
  }
}

const withheld = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', code: 'withheld', display: 'Information Withheld' }] }

type Found = { entry?: { resource: Resource }[] }

/** By the search that a client would make: with its access, and its rows in the log. */
async function entriesOf(asking: Asking, type: string, id: string, name: string) {
  const pairs: [string, string][] = [
    ['patient', `Patient/${id}`],
    ['_list', `$${name}`],
    ['_sort', '-_lastUpdated'],
  ]
  const search = parseSearch(asking.world.fhir, type, pairs, { lenient: false })
  const { entry = [] } = JSON.parse(
    await searchChosen(asking, search, entriesMax, (hits) => hits, `${asking.base}/${type}?${new URLSearchParams(pairs)}`),
  ) as Found
  const resources = entry.map(({ resource }) => resource)
  return {
    // What must not be given is no medicine that is taken.
    entry: resources
      .filter((one) => one.resourceType === type && one['doNotPerform'] !== true)
      .map((one) => ({ item: { reference: `${type}/${String(one.id)}` } })),
    isWithheld: resources.some((one) => one.resourceType === 'OperationOutcome'),
  }
}
