import { codingOf } from '../../draft/displays.ts'
import { dateTimeOf } from '../../draft/dates.ts'
import { type Json, periodOf, put } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { identifier } from './types.ts'
import { table } from '../../draft/table.ts'

// Codes of HL7 table 0717 that v3 ActCode lacks; all others are security labels as they are.
const labels = table<string>({ DEM: 'DEMO', LOC: 'LOCIS', HIV: 'HIV', STD: 'STD', SMD: 'PSY', UWM: 'MST', PID: 'PRS', DIA: 'DIA' })

// HL7 table 0719: whose wish or position is the reason.
const reasons = table<string>({ PAT: 'PRS', PHY: 'PHY', VIP: 'CEL' })

const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const restrictionRange = 'http://hl7.org/fhir/uv/v2mappings/StructureDefinition/access-restriction-range'

/** ARV: data whose access the patient, or another, wants restricted. The record decides by its own rules; the label is kept. */
export function restriction(segment: Segment, mapping: Mapping): void {
  const on = mapping.encounter ?? mapping.patient
  if (on === undefined) return
  segment.skip(1)
  // HL7 table 0206.
  if (/^D$/i.test(segment.text(2) ?? '')) return mapping.draft.lose(segment.place, 'takes a restriction back, which is left out here')
  segment.skip(2)
  const labelled = (value: Value): Json[] => {
    const code = value.part(1)
    const known = labels[code ?? '']
    if (code === undefined) return []
    return [known === undefined ? { system: 'http://terminology.hl7.org/CodeSystem/v2-0717', code } : codingOf(actCode, known)]
  }
  const because = (value: Value): Json[] => {
    const code = reasons[value.part(1) ?? '']
    return code === undefined ? [] : [codingOf(actCode, code)]
  }
  const all = [...segment.all(3).flatMap(labelled), ...segment.all(4).flatMap(because), ...segment.all(5).map((value) => ({ display: value.whole() }))]
  const held = periodOf(dateTimeOf(segment.first(6)?.part(1) ?? ''), dateTimeOf(segment.first(6)?.part(2) ?? ''))
  const [first] = all as Json[]
  if (first === undefined) return
  // The period in which it holds, as HL7's map of ARV has it.
  if (held !== undefined) first['extension'] = [{ url: restrictionRange, valuePeriod: held }]
  for (const one of all) put(on.resource, 'meta.security[]', one)
  on.comesFrom(`${segment.place} meta.security<3`)
}

/** DB1: the number of the disabled person when that is the patient (PT); other persons are left out. */
export function disability(segment: Segment, mapping: Mapping): void {
  segment.skip(1)
  if (mapping.patient === undefined || segment.text(2) !== 'PT') return
  fill(mapping.patient, segment, disabilityRows, mapping)
}
const disabilityRows = rowsOf([[3, 'identifier[]', identifier]])
