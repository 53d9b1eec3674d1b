import { isBase64 } from '../../draft/base64.ts'
import { dateTimeOf } from '../../draft/dates.ts'
import { displayOf } from '../../draft/displays.ts'
import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { inRole, practitioner } from './people.ts'
import {
  address,
  byTable,
  codeableConcept,
  concept,
  dateTime,
  decimal,
  entity,
  entityIdentifier,
  organization,
  units,
  universalType,
  worldly,
} from './types.ts'
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
  [21, 'identifier[]', entity()],
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

function interpretation(value: Value): Json | undefined {
  const code = value.part(1)?.toUpperCase() ?? ''
  if (!interpretations.has(code)) return concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0078')
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation'
  const display = displayOf(system, code, value.part(2))
  value.skip(3)
  return { coding: [some({ system, code, display })] }
}
/** OBX-19, when the instrument measured; R4 has no element of its own for it. */
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

/** OBX: a result, or, in a message about a document, the document. */
export function observation(segment: Segment, mapping: Mapping): void {
  if (mapping.document !== undefined && isContent(segment)) return
  if (isAttachment(segment)) return attached(segment, mapping)
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
  if (range !== undefined) resource['referenceRange'] = [rangeOf(segment, range)]
  identify(entry, segment, mapping)
  place(entry, mapping)
  mapping.noted = entry
}

// HL7 table 0085 as the status of a report.
const reportStatuses = table<string>({ C: 'corrected', D: 'entered-in-error', F: 'final', I: 'registered', P: 'preliminary', X: 'cancelled' })

/** A file is a form of the report that it stands in, and a report of its own where it stands in an order or a visit: R4's Observation has no place for it. */
function attached(segment: Segment, mapping: Mapping): void {
  const { report, request } = mapping.order
  const entry = report ?? mapping.aboutPatient('DiagnosticReport', segment)
  if (entry === undefined) return
  const form = attachment(segment, mapping)
  if (form !== undefined) put(entry.resource, 'presentedForm[]', form)
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

/** OBX-24, the address of the organization of OBX-23. */
function laboratory(segment: Segment, mapping: Mapping): void {
  const name = segment.first(23)
  const reference = name && organization(name, mapping, `${segment.place}-23`)
  const where = mapping.draft.find(reference)
  if (where !== undefined && where.resource['address'] === undefined) fill(where, segment, laboratoryRows, mapping)
}
const laboratoryRows = rowsOf([[24, 'address[]', address]])

function place(entry: Entry, mapping: Mapping): void {
  const { resource } = entry
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  if (mapping.order.request !== undefined) resource['basedOn'] = [mapping.order.request.reference]
  if (mapping.specimen !== undefined) resource['specimen'] = mapping.specimen.reference
  if (mapping.immunization !== undefined) resource['partOf'] = [mapping.immunization.reference]
  if (mapping.order.report !== undefined) put(mapping.order.report.resource, 'result[]', entry.reference)
}

/** A later version of the same result replaces the earlier one: filler's number, what was measured, and which of them. */
function identify(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { number } = mapping.order
  const { localSystem } = mapping.options
  const code = segment.first(3)?.part(1)
  if (entry.resource['identifier'] !== undefined || number === undefined || localSystem === undefined || code === undefined) return
  entry.resource['identifier'] = [{ system: `${localSystem}:result`, value: [number, code, segment.text(4)].filter((one) => one !== undefined).join('/') }]
}

/** OBX-7: `3.5-5.0`, `<5`, `>10`; anything else, and all of it, as text. */
function rangeOf(segment: Segment, text: string): Json {
  const unit = unitOf(segment)
  const bound = (value: string | undefined) => (value === undefined ? undefined : { value: Number(value), ...unit })
  const [, low, high] = /^(-?\d+(?:\.\d+)?)\s*-\s*(-?\d+(?:\.\d+)?)$/.exec(text) ?? []
  const [, sign, edge] = /^([<>])=?\s*(-?\d+(?:\.\d+)?)$/.exec(text) ?? []
  return some({ low: bound(low ?? (sign === '>' ? edge : undefined)), high: bound(high ?? (sign === '<' ? edge : undefined)), text }) as Json
}

function unitOf(segment: Segment): Json {
  const given = segment.first(6)
  return units(given?.part(1), given?.part(2), given?.part(3))
}

const texts = new Set(['ST', 'TX', 'FT', 'ED', 'RP', 'XAD', 'XPN', 'XTN', 'ID', 'IS', 'CX', 'XCN', 'EI', 'HD', 'NA'])

function setValue(entry: Entry, segment: Segment, mapping: Mapping): void {
  const values = segment.all(5)
  const { resource } = entry
  const [first] = values
  unitOf(segment)
  if (first === undefined) {
    // obs-6: a reason for having no value only where there is none.
    if (/^[NXI]$/i.test(segment.text(11) ?? ''))
      resource['dataAbsentReason'] = {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: /^N$/i.test(segment.text(11) ?? '') ? 'not-performed' : 'unknown' },
        ],
      }
    return
  }
  entry.comesFrom(`${segment.place} value<5`)
  const type = segment.text(2)?.toUpperCase() ?? ''
  if (values.length === 1) {
    if (!setOne(resource, type, first, segment, mapping)) resource['valueString'] = first.whole()
    return
  }
  if (type === 'TX' || type === 'FT' || type === 'ST' || !typed.has(type)) {
    resource['valueString'] = values.map((value) => value.whole()).join('\n')
    return
  }
  resource['component'] = values.map((value) => {
    const component: Json = { code: resource['code'] }
    if (!setOne(component, type, value, segment, mapping)) component['valueString'] = value.whole()
    return component
  })
}
const typed = new Set(['NM', 'SN', 'CE', 'CWE', 'CNE', 'CF', 'TS', 'DTM', 'DT', 'NR'])

/** False when the value is not what its type says: then it is text, and the sender is told. */
function setOne(resource: Json, type: string, value: Value, segment: Segment, mapping: Mapping): boolean {
  const made = valueOf(type, value, segment)
  if (made === null) return texts.has(type) || type === '' ? saved(resource, value) : lostType(type, segment, mapping)
  Object.assign(resource, made)
  return true
}
function saved(resource: Json, value: Value): boolean {
  resource['valueString'] = value.whole()
  return true
}
function lostType(type: string, segment: Segment, mapping: Mapping): boolean {
  mapping.draft.lose(`${segment.place}-5`, `is not what its type ${type.slice(0, 3)} says, and is kept as text`)
  return false
}

function valueOf(type: string, value: Value, segment: Segment): Json | null {
  switch (type) {
    case 'NM': {
      const number = decimal(value)
      return number === undefined ? compared(value, unitOf(segment)) : { valueQuantity: { value: number, ...unitOf(segment) } }
    }
    case 'SN':
      return structured(value, unitOf(segment))
    case 'NR':
      return ranged(value.part(1), value.part(2), unitOf(segment))
    case 'CE':
    case 'CWE':
    case 'CNE':
    case 'CF': {
      const valueCodeableConcept = concept(value)
      return valueCodeableConcept === undefined ? null : { valueCodeableConcept }
    }
    case 'TS':
    case 'DTM':
    case 'DT': {
      const valueDateTime = dateTimeOf(value.part(1) ?? '')
      return valueDateTime === undefined ? null : { valueDateTime }
    }
    case 'TM': {
      const [, hour, minute, second = '00'] = /^(\d{2})(\d{2})(\d{2})?/.exec(value.part(1) ?? '') ?? []
      return hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 ? null : { valueTime: `${hour}:${minute}:${second}` }
    }
    default:
      return null
  }
}

/** `<0.5`: no number by the standard, and written by laboratories everywhere. */
function compared(value: Value, unit: Json): Json | null {
  const [, comparator, number] = /^(<=|>=|<|>)\s*(-?\d{1,15}(?:\.\d{1,15})?)$/.exec(value.part(1) ?? '') ?? []
  return number === undefined ? null : { valueQuantity: { value: Number(number), comparator, ...unit } }
}

/** SN: a comparison, a range, a ratio, or a count with a plus. */
function structured(value: Value, unit: Json): Json | null {
  const [comparator, first, separator, second] = [value.part(1), value.part(2), value.part(3), value.part(4)]
  if (first === undefined || !Number.isFinite(Number(first))) return null
  if (separator === '-') return ranged(first, second, unit)
  if ((separator === '/' || separator === ':') && second !== undefined && Number.isFinite(Number(second)))
    return { valueRatio: { numerator: { value: Number(first) }, denominator: { value: Number(second) } } }
  if (separator !== undefined) return null
  if (comparator !== undefined && !['<', '<=', '>=', '>', '='].includes(comparator)) return null
  return { valueQuantity: some({ value: Number(first), comparator: comparator === '=' ? undefined : comparator, ...unit }) }
}
function ranged(low: string | undefined, high: string | undefined, unit: Json): Json | null {
  const bound = (text: string | undefined) => (text !== undefined && Number.isFinite(Number(text)) ? { value: Number(text), ...unit } : undefined)
  const valueRange = some({ low: bound(low), high: bound(high) })
  return valueRange === undefined ? null : { valueRange }
}

const contents = table<string>({
  PDF: 'application/pdf',
  'X-PDF': 'application/pdf',
  JPEG: 'image/jpeg',
  JPG: 'image/jpeg',
  PNG: 'image/png',
  GIF: 'image/gif',
  TIFF: 'image/tiff',
  HTML: 'text/html',
  RTF: 'application/rtf',
  XML: 'application/xml',
  PLAIN: 'text/plain',
  'X-HL7-CDA-LEVEL-ONE': 'application/xml',
})

const isAttachment = (segment: Segment) => /^(?:ED|RP)$/i.test(segment.text(2) ?? '')
/** In a document message all content is of the document: text lines as well as files. */
const isContent = (segment: Segment) => /^(?:ED|RP|TX|FT|ST)$/i.test(segment.text(2) ?? '')

/** ED (source, type, subtype, encoding, data) or RP (pointer, application, type, subtype) as an Attachment. */
export function attachment(segment: Segment, mapping: Mapping): Json | undefined {
  const value = segment.first(5)
  if (value === undefined) return undefined
  const isPointer = /^RP$/i.test(segment.text(2) ?? '')
  const [type, subtype] = isPointer ? [value.part(3), value.part(4)] : [value.part(2), value.part(3)]
  const contentType = mediaType(type, subtype)
  const title = segment.first(3)?.part(2)
  const found = isPointer ? pointerOf(value) : dataOf(value)
  if (found === undefined)
    mapping.draft.lose(`${segment.place}-5`, isPointer ? 'is no address that could be followed' : 'is not what its encoding says, and no file')
  value.skip(1, 2)
  return some({ contentType, ...found, title: found === undefined ? (title ?? 'could not be read') : title })
}

function mediaType(type: string | undefined, subtype: string | undefined): string | undefined {
  if (type !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(type)) return type
  if (subtype === undefined) return undefined
  return contents[subtype.toUpperCase()] ?? (type === undefined ? undefined : `${type.toLowerCase()}/${subtype.toLowerCase()}`)
}

/** Only what is an address leads anywhere for another; a path on the sender's own disk does not. */
function pointerOf(value: Value): Json | undefined {
  const url = value.part(1)
  return url !== undefined && /^(?:https?|urn|ftps?|dicom|wado)[^\s"<>\\]*:[^\s"<>\\]+$/i.test(url) ? { url } : undefined
}

/** Base64 as it is, hexadecimal and text turned into it; what claims to be base64 and is not is no data. */
function dataOf(value: Value): Json | undefined {
  const [encoding, data] = [value.part(4)?.toUpperCase(), value.part(5)?.replace(/\s+/g, '')]
  if (data === undefined) return undefined
  if (encoding === 'BASE64') return isBase64(data) ? { data } : undefined
  if (encoding === 'HEX' && data.length % 2 === 0 && /^[0-9A-Fa-f]+$/.test(data)) return { data: Buffer.from(data, 'hex').toString('base64') }
  return { data: Buffer.from(value.part(5) ?? '', 'utf8').toString('base64') }
}

/** NTE: a note on what stands before it. */
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
