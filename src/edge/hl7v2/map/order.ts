import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, put, some, periodOf } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, momentIn, periodIn, rowsOf } from './mapping.ts'
import { inRole, practitioner } from './people.ts'
import { belongsTo, remember } from './parent.ts'
import { requestedAsOfOld, timedBefore, urgencies } from './timing.ts'
import { byTable, codeableConcept, concept, dateTime, entity, organization, quantity } from './types.ts'
import { table } from '../../draft/table.ts'

/** ORC: what several orders have in common, or the beginning of the next. */
export function common(segment: Segment, mapping: Mapping): void {
  if (comesLate(mapping)) {
    segment.skip(1)
    for (const field of [2, 3]) if (mapping.orders.get(segment.text(field) ?? '') === mapping.order.request) segment.skip(field)
    mapping.order.common ??= segment
    return
  }
  mapping.order = { common: segment }
  mapping.specimen = undefined
  mapping.immunization = undefined
  mapping.medication = undefined
  mapping.noted = undefined
  // The control code belongs to the conversation; the status beside it (ORC-5) is what the order is.
  segment.skip(1)
}

/** After its OBR instead of before it: what comes next are results of that OBR, and they stay with it. */
function comesLate({ next, order }: Mapping): boolean {
  return order.request !== undefined && (next?.name === 'OBX' || next?.name === 'NTE')
}

/** OBR: the order, and in a message of results the report that answers it. */
export function request(segment: Segment, mapping: Mapping): void {
  const isResult = mapping.isOf('ORU', 'OUL')
  if (mapping.order.request !== undefined) mapping.order = mapping.order.timed === undefined ? {} : { timed: mapping.order.timed }
  mapping.specimen = undefined
  segment.skip(1)
  mapping.order.number = segment.text(3) ?? mapping.order.common?.text(3) ?? segment.text(2)
  const order = serviceRequest(segment, mapping, !isResult)
  if (order === undefined) return
  mapping.order.request = order
  if (isResult) mapping.order.report = report(segment, order, mapping)
  remember(segment, order, mapping)
  belongsTo(segment, order, mapping)
  mapping.noted = mapping.order.report ?? order
  if (mapping.specimenOfGroup !== undefined) attach(mapping.specimenOfGroup, mapping)
  collected(segment, mapping)
}

// HL7 table 0038 to R4 request-status.
const orderStatuses = table<string>({
  A: 'active',
  CA: 'revoked',
  CM: 'completed',
  DC: 'revoked',
  ER: 'entered-in-error',
  HD: 'on-hold',
  IP: 'active',
  RP: 'revoked',
  SC: 'active',
})
// What the control code does to an order (HL7 table 0119).
const controls = table<string>({
  NW: 'active',
  XO: 'active',
  PA: 'active',
  CH: 'active',
  CA: 'revoked',
  OC: 'revoked',
  CR: 'revoked',
  DC: 'revoked',
  OD: 'revoked',
  DR: 'revoked',
  HD: 'on-hold',
  OH: 'on-hold',
  HR: 'on-hold',
})
const placer = entity('PLAC')
const filler = entity('FILL')
const requestRows = rowsOf([
  [2, 'identifier[]', placer],
  [3, 'identifier[]', filler],
  [4, 'code', codeableConcept],
  [5, 'priority', byTable(urgencies)],
  [13, 'note[]', (value) => ({ text: value.whole() })],
  [16, 'requester', inRole('OP')],
  [31, 'reasonCode[]', codeableConcept],
  [6, 'occurrenceDateTime', dateTime],
])
// What ORC says where OBR says nothing of it.
const commonRows = rowsOf([
  [4, 'requisition', entity('PGN')],
  [9, 'authoredOn', dateTime],
])
const commonRequester = rowsOf([[12, 'requester', inRole('OP')]])
const fillerRows = rowsOf([[3, 'identifier[]', filler]])
const commonNumbers = [
  [2, rowsOf([[2, 'identifier[]', placer]])],
  [3, fillerRows],
] as const

function serviceRequest(segment: Segment, mapping: Mapping, isAbout: boolean): Entry | undefined {
  const entry = mapping.aboutPatient('ServiceRequest', segment, 'subject', isAbout)
  if (entry === undefined) return undefined
  const { resource } = entry
  const { common } = mapping.order
  resource['status'] = statusOf(common, isAbout ? undefined : segment.text(25))
  resource['intent'] = isAbout ? 'order' : 'filler-order'
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  fill(entry, segment, requestRows, mapping)
  if (common !== undefined) {
    fill(entry, common, commonRows, mapping)
    if (resource['requester'] === undefined) fill(entry, common, commonRequester, mapping)
    for (const [field, rows] of commonNumbers)
      if (segment.first(field) === undefined) fill(entry, common, rows, mapping)
      else for (const value of common.all(field)) repeat(value, segment.first(field) as Value)
    others(common, mapping, entry)
  }
  timedBefore(entry, mapping)
  requestedAsOfOld(entry, segment.first(27) ?? mapping.order.common?.first(7))
  supplements(entry, segment)
  return entry
}

/** ORC-2 and OBR-2 are the same number twice; whatever differs stays unread, and so in the loss report. */
function repeat(value: Value, same: Value): void {
  if (value.part(1) === same.part(1)) value.skip(2, 3, 4)
}

/** An order whose results are final waits for nothing any more, whether ORC-5 says so or not. */
function statusOf(common: Segment | undefined, reported: string | undefined): string {
  const [said, control] = [common?.text(5)?.toUpperCase() ?? '', common?.text(1)?.toUpperCase() ?? '']
  const byReport = /^[FC]$/i.test(reported ?? '') ? 'completed' : /^X$/i.test(reported ?? '') ? 'revoked' : undefined
  return orderStatuses[said] ?? controls[control] ?? byReport ?? (common === undefined ? 'active' : 'unknown')
}

/** Who entered and verified the order, and where. */
function others(common: Segment, mapping: Mapping, entry: Entry): void {
  const enterer = common.first(10) && inRole('EP')(common.first(10) as Value, mapping, `${common.place}-10`)
  if (enterer !== undefined) put(entry.resource, 'supportingInfo[]', enterer)
  fill(entry, common, othersRows, mapping)
}
const othersRows = rowsOf([
  [11, 'supportingInfo[]', practitioner],
  [21, 'supportingInfo[]', organization],
  [16, 'reasonCode[]', codeableConcept],
])

/** A label of the specimen in OBR-15.1 of old versions, and what the sender calls the fields for itself (18 to 21). */
function supplements(entry: Entry, segment: Segment): void {
  for (const field of [18, 19, 20, 21]) {
    const own = segment.text(field)
    if (own !== undefined) put(entry.resource, 'note[]', { text: `OBR-${field}: ${own}` })
  }
}

// HL7 table 0123 to R4 diagnostic-report-status.
const reportStatuses = table<string>({
  A: 'partial',
  C: 'corrected',
  F: 'final',
  I: 'registered',
  M: 'partial',
  N: 'partial',
  O: 'registered',
  P: 'preliminary',
  R: 'partial',
  S: 'registered',
  X: 'cancelled',
  Y: 'unknown',
  Z: 'unknown',
})

const reportRows = rowsOf([
  [3, 'identifier[]', filler],
  [2, 'identifier[]', placer],
  [4, 'code', codeableConcept],
  [25, 'status', byTable(reportStatuses)],
  [24, 'category[]', section],
  [32, 'resultsInterpreter[]', interpreter],
])
function section(value: Value): Json | undefined {
  return concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0074')
}

/** NDL: a name in subcomponents, then times and places. */
function interpreter(value: Value, mapping: Mapping, place: string): Json | undefined {
  const who = value.inside(1)
  value.skip(2, 3)
  return who && practitioner(who, mapping, place)
}

function report(segment: Segment, order: Entry, mapping: Mapping): Entry {
  const entry = mapping.draft.add('DiagnosticReport', segment.place, true)
  const { resource } = entry
  resource['subject'] = order.resource['subject']
  resource['basedOn'] = [order.reference]
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  fill(entry, segment, reportRows, mapping)
  resource['status'] ??= 'unknown'
  resource['code'] ??= { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
  const { common } = mapping.order
  if (common !== undefined && resource['identifier'] === undefined) fill(entry, common, fillerRows, mapping)
  identifyReport(entry, segment, mapping)
  const [start, end] = [momentIn(segment, 7, mapping), momentIn(segment, 8, mapping)]
  if (end !== undefined) resource['effectivePeriod'] = periodIn(segment, 7, 8, mapping)
  else if (start !== undefined) resource['effectiveDateTime'] = start
  const issued = momentIn(segment, 22, mapping)
  if (issued?.includes('T')) resource['issued'] = issued
  return entry
}

/**
 * The number of an order is often that of all its reports, and the number of the laboratory that of a tube: a later message with one of them must not replace another's report. With the code of what
 * was examined it is one report, as with results.
 */
function identifyReport(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { localSystem } = mapping.options
  const code = segment.first(4)?.part(1) ?? segment.first(4)?.part(2)
  if (mapping.order.number === undefined || localSystem === undefined || code === undefined) return
  const own = { system: `${localSystem}:report`, value: `${mapping.order.number}/${code}` }
  put(entry.resource, 'identifier[]', own)
  entry.isFoundBy(own)
}

/** The specimen that an OBR tells of by itself, before SPM was there: fields 7, 10, 14 and 15. */
function collected(segment: Segment, mapping: Mapping): void {
  const collector = segment.first(10) && practitioner(segment.first(10) as Value, mapping, `${segment.place}-10`)
  const source = segment.first(15)
  if (collector === undefined && source === undefined && segment.first(14) === undefined) return
  const entry = mapping.draft.add('Specimen', `${segment.place} collection<10 type<15`, true)
  const { resource } = entry
  if (mapping.patient !== undefined) resource['subject'] = mapping.patient.reference
  const kind = source?.inside(1)
  const type = kind && concept(kind)
  if (type !== undefined) resource['type'] = type
  const collection = some({ collector, collectedDateTime: dateTimeOf(segment.text(7) ?? '') })
  if (collection !== undefined) resource['collection'] = collection
  const received = momentIn(segment, 14, mapping)
  if (received !== undefined) resource['receivedTime'] = received
  attach(entry, mapping)
}

const specimenRows = rowsOf([
  [4, 'type', codeableConcept],
  [8, 'collection.bodySite', codeableConcept],
  [7, 'collection.method', codeableConcept],
  [12, 'collection.quantity', quantity],
  [14, 'note[]', (value) => ({ text: value.whole() })],
  [18, 'receivedTime', dateTime],
  [24, 'condition[]', codeableConcept],
  [27, 'container[]', container],
  [6, 'container[]', additive],
])
function container(value: Value): Json | undefined {
  const type = codeableConcept(value)
  return type && { type }
}
function additive(value: Value): Json | undefined {
  const additiveCodeableConcept = codeableConcept(value)
  return additiveCodeableConcept && { additiveCodeableConcept }
}
// HL7 table 0136 says whether it can be used.
const usable = table<string>({ Y: 'available', N: 'unavailable' })

/** SPM. */
export function specimen(segment: Segment, mapping: Mapping): void {
  const entry = mapping.draft.add('Specimen', segment.place, true)
  const { resource } = entry
  segment.skip(1)
  if (mapping.patient !== undefined) resource['subject'] = mapping.patient.reference
  fill(entry, segment, specimenRows, mapping)
  const pair = segment.first(2)
  for (const [part, code] of [
    [1, 'PLAC'],
    [2, 'FILL'],
  ] as const) {
    const inner = pair?.inside(part)
    const made = inner && entity(code)(inner, mapping)
    if (made !== undefined) put(resource, 'identifier[]', made)
  }
  const range = segment.first(17)
  const [start, end] = [dateTimeOf(range?.part(1) ?? ''), dateTimeOf(range?.part(2) ?? '')]
  if (end !== undefined) put(resource, 'collection.collectedPeriod', periodOf(start, end))
  else if (start !== undefined) put(resource, 'collection.collectedDateTime', start)
  const status = usable[segment.text(20)?.toUpperCase() ?? '']
  if (status !== undefined) resource['status'] = status
  rejected(entry, segment)
  parents(entry, segment, mapping)
  if (specimenFirst.has(mapping.message.event)) {
    mapping.order = {}
    mapping.specimenOfGroup = entry
  }
  attach(entry, mapping)
  mapping.noted = entry
}
/** SPM-21: why nothing was made of it. */
function rejected({ resource }: Entry, segment: Segment): void {
  for (const value of segment.all(21)) {
    const why = concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0490')
    if (why === undefined) continue
    resource['status'] = 'unsatisfactory'
    const [first] = (why['coding'] ?? []) as Json[]
    put(resource, 'note[]', { text: String(why['text'] ?? first?.['display'] ?? first?.['code']) })
  }
}

/** SPM-3: what it was taken from, by its number. */
function parents({ resource }: Entry, segment: Segment, mapping: Mapping): void {
  for (const value of segment.all(3)) {
    const [own, other] = [value.inside(1), value.inside(2)]
    const identifier = (own && entity('PLAC')(own, mapping)) ?? (other && entity('FILL')(other, mapping))
    if (identifier !== undefined) put(resource, 'parent[]', { type: 'Specimen', identifier })
    other?.skip(2, 3, 4)
    other?.part(1)
  }
}

// In these a specimen stands before the orders that are about it (HL7 2.8, 4.4 and 7.3); elsewhere after its order.
const specimenFirst = new Set(['R22', 'R23', 'O33', 'O35'])

function attach(entry: Entry, mapping: Mapping): void {
  mapping.specimen = entry
  const { request, report } = mapping.order
  if (report !== undefined) put(report.resource, 'specimen[]', entry.reference)
  if (request !== undefined) {
    put(request.resource, 'specimen[]', entry.reference)
    put(entry.resource, 'request[]', request.reference)
  }
}

const referralStatuses = table<string>({ A: 'active', P: 'draft', R: 'revoked', E: 'completed' })

/** RF1: a referral. */
export function referral(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('ServiceRequest', segment)
  if (entry === undefined) return
  const { resource } = entry
  fill(entry, segment, referralRows, mapping)
  resource['status'] = referralStatuses[segment.text(1)?.toUpperCase() ?? ''] ?? 'unknown'
  resource['intent'] = 'order'
  resource['category'] = [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005', display: 'Patient referral' }] }]
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  mapping.noted = entry
  mapping.referral = entry
}
const referralRows = rowsOf([
  [6, 'identifier[]', entity('PLAC')],
  [11, 'identifier[]', entity('FILL')],
  [2, 'priority', byTable(urgencies)],
  [7, 'authoredOn', dateTime],
  [10, 'reasonCode[]', codeableConcept],
  [3, 'code', codeableConcept],
  [19, 'performer[]', organization],
  [20, 'performer[]', practitioner],
  [14, 'note[]', (value) => ({ text: value.whole() })],
  [24, 'note[]', (value) => ({ text: value.whole() })],
])
