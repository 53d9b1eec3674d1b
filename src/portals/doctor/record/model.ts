import type { LabPoint, LabSeries, TimelineEntry, TimelineKind } from '../../../record/wire.ts'
import { dayOf } from '../../shared/format.ts'

/** All kinds, in the order of the filter. */
const timelineKinds: readonly TimelineKind[] = [
  'visit',
  'hospital',
  'emergency',
  'dental',
  'document',
  'laboratory',
  'imaging',
  'procedure',
  'immunization',
  'therapy',
  'other',
]

export type Period = 'all' | 'years5' | 'year1' | 'months3'
export type Span = { from: string; until: string }

/** The filter of the timeline, for the list and the lanes. `span` is a period chosen on the lanes. */
export type TimelineFilter = { kind: TimelineKind | 'all'; institution: string; period: Period; span: Span | null }

export const everything: TimelineFilter = { kind: 'all', institution: '', period: 'all', span: null }

const monthsOf: Record<Exclude<Period, 'all'>, number> = { years5: 60, year1: 12, months3: 3 }

/** The first day of a period that ends today. */
export function firstDayOf(period: Period, today: string): string | null {
  if (period === 'all') return null
  const date = new Date(`${dayOf(today)}T00:00:00Z`)
  date.setUTCMonth(date.getUTCMonth() - monthsOf[period])
  return date.toISOString().slice(0, 10)
}

export function filterTimeline(entries: TimelineEntry[], filter: TimelineFilter, today: string): TimelineEntry[] {
  const from = filter.span?.from ?? firstDayOf(filter.period, today)
  const until = filter.span?.until ?? null
  return entries.filter((entry) => {
    if (filter.kind !== 'all' && entry.kind !== filter.kind) return false
    if (filter.institution && entry.institution !== filter.institution) return false
    const last = entry.until ?? entry.at
    return (from === null || dayOf(last) >= from) && (until === null || dayOf(entry.at) <= until)
  })
}

/** The kinds and institutions that occur, with their counts: the filter offers no choice without entries. */
export function choicesOf(entries: TimelineEntry[]) {
  const kinds = new Map<TimelineKind, number>()
  const institutions = new Map<string, number>()
  for (const { kind, institution } of entries) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    institutions.set(institution, (institutions.get(institution) ?? 0) + 1)
  }
  return {
    kinds: timelineKinds.filter((kind) => kinds.has(kind)).map((kind) => ({ kind, count: kinds.get(kind) ?? 0 })),
    institutions: [...institutions].sort((a, b) => b[1] - a[1]).map(([name, count]) => ({ name, count })),
  }
}

/** Groups entries by year, in the order given. */
export function byYear(entries: TimelineEntry[]): { year: string; entries: TimelineEntry[] }[] {
  const years: { year: string; entries: TimelineEntry[] }[] = []
  for (const entry of entries) {
    const year = dayOf(entry.at).slice(0, 4)
    const last = years.at(-1)
    if (last?.year === year) last.entries.push(entry)
    else years.push({ year, entries: [entry] })
  }
  return years
}

export const isOut = (point: LabPoint | undefined) => point !== undefined && point.flag !== null

const urgency = (point: LabPoint | undefined) => {
  if (!point?.flag) return 0
  return point.flag.startsWith('critical') ? 2 : 1
}

/** The results for the summary: critical ones first, then those out of range, then the newest. Analyses without a result for two years come last. */
export function latestResults(results: LabSeries[], today: string, count: number): LabSeries[] {
  const recent = shiftYears(today, -2)
  const rank = (series: LabSeries) => {
    const point = series.points[0]
    return point && dayOf(point.at) >= recent ? urgency(point) : -1
  }
  return [...results].sort((a, b) => rank(b) - rank(a) || (b.points[0]?.at ?? '').localeCompare(a.points[0]?.at ?? '')).slice(0, count)
}

export type LabFilter = { group: string; period: 'all' | 'months12' | 'years3'; onlyOut: boolean }
export const allLabs: LabFilter = { group: '', period: 'all', onlyOut: false }

export type LabGrid = { days: string[]; rows: { series: LabSeries; byDay: Map<string, LabPoint> }[] }

/** The table of analyses by calendar day, newest day first. Of two results on one day it has the later one; the chart shows both. */
export function labGrid(results: LabSeries[], filter: LabFilter, today: string): LabGrid {
  const start = filter.period === 'all' ? '' : shiftYears(today, filter.period === 'months12' ? -1 : -3)
  const days = new Set<string>()
  const rows: LabGrid['rows'] = []
  for (const series of results) {
    if (filter.group && series.group !== filter.group) continue
    const points = series.points.filter((point) => dayOf(point.at) >= start)
    if (points.length === 0 || (filter.onlyOut && !points.some(isOut))) continue
    const byDay = new Map<string, LabPoint>()
    for (const point of points) {
      const day = dayOf(point.at)
      days.add(day)
      if (!byDay.has(day)) byDay.set(day, point)
    }
    rows.push({ series, byDay })
  }
  return { days: [...days].sort().reverse(), rows }
}

function shiftYears(today: string, years: number): string {
  const day = dayOf(today)
  return `${Number(day.slice(0, 4)) + years}${day.slice(4)}`
}

/** Rows by group, in the order in which the record lists the groups. */
export function byGroup(rows: LabGrid['rows']): { group: string | null; rows: LabGrid['rows'] }[] {
  const groups = new Map<string | null, LabGrid['rows']>()
  for (const row of rows) groups.set(row.series.group, [...(groups.get(row.series.group) ?? []), row])
  return [...groups].map(([group, rows]) => ({ group, rows }))
}
