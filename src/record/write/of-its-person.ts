import { keySetRows } from '../../identity/identity.ts'
import { type BundleEntry, rewriteReferences } from '../../fhir/fhir.ts'
import type { Runner } from '../../platform/sql.ts'
import { isServerId, keyOfId, parseReference, reservedKeys } from '../ids.ts'
import type { Hit } from '../search/run-search.ts'
import type { Answers, Condition } from './conditions.ts'
import { severalMatch } from './conditional.ts'
import type { Intent } from './intent.ts'

/** How many resources may have one number, each of another person; beyond that the condition is too vague. */
export const peopleMax = 8

/** The key of the chart that an entry is about; `new` when the transaction makes that chart; null when the bundle does not say it. */
type Subject = number | 'new' | null

/**
 * What a conditional create of a transaction finds, without what is another person's. Local systems begin their numbers of orders anew: by the number
 * alone, one patient's result would refer to an order of somebody else. R4 (http, 3.1.0.8.1) knows only the condition; here the entry's own patient
 * decides as well. Hits in the patient's own chart count before hits in other charts of the same person.
 */
export async function ofItsPerson(tx: Runner, intent: Intent, answers: Answers, entry: BundleEntry, condition: Condition, hits: Hit[]): Promise<Hit[]> {
  if (condition.search.type === 'Patient' || !hits.some(({ row }) => row.patient >= reservedKeys)) return hits
  const subject = subjectOf(intent, answers, entry)
  const isOthers = ({ row }: Hit) => row.patient >= reservedKeys && row.patient !== subject
  if (subject === null || !hits.some(isOthers)) return hits
  const own = hits.filter((hit) => !isOthers(hit))
  const found = own.length > 0 || subject === 'new' ? own : await ofSamePerson(tx, subject, hits)
  // Of more hits than were asked for, one may be of this person.
  if (found.length === 0 && hits.length >= condition.limit) throw severalMatch(condition.expression, hits)
  return found
}

async function ofSamePerson(tx: Runner, key: number, hits: readonly Hit[]): Promise<Hit[]> {
  const [person] = await tx.run<{ keys: number[] }>(keySetRows([key]))
  return hits.filter(({ row }) => person?.keys.includes(row.patient))
}

function subjectOf({ asking, plan, asks }: Intent, answers: Answers, { resource }: BundleEntry): Subject {
  if (resource === null) return null
  const { fhir } = asking.world
  const patients = plan.entries.filter((one) => one.resource?.resourceType === 'Patient')
  // The compartment of a patient is made of references that say they are to a Patient; the name of an entry (urn:uuid) does not.
  const named = structuredClone(resource)
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
  if (asked !== undefined) return answers[asked]?.[0]?.row.patient ?? 'new'
  return target.kind === 'type' && method === 'POST' ? 'new' : null
}
