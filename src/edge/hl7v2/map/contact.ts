import { put } from '../../draft/draft.ts'
import type { Segment } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { location, practitionerNamed } from './people.ts'
import { address, coded, telecom } from './types.ts'

const personRows = rowsOf([[3, 'address[]', address]])
const roleRows = rowsOf([
  [1, 'code[]', coded('0131')],
  [4, 'location[]', location],
  [5, 'telecom[]', telecom],
])

/** CTD: the contact for the order, the prescription or the referral before it. */
export function contact(segment: Segment, mapping: Mapping): void {
  const { referral, order, medication } = mapping
  const asked = order.request ?? (medication?.resource.resourceType === 'MedicationRequest' ? medication : undefined) ?? referral
  if (asked === undefined) return mapping.draft.lose(segment.place, 'is whom to ask about an order, and none stands before it')
  const person = practitionerNamed(segment, mapping)
  if (person === undefined) return
  fill(person, segment, personRows, mapping)
  const role = mapping.draft.add('PractitionerRole', segment.place)
  role.resource['practitioner'] = person.reference
  fill(role, segment, roleRows, mapping)
  put(asked.resource, asked.resource.resourceType === 'MedicationRequest' ? 'supportingInformation[]' : 'supportingInfo[]', role.reference)
  asked.comesFrom(`${segment.place} supportingInfo<2`)
}
