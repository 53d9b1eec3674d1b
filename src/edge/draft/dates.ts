import { inOnePiece } from './characters.ts'

/**
 * Turns moments of HL7 v2 and CDA, `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]`, into those of FHIR. FHIR demands a zone with a time (R4 datatypes,
 * dateTime); when the sender gave none it is the zone of the country.
 */
const isoForm = /^\d{4}-\d{2}(?:-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)?$/
/** Dates as people here write them; with points there is no other order: 1.3.2026, 01. 03. 2026. 10:15. */
const ownForm = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})\.?(?: +(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/

let zoneOfSender: string | undefined
let isAsPeopleWrite = false

/** Whether the message contained a date with points; the sender should be told. */
export const wasAsPeopleWrite = (): boolean => isAsPeopleWrite

/**
 * The zone of MSH-7 holds for all moments of the message without one (HL7 2.5 on, MSH-7). When it is the country's own zone at that moment it only
 * shows where the sender is: a winter's offset does not hold for events in summer.
 */
export function inZoneOf<T>(moment: string, act: () => T): T {
  const made = instantOf(moment)
  const zone = made !== undefined && /[+-]\d{2}:?\d{2}$/.test(moment) ? made.slice(-6) : undefined
  const own =
    made === undefined ? undefined : countryZone(Number(made.slice(0, 4)), Number(made.slice(5, 7)), Number(made.slice(8, 10)), Number(made.slice(11, 13)))
  zoneOfSender = zone === own ? undefined : zone
  isAsPeopleWrite = false
  try {
    return act()
  } finally {
    zoneOfSender = undefined
  }
}

export function dateTimeOf(text: string): string | undefined {
  if (text === '') return undefined
  const compact = compactOf(text)
  const digits = digitsFrom(compact, 0)
  if (digits < 4 || digits > 14 || digits % 2 === 1 || !endsWell(compact, digits)) return undefined
  const day = dayOf(compact, digits)
  if (day === undefined || digits < 10) return day
  return two(compact, 8) === 24 ? atMidnight(compact, day, digits) : timed(compact, day, digits)
}

/** The date in HL7's compact form, from either form. */
function compactOf(text: string): string {
  if (text[4] === '-' && isoForm.test(text))
    return text
      .replace(/(?<=^\d{4})-(\d{2})-?/, '$1')
      .replace(/[T :]/g, '')
      .replace('Z', '+0000')
  const plain = text.trim()
  const [, day, month, year, hour, minute = '', second = ''] = plain[1] === '.' || plain[2] === '.' ? (ownForm.exec(plain) ?? []) : []
  if (day === undefined || month === undefined || year === undefined) return plain
  isAsPeopleWrite = true
  return `${year}${month.padStart(2, '0')}${day.padStart(2, '0')}${hour?.padStart(2, '0') ?? ''}${minute}${second}`
}

/** 24:00 is the end of its day (ISO 8601); FHIR has only the beginning of the next day. */
function atMidnight(compact: string, day: string, digits: number): string | undefined {
  if (/[1-9]/.test(compact.slice(10, digits))) return undefined
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return timed(`${next.replaceAll('-', '')}00${compact.slice(10)}`, next, digits)
}

/** Whether only a fraction of a second and a zone, with or without a colon, follow the digits. */
function endsWell(compact: string, digits: number): boolean {
  let at = digits
  if (digits === 14 && (compact[at] === '.' || compact[at] === ',')) {
    const end = digitsFrom(compact, at + 1)
    if (end === at + 1 || end > at + 10) return false
    at = end
  }
  if (at === compact.length) return true
  if (compact[at] !== '+' && compact[at] !== '-') return false
  const minutes = compact[at + 3] === ':' ? at + 4 : at + 3
  return digitsFrom(compact, at + 1) >= at + 3 && digitsFrom(compact, minutes) === minutes + 2 && compact.length === minutes + 2
}

function digitsFrom(text: string, from: number): number {
  let at = from
  while (isDigit(text, at)) at++
  return at
}
const isDigit = (text: string, at: number) => text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39
const two = (text: string, at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528

/** Year, month and day, as far as they are given. */
function dayOf(compact: string, digits: number): string | undefined {
  const year = compact.slice(0, 4)
  if (year === '0000') return undefined
  if (digits < 6) return year
  const month = two(compact, 4)
  if (month < 1 || month > 12) return undefined
  if (digits < 8) return `${year}-${compact.slice(4, 6)}`
  const day = two(compact, 6)
  if (day < 1 || day > daysOf(Number(year), month)) return undefined
  return `${year}-${compact.slice(4, 6)}-${compact.slice(6, 8)}`
}

/** The day with its time; missing minutes and seconds are zero. */
function timed(compact: string, day: string, digits: number): string | undefined {
  const [minute, second] = [digits > 10 ? compact.slice(10, 12) : '00', digits > 12 ? compact.slice(12, 14) : '00']
  if (two(compact, 8) > 23 || minute > '59' || second > '59') return undefined
  let at = digits
  let fraction = ''
  if (compact[at] === '.' || compact[at] === ',') {
    const from = ++at
    while (isDigit(compact, at)) at++
    fraction = `.${compact.slice(from, Math.min(at, from + 3))}`
  }
  const zone =
    at === compact.length
      ? (zoneOfSender ?? countryZone(Number(day.slice(0, 4)), two(compact, 4), two(compact, 6), two(compact, 8)))
      : `${compact.slice(at, at + 3)}:${compact.slice(-2)}`
  if (two(zone, 1) > 14 || two(zone, 4) > 59) return undefined
  return inOnePiece(day, 'T', compact.slice(8, 10), ':', minute, ':', second, fraction, zone === '-00:00' ? '+00:00' : zone)
}

/** The day of a moment as it was written. */
export const dateOf = (text: string): string | undefined => dateTimeOf(text)?.slice(0, 10)

/** A moment with its time; a day is no instant. */
export function instantOf(text: string): string | undefined {
  const moment = dateTimeOf(text)
  return moment?.includes('T') ? moment : undefined
}

/** The moment so many minutes later, in the same zone. */
export function after(moment: string, minutes: number): string {
  const zone = moment.slice(-6)
  const offset = (zone.startsWith('-') ? -1 : 1) * (two(zone, 1) * 60 + two(zone, 4))
  const local = new Date(Date.parse(moment) + (minutes + offset) * 60_000).toISOString()
  return `${local.slice(0, 19)}${zone}`
}

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
function daysOf(year: number, month: number): number {
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return isLeap ? 29 : (days[month - 1] as number)
}

/** The country's offset. Serbia has had summer time since 1983, from the last Sunday of March to the last of September, since 1996 of October. */
function countryZone(year: number, month: number, day: number, hour: number): string {
  if (year < 1983) return '+01:00'
  const end = year < 1996 ? 9 : 10
  const at = month * 10_000 + day * 100 + hour
  const isSummer = at >= 30_000 + lastSunday(year, 3) * 100 + 2 && at < end * 10_000 + lastSunday(year, end) * 100 + 3
  return isSummer ? '+02:00' : '+01:00'
}

/** The last Sunday of a month of the Gregorian calendar after 1582; 1 March 2000 was a Wednesday, the third day after a Sunday. */
function lastSunday(year: number, month: number): number {
  const last = daysOf(year, month)
  const years = month > 2 ? year : year - 1
  const fromMarch = Math.floor(((month > 2 ? month - 3 : month + 9) * 153 + 2) / 5)
  const days = years * 365 + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) - 730_485 + fromMarch + last - 1
  return last - ((((days + 3) % 7) + 7) % 7)
}

/** The reverse: `2026-03-01T10:00:00+01:00` becomes `20260301100000+0100`. */
export function hl7Date(text: string): string {
  const [date = '', time = ''] = text.split('T')
  const zone = /(?:Z|[+-]\d{2}:\d{2})$/.exec(time)?.[0] ?? ''
  const clock = time.slice(0, time.length - zone.length).replaceAll(':', '')
  return date.replaceAll('-', '') + clock + (zone === 'Z' ? '+0000' : zone.replace(':', ''))
}
