/** Inclusive bounds in milliseconds since 1970. A date of low precision is the whole interval it names. */
export type Bounds = { low: number; high: number }

/** The bounds of a period without a start or an end: years 1 and 9999, so that they can be stored and compared as numbers. */
export const beginningOfTime = new Date('0001-01-01T00:00:00Z').getTime()
export const endOfTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * A date without a zone is a day of Serbia, in resources and in searches: "the server's local timezone should be
 * assumed" (https://hl7.org/fhir/R4/search.html#date). A visit at half past midnight in Belgrade is found under its own day.
 */
const localZone = 'Europe/Belgrade'

const form = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/
const dayMs = 86_400_000

const recentMax = 1000
const recentTextMax = 40
const recent = new Map<string, Readonly<Bounds> | null>()

/** The bounds of a date; null when the text is none. The resources of a visit share a few instants, so the last bounds are kept. */
export function dateBounds(text: string): Readonly<Bounds> | null {
  const known = recent.get(text)
  if (known !== undefined) return known
  const bounds = readBounds(text)
  if (recent.size >= recentMax) recent.clear()
  if (text.length <= recentTextMax) recent.set(text, bounds)
  return bounds
}

/** Also reads a time without seconds, which FHIR allows only in searches. */
function readBounds(text: string): Bounds | null {
  const parts = form.exec(text)
  if (parts === null) return null
  const [, yearText, monthText, dayText, hour, minute, second, fraction = '', zone] = parts
  const year = Number(yearText)
  if (year < 1) return null
  if (monthText === undefined) return { low: local(utc(year, 0, 1)), high: local(utc(year + 1, 0, 1)) - 1 }
  const month = Number(monthText) - 1
  if (month < 0 || month > 11) return null
  const nextMonth = utc(year, month + 1, 1)
  if (dayText === undefined) return { low: local(utc(year, month, 1)), high: local(nextMonth) - 1 }
  const day = utc(year, month, Number(dayText))
  if (Number(dayText) < 1 || day >= nextMonth) return null
  if (hour === undefined) return { low: local(day), high: local(day + dayMs) - 1 }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return null
  const clock = day + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second ?? 0) * 1000
  const low = zone === undefined ? local(clock) : clock - (zone === 'Z' ? 0 : offsetMs(zone))
  if (second === undefined) return { low, high: low + 59_999 }
  const digits = fraction.slice(0, 3)
  return { low: low + Number(digits.padEnd(3, '0')), high: low + Number(digits.padEnd(3, '9')) }
}

function offsetMs(zone: string): number {
  const ms = Number(zone.slice(1, 3)) * 3_600_000 + Number(zone.slice(4)) * 60_000
  return zone[0] === '-' ? -ms : ms
}

const scratch = new Date(0)

// Date.UTC reads years below 100 as 19xx.
function utc(year: number, month: number, day: number): number {
  if (year >= 100) return Date.UTC(year, month, day)
  scratch.setTime(0)
  return scratch.setUTCFullYear(year, month, day)
}

type Offset = { from: number; ms: number }
const offsetsOfYear = new Map<number, Offset[]>()

/** The instant at which clocks in Serbia show the time `clock`, which is given as if it were UTC. */
function local(clock: number): number {
  scratch.setTime(clock)
  const year = scratch.getUTCFullYear()
  let offsets = offsetsOfYear.get(year)
  if (offsets === undefined) {
    offsets = readOffsets(year)
    offsetsOfYear.set(year, offsets)
  }
  let ms = 0
  for (const offset of offsets) if (offset.from <= clock) ms = offset.ms
  return clock - ms
}

// A year has only a few changes of the offset. They are read once for each year: asking the time zone data for every date would cost a thousand times
// more.
function readOffsets(year: number): Offset[] {
  let at = Temporal.ZonedDateTime.from({ year, month: 1, day: 1, timeZone: localZone })
  const offsets: Offset[] = []
  for (let from = Number.NEGATIVE_INFINITY; ; from = at.epochMilliseconds + at.offsetNanoseconds / 1e6) {
    offsets.push({ from, ms: at.offsetNanoseconds / 1e6 })
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.year > year) return offsets
    at = next
  }
}
