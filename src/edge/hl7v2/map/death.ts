import { type Entry, type Json, put, some, periodOf } from '../../draft/draft.ts'
import { dateTimeOf } from '../../draft/dates.ts'
import type { Segment, Value } from '../message.ts'
import { type Mapping, momentIn } from './mapping.ts'
import { practitioner } from './people.ts'
import { codeableConcept } from './types.ts'

/** PDA: the cause of death, who certified it, and whether there was an autopsy. */
export function death(segment: Segment, mapping: Mapping): void {
  if (mapping.patient === undefined) return
  causeOf(segment, mapping)
  const isSaid = (field: number) => /^Y$/i.test(segment.text(field) ?? '')
  const [certified, period] = [momentIn(segment, 4, mapping), segment.first(7)]
  if (isSaid(3) || certified !== undefined)
    done(segment, { code: '308646001', display: 'Death certification' }, some({ performedDateTime: certified }), 5, mapping)
  const performedPeriod = periodOf(dateTimeOf(period?.part(1) ?? ''), dateTimeOf(period?.part(2) ?? ''))
  if (isSaid(6) || performedPeriod !== undefined) done(segment, { code: '29240004', display: 'Autopsy examination' }, some({ performedPeriod }), 8, mapping)
}

function causeOf(segment: Segment, mapping: Mapping): void {
  for (const value of segment.all(1)) {
    const code = codeableConcept(value)
    const entry = code && (mapping.aboutPatient('Condition', segment) as Entry)
    if (entry === undefined) continue
    Object.assign(entry.resource, {
      category: [{ coding: [{ system: 'http://snomed.info/sct', code: '184305005', display: 'Cause of death' }] }],
      code,
    })
    if (mapping.encounter !== undefined) entry.resource['encounter'] = mapping.encounter.reference
    mapping.apart.set(entry, 'PDA')
    entry.comesFrom(`${segment.place} code<1`)
  }
}

function done(segment: Segment, coding: Json, when: Json | undefined, by: number, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Procedure', segment) as Entry
  Object.assign(entry.resource, { status: 'completed', code: { coding: [{ system: 'http://snomed.info/sct', ...coding }] }, ...when })
  const actor = segment.first(by) && practitioner(segment.first(by) as Value, mapping, `${segment.place}-${by}`)
  if (actor !== undefined) put(entry.resource, 'performer[]', { actor })
  if (mapping.encounter !== undefined) entry.resource['encounter'] = mapping.encounter.reference
}
