const zone = 'Europe/Belgrade'

/** The beginning of a day in Belgrade, or of the day so many days later. A period of days ends where the day after its last one begins. */
export const startOfDay = (day: string, daysLater: number): Date =>
  new Date(Temporal.PlainDate.from(day).add({ days: daysLater }).toZonedDateTime(zone).epochMilliseconds)

/** The instant of `2026-11-23T07:00` on the clock in Belgrade. */
export const momentOf = (text: string): Date => new Date(Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds)

export const dayAt = (moment: Date): string => Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString()
