import { createHash } from 'node:crypto'
import { matches, narrowing, type Search } from '../../fhir/fhir.ts'
import { bigintArray, byteaArray, int2Array, int4Array } from '../../platform/arrays.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Fragment, Runner } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import { requireInstitution } from './create.ts'
import { tokenBytes } from './hashes.ts'
import { isIdentifierCode } from './rows.ts'
import { contentsOf, detailsIn } from '../search/contents.ts'
import { decideRelated, isRelated } from '../search/related.ts'
import { firstHits, type Hit } from '../search/run-search.ts'
import { pointer, type Stored } from '../store.ts'
import { ownSubmissions } from '../view.ts'

/** A question that a write asks before it is decided. It searches only what the writer's own institution holds. */
export type Condition = {
  asking: Asking
  search: Search
  /** How many answers are enough. */
  limit: number
  /** Whether the write makes a resource when none is found. Then two requests that ask the same at the same moment must not both make it. */
  makes: boolean
  /** Where the condition stands in the request. */
  expression: string
}

/** The hits of each condition, in the order of the conditions. */
export type Answers = readonly Hit[][]

const conditionsMs = 5000
/** Above this number one lock stands for all of the institution's conditions: PostgreSQL has room for some thousand locks altogether. */
const locksMax = 1000

/**
 * Asks all conditions together. A hit stays true whoever else writes. A condition without hits is locked, all in one order, and asked once more, so
 * that of two requests with the same condition the second finds what the first made.
 */
export async function askConditions(tx: Runner, conditions: readonly Condition[]): Promise<Answers> {
  const names = conditions.map(nameOf)
  const distinct = new Map<string, Condition>()
  for (const [at, condition] of conditions.entries()) {
    const name = names[at] as string
    const known = distinct.get(name)
    if (known === undefined) distinct.set(name, condition)
    else if (known.limit < condition.limit || (condition.makes && !known.makes))
      distinct.set(name, { ...condition, limit: Math.max(known.limit, condition.limit), makes: known.makes || condition.makes })
  }
  const found = new Map<string, Hit[]>()
  await ask(tx, distinct, found)
  const missing = new Map([...distinct].filter(([name, { makes }]) => makes && found.get(name)?.length === 0))
  if (missing.size > 0) {
    await lockConditions(tx, [...missing.values()])
    await ask(tx, missing, found)
  }
  return names.map((name) => found.get(name) as Hit[])
}

const textOf = ({ asking, search }: Condition): string => JSON.stringify([requireInstitution(asking), search.type, search.clauses])
/** The name of a condition includes the asker, because of some types a system sees only its own resources. */
const nameOf = (condition: Condition): string => `${condition.asking.actor.id} ${textOf(condition)}`

/** Of two requests that ask the same, the second goes on when the first has ended. */
export async function lockConditions(tx: Runner, missing: readonly Condition[]): Promise<void> {
  const institutions = new Set(missing.map(({ asking }) => requireInstitution(asking)))
  const isMuch = missing.length > locksMax
  const wholes = [...institutions].map((one) => ({ key: keyOf(`conditions of ${one}`), shared: !isMuch }))
  const ones = isMuch ? [] : [...new Set(missing.map((one) => keyOf(textOf(one))))].map((key) => ({ key, shared: false }))
  const inOrder = (a: { key: bigint }, b: { key: bigint }) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  const locks = [...wholes.toSorted(inOrder), ...ones.toSorted(inOrder)]
  await tx`
    select case when shared then pg_advisory_xact_lock_shared(key) else pg_advisory_xact_lock(key) end as held
      from rows from (unnest(${bigintArray(locks.map(({ key }) => key))}::int8[]), unnest(${locks.map(({ shared }) => shared)}::bool[])) as l (key, shared)
     limit ${locks.length}`
}

const keyOf = (text: string): bigint => createHash('sha256').update(text).digest().readBigInt64BE(0)

async function ask(tx: Runner, conditions: ReadonlyMap<string, Condition>, found: Map<string, Hit[]>): Promise<void> {
  const rest = new Map(conditions)
  for (const [name, hits] of await byIdentifier(tx, conditions)) {
    found.set(name, hits)
    rest.delete(name)
  }
  const until = performance.now() + conditionsMs
  for (const [name, condition] of rest) {
    // A transaction occupies a lane that others wait for: its conditions together may take some seconds, not minutes.
    if (performance.now() > until) throw tooCostly(condition.expression)
    found.set(name, await bySearch(tx, condition))
  }
}

/** With `keys` only what these charts hold. */
export async function bySearch(tx: Runner, { asking, search, limit }: Condition, keys: readonly number[] | null = null): Promise<Hit[]> {
  const decided = await decideRelated({ asking, sql: tx, reading: { snapshot: null } }, search)
  return firstHits(asking, tx, decided, { keys, visible: ownSubmissions(asking) as Fragment }, limit)
}

function tooCostly(expression: string): Refusal {
  const diagnostics = `the conditions of this transaction take longer than ${conditionsMs / 1000} seconds`
  const hint = 'Use identifiers in conditions, or send smaller bundles.'
  return new Refusal('incorrect', diagnostics, { issues: [{ severity: 'error', code: 'too-costly', diagnostics, expression, hint }] })
}

/** A number with more patients than this is looked up by the usual search. */
const amongMax = 64
const rowsEach = 4
const askedAtOnce = 1000

type Sought = { name: string; condition: Condition; institution: number; type: number; hash: bigint; narrow: number }

/**
 * Most conditions ask for an identifier, as `system|value` or as `|value` for one without a system. These are answered in one statement straight from
 * the index of identifiers. The resource itself decides here, too. Only conditions that are decided this way are in the answer.
 */
async function byIdentifier(tx: Runner, conditions: ReadonlyMap<string, Condition>): Promise<Map<string, Hit[]>> {
  const sought = [...conditions].flatMap(([name, condition]) => soughtOf(name, condition) ?? [])
  const answers = new Map<string, Hit[]>()
  for (let from = 0; from < sought.length; from += askedAtOnce) {
    const some = sought.slice(from, from + askedAtOnce)
    const rows = await candidatesOf(tx, some)
    const stored = rows.filter(({ id }) => id !== null)
    const contents = await contentsOf((some[0] as Sought).condition.asking, tx, stored)
    const hits = new Map<number, Hit[]>(some.map((_, at) => [at, []]))
    const counts = new Map<number, number>()
    for (const [at, row] of stored.entries()) {
      const hit = contents[at] as Hit
      counts.set(row.n, (counts.get(row.n) ?? 0) + 1)
      const { asking, search } = (some[row.n - 1] as Sought).condition
      if (matches(search, hit.valuesFor(search), asking.world.fhir)) hits.get(row.n - 1)?.push(hit)
    }
    for (const { n, among } of rows) {
      const { name, condition } = some[n - 1] as Sought
      const mine = hits.get(n - 1) as Hit[]
      const isWhole = among <= amongMax && (counts.get(n) ?? 0) < rowsEach
      if (isWhole || mine.length >= condition.limit) answers.set(name, mine.slice(0, condition.limit))
    }
  }
  return answers
}

function soughtOf(name: string, condition: Condition): Sought | null {
  const { asking, search } = condition
  const { world } = asking
  const { type } = search
  // A Subscription belongs to one system of the institution; only the usual search checks that.
  if (type === undefined || type === null || type === 'Subscription' || search.clauses.some(isRelated) || detailsIn(search).length > 0) return null
  for (const { code, any } of narrowing(search)) {
    const [only, another] = any
    if (another || only?.is !== 'token' || only.of !== undefined || only.system === undefined || only.value === undefined) continue
    if (!isIdentifierCode(code) || world.fhir.custom.isIndexed(type, code) !== undefined) continue
    const typeCode = world.fhir.typeCode(type)
    const { row, narrow } = world.hashes.identifier(typeCode, only.system, only.value)
    return { name, condition, institution: requireInstitution(asking), type: typeCode, hash: row, narrow }
  }
  return null
}

/**
 * At least one row for each, without a place when nothing is found. The patients are an array, because the planner cannot know how many have one
 * number.
 */
const candidatesOf = (tx: Runner, some: readonly Sought[]): Promise<(Stored & { n: number; among: number })[]> => tx`
    select k.n::int4 as n, cardinality(p.keys) as among, ${pointer}
      from rows from (
             unnest(${bigintArray(some.map(({ hash }) => hash))}::int8[]), unnest(${int2Array(some.map(({ type }) => type))}::int2[]),
             unnest(${byteaArray(some.map(({ narrow }) => tokenBytes(narrow)))}::bytea[]), unnest(${int4Array(some.map(({ institution }) => institution))}::int4[])
           ) with ordinality as k (hash, type, inside, institution, n)
     cross join lateral (
            select array(select i.patient from record.identifier i where i.hash = k.hash limit ${amongMax + 1}) as keys offset 0) p
      left join lateral (
            select r.* from record.resource r
             where r.patient = any(p.keys) and r.type = k.type and position(k.inside in r.tokens) > 0 and r.institution = k.institution
               and not r.deleted and not r.voided
             limit ${rowsEach}) r on true
     limit ${some.length * rowsEach}`
