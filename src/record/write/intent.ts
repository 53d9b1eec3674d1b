import type { AuditedTransaction } from '../../audit/audit.ts'
import { type BundleEntry, type BundlePlan, type Resource, rewriteReferences } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import { TextMap } from '../../platform/text-map.ts'
import { type Asking, entryOf } from '../asking.ts'
import { expectedBy } from '../http/bundle.ts'
import { patientOrNone } from '../ids.ts'
import type { Hit } from '../search/run-search.ts'
import { type Applied, nothingDone, type Operation, type Placed, type Request, whatever } from './apply.ts'
import { type Beside, besideOf, deletedBy, sparesOf } from './beside.ts'
import { asFound, criteriaOf, severalMatch } from './conditional.ts'
import { conditionOf, type ConditionalWrite, mostOf, operationsOf, place } from './conditional-write.ts'
import type { Answers, Condition } from './conditions.ts'
import { namesIn } from './names.ts'
import { mayBeOfOnePerson, ofTheirPersons, peopleMax } from './of-its-person.ts'
import { patchOfEntry } from './patch.ts'
import { type Charts, noCharts } from './subject.ts'

/** A transaction that is being decided: its conditions, and its writes once the conditions are answered. */
export type Intent = {
  asking: Asking
  plan: BundlePlan
  charts: Charts
  /** The entries with a Patient: what the others are about. */
  patients: BundleEntry[]
  conditions: Condition[]
  /** Whose condition it is: by the index of the entry, or by the text of a reference. */
  asks: { existing: Map<number, number>; references: Map<string, number>; targets: Map<number, number> }
  /** The resources that `ifNoneExist` found. */
  found: Map<number, Hit>
  /** Entries that repeat the condition of an earlier one. */
  repeats: Map<number, number>
  writes: BundleEntry[]
  placed: { index: number; one: Placed | null }[]
}

/** The `Type/id` that each name of an entry stands for so far. */
type Names = TextMap<string>

export const isWrite = ({ method, target }: BundleEntry): boolean => target.kind !== 'other' && method !== 'GET' && method !== 'HEAD'

/** Collects the conditions of the bundle and changes nothing yet. */
export function intentOf(asking: Asking, plan: BundlePlan): Intent {
  const asks: Intent['asks'] = { existing: new Map(), references: new Map(), targets: new Map() }
  const patients = plan.entries.filter(isPatient)
  const intent: Intent = { asking, plan, charts: noCharts(), patients, conditions: [], asks, found: new Map(), repeats: new Map(), writes: [], placed: [] }
  const add = (condition: Condition) => intent.conditions.push(condition) - 1
  const spare = sparesOf(plan, mostOf(asking, 'DELETE'))
  for (const { index, ifNoneExist, target } of plan.entries) {
    if (ifNoneExist === null || target.kind !== 'type') continue
    const expression = `Bundle.entry[${index}].request.ifNoneExist`
    const search = criteriaOf(asking, target.type, ifNoneExist, expression)
    asks.existing.set(index, add({ asking, search, limit: peopleMax + spare(target.type), makes: true, expression }))
  }
  for (const { conditional } of plan.entries) {
    for (const { reference, type, query, expression } of conditional) {
      if (asks.references.has(reference)) continue
      const search = criteriaOf(asking, type, query, expression)
      asks.references.set(reference, add({ asking, search, limit: 2 + spare(type), makes: false, expression }))
    }
  }
  for (const entry of plan.entries) {
    if (entry.target.kind !== 'search' || !isWrite(entry)) continue
    const condition = conditionOf(asking, targetOf(entry))
    asks.targets.set(entry.index, add(entry.method === 'PUT' ? { ...condition, limit: peopleMax } : condition))
  }
  return intent
}

/** Decides every entry from the answers to its conditions and gives ids. Nothing is written to the tables yet. */
export async function decideIntent(tx: Runner, intent: Intent, asked: Answers): Promise<void> {
  const { asking, plan, asks, found, charts } = intent
  const answers = await ofTheirPersons(tx, intent, asked)
  const references: Names = new TextMap()
  const deleted = deletedBy(intent, answers)
  for (const [index, at] of asks.existing) {
    const condition = intent.conditions[at] as Condition
    const { expression, search } = condition
    const hits = (answers[at] as Hit[]).filter(({ publicId }) => !deleted.has(`${search.type}/${publicId}`))
    const [hit, another] = hits
    if (another) throw severalMatch(expression, hits)
    if (!hit) continue
    found.set(index, hit)
    if (search.type === 'Patient' && hit.row.institution === asking.actor.institution) charts.own.add(hit.row.patient)
    nameEntry(references, plan.entries[index] as BundleEntry, `${search.type}/${hit.publicId}`)
  }
  intent.repeats = findRepeats(intent, answers)
  const isStillToDo = (entry: BundleEntry) => isWrite(entry) && !found.has(entry.index) && !intent.repeats.has(entry.index)
  intent.writes = plan.order.map((index) => plan.entries[index] as BundleEntry).filter(isStillToDo)
  const beside = besideOf(intent, answers, deleted)
  resolveReferences(intent, answers, references, beside)
  for (const entry of intent.writes) {
    const at = entry.method === 'PUT' ? asks.targets.get(entry.index) : undefined
    if (at !== undefined) beside.requireAlone(entry, intent.conditions[at] as Condition)
  }
  const operations = operationsOfAll(intent, answers)
  charts.found = await namesIn(asking.world.fhir, tx, [...operations.values()].flat(), asking.base)
  const placed = await placeAll(tx, intent, operations, references)
  for (const entry of intent.writes) {
    replaceIn(entry, references)
    if (entry.resource && entry.survey.hasOtherUrns) rewriteReferences(entry.resource, (reference) => references.get(reference))
  }
  intent.placed = intent.writes.flatMap(({ index }) => (placed.get(index) ?? []).map((one) => ({ index, one })))
}

export const requestOf = ({ asking, placed, charts }: Intent): Request => ({ asking, charts, placed: placed.map(({ one }) => one) })

/** The result of each entry, once its request has been prepared. Resources that were only looked at go into the log. */
export function resultsOf(tx: AuditedTransaction, { asking, found, repeats, writes, placed }: Intent, applied: readonly Applied[]): Map<number, Applied> {
  tx.audit(looksOf(asking, found))
  const results = new Map(writes.map(({ index }) => [index, nothingDone(asking.world)]))
  // When one condition deleted several, the first gives the result of the entry.
  for (let at = placed.length - 1; at >= 0; at--) results.set((placed[at] as { index: number }).index, applied[at] as Applied)
  for (const [index, hit] of found) results.set(index, asFound(hit))
  for (const [index, first] of repeats) results.set(index, { ...(results.get(first) as Applied), status: 200 })
  return results
}

/**
 * For writers who get no resources back. Their writes to a patient are logged, which says more than that the patient was found. Their own devices and
 * organizations concern no patient and are found again by each message, so those looks are not logged.
 */
export function auditLooks(tx: AuditedTransaction, { asking, found, placed }: Intent): void {
  const written = new Set(placed.map(({ one }) => (one === null ? undefined : patientOrNone(one.patient))))
  tx.audit(looksOf(asking, found).filter(({ patient }) => patient !== null && !written.has(patient)))
}

/** The writer gets back what a condition found, so each patient can see that someone looked at it. */
function looksOf(asking: Asking, found: ReadonlyMap<number, Hit>) {
  const groups = Map.groupBy(found.values(), ({ row }) => patientOrNone(row.patient))
  return [...groups].map(([patient, hits]) => entryOf(asking, 'search', patient, 'Bundle', { basis: 'own-submissions', count: hits.length }))
}

/** Entries that repeat the condition of an earlier entry about the same person: that entry creates the resource, and the names of both mean it. */
function findRepeats(intent: Intent, answers: Answers): Map<number, number> {
  const repeats = new Map<number, number>()
  const firsts = new Map<string, BundleEntry[]>()
  for (const entry of intent.plan.entries) {
    if (entry.ifNoneExist === null || entry.target.kind !== 'type' || intent.found.has(entry.index)) continue
    const same = firsts.getOrInsertComputed(JSON.stringify([entry.target.type, entry.ifNoneExist]), () => [])
    const first = same.find((one) => mayBeOfOnePerson(intent, answers, one, entry))
    if (first) {
      first.names.push(...entry.names)
      repeats.set(entry.index, first.index)
    } else same.push(entry)
  }
  return repeats
}

/** `Patient?identifier=…` in place of an id must find exactly one resource. If another entry makes it, the reference becomes one of that entry's names. */
function resolveReferences({ asks, conditions }: Intent, answers: Answers, references: Names, beside: Beside): void {
  for (const [reference, at] of asks.references) {
    if (references.has(reference)) continue
    const condition = conditions[at] as Condition
    const { expression, search } = condition
    const { hits, entries } = beside.afterwards(condition, answers[at] as Hit[])
    const [[hit], [entry]] = [hits, entries]
    if (hits.length + entries.length > 1) throw severalMatch(expression, hits)
    if (entry) entry.names.push(reference)
    else if (!hit)
      throw new Refusal('precondition', 'the conditional reference finds nothing', {
        expression,
        hint: 'Create the resource first, or put it into the same transaction.',
      })
    else references.set(reference, `${search.type}/${hit.publicId}`)
  }
}

/** Replaces the names in References only. Other pointers to entries are replaced once, at the end. */
function replaceIn({ survey }: BundleEntry, references: Names): void {
  for (const holder of survey.holders) {
    const known = holder.reference === undefined ? undefined : references.get(holder.reference)
    if (known !== undefined) holder.reference = known
  }
}

function nameEntry(references: Names, entry: BundleEntry, reference: string): void {
  for (const name of entry.names) references.set(name, reference)
}

/** The operations of every entry, with conditions resolved. Together they may touch a resource only once (R4 http, section 3.1.0.11.2). */
function operationsOfAll(intent: Intent, answers: Answers): Map<number, Operation[]> {
  const all = new Map<number, Operation[]>()
  const touched = new TextMap<true>()
  for (const entry of intent.writes) {
    const operations = operationsOfEntry(intent, entry, answers)
    for (const { type, id } of operations) {
      if (id === null) continue
      const name = `${type}/${id}`
      if (touched.has(name)) {
        throw new Refusal('incorrect', 'two entries change the same resource', {
          expression: `Bundle.entry[${entry.index}].request.url`,
          hint: 'Change a resource once in a transaction.',
        })
      }
      touched.set(name, true)
    }
    all.set(entry.index, operations)
  }
  return all
}

/** Patients come first: their keys go into the ids of everything about them. */
async function placeAll(
  tx: Runner,
  { asking, writes, charts }: Intent,
  operations: ReadonlyMap<number, Operation[]>,
  references: Names,
): Promise<Map<number, (Placed | null)[]>> {
  const placed = new Map<number, (Placed | null)[]>()
  const patientsFirst = [...writes.filter(isPatient), ...writes.filter((entry) => !isPatient(entry))]
  for (const entry of patientsFirst) {
    if (!isPatient(entry)) replaceIn(entry, references)
    const ones: (Placed | null)[] = []
    for (const operation of operations.get(entry.index) ?? []) {
      const asked = place(asking, tx, operation, charts)
      const one = asked instanceof Promise ? await asked : asked
      ones.push(one)
      if (one && operation.kind !== 'delete') nameEntry(references, entry, `${one.type}/${one.name ?? one.rowId}`)
    }
    placed.set(entry.index, ones)
  }
  return placed
}

const isPatient = (entry: BundleEntry) => entry.resource?.resourceType === 'Patient'

function operationsOfEntry({ asking, asks }: Intent, entry: BundleEntry, answers: Answers): Operation[] {
  const { method, target, resource, index, survey } = entry
  const { holders } = survey
  const path = `Bundle.entry[${index}].resource`
  const expected = expectedBy(entry)
  const patch = method === 'PATCH' ? patchOfEntry(asking.world, resource as Resource, path) : undefined
  if (target.kind === 'type') return [{ kind: 'create', type: target.type, id: null, resource, expected: whatever, path, holders }]
  if (target.kind === 'instance') {
    const { type, id } = target
    if (method === 'DELETE') return [{ kind: 'delete', type, id, resource: null, expected, path }]
    return [{ kind: 'update', type, id, resource: patch ? null : resource, expected, path, ...(patch ? { patch } : { holders }) }]
  }
  const hits = answers[asks.targets.get(index) ?? -1]
  if (hits === undefined) throw new Error('an entry that is no write was planned as one')
  return operationsOf(asking, { ...targetOf(entry), resource, expected, path, ...(patch ? { patch } : {}) }, hits)
}

function targetOf({ method, target, index }: BundleEntry): Pick<ConditionalWrite, 'method' | 'type' | 'query' | 'expression'> {
  if (target.kind !== 'search' || method === 'GET' || method === 'HEAD' || method === 'POST') throw new Error('an entry without a condition was asked for one')
  return { method, type: target.type, query: target.query, expression: `Bundle.entry[${index}].request.url` }
}
