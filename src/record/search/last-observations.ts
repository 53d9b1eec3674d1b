import type { FastifyRequest } from 'fastify'
import { parseSearch } from '../../fhir/fhir.ts'
import { fhirJson, type Routes } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { askingOf } from '../http/asking-of.ts'
import { firstOfEachKind } from './kinds.ts'
import { wordsOf } from '../http/operation-words.ts'
import type { Hit } from './run-search.ts'
import { allow } from '../scope.ts'
import { maskNumbers, searchChosen } from './search.ts'

const lastMax = 1000
const readMax = 20_000
/** Parameters that choose rows or an order, which is the task of the operation itself. */
const notHere = new Set(['_sort', '_count', '_total', '_totalMethod', '_page'])

/** `Observation/$lastn` (R4, observation-operation-lastn): the newest observations of each kind of one patient. */
export const lastObservationsRoutes: Routes = (app) => {
  app.route({
    method: ['GET', 'POST'],
    url: '/Observation/$lastn',
    async handler(request: FastifyRequest, reply) {
      const asking = askingOf(request)
      await allow(asking, 'Observation', 's')
      return reply.header('content-type', fhirJson).send(await lastObservations(asking, wordsOf(request)))
    },
  })
}

async function lastObservations(asking: Asking, words: readonly [string, string][]): Promise<string> {
  const isOf = ([name]: readonly [string, string]) => /^(?:patient|subject)(?:[:.]|$)/.test(name)
  const asked = words.filter(([name]) => name !== 'max' && name !== '_format' && name !== '_pretty')
  for (const [name] of asked)
    if (notHere.has(name)) throw new Refusal('incorrect', `$lastn has no ${name}`, { expression: name, hint: 'Say with max how many of each kind you want.' })
  if (!asked.some(isOf)) throw new Refusal('incorrect', '$lastn needs a patient', { expression: 'patient', hint: 'Add patient=… or subject=Patient/….' })
  const max = maxOf(words)
  const local = asked.map(([name, value]): [string, string] => [name, value.replaceAll(`${asking.base}/`, '')])
  const search = parseSearch(asking.world.fhir, 'Observation', [...local, ['_sort', '-date']], { lenient: false })
  const isAnyStatus = asked.some(([name]) => name.startsWith('status'))
  const query = new URLSearchParams(words.map(([name, value]): [string, string] => [name, maskNumbers(value, asking.world.config.SYSTEM_URN)]))
  // An entry made in error is not an observation, unless the search asks for it.
  const choose = (hits: Hit[], personOf: (hit: Hit) => number) => {
    const right = isAnyStatus ? hits : hits.filter(({ resource }) => resource['status'] !== 'entered-in-error')
    const chosen = Map.groupBy(right, personOf)
      .values()
      .flatMap((own) => firstOfEachKind(own, ({ resource }) => resource['code'], max))
    const isChosen = new Set(chosen)
    return right.filter((hit) => isChosen.has(hit))
  }
  return searchChosen(asking, search, readMax, choose, `${asking.base}/Observation/$lastn?${query}`)
}

function maxOf(words: readonly [string, string][]): number {
  const [text = '1', second] = words.filter(([name]) => name === 'max').map(([, value]) => value)
  const max = Number(text)
  if (second === undefined && /^[1-9]\d*$/.test(text) && max <= lastMax) return max
  throw new Refusal('incorrect', 'max is no number of observations', { expression: 'max', hint: `Send one number from 1 to ${lastMax}.` })
}
