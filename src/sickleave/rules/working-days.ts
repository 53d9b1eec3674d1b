import { addDays, addMonths, type Day } from './days.ts'

// Working days and deadlines. Public holidays by the act on state and other holidays (Закон о државним и другим празницима).

/** Where a state holiday (all but Christmas) falls on a Sunday, the first working day after it is free too. */
const fixed = ['01-01', '01-02', '01-07', '02-15', '02-16', '05-01', '05-02', '11-11']
const movesFromSunday = new Set(['01-01', '01-02', '02-15', '02-16', '05-01', '05-02', '11-11'])
const plain = (day: Day) => Temporal.PlainDate.from(day)
const isWeekend = (day: Day) => plain(day).dayOfWeek > 5

/** Orthodox Easter in the law's calendar: the Julian computation (Meeus), then the thirteen days between the calendars until 2099. */
export function easterOf(year: number): Day {
  const d = (19 * (year % 19) + 15) % 30
  const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
  const [month, day] = [Math.floor((d + e + 114) / 31), ((d + e + 114) % 31) + 1]
  return new Temporal.PlainDate(year, month, day).add({ days: year < 2100 ? 13 : 14 }).toString()
}

const known = new Map<number, Set<Day>>()
function holidaysOf(year: number): Set<Day> {
  const found = known.get(year)
  if (found) return found
  const easter = easterOf(year)
  const days = new Set<Day>([...fixed.map((day) => `${year}-${day}`), ...[-2, -1, 0, 1].map((offset) => addDays(easter, offset))])
  for (const day of fixed) {
    const on = `${year}-${day}`
    if (!movesFromSunday.has(day) || plain(on).dayOfWeek !== 7) continue
    let next = addDays(on, 1)
    while (days.has(next) || isWeekend(next)) next = addDays(next, 1)
    days.add(next)
  }
  known.set(year, days)
  return days
}

export const isWorkingDay = (day: Day): boolean => !isWeekend(day) && !holidaysOf(plain(day).year).has(day)

/** The day itself, or the first working day after it. */
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

/** Both ends of a time limit (reading 15): by the calendar, and rolled to the next working day, which is the one that counts. */
export type Deadline = { nominal: Day; effective: Day }
const ending = (nominal: Day): Deadline => ({ nominal, effective: nextWorkingDay(nominal) })

export const daysAfter = (day: Day, days: number): Deadline => ending(addDays(day, days))
/** 29 February and three years is the last day of February. */
export const yearsAfter = (day: Day, years: number): Deadline => ending(addMonths(day, 12 * years))
export const workingDaysAfter = (day: Day, days: number): Deadline => ending(addWorkingDays(day, days))
