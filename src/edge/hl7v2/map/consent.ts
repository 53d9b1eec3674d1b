import { type Json, put, some } from '../../draft/draft.ts'
import { table } from '../../draft/table.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, periodIn, rowsOf } from './mapping.ts'
import { byTable, coded, dateTime, entity, humanName } from './types.ts'

// HL7 table 0498 to R4 consent-state-codes: a refusal is not an active consent.
const statuses = table<string>({ A: 'active', L: 'active', B: 'active', R: 'rejected', P: 'proposed', X: 'inactive' })
// HL7 table 0496 numbers the kinds of consent; all but these concern something to be done, not privacy.
const ofPrivacy = new Set(['001', '003'])

const rows = rowsOf([
  [3, 'identifier[]', entity()],
  [2, 'category[]', coded('0496')],
  [11, 'status', byTable(statuses)],
  [13, 'dateTime', dateTime],
])
const discussedRows = rowsOf([[12, 'dateTime', dateTime]])

/** CON: the patient's consent or refusal, given by the patient or by somebody else. */
export function consent(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Consent', segment, 'patient')
  if (entry === undefined) return
  segment.skip(1)
  const { resource } = entry
  fill(entry, segment, rows, mapping)
  if (resource['dateTime'] === undefined) fill(entry, segment, discussedRows, mapping)
  resource['status'] ??= 'active'
  const code = segment.text(2)
  resource['scope'] = scopeOf(code)
  resource['category'] ??= [{ text: 'consent' }]
  // ppc-1 demands a rule: the words of the form, or its number when there are none.
  const words = [4, 5, 6].flatMap((field) => segment.all(field).map((value) => value.whole()))
  resource['policyRule'] = { text: words.join(' ') || (segment.text(3) ?? 'not said') }
  const period = periodIn(segment, 14, 15, mapping)
  if (period !== undefined) resource['provision'] = { period }
  performers(resource, segment, mapping)
  mapping.noted = undefined
}

const consentScope = 'http://terminology.hl7.org/CodeSystem/consentscope'
function scopeOf(code: string | undefined): Json {
  if (code === undefined || !/^\d{3}$/.test(code)) return { text: 'not said' }
  return ofPrivacy.has(code)
    ? { coding: [{ system: consentScope, code: 'patient-privacy', display: 'Privacy Consent' }] }
    : { coding: [{ system: consentScope, code: 'treatment', display: 'Treatment' }] }
}

/** CON-24 and 25: who agreed; 1 and SEL are the patient (HL7 table 0548). */
function performers(resource: Json, segment: Segment, mapping: Mapping): void {
  const isSelf = /^(?:1|SEL|SELF|)$/i.test(segment.text(25) ?? '')
  segment.first(25)?.skip(2, 3)
  const name = segment.first(24) && humanName(segment.first(24) as Value)
  if (isSelf || name === undefined || mapping.patient === undefined) {
    if (isSelf && mapping.patient !== undefined && (name !== undefined || segment.text(25) !== undefined))
      put(resource, 'performer[]', mapping.patient.reference)
    return
  }
  const person = mapping.draft.add('RelatedPerson', segment.place)
  Object.assign(person.resource, some({ patient: mapping.patient.reference, name: [name] }))
  put(resource, 'performer[]', person.reference)
}
