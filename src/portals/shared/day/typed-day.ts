import { toLatin } from '../../../platform/text.ts'

// Months by their first three letters, in both languages and every case of a Serbian noun: `новембра`, `nov`, `November`.
const months = ['jan', 'feb', 'mar', 'apr', 'maj may', 'jun', 'jul', 'avg aug', 'sep', 'okt oct', 'nov', 'dec']

/** The day that somebody wrote or copied, as `2026-11-03`, or null: `3.11.26`, `03.11.2026.`, `3/11/2026`, `3. новембар 2026.`, `3 Nov 2026`, `2026-11-03`. The day stands before the month, as everywhere on these pages. */
export function typedDay(text: string, today: string): string | null {
  const [, isoYear, isoMonth, isoDay] = /^\s*(\d{4})-(\d\d)-(\d\d)\s*$/.exec(text) ?? []
  if (isoYear) return realDay(Number(isoYear), Number(isoMonth), Number(isoDay))
  const [, day, month = '', year = ''] = /^\s*(\d{1,2})[\s./-]+(\d{1,2}|\p{L}{3,})[\s./-]+(\d{4}|\d\d)\.?\s*$/u.exec(text) ?? []
  if (!day) return null
  return realDay(wholeYear(Number(year), today, year.length), monthOf(month), Number(day))
}

const monthOf = (text: string): number => Number(text) || months.findIndex((names) => names.split(' ').includes(toLatin(text).toLowerCase().slice(0, 3))) + 1

/** `26` means this century and `68` the last one, as in dates of birth; no day here is more than ten years ahead. */
export function wholeYear(year: number, today: string, digits = String(year).length): number {
  if (digits > 2) return year
  const thisYear = Number(today.slice(0, 4))
  const century = thisYear - (thisYear % 100)
  return century + year > thisYear + 10 ? century - 100 + year : century + year
}

/** Null for days that do not exist, such as the 30th of February. */
function realDay(year: number, month: number, day: number): string | null {
  const iso = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  const time = Date.parse(`${iso}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso) ? iso : null
}
