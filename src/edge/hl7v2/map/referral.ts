import { table } from '../../draft/table.ts'
import type { Segment } from '../message.ts'
import { fill, type Mapping, periodIn, rowsOf } from './mapping.ts'
import { practitioner } from './people.ts'
import { urgencies } from './timing.ts'
import { byTable, codeableConcept, dateTime, entity, organization } from './types.ts'

const referralStatuses = table<string>({ A: 'active', P: 'on-hold', R: 'revoked', E: 'completed' })

/** RF1: a referral. */
export function referral(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('ServiceRequest', segment)
  if (entry === undefined) return
  const { resource } = entry
  fill(entry, segment, referralRows, mapping)
  resource['status'] = referralStatuses[segment.text(1)?.toUpperCase() ?? ''] ?? 'unknown'
  resource['intent'] = 'order'
  resource['category'] = [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005', display: 'Patient referral' }] }]
  fill(entry, segment, categoryRows, mapping)
  const period = periodIn(segment, 7, 8, mapping)
  if (period !== undefined) resource['occurrencePeriod'] = period
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  mapping.noted = entry
  mapping.referral = entry
}
const referralRows = rowsOf([
  [6, 'identifier[]', entity('PLAC')],
  [11, 'identifier[]', entity('FILL')],
  [2, 'priority', byTable(urgencies)],
  [9, 'authoredOn', dateTime],
  [10, 'reasonCode[]', codeableConcept],
  [3, 'code', codeableConcept],
  [19, 'performer[]', organization],
  [20, 'performer[]', practitioner],
  [14, 'reasonCode[]', (value) => ({ text: value.whole() })],
  [24, 'note[]', (value) => ({ text: value.whole() })],
])
const categoryRows = rowsOf([
  [3, 'category[]', codeableConcept],
  [5, 'locationCode[]', codeableConcept],
])
