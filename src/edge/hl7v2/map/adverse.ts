import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import { table } from '../../draft/table.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { practitioner } from './people.ts'
import { codeableConcept, coded, date, dateTime, entityIdentifier } from './types.ts'

const seriousness = 'http://terminology.hl7.org/CodeSystem/adverse-event-seriousness'
// HL7 table 0240 says which consequence makes it serious, and table 0238 whether it is.
const consequences = table<string>({
  D: 'SeriousResultsInDeath',
  L: 'SeriousIsLifeThreatening',
  H: 'SeriousResultsInHospitalization',
  P: 'SeriousResultsInHospitalization',
  I: 'SeriousResultsInDisability',
  J: 'SeriousResultsInDisability',
  C: 'SeriousIsBirthDefect',
  R: 'SeriousRequiresPreventImpairment',
})
const serious = table<string>({ Y: 'Serious', S: 'Serious', N: 'Non-serious' })
// HL7 table 0241.
const outcomes = table<string>({ D: 'fatal', F: 'resolved', R: 'recovering', N: 'ongoing', W: 'ongoing', S: 'resolvedWithSequelae', U: 'unknown' })

/** PES: who reports the event, and when. */
export function reported(segment: Segment, mapping: Mapping): void {
  mapping.reported = segment
  mapping.adverse = undefined
}

/** PEO: an event that happened to the patient, perhaps caused by a medicine (ICH E2A). */
export function adverse(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('AdverseEvent', segment)
  if (entry === undefined) return
  const { resource } = entry
  resource['actuality'] = 'actual'
  fill(entry, segment, rows, mapping)
  const words = [13, 14, 15, 16, 17, 18].flatMap((field) => segment.all(field).map((value) => value.whole())).join('\n')
  if (words !== '') resource['event'] = { ...(resource['event'] as Json | undefined), text: words }
  const whether = serious[segment.text(9)?.toUpperCase() ?? '']
  const worst = segment.all(11).flatMap((value) => consequences[value.part(1)?.toUpperCase() ?? ''] ?? [])[0] ?? whether
  if (worst !== undefined) resource['seriousness'] = { coding: [{ system: seriousness, code: worst }] }
  const outcome = outcomes[segment.text(12)?.toUpperCase() ?? '']
  if (outcome !== undefined) resource['outcome'] = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/adverse-event-outcome', code: outcome }] }
  const { reported: report, encounter } = mapping
  if (encounter !== undefined) resource['encounter'] = encounter.reference
  if (report !== undefined) ofReport(entry, report, mapping)
  mapping.adverse = entry
  mapping.noted = undefined
}
const rows = rowsOf([
  [2, 'event', codeableConcept],
  [3, 'date', dateTime],
])

function ofReport(entry: Entry, report: Segment, mapping: Mapping): void {
  const { resource } = entry
  fill(entry, report, reportRows, mapping)
  const number = report.first(5) && entityIdentifier(report.first(5) as Value, mapping)
  if (number?.['system'] === undefined) return
  // One report may contain several events, so the later ones get a number of their own.
  const before = mapping.draft.entries.filter((one) => one !== entry && one.resource.resourceType === 'AdverseEvent').length
  const own = before === 0 ? number : { ...number, value: `${String(number['value'])}/${before + 1}` }
  resource['identifier'] = own
  entry.isFoundBy(own)
}
const reportRows = rowsOf([
  [2, 'recorder', practitioner],
  [9, 'detected', dateTime],
  [10, 'recordedDate', dateTime],
])

/** PCR: the suspected cause, how probable it is, and its lot. */
export function suspected(segment: Segment, mapping: Mapping): void {
  const { adverse: entry, draft } = mapping
  const code = segment.first(1) && codeableConcept(segment.first(1) as Value)
  if (entry === undefined || code === undefined) return draft.lose(segment.place, 'suspects nothing, or of no event that stands before it')
  const medicine = draft.add('Medication', segment.place)
  const expirationDate = segment.first(6) && date(segment.first(6) as Value)
  Object.assign(medicine.resource, some({ code, batch: some({ lotNumber: segment.text(12), expirationDate }) }))
  const assessment = segment.first(20) && coded('0250')(segment.first(20) as Value)
  put(entry.resource, 'suspectEntity[]', some({ instance: medicine.reference, causality: assessment && [{ assessment }] }))
  entry.comesFrom(`${segment.place} suspectEntity<1`)
}
