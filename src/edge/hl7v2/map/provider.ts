import { put } from '../../draft/draft.ts'
import type { Segment } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { practitionerNamed } from './people.ts'
import { address, telecom } from './types.ts'

/** PRD: the referring or receiving doctor (HL7 table 0286) of the referral in the RF1 before it. */
export function provider(segment: Segment, mapping: Mapping): void {
  const { referral } = mapping
  if (referral === undefined) return mapping.draft.lose(segment.place, 'belongs to a referral, and no RF1 stands before it')
  const person = practitionerNamed(segment, mapping)
  if (person === undefined) return
  fill(person, segment, rows, mapping)
  const role = segment.text(1)?.toUpperCase() ?? ''
  segment.first(1)?.skip(2, 3)
  if (role === 'RP') referral.resource['requester'] ??= person.reference
  else if (role === 'RT') put(referral.resource, 'performer[]', person.reference)
  else put(referral.resource, 'supportingInfo[]', person.reference)
  referral.comesFrom(`${segment.place} ${role === 'RP' ? 'requester' : role === 'RT' ? 'performer' : 'supportingInfo'}<2`)
}
const rows = rowsOf([
  [3, 'address[]', address],
  [5, 'telecom[]', telecom],
])
