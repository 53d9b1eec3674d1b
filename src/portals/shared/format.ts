import type { Language } from './languages.ts'

// Own patterns instead of `dateStyle`: `sr` short gives `3. 11. 2026.` and `en-GB` short gives `03/11/2026`, which a
// Serbian eye reads as 3 November and an American one as 11 March. English therefore always gets the month as a word.

export const shortMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const englishMonths = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const cyrillicMonths = ['јануар', 'фебруар', 'март', 'април', 'мај', 'јун', 'јул', 'август', 'септембар', 'октобар', 'новембар', 'децембар']
const latinMonths = ['januar', 'februar', 'mart', 'april', 'maj', 'jun', 'jul', 'avgust', 'septembar', 'oktobar', 'novembar', 'decembar']

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Belgrade',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

type Moment = { year: string; month: string | null; day: string | null; time: string | null; seconds: string | null }

const moments = new Map<string, Moment | null>()

/** Reads a FHIR date, which may stop at the year or the month, or an instant, which is shown in Belgrade's time. */
function read(iso: string): Moment | null {
  const known = moments.get(iso)
  if (known !== undefined) return known
  if (moments.size > 10_000) moments.clear()
  const moment = iso.includes('T') ? readInstant(iso) : readDate(iso)
  moments.set(iso, moment)
  return moment
}

function readDate(iso: string): Moment | null {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(iso) ?? []
  return year ? { year, month: month ?? null, day: day ?? null, time: null, seconds: null } : null
}

function readInstant(iso: string): Moment | null {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return null
  const part: Record<string, string> = {}
  for (const { type, value } of clock.formatToParts(date)) part[type] = value
  return {
    year: part.year ?? '',
    month: part.month ?? '',
    day: part.day ?? '',
    time: `${part.hour}:${part.minute}`,
    seconds: part.second ?? null,
  }
}

/** `03.11.2026.`, `11.2026.`, `2026.`; in English `3 Nov 2026`. Text that is no date is shown unchanged. */
export function formatDate(language: Language, iso: string): string {
  const moment = read(iso)
  if (!moment) return iso
  const { year, month, day } = moment
  if (language !== 'en') return [day, month, year].filter((part) => part !== null).join('.') + '.'
  if (!month) return year
  const word = shortMonths[Number(month) - 1] ?? month
  return day ? `${Number(day)} ${word} ${year}` : `${word} ${year}`
}

/** For sentences: `3. новембар 2026.`, `3 November 2026`. */
export function formatLongDate(language: Language, iso: string): string {
  const moment = read(iso)
  if (!moment) return iso
  const { year, month, day } = moment
  const months = language === 'en' ? englishMonths : language === 'sr-Latn' ? latinMonths : cyrillicMonths
  const word = month ? (months[Number(month) - 1] ?? month) : null
  if (language === 'en') return [day ? String(Number(day)) : null, word, year].filter(Boolean).join(' ')
  return `${[day ? `${Number(day)}.` : null, word, year].filter(Boolean).join(' ')}.`
}

/** `новембар 2026.`, the heading of a month. */
export const formatMonth = (language: Language, iso: string) => formatLongDate(language, iso.slice(0, 7))

/** `14:05` in Belgrade, or null when the moment is only a date. */
export const formatTime = (iso: string): string | null => read(iso)?.time ?? null

export function formatMoment(language: Language, iso: string, { seconds = false } = {}): string {
  const moment = read(iso)
  const date = formatDate(language, iso)
  if (!moment?.time) return date
  return `${date}${language === 'en' ? ',' : ''} ${moment.time}${seconds && moment.seconds ? `:${moment.seconds}` : ''}`
}

/** The time at which something ends: the hour when it is today, otherwise the day. */
export function formatEnd(language: Language, iso: string, today: string): string {
  return (dayOf(iso) === dayOf(today) ? formatTime(iso) : null) ?? formatDate(language, iso)
}

/** The calendar day that many days later; earlier for a negative number. */
export const dayAfter = (day: string, days: number): string => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)

/** The Belgrade calendar day of a moment, for grouping: `2026-11-03`. */
export function dayOf(iso: string): string {
  const moment = read(iso)
  return moment ? [moment.year, moment.month, moment.day].filter(Boolean).join('-') : iso
}

/** Whole years between a birth date and today; null when the birth date has no day. */
export function ageAt(birthDate: string, today: string): number | null {
  const [year, month, day] = birthDate.split('-').map(Number)
  const [nowYear, nowMonth, nowDay] = dayOf(today).split('-').map(Number)
  if (!year || !month || !day || !nowYear || !nowMonth || !nowDay) return null
  const before = nowMonth < month || (nowMonth === month && nowDay < day)
  return nowYear - year - (before ? 1 : 0)
}

/**
 * The digits that the laboratory sent, with the reader's decimal sign: precision is information, so `5,0` stays `5,0`.
 * Thousands never get a dot: an English reader takes `1.000` for one. From 10 000 up a narrow space separates them.
 */
export function formatResult(language: Language, digits: string): string {
  if (!/^[<>≤≥]?\s*-?\d+([.,]\d+)?$/.test(digits)) return digits
  const [whole = '', decimals] = digits.split(/[.,]/)
  const spaced = whole.replace(/\d{5,}/, (run) => run.replace(/\B(?=(\d{3})+$)/g, '\u202f'))
  return decimals === undefined ? spaced : `${spaced}${language === 'en' ? '.' : ','}${decimals}`
}

export const formatNumber = (language: Language, value: number) => formatResult(language, String(value))

const upTo: Record<Language, string> = { 'sr-Cyrl': 'до', 'sr-Latn': 'do', en: 'to' }
const startingAt: Record<Language, string> = { 'sr-Cyrl': 'од', 'sr-Latn': 'od', en: 'from' }

/** `4,0–6,0`, `до 5,1`, `од 3,5`, or null without limits; with as many decimals as the result beside it. */
export function formatRange(language: Language, low: number | null, high: number | null, digits: string | null = null): string | null {
  if (low === null && high === null) return null
  const decimals = Math.max(decimalsOf(low), decimalsOf(high), digits?.split(/[.,]/)[1]?.length ?? 0)
  const print = (value: number) => formatResult(language, value.toFixed(decimals))
  if (low === null) return `${upTo[language]} ${print(high as number)}`
  if (high === null) return `${startingAt[language]} ${print(low)}`
  return `${print(low)}–${print(high)}`
}

/** UCUM units as people write them: `10*9/L` → `10⁹/L`, `m[IU]/L` → `mIU/L`, `umol/L` → `µmol/L`; annotations in braces are left out. */
export function formatUnit(language: Language, unit: string): string {
  const decimal = language === 'en' ? '.' : ','
  return unit
    .replace(/\{1\.73_m2\}/, `1${decimal}73 m²`)
    .replace(/\{[^}]*\}/g, '')
    .replace(/10[*^](\d+)/, (_, power: string) => `10${[...power].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`)
    .replace(/[[\]]/g, '')
    .replace(/^u(?=[A-Za-z])/, 'µ')
    .replace(/(^|\/)iU\b/g, '$1IU')
}

const decimalsOf = (value: number | null) => (value === null ? 0 : (String(value).split('.')[1]?.length ?? 0))
