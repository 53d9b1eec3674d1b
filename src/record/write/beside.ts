import { type BundleEntry, type Clause, type Extracted, matches, type Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { TextMap } from '../../platform/text-map.ts'
import type { Hit } from '../search/run-search.ts'
import { detailsIn, valuesOf, withDetails } from '../search/contents.ts'
import { isRelated } from '../search/related.ts'
import type { Answers, Condition } from './conditions.ts'
import type { Intent } from './intent.ts'

/**
 * A transaction's conditions are asked of the record as it was. It deletes first, then creates, then changes, and resolves conditional
 * references at the end (R4 http, section 3.1.0.11.2): what its own entries make of the answers is found out here, from their contents.
 */
export type Beside = {
  /** What a condition finds when all is written: what was there and stays so, and the entries that make it. */
  afterwards(condition: Condition, hits: readonly Hit[]): { hits: Hit[]; entries: BundleEntry[] }
  /** A PUT whose condition another entry's content meets would make a second one of what the first makes. */
  requireAlone(entry: BundleEntry, condition: Condition): void
}

/** So many more answers are asked for as entries of the type may take away. */
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
 * What entries make of one type, and which of them have a token: thousands of conditions in one bundle look among a few. `rewritten`: what was there and gets
 * other contents.
 */
type MadeOfType = { all: Made[]; byToken: TextMap<Made[]>; rewritten: TextMap<true> }

export function deletedBy({ plan, asks }: Intent, answers: Answers): TextMap<true> {
  const deleted = new TextMap<true>()
  for (const entry of plan.entries) if (entry.method === 'DELETE') for (const name of touchedBy(entry, asks, answers)) deleted.set(name, true)
  return deleted
}

/** `Type/id` of what is there and an entry speaks of, by its id or by its condition. */
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
      // Only when it is written does anybody know what a patch makes of it.
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
  /** What an entry makes and a condition finds. What other resources decide is asked of the record alone. */
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
      const other = metBy(condition).find((one) => one.entry !== entry)
      if (other === undefined) return
      throw new Refusal('incorrect', 'two entries change the same resource', {
        expression: condition.expression,
        hint: `Bundle.entry[${other.entry.index}] makes what this condition finds: change a resource once in a transaction.`,
      })
    },
  }
}

/** The tokens of which one must be there, as they are listed: in small letters, for some code systems do not tell cases apart. */
function tokensOf(clause: Clause): string[] | null {
  if (clause.test !== 'token' || clause.isNot || clause.values.some(({ value }) => value === undefined)) return null
  return clause.values.map(({ value = '' }) => `${clause.code} ${value.toLowerCase()}`)
}
