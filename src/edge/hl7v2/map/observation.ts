import { dateTimeOf } from '../../draft/dates.ts'
import { displayOf } from '../../draft/displays.ts'
import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { attachment, isBareFile } from './attachment.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { rememberResult } from './parent.ts'
import { inRole, practitioner } from './people.ts'
import { address, byTable, codeableConcept, concept, dateTime, entity, entityIdentifier, organization, universalType, worldly } from './types.ts'
import { ofVaccination } from './vaccine.ts'
import { rangeOf } from './range.ts'
import { setValue, unitOf } from './value.ts'
import { table } from '../../draft/table.ts'

// HL7 table 0085 to R4 observation-status, by HL7's own concept map.
const statuses = table<string>({
  C: 'corrected',
  D: 'entered-in-error',
  F: 'final',
  I: 'registered',
  N: 'unknown',
  O: 'unknown',
  P: 'preliminary',
  R: 'preliminary',
  S: 'preliminary',
  U: 'final',
  V: 'final',
  W: 'entered-in-error',
  X: 'cancelled',
  A: 'amended',
  B: 'preliminary',
})
// Codes of HL7 table 0078 that v3 ObservationInterpretation has too.
const interpretations = new Set([
  'L',
  'H',
  'LL',
  'HH',
  '<',
  '>',
  'N',
  'A',
  'AA',
  'U',
  'D',
  'B',
  'W',
  'S',
  'R',
  'I',
  'MS',
  'VS',
  'POS',
  'NEG',
  'IND',
  'DET',
  'ND',
  'EXP',
  'UNE',
  'NR',
  'RR',
  'WR',
  'CAR',
  'TOX',
  'IE',
  'NS',
  'SDD',
  'SYN-R',
  'SYN-S',
  'HU',
  'LU',
  'E',
  'OBX',
])

const rows = rowsOf([
  [21, 'identifier[]', entity('FILL')],
  [3, 'code', codeableConcept],
  [11, 'status', byTable(statuses)],
  [8, 'interpretation[]', interpretation],
  [14, 'effectiveDateTime', dateTime],
  [15, 'performer[]', organization],
  [16, 'performer[]', inRole('RO')],
  [23, 'performer[]', organization],
  [25, 'performer[]', inRole('MDIR')],
  [17, 'method', codeableConcept],
  [20, 'bodySite', codeableConcept],
  [19, 'extension[]', analysed],
  [18, 'device', instrument],
])

// As analysers print the flags.
const marks = table<string>({ '↑': 'H', '↓': 'L', '↑↑': 'HH', '↓↓': 'LL', '*': 'A' })

function interpretation(value: Value): Json | undefined {
  const given = value.part(1)?.toUpperCase() ?? ''
  const code = marks[given] ?? given
  // A word of the sender is not a code of HL7's table.
  if (!interpretations.has(code)) return value.part(3) === undefined ? words(value) : concept(value)
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation'
  const display = displayOf(system, code, value.part(2))
  value.skip(3)
  return { coding: [some({ system, code, display })] }
}
function words(value: Value): Json | undefined {
  const [code, display] = [value.part(1), value.part(2)]
  return value.length > 3 ? concept(value) : (code ?? display) === undefined ? undefined : { text: display ?? code }
}

/** OBX-19, when the instrument measured; R4 lacks an element for it. */
function analysed(value: Value): Json | undefined {
  const valueDateTime = dateTime(value)
  if (valueDateTime === undefined) return undefined
  return { url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.analysisDateTime', valueDateTime }
}

/** OBX-18, the instrument that measured. */
function instrument(value: Value, mapping: Mapping, place: string): Json | undefined {
  const [universal, kind] = [value.part(3), value.part(4)]
  const own = entityIdentifier(value, mapping)
  const number = own !== undefined && universal !== undefined ? { ...own, type: universalType(kind) } : (own ?? (universal && worldly(universal, kind)))
  if (!number) return undefined
  return mapping.draft.once(`device ${JSON.stringify(number)}`, 'Device', place, ({ resource }) => (resource['identifier'] = [number])).reference
}

/** OBX: a result; in a message about a document, the document. */
export function observation(segment: Segment, mapping: Mapping): void {
  if (mapping.document !== undefined && isContent(segment)) return
  if (isAttachment(segment)) return attached(segment, mapping)
  if (goesOn(segment, mapping)) return
  const entry = mapping.aboutPatient('Observation', segment)
  if (entry === undefined) return
  const { resource } = entry
  segment.skip(1, 2)
  segment.text(4)
  fill(entry, segment, rows, mapping)
  resource['status'] ??= 'unknown'
  resource['code'] ??= { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
  setValue(entry, segment, mapping)
  laboratory(segment, mapping)
  const range = segment.text(7)
  if (range !== undefined) {
    const referenceRange = [rangeOf(range, unitOf(segment))]
    // With several values the range is that of each value.
    const all = (resource['component'] ?? [resource]) as Json[]
    for (const one of all) one['referenceRange'] = referenceRange
  }
  identify(entry, segment, mapping)
  place(entry, segment, mapping)
  if (resource['effectiveDateTime'] === undefined) ofItsOrder(entry, mapping)
  if (mapping.immunization !== undefined) ofVaccination(segment, entry, mapping.immunization)
  mapping.noted = entry
}

/**
 * A text of several lines comes as several consecutive OBX with one code: it is one text. As separate results its lines could be read in any order,
 * and old lines of a corrected text would remain.
 */
function goesOn(segment: Segment, mapping: Mapping): boolean {
  const { noted, before } = mapping
  if (noted?.resource.resourceType !== 'Observation' || before?.name !== 'OBX' || !/^(?:TX|FT)$/i.test(segment.raw(2)) || before.raw(2) !== segment.raw(2))
    return false
  if (segment.raw(3) === '' || before.raw(3) !== segment.raw(3) || before.raw(4) !== segment.raw(4)) return false
  if (segment.raw(11) !== before.raw(11) || segment.raw(14) !== before.raw(14)) return false
  const { resource } = noted
  const lines = segment.all(5).map((value) => value.whole())
  if (resource['valueString'] === undefined && resource['dataAbsentReason'] !== undefined) return false
  resource['valueString'] = [resource['valueString'] ?? '', ...(lines.length === 0 ? [''] : lines)].join('\n')
  noted.comesFrom(`${segment.place} value<5`)
  segment.skip(1, 2)
  for (let field = 3; field <= segment.length && field < 31; field++) if (segment.raw(field) === before.raw(field)) segment.skip(field)
  return true
}

/** A result without a time gets that of its order (OBR-7), as HL7's map says: without one it would be missing from every course of values. */
function ofItsOrder({ resource }: Entry, { order: { report } }: Mapping): void {
  for (const name of ['effectiveDateTime', 'effectivePeriod']) if (report?.resource[name] !== undefined) resource[name] = report.resource[name]
}

// HL7 table 0085 as the status of a report.
const reportStatuses = table<string>({ C: 'corrected', D: 'entered-in-error', F: 'final', I: 'registered', P: 'preliminary', X: 'cancelled' })

/** A file becomes a form of the report that it belongs to, or a report of its own after an order or a visit: R4's Observation has no place for it. */
function attached(segment: Segment, mapping: Mapping): void {
  const { report, request } = mapping.order
  const entry = report ?? mapping.aboutPatient('DiagnosticReport', segment)
  if (entry === undefined) return
  for (const value of segment.all(5)) put(entry.resource, 'presentedForm[]', attachment(segment, value, mapping))
  entry.comesFrom(`${segment.place} presentedForm<5`)
  segment.skip(1, 2)
  segment.text(4)
  if (report !== undefined) {
    segment.skip(3, 11)
    return
  }
  fill(entry, segment, ownReportRows, mapping)
  entry.resource['status'] ??= 'unknown'
  entry.resource['code'] ??= { text: 'file' }
  if (request !== undefined) entry.resource['basedOn'] = [request.reference]
  if (mapping.encounter !== undefined) entry.resource['encounter'] = mapping.encounter.reference
  mapping.noted = entry
}
const ownReportRows = rowsOf([
  [21, 'identifier[]', entity('FILL')],
  [3, 'code', codeableConcept],
  [11, 'status', byTable(reportStatuses)],
  [14, 'effectiveDateTime', dateTime],
])

/** OBX-24 is the address of the organization of OBX-23. */
function laboratory(segment: Segment, mapping: Mapping): void {
  const name = segment.first(23)
  const reference = name && organization(name, mapping, `${segment.place}-23`)
  const where = mapping.draft.find(reference)
  if (where !== undefined && where.resource['address'] === undefined) fill(where, segment, laboratoryRows, mapping)
}
const laboratoryRows = rowsOf([[24, 'address[]', address]])

function place(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { resource } = entry
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  ofMedicine(entry, mapping)
  if (mapping.order.request !== undefined) resource['basedOn'] = [mapping.order.request.reference]
  // An antibiogram concerns the germ, and so the specimen in which the germ was found.
  const specimen = mapping.specimen ?? mapping.draft.find(mapping.order.parent?.resource['specimen'] as Json | undefined)
  if (specimen !== undefined) resource['specimen'] = specimen.reference
  if (mapping.immunization !== undefined) resource['partOf'] = [mapping.immunization.reference]
  if (mapping.order.report !== undefined) put(mapping.order.report.resource, 'result[]', entry.reference)
  if (mapping.order.parent !== undefined) put(mapping.order.parent.resource, 'hasMember[]', entry.reference)
  rememberResult(segment, entry, mapping)
}

/** A result after a prescription was ordered with it; a result after an administration or a dispense is part of that. */
function ofMedicine({ resource }: Entry, { medication, immunization }: Mapping): void {
  if (medication === undefined || immunization !== undefined) return
  if (medication.resource.resourceType === 'MedicationRequest') resource['basedOn'] = [medication.reference]
  else resource['partOf'] = [medication.reference]
}

/** The code with its suffix (HL7 2.8, 7.2.2): `18748-4&IMP` is the impression and not another version of the findings, `18748-4&GDT`. */
function codeOf(segment: Segment): string | undefined {
  const value = segment.first(3)
  const [code, suffix] = [value?.sub(1, 1), value?.sub(1, 2)]
  return suffix === undefined ? code : `${code}&${suffix}`
}

/** A later version replaces the same result, which is identified by the filler's number, the code, and the sub-id. */
function identify(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { number } = mapping.order
  const { localSystem } = mapping.options
  const code = codeOf(segment)
  const sub = segment.text(4)
  // With another order it is another result, though of the same moment.
  if ((number ?? sub) !== undefined) mapping.apart.set(entry, [number, sub].join('/'))
  if (entry.resource['identifier'] !== undefined || number === undefined || localSystem === undefined || code === undefined) return
  entry.resource['identifier'] = [{ system: `${localSystem}:result`, value: [number, code, sub].filter((one) => one !== undefined).join('/') }]
}

export const isAttachment = (segment: Segment): boolean => /^(?:ED|RP)$/i.test(segment.text(2) ?? '') || isBareFile(segment.raw(5))
/** In a document message all content belongs to the document: text lines as well as files. */
const isContent = (segment: Segment) => /^(?:ED|RP|TX|FT|ST)$/i.test(segment.text(2) ?? '')

/** NTE: a note on the segment before it. */
export function note(segment: Segment, mapping: Mapping): void {
  const lines = segment.all(3).map((value) => value.whole())
  const on = mapping.noted
  if (lines.length === 0) return
  segment.skip(1, 2)
  const words = lines.join('\n')
  if (on === undefined) return mapping.draft.lose(`${segment.place}-3`, 'a note on nothing that can have one')
  const author = segment.first(5) && practitioner(segment.first(5) as Value, mapping, `${segment.place}-5`)
  const time = dateTimeOf(segment.text(6) ?? '')
  on.comesFrom(`${segment.place} note<3`)
  if (on.resource.resourceType === 'DiagnosticReport') on.resource['conclusion'] = [on.resource['conclusion'], words].filter(Boolean).join('\n')
  else if (on.resource.resourceType === 'Appointment') on.resource['comment'] = [on.resource['comment'], words].filter(Boolean).join('\n')
  else put(on.resource, 'note[]', some({ text: words, time, authorReference: author }))
}
