import type { CompletenessDay, CompletenessTotal } from '../wire.ts'
import type { Sums } from './settle.ts'

/** How many reports were expected on each day, and why. Pure. */
export type DayRow = Sums & { day: string; refused: number }

export const weeksBefore = 8
const weeksKnownMin = 4
/** When a weekday usually has fewer than this, their absence means nothing. */
const usualMin = 5
/** A day may stay unreported until a day after its last visit. */
const graceDays = 1

export const rules = [
  'A visit is an Encounter, or an Appointment that was booked and of which no Encounter came. A stay counts on the day of its end; what was called off does not count.',
  'Its report is a Composition, DiagnosticReport or DocumentReference of the same institution that names it, or one of its day that names no other; a stay needs a letter.',
  'In time is what is received within 24 hours of the end of the visit.',
  'When a day has fewer than half of what the same weekday had in the 8 weeks before (its median), that figure is expected instead: a silent system reports no visits either.',
  'Who reports no visits at all is measured by its reports alone.',
] as const

const nothing: Sums = { due: 0, reported: 0, reportedInTime: 0, reports: 0, reportsInTime: 0 }
const plain = (text: string) => Temporal.PlainDate.from(text)

/** `rows` begin `weeksBefore` weeks before the first day asked for. */
export function daysOf(rows: readonly DayRow[], from: string, to: string, today: string): CompletenessDay[] {
  const byDay = new Map(rows.map((row) => [row.day, row]))
  const first = rows.map(({ day }) => day).toSorted()[0]
  const hasVisits = rows.some(({ due }) => due > 0)
  const days: CompletenessDay[] = []
  for (let day = plain(from); day.toString() <= to; day = day.add({ days: 1 })) {
    const name = day.toString()
    const row = byDay.get(name) ?? { ...nothing, day: name, refused: 0 }
    const count = hasVisits
      ? { came: row.due, received: row.reported, inTime: row.reportedInTime }
      : { came: row.reports, received: row.reports, inTime: row.reportsInTime }
    const usual = usualOn(byDay, day, first, hasVisits)
    const isSilent = name < today && usual >= usualMin && count.came * 2 < usual
    const expected = isSilent ? usual : count.came
    const open = Math.max(0, expected - count.received)
    const isOver = day.add({ days: graceDays }).toString() < today
    days.push({
      day: name,
      expected,
      why: isSilent ? 'weekday' : hasVisits ? 'visits' : 'reports',
      usual,
      received: count.received,
      inTime: count.inTime,
      late: count.received - count.inTime,
      missing: isOver ? open : 0,
      awaited: isOver ? 0 : open,
      reports: row.reports,
      refused: row.refused,
    })
  }
  return days
}

/** The median of the same weekday in the weeks before; 0 while too few weeks are known. */
function usualOn(byDay: ReadonlyMap<string, DayRow>, day: Temporal.PlainDate, first: string | undefined, hasVisits: boolean): number {
  if (first === undefined) return 0
  const counts: number[] = []
  for (let week = 1; week <= weeksBefore; week++) {
    const name = day.subtract({ weeks: week }).toString()
    if (name < first) break
    const row = byDay.get(name) ?? nothing
    counts.push(hasVisits ? row.due : row.reports)
  }
  if (counts.length < weeksKnownMin) return 0
  counts.sort((a, b) => a - b)
  const middle = Math.floor(counts.length / 2)
  return counts.length % 2 === 1 ? (counts[middle] as number) : Math.floor(((counts[middle - 1] as number) + (counts[middle] as number)) / 2)
}

export function totalOf(days: readonly CompletenessDay[]): CompletenessTotal {
  const total: CompletenessTotal = { expected: 0, received: 0, inTime: 0, late: 0, missing: 0, awaited: 0, reports: 0, refused: 0, silentDays: 0 }
  for (const day of days) {
    for (const name of ['expected', 'received', 'inTime', 'late', 'missing', 'awaited', 'reports', 'refused'] as const) total[name] += day[name]
    if (day.why === 'weekday') total.silentDays++
  }
  return total
}

/** Worst first: by the missing share, then by the missing number; institutions of which nothing was expected come last. */
export function byNeed(one: CompletenessTotal, other: CompletenessTotal): number {
  const shareOf = ({ expected, missing, late }: CompletenessTotal) => (expected === 0 ? -1 : (missing + late / 2) / expected)
  return shareOf(other) - shareOf(one) || other.missing - one.missing || other.refused - one.refused
}
