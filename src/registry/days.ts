const zone = 'Europe/Belgrade'

/** The beginning of a day in Belgrade, or of one that comes so many days later: what counts by days counts the last one whole. */
export const startOfDay = (day: string, daysLater: number): Date =>
  new Date(Temporal.PlainDate.from(day).add({ days: daysLater }).toZonedDateTime(zone).epochMilliseconds)

/** `2026-11-23T07:00` as the clock in Belgrade shows it. */
export const momentOf = (text: string): Date => new Date(Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds)

export const dayAt = (moment: Date): string => Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString()
