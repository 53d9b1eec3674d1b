import { type Clause, parseSearch, type Resource, type Search } from '../../fhir/fhir.ts'
import { mayHoldNumber } from '../../platform/personal-number.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { nameAll } from '../search/named-patients.ts'
import { decideRelated, isRelated } from '../search/related.ts'
import type { Stored } from '../store.ts'
import { backport, type Extension, type Given, type Read, readWay } from './setup.ts'
import { isTold, typeNamed } from './topics.ts'

/**
 * R4's own Subscriptions (R4 subscription.html): the criteria are a search, and whatever is made or changed so that it meets them is told. They are
 * read, decided and matched as the search of a client would be, of each version as it was written.
 */
const lengthMax = 2000
/** Changes that a condition on other resources is asked about together: so few that one looks from them, and not through the country. */
const atOnce = 500
/** What says how an answer looks, and nothing of what is found. */
const ofAnswers = /^_(?:sort|count|include|revinclude|total|totalMethod|summary|elements|contained|containedType|format|pretty|explain|page)(?::|$)/

/** What such a Subscription asks for; what cannot be run as it is written is refused with its place. */
export async function readCriteriaSetup(asking: Asking, tx: Runner, resource: Resource, path: string): Promise<Read> {
  const { criteria = '', _criteria, channel = {}, end } = resource as Given
  const extensions: Extension[] = [...(_criteria?.extension ?? []), ...(channel.extension ?? []), ...(channel._payload?.extension ?? [])]
  if (extensions.some(({ url }) => url?.startsWith(backport)))
    throw wrong(path, 'these extensions belong to a Subscription on a topic', 'Name a topic of GET /fhir/SubscriptionTopic, or leave them out.')
  const way = readWay(channel, path)
  const text = criteria.replaceAll(`${asking.base}/`, '')
  const search = readCriteria(asking, text, `${path}.criteria`)
  await requireDecidable(asking, tx, search, `${path}.criteria`)
  const content = channel.payload === undefined ? 'empty' : 'full-resource'
  const endsAt = end === undefined ? null : new Date(end)
  return { ...way, topic: null, filters: [text], content, batch: 1, endsAt, types: [search.type as string], namesTypes: true }
}

function readCriteria({ world }: Asking, text: string, expression: string): Search {
  const type = typeNamed(text)
  if (world.fhir.typeCode(type) < 0)
    throw wrong(
      expression,
      'criteria begin with a resource type',
      'Write a search like Observation?code=http://loinc.org|718-7, or a topic of GET /fhir/SubscriptionTopic.',
    )
  if (!isTold(type)) throw wrong(expression, `changes of ${type} are not told`, 'Read and search them.')
  if (text.length > lengthMax) throw wrong(expression, `criteria have at most ${lengthMax} characters`, 'Make several Subscriptions.')
  // Criteria stand in tables and answers.
  if (mayHoldNumber(text)) throw wrong(expression, 'the criteria may hold a personal number', 'Name the patient by patient=Patient/ID.')
  const pairs = [...new URLSearchParams(text.slice(type.length + 1))]
  const answering = pairs.find(([name]) => ofAnswers.test(name))
  if (answering) {
    const [name] = answering[0].split(':')
    throw wrong(expression, `criteria say what is told, and ${name} says how a search is answered`, 'Leave it out.')
  }
  try {
    return parseSearch(world.fhir, type, pairs, { lenient: false })
  } catch (error) {
    throw atCriteria(error, expression)
  }
}

/** What other resources decide is asked once of nothing: a scope that is missing and a value set that is not there are said now. */
async function requireDecidable(asking: Asking, tx: Runner, search: Search, expression: string): Promise<void> {
  try {
    await decided(asking, tx, search, [])
  } catch (error) {
    throw error instanceof Refusal && error.kind !== 'incorrect' && error.kind !== 'not-found' ? error : atCriteria(error, expression)
  }
}

function atCriteria(error: unknown, expression: string): unknown {
  if (!(error instanceof Refusal)) return error
  const hint = error.hint ?? error.issues?.[0]?.hint ?? 'See the search parameters of the type.'
  return wrong(expression, `the criteria cannot be used: ${error.message}`, hint)
}

const wrong = (expression: string, sentence: string, hint: string) => new Refusal('unprocessable', sentence, { expression, hint })

/** The criteria with everything decided that the resource does not say by itself, for resources of these ids. */
async function decided(asking: Asking, sql: Runner, search: Search, ids: readonly string[]): Promise<Search> {
  if (!search.clauses.some(isRelated)) return (await nameAll(asking, search)).search
  const among: Clause = { code: '_id', test: 'ids', ids: [...new Set(ids)] }
  const found = await decideRelated({ asking, sql, reading: { snapshot: null } }, { ...search, clauses: [among, ...search.clauses] })
  return (await nameAll(asking, found)).search
}

/** For each of the changes the search that decides it; those that are decided together share one. */
export function criteriaFor(asking: Asking, sql: Runner, text: string, rows: readonly Stored[]): (row: Stored) => Promise<Search> {
  const search = readCriteria(asking, text, 'Subscription.criteria')
  const together = search.clauses.some(isRelated) ? atOnce : rows.length
  const places = new Map(rows.map((row, at) => [row, Math.floor(at / together)]))
  const searches = new Map<number, Promise<Search>>()
  return (row) => {
    const place = places.get(row) as number
    return searches.getOrInsertComputed(place, () => {
      const some = rows.slice(place * together, (place + 1) * together)
      return decided(
        asking,
        sql,
        search,
        some.map(({ name, id }) => name ?? id),
      )
    })
  }
}
