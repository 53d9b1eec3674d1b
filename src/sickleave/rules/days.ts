// Calendar arithmetic in the law's days. Both ends of a span count; days are calendar days in Belgrade, written 2026-03-31.

export type Day = string
export type Span = { from: Day; until: Day }

export const zone = 'Europe/Belgrade'

const plain = (day: Day) => Temporal.PlainDate.from(day)

/** Most steps stay within the first 28 days of a month and need no calendar. That matters because the rules walk leaves day by day. */
export function addDays(day: Day, days: number): Day {
  const at = Number(day.slice(8)) + days
  if (at >= 1 && at <= 28) return day.slice(0, 8) + (at < 10 ? `0${at}` : String(at))
  return plain(day).add({ days }).toString()
}

/** One month after 31 January is the last day of February. */
export const addMonths = (day: Day, months: number): Day => plain(day).add({ months }).toString()

/** How many days later `to` is: 0 for the same day, negative when it is earlier. */
export const daysBetween = (from: Day, to: Day): number => plain(from).until(plain(to), { largestUnit: 'days' }).days

/** A span of one day has the length 1; a span that ends before it begins has 0. */
export const lengthOf = ({ from, until }: Span): number => Math.max(0, daysBetween(from, until) + 1)

export function common(one: Span, other: Span): Span | null {
  const from = one.from > other.from ? one.from : other.from
  const until = one.until < other.until ? one.until : other.until
  return from <= until ? { from, until } : null
}

/** The law's day at an instant. */
export const dayAt = (at: Date): Day => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString()

/** Whether the text is a real day of the calendar between 1900 and 2199, in exactly this form. */
export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(text)) return false
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}

/** Completed years. A person born on 29 February completes them on 1 March of common years (ebolovanje.md section 19, reading 9). */
export function ageOn(born: Day, day: Day): number {
  const { year } = plain(day)
  const monthAndDay = (text: Day) => text.slice(5)
  return year - plain(born).year - (monthAndDay(day) < monthAndDay(born) ? 1 : 0)
}
