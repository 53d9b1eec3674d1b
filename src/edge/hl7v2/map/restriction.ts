import { codingOf } from '../../draft/displays.ts'
import { type Json, put } from '../../draft/draft.ts'
import type { Segment } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { identifier } from './types.ts'
import { table } from '../../draft/table.ts'

// HL7 table 0717 has codes that v3 ActCode does not have; those that it has are security labels as they are.
const labels = table<string>({ DEM: 'DEMO', LOC: 'LOCIS', HIV: 'HIV', STD: 'STD', SMD: 'PSY', UWM: 'MST', PID: 'PRS', DIA: 'DIA' })

// HL7 table 0719: whose wish or whose position it is.
const reasons = table<string>({ PAT: 'PRS', PHY: 'PHY', VIP: 'CEL' })

/** ARV: what the patient, or another, wants to be shown to fewer. The record decides by its own rules; the label is kept. */
export function restriction(segment: Segment, mapping: Mapping): void {
  const on = mapping.encounter ?? mapping.patient
  if (on === undefined) return
  segment.skip(1, 2)
  const meta = (on.resource.meta ??= {}) as Json
  for (const value of segment.all(3)) {
    const code = value.part(1)
    const known = labels[code ?? '']
    if (code === undefined) continue
    put(
      meta,
      'security[]',
      known === undefined
        ? { system: 'http://terminology.hl7.org/CodeSystem/v2-0717', code }
        : codingOf('http://terminology.hl7.org/CodeSystem/v3-ActCode', known),
    )
  }
  on.comesFrom(`${segment.place} meta.security<3`)
  for (const value of segment.all(4)) {
    const code = reasons[value.part(1) ?? '']
    if (code !== undefined) put(meta, 'security[]', codingOf('http://terminology.hl7.org/CodeSystem/v3-ActCode', code))
  }
}

/** DB1: the number of the disabled person, who is the patient (PT); other persons are of no place here. */
export function disability(segment: Segment, mapping: Mapping): void {
  segment.skip(1)
  if (mapping.patient === undefined || segment.text(2) !== 'PT') return
  fill(mapping.patient, segment, disabilityRows, mapping)
}
const disabilityRows = rowsOf([[3, 'identifier[]', identifier]])
