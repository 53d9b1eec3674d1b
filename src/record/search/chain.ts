import { type Clause, matches, type Search } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { parseReference, type Reference, reservedKeys } from '../ids.ts'
import { perhapsInside, satisfiedInside } from './contained.ts'
import { emptySearch, fetchVisible, literalsOf } from './visible.ts'
import { nameAll, widen } from './named-patients.ts'
import { countedMax, decideRelated, type From, isRelated, type Led } from './related.ts'
import { type Hit, hitsOf, tooMany } from './run-search.ts'
import { allow, maySeeType } from '../scope.ts'
import { basisOfRow, directoryTypes, type View, viewOf, viewOfAll, visibleRows } from '../view.ts'

type Chain = Extract<Clause, { test: 'chain' }>
type Has = Extract<Clause, { test: 'has' }>

/** How many resources a relation may lead to, and how many matches may still be followed from their own side. */
const relatedMax = 5000
const besideMax = 1000

/**
 * Replaces `subject:Patient.name=…` by the references to resources that meet the inner condition, and by the resources that contain such a resource.
 * Containing resources are looked for among the matches of the other clauses when these name a patient or an id, else among resources with such a
 * code inside.
 */
export async function decideChain(from: From, beside: Search, clause: Chain): Promise<Clause> {
  const { asking } = from
  const to = await permitted(asking, clause.to)
  const literals = new Set<string>()
  const few = await fewBeside(from, beside)
  const inside = await satisfiedInside(from, clause.code, to, few ?? holdingInside(from, beside, to))
  if (few !== null) {
    for (const literal of await fromHere(from, clause.code, to, few)) literals.add(literal)
  } else {
    for (const { type, clause: inner } of to) {
      const found = await everythingOf(from, type, [inner], (hit) => literalsOf(hit))
      for (const literal of await widened(asking, found)) literals.add(literal)
    }
  }
  const byReference: Clause = { code: clause.code, test: 'reference', values: [{ literals: [...literals] }], isFound: true }
  return inside.length === 0 ? byReference : { code: clause.code, test: 'any', clauses: [byReference, { code: '_id', test: 'ids', ids: inside }] }
}

/** Replaces `_has:Observation:patient:code=…` by the ids that the inner resources refer to. */
export async function decideHas(from: From, beside: Search, clause: Has): Promise<Clause> {
  const { asking } = from
  await permitted(asking, [clause])
  const type = beside.type as string
  const inner: Clause[] = [clause.clause]
  const few = await fewBeside(from, beside)
  if (few !== null) {
    const literals = await widened(asking, few.flatMap(literalsOf))
    inner.push({ code: clause.by, test: 'reference', values: [{ literals }], isFound: true })
  }
  const take = ({ values }: Hit) =>
    values.flatMap((value) => (value.kind === 'reference' && value.code === clause.by && value.reference !== null ? [value.reference] : []))
  const literals = await everythingOf(from, clause.type, inner, take, from.led && { into: from.led, isByHits: directoryTypes.has(type) })
  const references = (await widened(asking, literals)).map((literal) => parseReference(literal, asking.base))
  const ids = references.filter((found): found is Reference => found?.type === type).map(({ id }) => id)
  const byId: Clause = { code: '_id', test: 'ids', ids: [...new Set(ids)] }
  const urls = literals.filter((literal) => parseReference(literal, asking.base) === null)
  const isCanonical = urls.length > 0 && asking.world.fhir.parameters(type).some(({ code, type: kind }) => code === 'url' && kind === 'uri')
  return isCanonical ? { code: '_has', test: 'any', clauses: [byId, { code: 'url', test: 'uri', how: 'is', values: urls }] } : byId
}

/** A condition on a type needs the scope of that type: an answer that skipped the condition would answer another question. */
async function permitted<T extends { type: string }>(asking: Asking, to: readonly T[]): Promise<T[]> {
  const seen = to.filter(({ type }) => maySeeType(asking.actor, type))
  if (seen.length === 0) await allow(asking, (to[0] as T).type, 's')
  return seen
}

/**
 * The matches of the other clauses, when they are few: then the search starts from them and reads one record instead of the country's. Null when the
 * clauses name nobody or the matches are many.
 */
async function fewBeside(from: From, beside: Search): Promise<Hit[] | null> {
  const hits: Hit[] = []
  let isNamed = false
  for await (const hit of besideOf(from, beside, () => (isNamed = true))) {
    if (hits.length >= besideMax) return null
    hits.push(hit)
  }
  return isNamed ? hits : null
}

/** Resources that may contain a resource of the wanted kind. The index holds only codes of contained resources. */
async function* holdingInside(from: From, beside: Search, to: Chain['to']): AsyncGenerator<Hit> {
  let isNamed = false
  yield* besideOf(from, beside, () => (isNamed = true))
  if (isNamed) return
  for (const one of to) {
    const perhaps = perhapsInside(one)
    if (perhaps !== null) yield* visibleHits(from, { ...beside, clauses: [...beside.clauses, perhaps] }, null)
  }
}

/** The matches of the other clauses; none when the clauses name nobody. */
async function* besideOf(from: From, beside: Search, onNamed?: () => void): AsyncGenerator<Hit> {
  if (beside.clauses.length === 0) return
  const { search, keys } = await nameAll(from.asking, beside)
  const names = search.clauses.some(({ code, test }) => test === 'ids' || code === '_id' || (test === 'token' && code === 'identifier'))
  if (keys === null && !names) return
  onNamed?.()
  yield* visibleHits(from, search, keys)
}

const viewWithin = (asking: Asking, keys: readonly number[] | null): Promise<View> => (keys === null ? viewOfAll(asking) : viewOf(asking, keys))

async function* visibleHits(from: From, search: Search, keys: readonly number[] | null, known?: View): AsyncGenerator<Hit> {
  const { asking, sql, reading } = from
  const view = known ?? (await viewWithin(asking, keys))
  const visible = visibleRows(view, asking.world.fhir.typeCode(search.type as string), keys)
  yield* hitsOf(asking, sql, search, { keys, visible, reading }, null)
}

/** Collects texts from all resources of a type that the actor may see and that meet the clauses. */
async function everythingOf(from: From, type: string, clauses: Clause[], take: (hit: Hit) => string[], leads?: Leads): Promise<string[]> {
  const { asking } = from
  const decided = await decideRelated(from, { ...emptySearch, type, clauses })
  const { search, keys, named } = await nameAll(asking, decided)
  const view = await viewWithin(asking, keys)
  if (leads) for (const key of named) leads.into.set(view.personOf(key), { basis: view.basisOf(key)?.kind ?? null, count: 0, isNamed: true })
  const found = new Set<string>()
  for await (const hit of visibleHits(from, search, keys, view)) {
    if (leads?.isByHits) noteLed(leads.into, view, hit)
    for (const one of take(hit)) found.add(one)
    if (found.size > relatedMax) throw tooMany(`a condition on ${type} leads to more than ${relatedMax} resources`)
  }
  return [...found]
}

/** `isByHits`: the question is about resources of nobody, so its answer shows no row of the patients through whom they were found. */
type Leads = { into: Led; isByHits: boolean }

function noteLed(into: Led, view: View, { row }: Hit): void {
  if (row.patient < reservedKeys) return
  const person = view.personOf(row.patient)
  const known = into.get(person)
  if (known) known.count++
  else if (into.size <= countedMax) into.set(person, { basis: basisOfRow(view, row), count: 1, isNamed: false })
}

/** A person is a set of charts: a reference to one of them refers to the person. */
async function widened(asking: Asking, literals: readonly string[]): Promise<string[]> {
  const patients = literals.map((literal) => parseReference(literal, asking.base)).filter((found): found is Reference => found?.type === 'Patient')
  if (patients.length === 0) return [...literals]
  const charts = await widen(
    asking,
    patients.map(({ id }) => id),
  )
  return [...new Set([...literals, ...charts.literals])]
}

/** Starts from the few matches and follows their references: only those targets are read, each by the rule of a read of its own. */
async function fromHere(from: From, code: string, to: Chain['to'], few: readonly Hit[]): Promise<string[]> {
  const { asking } = from
  const references = new Set<string>()
  for (const { values } of few)
    for (const value of values) if (value.kind === 'reference' && value.code === code && value.reference) references.add(value.reference)
  const targets = await widened(asking, [...references])
  const found: string[] = []
  for (const { type, clause } of to) {
    const ofType = targets.filter((literal) => parseReference(literal, asking.base)?.type === type)
    const satisfies = await deciding(from, { ...emptySearch, type, clauses: [clause] }, ofType)
    for await (const hit of fetchVisible(asking, ofType)) if (satisfies(hit)) found.push(...literalsOf(hit))
    const addresses = targets.filter((literal) => parseReference(literal, asking.base) === null)
    if (addresses.length > 0 && asking.world.fhir.parameters(type).some((one) => one.code === 'url')) {
      const byUrl: Clause = { code: 'url', test: 'uri', how: 'is', values: addresses }
      found.push(...(await everythingOf(from, type, [clause, byUrl], literalsOf)))
    }
  }
  return widened(asking, found)
}

async function deciding(from: From, search: Search, literals: readonly string[]): Promise<(hit: Hit) => boolean> {
  const { asking } = from
  if (literals.length === 0) return () => false
  const ids: Clause = { code: '_id', test: 'ids', ids: literals.flatMap((literal) => parseReference(literal, asking.base)?.id ?? []) }
  const decided = search.clauses.some(isRelated) ? await decideRelated(from, { ...search, clauses: [ids, ...search.clauses] }) : search
  const named = (await nameAll(asking, decided)).search
  return (hit) => matches(named, hit.valuesFor(named), asking.world.fhir)
}
