/** Days of the law are days in Belgrade; instants are UTC everywhere else. */
export const zone = 'Europe/Belgrade'

const dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })

/** The calendar day in Belgrade at an instant, `2026-11-03`. */
export function dayOf(at: Date): string {
  return dayFormat.format(at)
}

/** The instant at which a day begins in Belgrade. */
export function startOfDay(day: string): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds)
}

/** The instant at which a day is over: the first of the next one. */
export function endOfDay(day: string): Date {
  return new Date(Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds)
}

/** The instant of `2026-11-23T07:00` on the clock in Belgrade. */
export function momentOf(text: string): Date {
  return new Date(Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds)
}

/** The birthday on which somebody reaches an age; 29 February becomes 1 March in other years. */
export function birthdayOf(born: string, age: number): string {
  const birth = Temporal.PlainDate.from(born)
  const year = birth.year + age
  if (birth.month === 2 && birth.day === 29 && !Temporal.PlainDate.from({ year, month: 1, day: 1 }).inLeapYear) return `${year}-03-01`
  return birth.with({ year }).toString()
}
