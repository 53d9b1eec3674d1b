// A contact and everything that is written during it.

import type { CodeableConcept, Condition, Encounter, Procedure, Reference } from '@medplum/fhirtypes'
import { type Day, instant, isoDay } from './calendar.ts'
import { add, type Care, type Chart, institutionReference, systems, unitReference, workerReference } from './chart.ts'
import { chartAt, type Life } from './life.ts'

type VisitClass = 'AMB' | 'IMP' | 'EMER' | 'HH'

export type Visit = {
  life: Life
  chart: Chart
  care: Care
  day: Day
  minute: number
  encounter: Encounter
  reference: Reference<Encounter>
}

const classNames: Record<VisitClass, string> = { AMB: 'ambulatory', IMP: 'inpatient encounter', EMER: 'emergency', HH: 'home health' }

type VisitPlan = {
  care: Care
  day: Day
  class?: VisitClass
  type: string
  /** Why the person came, in the person's own words. */
  reason?: string
  /** The last day of a stay. */
  until?: Day
}

export function openVisit(life: Life, plan: VisitPlan): Visit {
  const { care, day, type, reason, until } = plan
  const kind = plan.class ?? 'AMB'
  const chart = chartAt(life, care)
  const minute = kind === 'EMER' ? life.random.integer(15, 1400) : life.random.integer(7 * 60 + 20, 18 * 60 + 30)
  // A visit at night must not run past midnight, nor into the hours in which clocks change.
  const start = minute > 60 && minute < 240 ? minute + 200 : minute
  const end = until === undefined ? instant(day, Math.min(start + life.random.integer(8, 25), 1439)) : instant(until, life.random.integer(600, 800))
  const encounter: Encounter = {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: kind, display: classNames[kind] },
    type: [{ text: type }],
    subject: chart.patient,
    participant: [{ individual: workerReference(care.worker) }],
    period: { start: instant(day, start), end },
    ...(reason ? { reasonCode: [{ text: reason }] } : {}),
    location: [{ location: unitReference(care) }],
    serviceProvider: institutionReference(care.institution),
  }
  return { life, chart, care, day, minute: start, encounter, reference: add(chart, encounter) }
}

/** The time of every resource written in a visit: the visit's beginning, so nothing lies before it. */
export const momentOf = (visit: Visit): string => instant(visit.day, visit.minute)

type Diagnosis = { code: string; text: string; onset?: Day; end?: Day | null; isLong?: boolean; note?: string }

/**
 * Writes a diagnosis into the visit. A long illness has one Condition in a chart, to which later visits refer; an acute illness is a new Condition
 * each time.
 */
export function diagnose(visit: Visit, diagnosis: Diagnosis): Reference<Condition> {
  const { life, chart, care } = visit
  const key = `${care.institution.index}/${diagnosis.code}`
  const known = diagnosis.isLong ? life.filed.get(key) : undefined
  const reference: Reference<Condition> = known ? { reference: known } : add(chart, conditionOf(visit, diagnosis))
  if (diagnosis.isLong) life.filed.set(key, reference.reference!)
  const uses = (visit.encounter.diagnosis ??= [])
  uses.push({ condition: reference as Reference<Condition>, rank: uses.length + 1 })
  return reference
}

const clinical = (code: 'active' | 'resolved'): CodeableConcept => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] })
const confirmed: CodeableConcept = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }] }
const category = (code: string, display: string): CodeableConcept[] => [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code, display }] },
]

function conditionOf(visit: Visit, { code, text, onset, end, isLong, note }: Diagnosis): Condition {
  const isOver = end !== undefined && end !== null && end <= visit.life.until
  return {
    resourceType: 'Condition',
    clinicalStatus: clinical(isOver ? 'resolved' : 'active'),
    verificationStatus: confirmed,
    category: isLong ? category('problem-list-item', 'Problem List Item') : category('encounter-diagnosis', 'Encounter Diagnosis'),
    code: { coding: [{ system: systems.icd, code, display: text }], text },
    subject: visit.chart.patient,
    encounter: visit.reference,
    onsetDateTime: isoDay(onset ?? visit.day),
    ...(isOver ? { abatementDateTime: isoDay(end) } : {}),
    recordedDate: momentOf(visit),
    recorder: workerReference(visit.care.worker),
    ...(note ? { note: [{ text: note }] } : {}),
  }
}

export type Act = {
  text: string
  snomed?: readonly [code: string, display: string]
  site?: CodeableConcept
  day?: Day
  reason?: Reference<Condition>
  outcome?: string
}

export function perform(visit: Visit, { text, snomed, site, day, reason, outcome }: Act): Reference<Procedure> {
  return add(visit.chart, {
    resourceType: 'Procedure',
    status: 'completed',
    code: { ...(snomed ? { coding: [{ system: systems.snomed, code: snomed[0], display: snomed[1] }] } : {}), text },
    subject: visit.chart.patient,
    encounter: visit.reference,
    performedDateTime: day === undefined ? momentOf(visit) : isoDay(day),
    performer: [{ actor: workerReference(visit.care.worker) }],
    ...(reason ? { reasonReference: [reason] } : {}),
    ...(site ? { bodySite: [site] } : {}),
    ...(outcome ? { outcome: { text: outcome } } : {}),
  })
}
