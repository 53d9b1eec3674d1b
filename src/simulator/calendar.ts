// Days are whole numbers since 1970-01-01: histories add and compare millions of them, which Temporal objects make slow.

export type Day = number

const written = new Map<Day, string>()

/** `2026-11-23`. Texts are cached, because a country of any size uses some 40,000 different days. */
export function isoDay(day: Day): string {
  let text = written.get(day)
  if (text === undefined) {
    text = new Date(day * 86_400_000).toISOString().slice(0, 10)
    written.set(day, text)
  }
  return text
}

export function parseDay(text: string): Day {
  return Math.floor(Date.parse(`${text}T00:00:00Z`) / 86_400_000)
}

export function dayOf(year: number, month: number, date: number): Day {
  return Math.floor(Date.UTC(year, month - 1, date) / 86_400_000)
}

export function yearOf(day: Day): number {
  return Number(isoDay(day).slice(0, 4))
}

/** `03.11.2026.`, as in a Serbian document. */
export function serbianDay(day: Day): string {
  const text = isoDay(day)
  return `${text.slice(8, 10)}.${text.slice(5, 7)}.${text.slice(0, 4)}.`
}

/** An instant with the offset of Belgrade, from a day and a minute of that day. */
export function instant(day: Day, minute: number): string {
  const hours = String(Math.floor(minute / 60)).padStart(2, '0')
  const minutes = String(minute % 60).padStart(2, '0')
  return `${isoDay(day)}T${hours}:${minutes}:00${isSummer(day) ? '+02:00' : '+01:00'}`
}

const summers = new Map<number, [Day, Day]>()

/** Summer time lasts from the last Sunday of March to the last Sunday of October. The hours of the change itself are never used. */
function isSummer(day: Day): boolean {
  const year = yearOf(day)
  let bounds = summers.get(year)
  if (!bounds) {
    bounds = [lastSunday(year, 3), lastSunday(year, 10)]
    summers.set(year, bounds)
  }
  return day >= bounds[0] && day < bounds[1]
}

function lastSunday(year: number, month: number): Day {
  const last = dayOf(year, month + 1, 0)
  return last - weekday(last)
}

/** 0 is Sunday. */
function weekday(day: Day): number {
  return (((day + 4) % 7) + 7) % 7
}

/** The same day, or the Monday after a weekend: planned care does not happen on Sundays. */
export function workday(day: Day): Day {
  const name = weekday(day)
  return name === 0 ? day + 1 : name === 6 ? day + 2 : day
}

/** Age in whole years on a day. */
export function ageOn(birth: Day, day: Day): number {
  const born = isoDay(birth)
  const now = isoDay(day)
  const years = Number(now.slice(0, 4)) - Number(born.slice(0, 4))
  return now.slice(5) < born.slice(5) ? years - 1 : years
}

export const yearDays = 365.25
