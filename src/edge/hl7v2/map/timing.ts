import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, periodOf, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { type Mapping, periodIn } from './mapping.ts'
import { coded, decimalIn, quantity, units } from './types.ts'
import { table } from '../../draft/table.ts'

export const urgencies = table<string>({ S: 'stat', A: 'asap', R: 'routine', P: 'routine', C: 'urgent', T: 'urgent' })

// HL7 table 0335: the frequency. Its codes for meals and parts of the day are those of R4's event-timing.
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
  /** An RI, which has a code and hours, but no words. */
  isInterval?: boolean
  /** RPT-5 to 10: the interval, and the offset from an event. */
  every?: Json
  times: string[]
  /** How long it is taken, when no end is given. */
  duration: Json | undefined
  period: Json | undefined
  count: number | undefined
  /** How long each time lasts. */
  lasts?: Json | undefined
}

/** R4's Timing, with the code as it was sent; undefined when nothing gives a time. */
function timingOf({ pattern, isInterval, every = {}, times, duration, period, count, lasts }: Told): Json | undefined {
  const given = pattern?.part(1)?.toUpperCase().replace(/\s+/g, '') ?? ''
  const repeat = some({
    ...(period === undefined ? (duration === undefined ? {} : { boundsDuration: duration }) : { boundsPeriod: period }),
    count: given === 'ONCE' ? 1 : count,
    ...(lasts === undefined ? {} : { duration: lasts['value'], durationUnit: lasts['code'] }),
    // Times of the day exclude others: with them R4 allows neither a frequency nor a part of the day.
    ...(times.length > 0 ? { timeOfDay: times } : { ...every, ...rateOf(given) }),
  })
  const code = pattern && coded('0335')(pattern)
  const known = (code?.['coding'] as Json[] | undefined)?.[0]
  if (isInterval === true) delete known?.['display']
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

// The codes of HL7 table 0528 that R4's event-timing has; directly at a meal there is no offset (tim-9).
const mealtimes = new Set(['HS', 'AC', 'ACM', 'ACD', 'ACV', 'PC', 'PCM', 'PCD', 'PCV', 'C', 'CM', 'CD', 'CV'])

/** RPT-5 to 10 (TQ1-3): every 12 minutes, 2 minutes after meals. */
function everyOf(value: Value | undefined): Json {
  if (value === undefined) return {}
  const [period, periodUnit] = [decimalIn(value.part(5)), lengths[value.part(6)?.toLowerCase() ?? '']]
  const event = value.part(8)?.toUpperCase() ?? ''
  const minutes = Number(decimalIn(value.part(9)) ?? Number.NaN) * (inMinutes[lengths[value.part(10)?.toLowerCase() ?? ''] ?? ''] ?? Number.NaN)
  for (const part of [6, 10]) value.skipSubs(part)
  const isEvery = period !== undefined && Number(period) > 0 && periodUnit !== undefined
  return {
    ...(isEvery ? { frequency: 1, period, periodUnit } : {}),
    ...(mealtimes.has(event) ? { when: [event], ...(minutes >= 1 && !event.startsWith('C') ? { offset: Math.round(minutes) } : {}) } : {}),
  }
}
const inMinutes = table<number>({ s: 1 / 60, min: 1, h: 60, d: 1440 })

/** A time of the day as in TQ1-4 (0800, 080000), and as people write it. */
function timeOfDay(text: string | undefined): string | undefined {
  const [, hour, minute, second = '00'] = /^([01]\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))?$/.exec(text ?? '') ?? []
  return hour === undefined ? undefined : `${hour}:${minute}:${second}`
}

const isAsNeeded = (pattern: Value | undefined) => /^PRN/i.test(pattern?.part(1) ?? '')

/** TQ1: when, how often, how urgently. Its order may stand before it or after it. */
export function timed(segment: Segment, mapping: Mapping): void {
  segment.skip(1)
  const { order, appointment, medication } = mapping
  if (order.request !== undefined) return ofRequest(order.request, segment, mapping)
  if (medication?.resource.resourceType === 'MedicationRequest') return ofMedicine(medication, segment, mapping)
  if (appointment !== undefined && order.common === undefined) return ofAppointment(appointment, segment, mapping)
  if (order.common === undefined) return mapping.draft.lose(segment.place, 'says when of nothing that stands before it')
  order.timed = [...(order.timed ?? []), segment]
}

/** Applies the TQ1 that stood between ORC and the order itself. */
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
  const amount = segment.first(2) && quantity(segment.first(2) as Value, mapping, `${segment.place}-2`)
  const [condition, words] = [segment.first(10)?.whole(), segment.first(11)?.whole()]
  occurs(resource, timingOf(toldIn(segment, mapping)))
  conditioned(resource, { amount, condition, words })
}

/** Sets the occurrence. An existing time stays; a period alone becomes occurrencePeriod. */
function occurs(resource: Json, timing: Json | undefined): void {
  if (timing === undefined || ['occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming'].some((name) => resource[name] !== undefined)) return
  const repeat = (timing['repeat'] ?? {}) as Json
  const isOnlyPeriod = timing['code'] === undefined && Object.keys(repeat).join() === 'boundsPeriod'
  if (isOnlyPeriod) resource['occurrencePeriod'] = repeat['boundsPeriod']
  else resource['occurrenceTiming'] = timing
}

/** Adds the amount, the condition and further words. */
function conditioned(
  resource: Json,
  { amount, condition, words }: { amount: Json | undefined; condition: string | undefined; words: string | undefined },
): void {
  if (amount !== undefined) resource['quantityQuantity'] ??= amount
  if (condition !== undefined) resource['asNeededCodeableConcept'] ??= { text: condition }
  if (words !== undefined) put(resource, 'note[]', { text: words })
}

function ofMedicine(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { resource } = entry
  prioritized(resource, segment)
  const amount = segment.first(2) && quantity(segment.first(2) as Value, mapping, `${segment.place}-2`)
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
    every: everyOf(segment.first(3)),
    lasts: lasting(segment.first(13)),
    times: segment.all(4).flatMap((value) => timeOfDay(value.part(1)) ?? []),
    duration: length && inTime(length),
    period: periodIn(segment, 7, 8, mapping),
    count: Number.isInteger(count) && count > 0 ? count : undefined,
  }
}

/** How long it lasts: a CQ. */
const lasting = (value: Value | undefined): Json | undefined => {
  const made = value && quantity(value)
  return made && inTime(made)
}

/** A Duration needs a unit of time (drt-1). */
function inTime({ value, unit, code }: Json): Json | undefined {
  const known = lengths[String(code ?? unit).toLowerCase()]
  return known === undefined ? undefined : { value, unit: known, system: 'http://unitsofmeasure.org', code: known }
}
const lengths = table<string>({
  s: 's',
  sec: 's',
  min: 'min',
  mins: 'min',
  m: 'min',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  dan: 'd',
  dana: 'd',
  w: 'wk',
  wk: 'wk',
  l: 'mo',
  mo: 'mo',
})

/**
 * ORC-7, OBR-27 or RXE-1 of older versions, a TQ: amount, frequency, duration (`D5`), start, end, priority, condition, words, length of each time,
 * number of times.
 */
function asOfOld(value: Value): {
  told: Told
  amount: Json | undefined
  condition: string | undefined
  words: string | undefined
  priority: string | undefined
} {
  const [, unit, number] = /^([SMHDWL])(\d{1,4})$/i.exec(value.part(3) ?? '') ?? []
  const [amount, of, count] = [decimalIn(value.part(1)), value.inside(1), Number(value.part(12) ?? Number.NaN)]
  const [often, hours] = [value.inside(2), value.sub(2, 2)]
  // An RI: the hours are not a display of the code.
  value.sub(2, 1)
  return {
    told: {
      pattern: often,
      isInterval: true,
      times: (hours ?? '').split(',').flatMap((one) => timeOfDay(one) ?? []),
      duration: unit === undefined ? undefined : inTime({ value: Number(number), unit }),
      period: periodOf(dateTimeOf(value.part(4) ?? ''), dateTimeOf(value.part(5) ?? '')),
      count: Number.isInteger(count) && count > 0 ? count : undefined,
    },
    // The meaning of an amount without a unit is unknown; it is used only when RXE and RXO give no other.
    amount: amount === undefined ? undefined : { value: amount, ...units(of?.sub(2, 1), of?.sub(2, 2), of?.sub(2, 3)) },
    priority: urgencies[value.part(6)?.toUpperCase() ?? ''],
    condition: value.part(7),
    words: value.part(8),
  }
}

export function timedAsOfOld(entry: Entry, value: Value | undefined): void {
  if (value === undefined) return
  const { told, amount, condition, words, priority } = asOfOld(value)
  const { resource } = entry
  if (priority !== undefined) resource['priority'] ??= priority
  instruct(resource, {
    timing: timingOf(told),
    ...(condition === undefined ? { asNeededBoolean: isAsNeeded(told.pattern) || undefined } : { asNeededCodeableConcept: { text: condition } }),
    patientInstruction: words,
    doseAndRate: amount && [{ doseQuantity: amount }],
  })
}

export function requestedAsOfOld({ resource }: Entry, value: Value | undefined): void {
  if (value === undefined) return
  const { told, priority, ...more } = asOfOld(value)
  if (priority !== undefined) resource['priority'] ??= priority
  occurs(resource, timingOf(told))
  conditioned(resource, more)
}

/** Adds to what is known of how the medicine is taken; the dose of RXE and RXO takes precedence. */
export function instruct(resource: Json, more: Json): void {
  const given = some(more)
  if (given === undefined) return
  const known = ((resource['dosageInstruction'] as Json[] | undefined) ?? [])[0]
  resource['dosageInstruction'] = [known === undefined ? given : together(known, given)]
}

/** RXE-1 gives the period and TQ1 the frequency: both are kept, where R4 has room for both. */
function together(known: Json, given: Json): Json {
  const made = { ...given, ...known }
  if (known['asNeededBoolean'] !== undefined) delete made['asNeededCodeableConcept']
  if (known['asNeededCodeableConcept'] !== undefined) delete made['asNeededBoolean']
  const [own, more] = [known['timing'], given['timing']] as (Json | undefined)[]
  if (own === undefined || more === undefined) return made
  const [repeat, beside] = [own['repeat'], more['repeat']] as (Json | undefined)[]
  const says = (...names: string[]) => names.some((name) => repeat?.[name] !== undefined)
  const taken = [
    ...(says('boundsPeriod', 'boundsDuration') ? ['boundsPeriod', 'boundsDuration'] : []),
    ...(says('frequency', 'period', 'timeOfDay', 'when') ? ['frequency', 'period', 'periodUnit', 'timeOfDay', 'when', 'offset'] : []),
  ]
  const rest = Object.fromEntries(Object.entries(beside ?? {}).filter(([name]) => !taken.includes(name)))
  made['timing'] = some({ repeat: some({ ...rest, ...repeat }), code: own['code'] ?? more['code'] })
  return made
}

/** In a message of an appointment (2.5 on) TQ1 gives its beginning and end. */
function ofAppointment({ resource }: Entry, segment: Segment, mapping: Mapping): void {
  const { start, end } = (periodIn(segment, 7, 8, mapping) ?? {}) as { start?: string; end?: string }
  // SCH-11 is kept beside it only for older systems (HL7 2.5, 10.6.1.11).
  if (start?.includes('T')) Object.assign(resource, { start, end: undefined })
  if (end?.includes('T')) resource['end'] = end
  const length = segment.first(6) && quantity(segment.first(6) as Value)
  const minutes = length && inTime(length)?.['code'] === 'min' ? Number(length['value']) : Number.NaN
  if (minutes >= 1) resource['minutesDuration'] ??= Math.round(minutes)
  segment.skip(9)
}
