import type { AuditedTransaction } from '../../audit/audit.ts'
import { type BundleEntry, type BundlePlan, type Resource, rewriteReferences } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { type Applied, nothingDone, type Operation, type Placed, type Prepared, prepareAll, whatever, writePrepared } from './apply.ts'
import { type Asking, entryOf } from '../asking.ts'
import { expectedBy } from '../http/bundle.ts'
import { asFound, criteriaOf, findByCriteria, severalMatch } from './conditional.ts'
import { operationsOf, place } from './conditional-write.ts'
import { auditDenial } from './create.ts'
import { patientOrNone } from '../ids.ts'
import { patchOfEntry } from './patch.ts'
import type { Hit } from '../search/run-search.ts'
import { type Charts, noCharts } from './subject.ts'
import { checkEndpoints } from '../subscription/subscribe.ts'

/**
 * All writes of a transaction in one database transaction. Ids are given first (Patients before what is about them), then every
 * `urn:uuid` and conditional reference is replaced, then everything is written by one statement.
 */
export async function runTransaction(asking: Asking, plan: BundlePlan, again: () => BundlePlan): Promise<Map<number, Applied>> {
  // Each attempt replaces references in place, so one after a deadlock begins with the bundle as it came.
  let next: BundlePlan | null = plan
  await checkEndpoints(
    asking,
    plan.entries.map(({ resource }) => resource),
  )
  try {
    return await asking.world.ledger.transaction(async (tx) => {
      await asking.inTransaction?.(tx)
      const { entries, order } = next ?? again()
      next = null
      const { results, prepared } = await prepare(asking, tx, entries, order)
      await writePrepared(asking, tx, [prepared])
      return results
    })
  } catch (error) {
    await auditDenial(asking, 'create', 'Bundle', error)
    throw error
  }
}

/** Everything but the writing, which several transactions of a bulk source may share. */
export async function prepare(
  asking: Asking,
  tx: AuditedTransaction,
  entries: readonly BundleEntry[],
  order: readonly number[],
): Promise<{ results: Map<number, Applied>; prepared: Prepared }> {
  const charts = noCharts()
  const found = await findExisting(asking, tx, entries)
  const references = new Map<string, string>()
  for (const [index, hit] of found) nameEntry(references, entries[index] as BundleEntry, `${hit.resource.resourceType}/${hit.resource.id}`)
  await resolveConditional(asking, tx, entries, references)
  const repeats = findRepeats(entries, found)
  const writes = order.map((index) => entries[index] as BundleEntry).filter((entry) => isWrite(entry) && !found.has(entry.index) && !repeats.has(entry.index))
  const operations = await operationsOfAll(asking, tx, writes)
  const placed = await placeAll(asking, tx, writes, operations, charts, references)
  for (const entry of writes) {
    replaceIn(entry, references)
    if (entry.resource && entry.survey.hasOtherUrns) rewriteReferences(entry.resource, (reference) => references.get(reference))
  }
  const flat = writes.flatMap(({ index }) => (placed.get(index) ?? []).map((one) => ({ index, one })))
  const prepared = await prepareAll(
    asking,
    tx,
    flat.map(({ one }) => one),
    charts,
  )
  tx.audit(looksOf(asking, found))
  const results = new Map(writes.map(({ index }) => [index, nothingDone(asking.world)]))
  // Of several that one condition deleted, the first speaks for all.
  for (let at = flat.length - 1; at >= 0; at--) results.set((flat[at] as { index: number }).index, prepared.results[at] as Applied)
  for (const [index, hit] of found) results.set(index, asFound(hit))
  for (const [index, first] of repeats) results.set(index, { ...(results.get(first) as Applied), status: 200 })
  return { results, prepared }
}

/** What a condition found is given back, so each patient can see that it was looked at. */
function looksOf(asking: Asking, found: ReadonlyMap<number, Hit>) {
  const groups = Map.groupBy(found.values(), ({ row }) => patientOrNone(row.patient))
  return [...groups].map(([patient, hits]) => entryOf(asking, 'search', patient, 'Bundle', { basis: 'own-submissions', count: hits.length }))
}

/** Entries that repeat the condition of an earlier one: what that one creates exists then, and both names mean it. */
function findRepeats(entries: readonly BundleEntry[], found: ReadonlyMap<number, Hit>): Map<number, number> {
  const repeats = new Map<number, number>()
  const firsts = new Map<string, BundleEntry>()
  for (const entry of entries) {
    if (entry.ifNoneExist === null || entry.target.kind !== 'type' || found.has(entry.index)) continue
    const condition = JSON.stringify([entry.target.type, entry.ifNoneExist])
    const first = firsts.get(condition)
    if (first) {
      first.names.push(...entry.names)
      repeats.set(entry.index, first.index)
    } else firsts.set(condition, entry)
  }
  return repeats
}

const isWrite = ({ method, target }: BundleEntry) => target.kind !== 'other' && method !== 'GET' && method !== 'HEAD'

const conditionsMs = 5000

/** A transaction keeps a lane that others wait for: its conditions together may take some seconds, not minutes. */
function startWatch(): (expression: string) => void {
  const until = performance.now() + conditionsMs
  return (expression) => {
    if (performance.now() < until) return
    const diagnostics = `the conditions of this transaction take longer than ${conditionsMs / 1000} seconds`
    const hint = 'Use identifiers in conditions, or send smaller bundles.'
    throw new Refusal('incorrect', diagnostics, { issues: [{ severity: 'error', code: 'too-costly', diagnostics, expression, hint }] })
  }
}

/** Entries with ifNoneExist whose resource is there already. */
async function findExisting(asking: Asking, tx: AuditedTransaction, entries: readonly BundleEntry[]): Promise<Map<number, Hit>> {
  const found = new Map<number, Hit>()
  const watch = startWatch()
  for (const entry of entries) {
    if (entry.ifNoneExist === null || entry.target.kind !== 'type') continue
    watch(`Bundle.entry[${entry.index}]`)
    const expression = `Bundle.entry[${entry.index}].request.ifNoneExist`
    const search = criteriaOf(asking, entry.target.type, String(new URLSearchParams(entry.ifNoneExist)), expression)
    const [hit, another] = await findByCriteria(asking, tx, search)
    if (another) throw severalMatch(expression)
    if (hit) found.set(entry.index, hit)
  }
  return found
}

/** `Patient?identifier=…` in place of an id must find exactly one. */
async function resolveConditional(asking: Asking, tx: AuditedTransaction, entries: readonly BundleEntry[], references: Map<string, string>): Promise<void> {
  const watch = startWatch()
  for (const { conditional } of entries) {
    for (const { reference, type, query, expression } of conditional) {
      if (references.has(reference)) continue
      watch(expression)
      const [hit, another] = await findByCriteria(asking, tx, criteriaOf(asking, type, String(new URLSearchParams(query)), expression))
      if (another) throw severalMatch(expression)
      if (!hit)
        throw new Refusal('precondition', 'the conditional reference finds nothing', {
          expression,
          hint: 'Create the resource first, or put it into the same transaction.',
        })
      references.set(reference, `${type}/${hit.resource.id}`)
    }
  }
}

/** The References themselves; what else may point to an entry is looked for once, at the end. */
function replaceIn({ survey }: BundleEntry, references: ReadonlyMap<string, string>): void {
  for (const holder of survey.holders) {
    const known = holder.reference === undefined ? undefined : references.get(holder.reference)
    if (known !== undefined) holder.reference = known
  }
}

function nameEntry(references: Map<string, string>, entry: BundleEntry, reference: string): void {
  for (const name of entry.names) references.set(name, reference)
}

/** What every entry does, conditions resolved; together they may touch a resource only once (R4 http, section 3.1.0.11.2). */
async function operationsOfAll(asking: Asking, tx: AuditedTransaction, writes: readonly BundleEntry[]): Promise<Map<number, Operation[]>> {
  const all = new Map<number, Operation[]>()
  const touched = new Set<string>()
  const watch = startWatch()
  for (const entry of writes) {
    const path = `Bundle.entry[${entry.index}]`
    if (entry.target.kind === 'search') watch(path)
    const operations = await operationsOfEntry(asking, tx, entry)
    for (const { type, id } of operations) {
      if (id !== null && touched.has(`${type}/${id}`)) {
        throw new Refusal('incorrect', 'two entries change the same resource', {
          expression: `${path}.request.url`,
          hint: 'Change a resource once in a transaction.',
        })
      }
      touched.add(`${type}/${id}`)
    }
    all.set(entry.index, operations)
  }
  return all
}

/** Patients first: their keys go into the ids of everything about them. */
async function placeAll(
  asking: Asking,
  tx: AuditedTransaction,
  writes: readonly BundleEntry[],
  operations: ReadonlyMap<number, Operation[]>,
  charts: Charts,
  references: Map<string, string>,
): Promise<Map<number, (Placed | null)[]>> {
  const placed = new Map<number, (Placed | null)[]>()
  const patientsFirst = [...writes.filter(isPatient), ...writes.filter((entry) => !isPatient(entry))]
  for (const entry of patientsFirst) {
    if (!isPatient(entry)) replaceIn(entry, references)
    const ones: (Placed | null)[] = []
    for (const operation of operations.get(entry.index) ?? []) {
      const one = await place(asking, tx, operation, charts)
      ones.push(one)
      if (one && operation.kind !== 'delete') nameEntry(references, entry, `${one.type}/${one.name ?? one.rowId}`)
    }
    placed.set(entry.index, ones)
  }
  return placed
}

const isPatient = (entry: BundleEntry) => entry.resource?.resourceType === 'Patient'

async function operationsOfEntry(asking: Asking, tx: AuditedTransaction, entry: BundleEntry): Promise<Operation[]> {
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
  if (target.kind === 'other' || method === 'GET' || method === 'HEAD' || method === 'POST') throw new Error('an entry that is no write was planned as one')
  const query = String(new URLSearchParams(target.query))
  const expression = `Bundle.entry[${index}].request.url`
  return operationsOf(asking, tx, { method, type: target.type, query, resource, expected, path, expression, ...(patch ? { patch } : {}) })
}
