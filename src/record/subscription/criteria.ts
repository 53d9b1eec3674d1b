import { type Clause, parseSearch, type Resource, type Search } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { portions } from '../answer-room.ts'
import { mayAskByNumber } from '../ids.ts'
import { contentsOf } from '../search/contents.ts'
import { nameAll } from '../search/named-patients.ts'
import { decideRelated, isRelated } from '../search/related.ts'
import { findVersions, versionKey } from '../store.ts'
import { holds } from './filters.ts'
import { backport, type Extension, type Given, type Read, readWay } from './setup.ts'
import type { NumberedEvent, Running } from './store.ts'
import { isTold, typeNamed } from './topics.ts'

/**
 * R4's own Subscriptions (R4 subscription.html): the criteria are a search, and whatever is made or changed so that it meets them is told. They are
 * read, decided and matched as the search of a client would be, of each version as it was written.
 */
const lengthMax = 2000
/** Parameters that shape an answer and do not choose what is found. */
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
  if (mayAskByNumber(world, type, text.slice(type.length + 1)))
    throw wrong(expression, 'the criteria may hold a personal number', 'Name the patient by patient=Patient/ID.')
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

/** What the resource decides by itself. It is asked in the walk over everything that changes, which no question about other resources may hold up. */
export async function criteriaAlone(asking: Asking, text: string): Promise<Search> {
  const search = readCriteria(asking, text, 'Subscription.criteria')
  return (await nameAll(asking, { ...search, clauses: search.clauses.filter((clause) => !isRelated(clause)) })).search
}

/** Of these events those that meet the criteria by what other resources decide, too, as the record is now: asked of each subscriber by itself. */
export async function meeting(asking: Asking, { topic, filters }: Pick<Running, 'topic' | 'filters'>, events: readonly NumberedEvent[]) {
  if (topic !== null || events.length === 0) return events
  const search = readCriteria(asking, filters[0] as string, 'Subscription.criteria')
  if (!search.clauses.some(isRelated)) return events
  const { sql } = asking.world
  const met = new Set<string>()
  for (const { some } of portions(await findVersions(sql, events))) {
    const contents = await contentsOf(asking, sql, some)
    const wanted = await decided(
      asking,
      sql,
      search,
      contents.map(({ publicId }) => publicId),
    )
    for (const content of contents) if (holds(asking, wanted, content)) met.add(versionKey(content.row))
  }
  return events.filter((event) => met.has(versionKey(event)))
}
