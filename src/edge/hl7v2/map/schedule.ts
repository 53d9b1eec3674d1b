import { after, dateTimeOf } from '../../draft/dates.ts'
import { type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { type Convert, fill, type Mapping, rowsOf } from './mapping.ts'
import { location, practitioner } from './people.ts'
import { codeableConcept, coded, concept, entity } from './types.ts'
import { table } from '../../draft/table.ts'

// HL7 table 0278 to R4 appointmentstatus, and the meaning of the event itself.
const statuses = table<string>({
  BOOKED: 'booked',
  PENDING: 'pending',
  WAITLIST: 'waitlist',
  COMPLETE: 'fulfilled',
  CANCELLED: 'cancelled',
  DC: 'cancelled',
  DELETED: 'entered-in-error',
  NOSHOW: 'noshow',
  OVERBOOK: 'booked',
  STARTED: 'arrived',
  BLOCKED: 'pending',
  // Values that systems write beside the table.
  SCHEDULED: 'booked',
  RESCHEDULED: 'booked',
  CONFIRMED: 'booked',
  CHECKEDIN: 'checked-in',
  ARRIVED: 'arrived',
  COMPLETED: 'fulfilled',
  CANCELED: 'cancelled',
  CAN: 'cancelled',
})
const events = table<string>({ S15: 'cancelled', S16: 'cancelled', S17: 'entered-in-error', S26: 'noshow' })

const rows = rowsOf([
  [1, 'identifier[]', entity('PLAC')],
  [2, 'identifier[]', entity('FILL')],
  [7, 'reasonCode[]', codeableConcept],
  [8, 'appointmentType', coded('0277')],
])
const units = table<number>({ s: 1 / 60, sec: 1 / 60, min: 1, m: 1, minutes: 1, h: 60, hr: 60 })

/** SCH: an appointment; the segments after it give persons, equipment and places. */
export function appointment(segment: Segment, mapping: Mapping): void {
  const entry = mapping.draft.add('Appointment', segment.place, true)
  mapping.appointment = entry
  mapping.noted = entry
  const { resource } = entry
  fill(entry, segment, rows, mapping)
  const reason = segment.first(6) && concept(segment.first(6) as Value, 'http://terminology.hl7.org/CodeSystem/v2-0276')
  resource['status'] = events[mapping.message.event] ?? statused(segment) ?? 'booked'
  if (reason !== undefined && ['cancelled', 'noshow'].includes(resource['status'] as string)) resource['cancelationReason'] = reason
  else if (reason !== undefined) put(resource, 'reasonCode[]', reason)
  const [range, length] = [segment.first(11), Number(segment.text(9))]
  const [start, end] = [dateTimeOf(range?.part(4) ?? ''), dateTimeOf(range?.part(5) ?? '')]
  times(resource, start, end)
  const said = /^([MH])(\d{1,4})$/i.exec(range?.part(3) ?? '')
  const minutes = Number.isFinite(length)
    ? length * (units[segment.text(10)?.toLowerCase() ?? 'min'] ?? Number.NaN)
    : Number(said?.[2]) * (/h/i.test(said?.[1] ?? '') ? 60 : 1)
  if (Number.isFinite(minutes) && minutes >= 1) resource['minutesDuration'] = Math.round(minutes)
  fill(entry, segment, appointmentRows, mapping)
}

/** SCH-25, in whichever spelling: `NoShow`, `No Show`, `CHECKED-IN`. */
function statused(segment: Segment): string | undefined {
  const value = segment.first(25)
  const [code, words] = [value?.part(1), value?.part(2)].map((one) => statuses[one?.toUpperCase().replace(/[\s_-]/g, '') ?? ''])
  return code ?? words
}

const contact =
  (kind: string) =>
  (value: Value, mapping: Mapping, place: string): Json | undefined => {
    const actor = practitioner(value, mapping, place)
    return actor && { type: [{ text: kind }], actor, status: 'accepted' }
  }

const appointmentRows = rowsOf([
  [16, 'participant[]', contact('filler-contact')],
  [12, 'participant[]', contact('placer-contact')],
  [20, 'participant[]', contact('entered-by')],
  [26, 'basedOn[]', ordered('PLAC')],
  [27, 'basedOn[]', ordered('FILL')],
])
/** The order that the appointment is for, by its number. */
function ordered(kind: string): Convert {
  return (value, mapping) => {
    const identifier = entity(kind)(value, mapping)
    return identifier && { type: 'ServiceRequest', identifier }
  }
}

/** app-3: both times or neither, unless the appointment is only requested. When only the length is given, the end follows from it. */
function times(resource: Json, start: string | undefined, end: string | undefined): void {
  if (start?.includes('T')) resource['start'] = start
  if (end?.includes('T')) resource['end'] = end
}

/** AIS, AIG, AIL, AIP: service, equipment, place and person; also a start and a length when SCH has none. */
export function resourceOf(segment: Segment, mapping: Mapping): void {
  const entry = mapping.appointment
  if (entry === undefined) return mapping.draft.lose(segment.place, 'belongs to an appointment, and none stands before it')
  const { resource } = entry
  mapping.noted = entry
  segment.skip(1)
  if (/^D$/i.test(segment.text(2) ?? '')) {
    segment.skip(3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
    return mapping.draft.lose(segment.place, 'takes a part back, which is left out here')
  }
  const isService = segment.name === 'AIS'
  const begin = dateTimeOf(segment.text(isService ? 4 : 6) ?? '')
  if (begin?.includes('T')) resource['start'] ??= begin
  const minutes = Number(segment.text(isService ? 7 : 9)) * (units[(segment.text(isService ? 8 : 10) ?? 'min').toLowerCase()] ?? Number.NaN)
  if (Number.isFinite(minutes) && minutes >= 1) resource['minutesDuration'] ??= Math.round(minutes)
  segment.text(isService ? 10 : segment.name === 'AIG' ? 14 : 12)
  if (isService) return fill(entry, segment, resourceOfRows, mapping)
  const first = segment.first(3)
  const actor =
    first &&
    (segment.name === 'AIP'
      ? practitioner(first, mapping, `${segment.place}-3`)
      : segment.name === 'AIL'
        ? location(first, mapping, `${segment.place}-3`)
        : thing(first, mapping, segment))
  const type = segment.first(4) && concept(segment.first(4) as Value)
  if (actor !== undefined || type !== undefined)
    put(resource, 'participant[]', some({ type: type && [type], actor, status: 'accepted', period: begin && { start: begin } }))
  entry.comesFrom(`${segment.place} participant<3`)
}
const resourceOfRows = rowsOf([[3, 'serviceType[]', codeableConcept]])

/** AIG-3 is the equipment. Systems that know only one kind of resource write the doctor there, who then also stands in AIP, SCH or PV1. */
function thing(value: Value, mapping: Mapping, segment: Segment): Json | undefined {
  if (isPerson(value, mapping)) return practitioner(value, mapping, `${segment.place}-3`)
  const type = concept(value)
  if (type === undefined) return undefined
  return mapping.draft.once(`thing ${JSON.stringify(type)}`, 'Device', segment.place, ({ resource }) => (resource['type'] = type)).reference
}

function isPerson(value: Value, { message }: Mapping): boolean {
  const [number, family] = [value.part(1), value.part(2)]
  const isIt = (one: Value) => one.part(1) === number && one.part(2) === family
  const said = (name: string, ...fields: number[]) => message.segments.some((one) => one.name === name && fields.some((field) => one.all(field).some(isIt)))
  return number !== undefined && family !== undefined && (said('AIP', 3) || said('SCH', 12, 16, 20) || said('PV1', 7, 8, 9, 17))
}

/** Adds what R4 demands of an appointment, once all of it has been read. */
export function finishAppointment(mapping: Mapping): void {
  const entry = mapping.appointment
  if (entry === undefined) return
  const { resource } = entry
  if (mapping.patient !== undefined) put(resource, 'participant[]', { actor: mapping.patient.reference, status: 'accepted' })
  resource['participant'] ??= [{ type: [{ text: 'unknown' }], status: 'needs-action' }]
  const [start, minutes] = [resource['start'], resource['minutesDuration']]
  if (typeof start === 'string' && resource['end'] === undefined) {
    // app-2: a start alone is not valid. A known time is worth more than an unknown length.
    resource['end'] = typeof minutes === 'number' ? after(start, minutes) : start
    if (typeof minutes !== 'number') mapping.draft.lose('SCH[1]-11', 'says no length and no end: the end is written as the beginning')
  }
  if (start !== undefined) return
  delete resource['end']
  untimed(resource)
  mapping.draft.lose('SCH[1]-11', `no start that could be read: the appointment is only ${String(resource['status'])}`)
}

/** app-3: without times an appointment can only be proposed, cancelled or on the waiting list. */
function untimed(resource: Json): void {
  const status = resource['status'] as string
  if (['proposed', 'cancelled', 'waitlist'].includes(status)) return
  const isOver = status === 'noshow' || status === 'entered-in-error'
  resource['status'] = isOver ? 'cancelled' : 'proposed'
  if (isOver) resource['cancelationReason'] ??= { text: status }
}
