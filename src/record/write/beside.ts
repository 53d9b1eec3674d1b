import { type BundleEntry, type Clause, type Extracted, matches, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { TextMap } from '../../platform/text-map.ts'
import type { Hit } from '../search/run-search.ts'
import { detailsIn, valuesOf, withDetails } from '../search/contents.ts'
import { isRelated } from '../search/related.ts'
import type { Answers, Condition } from './conditions.ts'
import type { Intent } from './intent.ts'
import { mayBeOfOnePerson } from './of-its-person.ts'

/**
 * The conditions of a transaction are asked of the record as it was before. A transaction deletes first, then creates, then changes, and resolves
 * conditional references at the end (R4 http, section 3.1.0.11.2). This file works out from the contents of its entries how they change the answers.
 */
export type Beside = {
  /** What a condition finds when everything is written: resources that were there and still match, and the entries that make a match. */
  afterwards(condition: Condition, hits: readonly Hit[]): { hits: Hit[]; entries: BundleEntry[] }
  /** Refuses a PUT whose condition matches the content of another entry: it would make a second resource of the kind that the other makes. */
  requireAlone(entry: BundleEntry, condition: Condition): void
}

/** How many more answers to ask for: as many as the entries of the type may take away. */
export function sparesOf({ entries }: Intent['plan'], ofCondition: number): (type: string) => number {
  const spares = new Map<string, number>()
  for (const { method, target } of entries) {
    if ((target.kind !== 'instance' && target.kind !== 'search') || method === 'GET' || method === 'HEAD') continue
    spares.set(target.type, (spares.get(target.type) ?? 0) + (target.kind === 'search' && method === 'DELETE' ? ofCondition : 1))
  }
  return (type) => spares.get(type) ?? 0
}

type Made = { entry: BundleEntry; resource: Resource; values: Extracted[] }
/**
 * The resources that entries make of one type, and those by token, so that thousands of conditions in one bundle look among a few. `rewritten`:
 * resources of the record that get other contents.
 */
type MadeOfType = { all: Made[]; byToken: TextMap<Made[]>; rewritten: TextMap<true> }

export function deletedBy({ plan, asks }: Intent, answers: Answers): TextMap<true> {
  const deleted = new TextMap<true>()
  for (const entry of plan.entries) if (entry.method === 'DELETE') for (const name of touchedBy(entry, asks, answers)) deleted.set(name, true)
  return deleted
}

/** `Type/id` of the stored resources that an entry names by id or finds by its condition. */
function touchedBy({ target, index }: BundleEntry, asks: Intent['asks'], answers: Answers): string[] {
  if (target.kind === 'instance') return [`${target.type}/${target.id}`]
  return target.kind === 'search' ? (answers[asks.targets.get(index) ?? -1] ?? []).map((hit) => `${target.type}/${hit.publicId}`) : []
}

export function besideOf(intent: Intent, answers: Answers, deleted: TextMap<true>): Beside {
  const { asking, asks, writes } = intent
  const known = new Map<string, MadeOfType>()
  const madeOf = (type: string): MadeOfType => known.getOrInsertComputed(type, readMade)
  const readMade = (type: string): MadeOfType => {
    const made: MadeOfType = { all: [], byToken: new TextMap(), rewritten: new TextMap() }
    for (const entry of writes) {
      const { resource, method } = entry
      // The result of a patch is known only when it is written.
      if (resource?.resourceType !== type || (method !== 'POST' && method !== 'PUT')) continue
      const one = { entry, resource, values: valuesOf(asking, resource) }
      made.all.push(one)
      const tokens = new Set(
        one.values.flatMap((value) => (value.kind === 'token' && value.value !== null ? [`${value.code} ${value.value.toLowerCase()}`] : [])),
      )
      for (const token of tokens) made.byToken.getOrInsertComputed(token, () => []).push(one)
      for (const name of touchedBy(entry, asks, answers)) made.rewritten.set(name, true)
    }
    return made
  }
  /** The resources that entries make and a condition matches. A condition that depends on other resources is asked of the record alone. */
  const metBy = ({ search }: Condition): Made[] => {
    if (search.clauses.some(isRelated)) return []
    const { all, byToken } = madeOf(search.type as string)
    const tokens = search.clauses.map(tokensOf).find((one) => one !== null)
    const near = tokens === undefined || tokens === null ? all : [...new Set(tokens.flatMap((token) => byToken.get(token) ?? []))]
    const details = detailsIn(search)
    return near.filter(({ resource, values }) => matches(search, withDetails(asking, resource, values, details), asking.world.fhir))
  }
  return {
    afterwards(condition, found) {
      const type = condition.search.type as string
      if (condition.search.clauses.some(isRelated)) return { hits: [...found], entries: [] }
      const { rewritten } = madeOf(type)
      const isAsItWas = ({ publicId }: Hit) => !deleted.has(`${type}/${publicId}`) && !rewritten.has(`${type}/${publicId}`)
      return { hits: found.filter(isAsItWas), entries: metBy(condition).map(({ entry }) => entry) }
    },
    requireAlone(entry, condition) {
      const other = metBy(condition).find((one) => one.entry !== entry && mayBeOfOnePerson(intent, answers, one.entry, entry))
      if (other === undefined) return
      throw new Refusal('incorrect', 'two entries change the same resource', {
        expression: condition.expression,
        hint: `Bundle.entry[${other.entry.index}] makes what this condition finds: change a resource once in a transaction.`,
      })
    },
  }
}

/** The tokens of which a match must have one, in small letters as they are indexed, because some code systems ignore case. */
function tokensOf(clause: Clause): string[] | null {
  if (clause.test !== 'token' || clause.isNot || clause.values.some(({ value }) => value === undefined)) return null
  return clause.values.map(({ value = '' }) => `${clause.code} ${value.toLowerCase()}`)
}
