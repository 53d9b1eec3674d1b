import { typedDay } from './typed-day.ts'

const zone = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Belgrade', timeZoneName: 'longOffset' })
const minuteMs = 60_000

/** How far Belgrade's clock is ahead of UTC at an instant. */
function aheadMs(at: number): number {
  const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, hours = '0', minutes = '0'] = /([+-]\d\d):(\d\d)/.exec(name) ?? []
  return (Number(hours) * 60 + Number(minutes)) * minuteMs
}

/**
 * The instant that was typed as pages write it, `28.11.2026. 11:00`, in Belgrade's time, or copied from a log, `2026-11-28T10:00:00Z`; null for any other
 * text.
 */
export function typedMoment(text: string, today: string): string | null {
  const given = text.trim()
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(given)) return written(Date.parse(given))
  const [, date = '', hour = '0', minute = '00', second = '00'] = /^(.*?)(?:[\s,]+(\d{1,2}):(\d\d)(?::(\d\d))?)?$/s.exec(given) ?? []
  const day = typedDay(date, today)
  if (day === null) return null
  const wall = Date.parse(`${day}T${hour.padStart(2, '0')}:${minute}:${second}Z`)
  if (Number.isNaN(wall)) return null
  // In the night when the clocks change, the first guess may be an hour off.
  return written(wall - aheadMs(wall - aheadMs(wall)))
}

const written = (at: number): string | null => (Number.isNaN(at) ? null : new Date(at).toISOString().replace('.000Z', 'Z'))
