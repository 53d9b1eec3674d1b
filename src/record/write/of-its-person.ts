import { keySets } from '../../identity/identity.ts'
import { type BundleEntry, printJson, type Resource, rewriteReferences } from '../../fhir/fhir.ts'
import type { Runner } from '../../platform/sql.ts'
import { isServerId, keyOfId, parseReference, reservedKeys } from '../ids.ts'
import type { Hit } from '../search/run-search.ts'
import { type Answers, bySearch, type Condition, lockConditions } from './conditions.ts'
import type { Intent } from './intent.ts'

/** So many resources with one number are looked at first, each of another person. */
export const peopleMax = 8

/** The key of the chart that an entry is about; when the transaction makes that chart, the entry that does; null when the bundle does not say it. */
type Subject = number | { madeBy: number } | null
type Lacking = { at: number; condition: Condition; key: number }

/**
 * What conditional creates and updates of a transaction find, without what is another person's. Local systems begin their numbers of orders anew: by
 * the number alone, one patient's result would refer to an order of somebody else. R4 (http, 3.1.0.8.1) knows only the condition; here the entry's own
 * patient decides as well. Hits in the patient's own chart count before hits in other charts of the same person.
 */
export async function ofTheirPersons(tx: Runner, intent: Intent, asked: Answers): Promise<Answers> {
  const { asks, conditions, plan } = intent
  const answers = [...asked]
  const lacking: Lacking[] = []
  for (const [index, at] of [...asks.existing, ...asks.targets]) {
    const entry = plan.entries[index] as BundleEntry
    const condition = conditions[at] as Condition
    const hits = asked[at] as Hit[]
    if (entry.ifNoneExist === null && entry.method !== 'PUT') continue
    if (condition.search.type === 'Patient' || !hits.some(({ row }) => row.patient >= reservedKeys)) continue
    const subject = subjectOf(intent, asked, entry)
    if (subject === null) continue
    const own = hits.filter(({ row }) => row.patient < reservedKeys || row.patient === subject)
    answers[at] = own
    if (own.length === 0 && typeof subject === 'number') lacking.push({ at, condition, key: subject })
  }
  if (lacking.length > 0) await askOwn(tx, lacking, answers)
  return answers
}

/**
 * Asks what the person has in any chart. Only others have the number so far, so this may become a new resource: as for a condition without hits, the
 * second of two requests waits and finds what the first has made.
 */
async function askOwn(tx: Runner, lacking: readonly Lacking[], answers: Hit[][]): Promise<void> {
  await lockConditions(
    tx,
    lacking.map(({ condition }) => condition),
  )
  const people = await keySets(tx, [...new Set(lacking.map(({ key }) => key))])
  for (const { at, condition, key } of lacking) answers[at] = await bySearch(tx, condition, people.get(key) ?? [key])
}

function subjectOf({ asking, patients, asks }: Intent, answers: Answers, { resource }: BundleEntry): Subject {
  if (resource === null) return null
  const { fhir } = asking.world
  // The compartment of a patient is made of references that say they are to a Patient; the name of an entry (urn:uuid) does not.
  // The exact numbers of a resource cannot be cloned; of this copy only the references are read.
  const named = JSON.parse(printJson(resource)) as Resource
  rewriteReferences(named, (reference) => {
    const patient = patients.find(({ names }) => names.includes(reference))
    return patient && `Patient/entry-${patient.index}`
  })
  for (const reference of fhir.patientReferences(named)) {
    const patient = patients.find(({ index }) => reference === `Patient/entry-${index}`)
    if (patient !== undefined) return chartOf(patient, asks, answers)
    const asked = asks.references.get(reference)
    if (asked !== undefined) return answers[asked]?.[0]?.row.patient ?? null
    const stored = parseReference(reference, asking.base)
    if (stored?.type === 'Patient' && isServerId(stored.id)) return keyOfId(stored.id)
  }
  return null
}

function chartOf({ index, target, method }: BundleEntry, asks: Intent['asks'], answers: Answers): Subject {
  const asked = asks.existing.get(index) ?? asks.targets.get(index)
  if (asked !== undefined) return answers[asked]?.[0]?.row.patient ?? { madeBy: index }
  return target.kind === 'type' && method === 'POST' ? { madeBy: index } : null
}

/** Whether two entries can be about one person: only when the bundle says of both whom they are about can they not. */
export function mayBeOfOnePerson(intent: Intent, answers: Answers, one: BundleEntry, other: BundleEntry): boolean {
  const [a, b] = [subjectOf(intent, answers, one), subjectOf(intent, answers, other)]
  if (a === null || b === null) return true
  return typeof a === 'object' && typeof b === 'object' ? a.madeBy === b.madeBy : a === b
}
