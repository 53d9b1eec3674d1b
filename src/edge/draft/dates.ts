/**
 * Moments as HL7 writes them in v2 and in CDA, `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]`, as FHIR writes them. FHIR demands a zone where
 * there is a time (R4 datatypes, dateTime); where the sender gave none it is the zone of the country.
 */
const form = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:[.,](\d{1,9}))?)?)?)?)?)?(?:([+-])(\d{2}):?(\d{2}))?$/
const isoForm = /^\d{4}-\d{2}(?:-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)?$/

export function dateTimeOf(text: string): string | undefined {
  const compact =
    text[4] === '-' && isoForm.test(text)
      ? text
          .replace(/(?<=^\d{4})-(\d{2})-?/, '$1')
          .replace(/[T:]/g, '')
          .replace('Z', '+0000')
      : text.trim()
  const parts = form.exec(compact)
  if (parts === null) return undefined
  const [, year = '', month, day, hour, minute = '00', second = '00', fraction, sign, zoneHour = '', zoneMinute = ''] = parts
  if (!isDay(year, month, day) || year === '0000') return undefined
  const date = [year, month, day].filter((part) => part !== undefined).join('-')
  if (hour === undefined || day === undefined) return date
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const zone = sign === undefined ? countryZone(Number(year), Number(month), Number(day), Number(hour)) : `${sign}${zoneHour}:${zoneMinute}`
  if (sign !== undefined && (Number(zoneHour) > 14 || Number(zoneMinute) > 59)) return undefined
  return `${date}T${hour}:${minute}:${second}${fraction ? `.${fraction.slice(0, 3)}` : ''}${zone === '-00:00' ? '+00:00' : zone}`
}

/** The day of a moment as it was written. */
export const dateOf = (text: string): string | undefined => dateTimeOf(text)?.slice(0, 10)

/** Only a moment with its time; an instant cannot be a day. */
export function instantOf(text: string): string | undefined {
  const moment = dateTimeOf(text)
  return moment?.includes('T') ? moment : undefined
}

function isDay(year: string, month: string | undefined, day: string | undefined): boolean {
  if (month === undefined) return true
  if (Number(month) < 1 || Number(month) > 12) return false
  return day === undefined || (Number(day) >= 1 && Number(day) <= daysOf(Number(year), Number(month)))
}

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
function daysOf(year: number, month: number): number {
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return isLeap ? 29 : (days[month - 1] as number)
}

/** Serbia has had summer time since 1983: from the last Sunday of March to the last of September, since 1996 of October. */
function countryZone(year: number, month: number, day: number, hour: number): string {
  if (year < 1983) return '+01:00'
  const end = year < 1996 ? 9 : 10
  const at = month * 10_000 + day * 100 + hour
  const isSummer = at >= 30_000 + lastSunday(year, 3) * 100 + 2 && at < end * 10_000 + lastSunday(year, end) * 100 + 3
  return isSummer ? '+02:00' : '+01:00'
}

function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 0))
  return last.getUTCDate() - last.getUTCDay()
}

/** The way back: `2026-03-01T10:00:00+01:00` as `20260301100000+0100`. */
export function hl7Date(text: string): string {
  const [date = '', time = ''] = text.split('T')
  const zone = /(?:Z|[+-]\d{2}:\d{2})$/.exec(time)?.[0] ?? ''
  const clock = time.slice(0, time.length - zone.length).replaceAll(':', '')
  return date.replaceAll('-', '') + clock + (zone === 'Z' ? '+0000' : zone.replace(':', ''))
}
