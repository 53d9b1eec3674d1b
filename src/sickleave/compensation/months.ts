import type { Day, Span } from '../rules/days.ts'

// Months and the working days in them. Hours are hundredths of an hour, whole numbers: 7.5 hours are 750.

/** 2026-03 */
export type Month = string

export const monthOf = (day: Day): Month => day.slice(0, 7)

type Shape = { days: number; firstWeekday: number; next: Month; last: Day }
const shapes = new Map<Month, Shape>()

/** The calendar has 3,600 months between 1900 and 2199: each is calculated only once. */
function shapeOf(month: Month): Shape {
  const known = shapes.get(month)
  if (known) return known
  const { daysInMonth, dayOfWeek } = Temporal.PlainDate.from(`${month}-01`)
  const next = Temporal.PlainYearMonth.from(month).add({ months: 1 }).toString()
  const shape = { days: daysInMonth, firstWeekday: dayOfWeek - 1, next, last: `${month}-${daysInMonth}` }
  shapes.set(month, shape)
  return shape
}

export const firstDayOf = (month: Month): Day => `${month}-01`
export const lastDayOf = (month: Month): Day => shapeOf(month).last

/** The months before the one in which incapacity began (ZZO art. 87 para 1: twelve), oldest first. */
export function monthsBefore(onset: Day, count: number): Month[] {
  const first = Number(onset.slice(0, 4)) * 12 + Number(onset.slice(5, 7)) - 1 - count
  return Array.from({ length: count }, (_, at) => `${Math.floor((first + at) / 12)}-${String(((first + at) % 12) + 1).padStart(2, '0')}`)
}

/** A span, divided where months end. */
export function byMonth({ from, until }: Span): (Span & { month: Month })[] {
  const parts: (Span & { month: Month })[] = []
  for (let month = monthOf(from); month <= monthOf(until); month = shapeOf(month).next) {
    const [first, last] = [firstDayOf(month), lastDayOf(month)]
    parts.push({ month, from: from > first ? from : first, until: until < last ? until : last })
  }
  return parts
}

/** The hours of each weekday from Monday on, and days that differ from the week, such as shifts. Holidays are paid hours (reading 16). */
export type Schedule = { week: readonly number[]; days: Readonly<Record<Day, number>> }
export const usualSchedule: Schedule = { week: [800, 800, 800, 800, 800, 0, 0], days: {} }

/** Working days and hours of a span that lies within one month. */
export function workIn(schedule: Schedule, { from, until }: Span): { days: number; hours: number } {
  const month = monthOf(from)
  const { firstWeekday } = shapeOf(month)
  const hasOwn = Object.keys(schedule.days).length > 0
  let [days, hours] = [0, 0]
  for (let day = Number(from.slice(8)); day <= Number(until.slice(8)); day++) {
    const own = hasOwn ? schedule.days[`${month}-${String(day).padStart(2, '0')}`] : undefined
    const worked = own ?? (schedule.week[(firstWeekday + day - 1) % 7] as number)
    if (worked > 0) days++
    hours += worked
  }
  return { days, hours }
}

export const workOf = (schedule: Schedule, month: Month): { days: number; hours: number } =>
  workIn(schedule, { from: firstDayOf(month), until: lastDayOf(month) })
