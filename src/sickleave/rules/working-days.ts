import { holidaysOf, isWeekend } from '../../platform/holidays.ts'
import { addDays, addMonths, type Day } from './days.ts'

// Working days and deadlines.

export const isWorkingDay = (day: Day): boolean => !isWeekend(day) && !holidaysOf(Number(day.slice(0, 4))).has(day)

/** The day itself when it is a working day, else the next working day. */
export function nextWorkingDay(day: Day): Day {
  let on = day
  while (!isWorkingDay(on)) on = addDays(on, 1)
  return on
}

export function addWorkingDays(day: Day, days: number): Day {
  let on = day
  for (let left = days; left > 0; ) {
    on = addDays(on, 1)
    if (isWorkingDay(on)) left--
  }
  return on
}

/** Both ends of a time limit (reading 15): by the calendar, and moved to the next working day, which is the one that counts. */
export type Deadline = { nominal: Day; effective: Day }
const ending = (nominal: Day): Deadline => ({ nominal, effective: nextWorkingDay(nominal) })

export const daysAfter = (day: Day, days: number): Deadline => ending(addDays(day, days))
/** Three years after 29 February is the last day of February. */
export const yearsAfter = (day: Day, years: number): Deadline => ending(addMonths(day, 12 * years))
export const workingDaysAfter = (day: Day, days: number): Deadline => ending(addWorkingDays(day, days))
