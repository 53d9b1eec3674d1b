// Days that nobody works, by the act on state and other holidays (Закон о државним и другим празницима). Without Temporal, because browsers read it too.

export type Holiday = 'new-year' | 'christmas' | 'statehood' | 'good-friday' | 'holy-saturday' | 'easter' | 'easter-monday' | 'labour' | 'armistice' | 'moved'

const dayMs = 86_400_000
const dateOf = (year: number, month: number, day: number): string => new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)
const later = (day: string, days: number): string => new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10)
/** Sunday is 0. */
const weekdayOf = (day: string): number => new Date(Date.parse(day)).getUTCDay()
export const isWeekend = (day: string): boolean => weekdayOf(day) % 6 === 0

const fixed: readonly [string, Holiday][] = [
  ['01-01', 'new-year'],
  ['01-02', 'new-year'],
  ['01-07', 'christmas'],
  ['02-15', 'statehood'],
  ['02-16', 'statehood'],
  ['05-01', 'labour'],
  ['05-02', 'labour'],
  ['11-11', 'armistice'],
]
const aroundEaster: readonly [number, Holiday][] = [
  [-2, 'good-friday'],
  [-1, 'holy-saturday'],
  [0, 'easter'],
  [1, 'easter-monday'],
]

/** Orthodox Easter in the law's calendar: the Julian computation (Meeus), then the thirteen days between the calendars until 2099. */
export function easterOf(year: number): string {
  const d = (19 * (year % 19) + 15) % 30
  const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
  const [month, day] = [Math.floor((d + e + 114) / 31), ((d + e + 114) % 31) + 1]
  return dateOf(year, month, day + (year < 2100 ? 13 : 14))
}

const known = new Map<number, ReadonlyMap<string, Holiday>>()

/** The holidays of a year by their days. Where a state holiday (all but Christmas) falls on a Sunday, the first working day after it is free too. */
export function holidaysOf(year: number): ReadonlyMap<string, Holiday> {
  const found = known.get(year)
  if (found) return found
  const easter = easterOf(year)
  const ofState = fixed.map(([day, holiday]): [string, Holiday] => [`${year}-${day}`, holiday])
  const days = new Map([...aroundEaster.map(([offset, holiday]): [string, Holiday] => [later(easter, offset), holiday]), ...ofState])
  for (const [day, holiday] of ofState) {
    if (holiday === 'christmas' || weekdayOf(day) !== 0) continue
    let next = later(day, 1)
    while (days.has(next) || isWeekend(next)) next = later(next, 1)
    days.set(next, 'moved')
  }
  known.set(year, days)
  return days
}
