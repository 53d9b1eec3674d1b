import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, put } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, momentIn, periodIn, rowsOf } from './mapping.ts'
import { secrecy } from './encounter.ts'
import { attach, collected } from './specimen.ts'
import { inRole, namedAs, practitioner } from './people.ts'
import { belongsTo, remember } from './parent.ts'
import { requestedAsOfOld, timedBefore, urgencies } from './timing.ts'
import { address, byTable, codeableConcept, concept, dateTime, entity, identifier, organization, telecom } from './types.ts'
import { codingOf } from '../../draft/displays.ts'
import { table } from '../../draft/table.ts'

/** ORC: the common part of several orders, or the beginning of the next order. */
export function common(segment: Segment, mapping: Mapping): void {
  if (comesLate(mapping)) {
    segment.skip(1)
    for (const field of [2, 3]) if (mapping.orders.get(segment.text(field) ?? '') === mapping.order.request) segment.skip(field)
    if (mapping.order.common === undefined) late(segment, mapping)
    return
  }
  mapping.order = { common: segment }
  mapping.specimen = undefined
  mapping.immunization = undefined
  mapping.medication = undefined
  mapping.noted = undefined
  // The control code belongs to the exchange of messages; the status beside it (ORC-5) is that of the order.
  segment.skip(1)
}

/** Whether ORC stands after its OBR instead of before it: then results of that OBR follow, and they stay with it. */
function comesLate({ next, order }: Mapping): boolean {
  return order.request !== undefined && (next?.name === 'OBX' || next?.name === 'NTE')
}

/** Applies such an ORC to the order before it. */
function late(segment: Segment, mapping: Mapping): void {
  const { request, number } = mapping.order
  mapping.order.common = segment
  mapping.order.number = number ?? segment.text(3) ?? segment.text(2)
  if (request === undefined) return
  const known = request.resource['identifier'] !== undefined
  const status = statusOf(segment, undefined)
  if (status !== 'unknown') request.resource['status'] = status
  fill(request, segment, commonRows, mapping)
  if (request.resource['requester'] === undefined) fill(request, segment, commonRequester, mapping)
  if (!known) for (const [, rows] of commonNumbers) fill(request, segment, rows, mapping)
  others(segment, mapping, request)
}

/** OBR: an order, and in a message of results the report that answers it. */
export function request(segment: Segment, mapping: Mapping): void {
  const isResult = mapping.isOf('ORU', 'OUL')
  if (mapping.order.request !== undefined) mapping.order = mapping.order.timed === undefined ? {} : { timed: mapping.order.timed }
  mapping.specimen = undefined
  segment.skip(1)
  mapping.order.takenAt = dateTimeOf(segment.text(7) ?? '')
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
// What the control code does to the order (HL7 table 0119).
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
  [46, 'orderDetail[]', codeableConcept],
  [47, 'orderDetail[]', codeableConcept],
  [53, 'identifier[]', identifier],
])
// Fields of ORC that are used when OBR lacks them.
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
    else if (common.raw(12) === segment.raw(16)) common.skip(12)
    for (const [field, rows] of commonNumbers)
      if (segment.first(field) === undefined) fill(entry, common, rows, mapping)
      else for (const value of common.all(field)) repeat(value, segment.first(field) as Value)
    others(common, mapping, entry)
  }
  reached(entry, segment, mapping)
  timedBefore(entry, mapping)
  requestedAsOfOld(entry, segment.first(27) ?? mapping.order.common?.first(7))
  supplements(entry, segment)
  return entry
}

/** ORC-2 and OBR-2 are the same number; when they differ the second stays unread and goes into the loss report. */
function repeat(value: Value, same: Value): void {
  if (value.part(1) === same.part(1)) value.skip(2, 3, 4)
}

/** An order whose results are final is complete, whether or not ORC-5 says so. */
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
  fill(entry, common, isEnded(common) ? endedRows : reasonRows, mapping)
  secrecy(entry.resource, common, 28)
  facilityOf(common, mapping)
}
// HL7 table 0119: codes that take back, end or hold an order. The reason beside such a code is the reason for that, and not for the order.
const ends = new Set(['CA', 'CR', 'DC', 'DR', 'HD', 'HR', 'OC', 'OD', 'OH', 'UA', 'UC', 'UD', 'UH'])
export const isEnded = (common: Segment): boolean => ends.has(common.text(1)?.toUpperCase() ?? '')
const reasonRows = rowsOf([[16, 'reasonCode[]', codeableConcept]])
const endedRows = rowsOf([[16, 'extension[]', whyEnded]])
function whyEnded(value: Value): Json | undefined {
  const valueCodeableConcept = codeableConcept(value)
  return valueCodeableConcept && { url: 'http://hl7.org/fhir/StructureDefinition/request-statusReason', valueCodeableConcept }
}

/** OBR-17 and ORC-14: the call-back number of the doctor who ordered; ORC-24: that doctor's address. */
function reached(entry: Entry, segment: Segment, mapping: Mapping): void {
  const {
    order: { common },
    draft,
  } = mapping
  const role = draft.find(entry.resource['requester'] as Json | undefined)
  if (role === undefined) return
  if (role.resource['telecom'] === undefined) {
    if (segment.first(17) !== undefined) fill(role, segment, orderPhoneRows, mapping)
    else if (common !== undefined) fill(role, common, commonPhoneRows, mapping)
  }
  if (segment.raw(17) === common?.raw(14)) common.skip(14)
  const person = draft.find(role.resource['practitioner'] as Json | undefined)
  if (person !== undefined && common !== undefined && person.resource['address'] === undefined) fill(person, common, addressRows, mapping)
}
const orderPhoneRows = rowsOf([[17, 'telecom[]', telecom]])
const commonPhoneRows = rowsOf([[14, 'telecom[]', telecom]])
const addressRows = rowsOf([[24, 'address[]', address]])

/** ORC-21 to 23: where it was ordered, with its address and its number. */
export function facilityOf(common: Segment, mapping: Mapping): Json | undefined {
  const name = common.first(21)
  const reference = name && organization(name, mapping, `${common.place}-21`)
  const where = mapping.draft.find(reference)
  if (where !== undefined && where.resource['address'] === undefined) fill(where, common, facilityRows, mapping)
  return reference
}
const facilityRows = rowsOf([
  [22, 'address[]', address],
  [23, 'telecom[]', telecom],
])
const othersRows = rowsOf([
  [11, 'supportingInfo[]', practitioner],
  [21, 'supportingInfo[]', organization],
  [29, 'locationCode[]', setting],
])
// HL7 table 0482 to v3 RoleCode.
const settings = table<string>({ I: 'HOSP', O: 'OF' })
function setting(value: Value): Json | undefined {
  const code = settings[value.part(1)?.toUpperCase() ?? '']
  value.skip(2, 3)
  return code === undefined ? undefined : { coding: [codingOf('http://terminology.hl7.org/CodeSystem/v3-RoleCode', code)] }
}

/** OBR-15.1 of old versions: a label of the specimen; OBR-18 to 21: fields that each sender uses in its own way. */
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
  [32, 'resultsInterpreter[]', namedAs(practitioner)],
  [33, 'resultsInterpreter[]', namedAs(practitioner)],
  [34, 'performer[]', namedAs(inRole('TN'))],
  [35, 'performer[]', namedAs(inRole('TR'))],
])
function section(value: Value): Json | undefined {
  return concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0074')
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
 * The number of an order is often shared by all its reports, and the laboratory's number by all results of a tube: a later message with such a number
 * must not replace another's report. Together with the code of the examination the number identifies one report, as with results.
 */
function identifyReport(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { localSystem } = mapping.options
  const code = segment.first(4)?.part(1) ?? segment.first(4)?.part(2)
  if (mapping.order.number === undefined || localSystem === undefined || code === undefined) return
  const own = { system: `${localSystem}:report`, value: `${mapping.order.number}/${code}` }
  put(entry.resource, 'identifier[]', own)
  entry.isFoundBy(own)
}
