import { type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { concept, entityIdentifier, identifier } from './types.ts'

/** What an order or a prescription is beside it, and not for. */
function beside(mapping: Mapping, reference: Json): void {
  const { order, medication } = mapping
  if (order.request !== undefined) put(order.request.resource, 'supportingInfo[]', reference)
  else if (medication?.resource.resourceType === 'MedicationRequest') put(medication.resource, 'supportingInformation[]', reference)
}

/** CTI: the clinical trial in which it is done. */
export function study(segment: Segment, mapping: Mapping): void {
  const given = segment.first(1)
  const number = given && entityIdentifier(given, mapping)
  if (number === undefined) return mapping.draft.lose(segment.place, 'names no trial')
  const entry = mapping.draft.once(`study ${JSON.stringify(number)}`, 'ResearchStudy', segment.place, ({ resource }) => {
    Object.assign(resource, { status: 'active', identifier: [number] })
  })
  fill(entry, segment, phaseRows, mapping)
  beside(mapping, entry.reference)
}
const phaseRows = rowsOf([[2, 'phase', (value) => concept(value)]])

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
