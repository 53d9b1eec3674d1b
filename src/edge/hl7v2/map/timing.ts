import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, periodOf, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { type Mapping, periodIn } from './mapping.ts'
import { coded, decimalIn, quantity, units } from './types.ts'
import { table } from '../../draft/table.ts'

export const urgencies = table<string>({ S: 'stat', A: 'asap', R: 'routine', P: 'routine', C: 'urgent', T: 'urgent' })

// HL7 table 0335: how often. What it says of meals and parts of the day are R4's event-timing.
const often = table<readonly [frequency: number, period: number, unit: string]>({
  QD: [1, 1, 'd'],
  BID: [2, 1, 'd'],
  TID: [3, 1, 'd'],
  QID: [4, 1, 'd'],
  QOD: [1, 2, 'd'],
})
const partsOfDay = table<string>({
  QAM: 'MORN',
  QPM: 'AFT',
  QHS: 'HS',
  AC: 'AC',
  PC: 'PC',
  ACM: 'ACM',
  ACD: 'ACD',
  ACV: 'ACV',
  PCM: 'PCM',
  PCD: 'PCD',
  PCV: 'PCV',
})
const every = table<string>({ S: 's', M: 'min', H: 'h', D: 'd', W: 'wk', L: 'mo' })
const abbreviations = new Set(['BID', 'TID', 'QID', 'QD', 'QOD', 'Q1H', 'Q2H', 'Q3H', 'Q4H', 'Q6H', 'Q8H'])

type Told = {
  pattern: Value | undefined
  times: string[]
  /** For how long, where no end is said. */
  duration: Json | undefined
  period: Json | undefined
  count: number | undefined
}

/** Timing of R4, with the code as it was sent; undefined when nothing of it says when. */
function timingOf({ pattern, times, duration, period, count }: Told): Json | undefined {
  const given = pattern?.part(1)?.toUpperCase().replace(/\s+/g, '') ?? ''
  const repeat = some({
    ...(period === undefined ? (duration === undefined ? {} : { boundsDuration: duration }) : { boundsPeriod: period }),
    count: given === 'ONCE' ? 1 : count,
    // Times of the day stand alone: with them R4 has neither frequency nor a part of the day.
    ...(times.length > 0 ? { timeOfDay: times } : rateOf(given)),
  })
  const code = pattern && coded('0335')(pattern)
  const known = (code?.['coding'] as Json[] | undefined)?.[0]
  if (known !== undefined && abbreviations.has(given)) Object.assign(known, { system: 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation', code: given })
  return some({ repeat, code })
}

function rateOf(pattern: string): Json {
  const known = often[pattern]
  if (known !== undefined) return { frequency: known[0], period: known[1], periodUnit: known[2] }
  const part = partsOfDay[pattern]
  if (part !== undefined) return { when: [part] }
  const [, number, unit] = /^Q(\d{1,3})([SMHDWL])$/.exec(pattern) ?? []
  const periodUnit = every[unit ?? '']
  if (periodUnit !== undefined) return { frequency: 1, period: Number(number), periodUnit }
  const [, times] = /^(\d{1,2})ID$/.exec(pattern) ?? []
  return times === undefined ? {} : { frequency: Number(times), period: 1, periodUnit: 'd' }
}

/** A time of the day as TQ1-4 has it: 0800, 080000. */
function timeOfDay(text: string | undefined): string | undefined {
  const [, hour, minute, second = '00'] = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)?$/.exec(text ?? '') ?? []
  return hour === undefined ? undefined : `${hour}:${minute}:${second}`
}

const isAsNeeded = (pattern: Value | undefined) => /^PRN/i.test(pattern?.part(1) ?? '')

/** TQ1: when, how often, how urgently, of the order that it belongs to, which may stand before it or after it. */
export function timed(segment: Segment, mapping: Mapping): void {
  segment.skip(1)
  const { order, appointment, medication } = mapping
  if (order.request !== undefined) return ofRequest(order.request, segment, mapping)
  if (medication?.resource.resourceType === 'MedicationRequest') return ofMedicine(medication, segment, mapping)
  if (appointment !== undefined && order.common === undefined) return ofAppointment(appointment, segment, mapping)
  if (order.common === undefined) return mapping.draft.lose(segment.place, 'says when of nothing that stands before it')
  order.timed = [...(order.timed ?? []), segment]
}

/** What stood between ORC and the order itself. */
export function timedBefore(entry: Entry, mapping: Mapping): void {
  const all = mapping.order.timed ?? []
  mapping.order.timed = []
  for (const segment of all) {
    if (entry.resource.resourceType === 'MedicationRequest') ofMedicine(entry, segment, mapping)
    else ofRequest(entry, segment, mapping)
  }
}

function prioritized(resource: Json, segment: Segment): void {
  const priority = urgencies[segment.text(9)?.toUpperCase() ?? '']
  if (priority !== undefined) resource['priority'] ??= priority
}

function ofRequest({ resource }: Entry, segment: Segment, mapping: Mapping): void {
  prioritized(resource, segment)
  if (['occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming'].some((name) => resource[name] !== undefined)) return
  const timing = timingOf(toldIn(segment, mapping))
  const isOnlyPeriod = timing !== undefined && timing['code'] === undefined && Object.keys((timing['repeat'] ?? {}) as Json).join() === 'boundsPeriod'
  if (isOnlyPeriod) resource['occurrencePeriod'] = ((timing as Json)['repeat'] as Json)['boundsPeriod']
  else if (timing !== undefined) resource['occurrenceTiming'] = timing
  for (const field of [10, 11]) {
    const words = segment.first(field)?.whole()
    if (words !== undefined) put(resource, 'note[]', { text: words })
  }
}

function ofMedicine(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { resource } = entry
  prioritized(resource, segment)
  const amount = segment.first(2) && quantity(segment.first(2) as Value)
  const condition = segment.first(10)?.whole()
  instruct(resource, {
    timing: timingOf(toldIn(segment, mapping)),
    ...(condition === undefined ? { asNeededBoolean: isAsNeeded(segment.first(3)) || undefined } : { asNeededCodeableConcept: { text: condition } }),
    patientInstruction: segment.first(11)?.whole(),
    doseAndRate: amount && [{ doseQuantity: amount }],
  })
  entry.comesFrom(`${segment.place} dosageInstruction<3`)
}

function toldIn(segment: Segment, mapping: Mapping): Told {
  const length = segment.first(6) && quantity(segment.first(6) as Value)
  const count = Number(segment.text(14) ?? Number.NaN)
  return {
    pattern: segment.first(3)?.inside(1) ?? segment.first(3),
    times: segment.all(4).flatMap((value) => timeOfDay(value.part(1)) ?? []),
    duration: length && inTime(length),
    period: periodIn(segment, 7, 8, mapping),
    count: Number.isInteger(count) && count > 0 ? count : undefined,
  }
}

/** A Duration is of a unit of time (drt-1). */
function inTime({ value, unit, code }: Json): Json | undefined {
  const known = lengths[String(code ?? unit).toLowerCase()]
  return known === undefined ? undefined : { value, unit: known, system: 'http://unitsofmeasure.org', code: known }
}
const lengths = table<string>({ s: 's', min: 'min', m: 'min', h: 'h', d: 'd', day: 'd', days: 'd', dan: 'd', dana: 'd', w: 'wk', wk: 'wk', l: 'mo', mo: 'mo' })

/** ORC-7 or RXE-1 of older versions, a TQ: amount, how often, for how long (`D5`), from, to, how urgently, when needed, words. */
export function timedAsOfOld(entry: Entry, value: Value | undefined): void {
  if (value === undefined) return
  const { resource } = entry
  const pattern = value.inside(2)
  const priority = urgencies[value.part(6)?.toUpperCase() ?? '']
  if (priority !== undefined) resource['priority'] ??= priority
  const [, unit, number] = /^([SMHDWL])(\d{1,4})$/i.exec(value.part(3) ?? '') ?? []
  const amount = decimalIn(value.part(1))
  const of = value.inside(1)
  const condition = value.part(7)
  const words = value.part(8)
  instruct(resource, {
    timing: timingOf({
      pattern,
      times: (value.sub(2, 2) ?? '').split(',').flatMap((one) => timeOfDay(one) ?? []),
      duration: unit === undefined ? undefined : inTime({ value: Number(number), unit }),
      period: periodOf(dateTimeOf(value.part(4) ?? ''), dateTimeOf(value.part(5) ?? '')),
      count: undefined,
    }),
    ...(condition === undefined ? { asNeededBoolean: isAsNeeded(pattern) || undefined } : { asNeededCodeableConcept: { text: condition } }),
    patientInstruction: words,
    // Of an amount without a unit nobody knows what it counts, unless RXE or RXO says no other.
    doseAndRate: amount === undefined ? undefined : [{ doseQuantity: { value: amount, ...units(of?.sub(2, 1), of?.sub(2, 2), of?.sub(2, 3)) } }],
  })
}

/** Beside what is known of how it is taken; what RXE and RXO say of the dose is better known. */
export function instruct(resource: Json, more: Json): void {
  const given = some(more)
  if (given === undefined) return
  const known = ((resource['dosageInstruction'] as Json[] | undefined) ?? [])[0]
  resource['dosageInstruction'] = [{ ...given, ...known }]
}

/** In a message of an appointment (2.5 on) it says when it begins and ends. */
function ofAppointment({ resource }: Entry, segment: Segment, mapping: Mapping): void {
  const { start, end } = (periodIn(segment, 7, 8, mapping) ?? {}) as { start?: string; end?: string }
  if (start?.includes('T')) resource['start'] ??= start
  if (end?.includes('T')) resource['end'] ??= end
  const length = segment.first(6) && quantity(segment.first(6) as Value)
  const minutes = length && inTime(length)?.['code'] === 'min' ? Number(length['value']) : Number.NaN
  if (minutes >= 1) resource['minutesDuration'] ??= Math.round(minutes)
  segment.skip(9)
}
