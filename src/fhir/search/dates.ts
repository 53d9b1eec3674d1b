/** Inclusive bounds in milliseconds since 1970; a date of low precision is the whole interval it names. */
export type Bounds = { low: number; high: number }

/** The ends of a period that has no start or no end: years 1 and 9999, so that they can be stored and compared as numbers. */
export const beginningOfTime = new Date('0001-01-01T00:00:00Z').getTime()
export const endOfTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

const form =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/

/**
 * Null when the text is not a date. A date without a zone is read in UTC on both sides of a search, so that a day finds itself:
 * https://hl7.org/fhir/R4/search.html#date
 */
export function dateBounds(text: string): Bounds | null {
  const parts = form.exec(text)
  if (parts === null) return null
  const [, yearText, monthText, dayText, hour, minute, second, fraction = '', zone] = parts
  const year = Number(yearText)
  if (year < 1) return null
  if (monthText === undefined) return { low: utc(year, 0, 1), high: utc(year + 1, 0, 1) - 1 }
  const month = Number(monthText) - 1
  if (month < 0 || month > 11) return null
  if (dayText === undefined) return { low: utc(year, month, 1), high: utc(year, month + 1, 1) - 1 }
  const day = utc(year, month, Number(dayText))
  if (Number(dayText) < 1 || day >= utc(year, month + 1, 1)) return null
  if (hour === undefined) return { low: day, high: day + 86_400_000 - 1 }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return null
  const offset = zone === undefined || zone === 'Z' ? 0 : offsetMs(zone)
  const low = day - offset + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second ?? 0) * 1000
  if (second === undefined) return { low, high: low + 59_999 }
  const digits = fraction.slice(0, 3)
  const from = low + Number(digits.padEnd(3, '0'))
  return { low: from, high: low + Number(digits.padEnd(3, '9')) }
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
