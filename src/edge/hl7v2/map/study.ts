import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, periodIn, rowsOf } from './mapping.ts'
import { wordsOf } from './medication.ts'
import { concept, entityIdentifier, identifier } from './types.ts'

/** Links something to an order or a prescription as supporting information. */
function beside(mapping: Mapping, reference: Json): void {
  const { order, medication } = mapping
  if (order.request !== undefined) put(order.request.resource, 'supportingInfo[]', reference)
  else if (medication?.resource.resourceType === 'MedicationRequest') put(medication.resource, 'supportingInformation[]', reference)
}

const studyOf = (number: Json, segment: Segment, mapping: Mapping): Entry =>
  mapping.draft.once(`study ${JSON.stringify(number)}`, 'ResearchStudy', segment.place, ({ resource }) => {
    Object.assign(resource, { status: 'active', identifier: [number] })
  })

/** CTI: the clinical trial that an order is part of. */
export function study(segment: Segment, mapping: Mapping): void {
  const given = segment.first(1)
  const number = given && entityIdentifier(given, mapping)
  if (number === undefined) return mapping.draft.lose(segment.place, 'names no trial')
  const entry = studyOf(number, segment, mapping)
  fill(entry, segment, phaseRows, mapping)
  beside(mapping, entry.reference)
}
const phaseRows = rowsOf([[2, 'phase', (value) => concept(value)]])

/** CSR: the patient's part in a trial: for which period, and in which arm. */
export function subject(segment: Segment, mapping: Mapping): void {
  const given = segment.first(1)
  const number = given && entityIdentifier(given, mapping)
  if (number === undefined) return mapping.draft.lose(segment.place, 'names no trial')
  const entry = mapping.aboutPatient('ResearchSubject', segment, 'individual')
  if (entry === undefined) return
  const { resource } = entry
  resource['study'] = studyOf(number, segment, mapping).reference
  fill(entry, segment, subjectRows, mapping)
  const period = periodIn(segment, 6, 15, mapping)
  if (period !== undefined) resource['period'] = period
  resource['status'] = segment.first(15) === undefined ? 'on-study' : 'off-study'
  mapping.noted = undefined
}
const subjectRows = rowsOf([
  [4, 'identifier[]', identifier],
  [5, 'identifier[]', identifier],
  [12, 'assignedArm', wordsOf],
])

/** BLG: the account that an order is charged to. */
export function billed(segment: Segment, mapping: Mapping): void {
  const number = segment.first(3) && identifier(segment.first(3) as Value, mapping, `${segment.place}-3`)
  if (number === undefined) return
  const entry = mapping.draft.once(`account ${JSON.stringify(some(number))}`, 'Account', segment.place, ({ resource }) => {
    Object.assign(resource, { status: 'active', identifier: [number], subject: mapping.patient === undefined ? undefined : [mapping.patient.reference] })
  })
  entry.comesFrom(`${segment.place} identifier<3`)
  beside(mapping, entry.reference)
}
