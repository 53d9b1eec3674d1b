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
  const { functionalLists } = asking.world.fhir
  const types = Object.hasOwn(functionalLists, name) ? functionalLists[name] : undefined
  // "If the resource cannot be located, the server returns a 404": of a name that is not known there is no list either.
  if (!types)
    throw new Refusal('not-found', 'there is no functional list of this name', {
      expression: 'name',
      hint: `One of ${Object.keys(functionalLists).join(', ')}.`,
    })
  await allow(asking, 'List', 'r')
  for (const type of types) await allow(asking, type, 's')
  await allow(asking, 'Patient', 'r')
  await readOne(asking, 'Patient', id)
  const found = await Promise.all(types.map((type) => entriesOf(asking, type, id, name)))
  const entry = found.flatMap((one) => one.entry)
  return {
    ...{ resourceType: 'List', status: 'current', mode: 'snapshot', title: titleOf(name), code: { text: `$${name}` } },
    ...{ subject: { reference: `Patient/${id}` }, date: asking.world.now().toISOString() },
    ...(entry.length > 0
      ? { entry }
      : { emptyReason: found.some(({ isWithheld }) => isWithheld) ? withheld : { text: 'Nothing of this kind is on record here.' } }),
  }
}

/** `current-drug-allergies` is titled "Current drug allergies". */
const titleOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`

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
