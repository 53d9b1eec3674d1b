import type { LabSeries, Overview } from '../../record/wire.ts'
import { dayOf } from '../shared/format.ts'

export type NewResults = { kind: 'results'; id: string; at: string; institution: string; series: LabSeries[] }
export type NewEvent = { kind: 'event'; id: string; at: string; title: string; institution: string; document: string | null }

const newForDays = 90
const shownMax = 6
const dayMs = 86_400_000

/** All results of one day are one item of news, in which each analysis begins with the value of that day. Every other event is an item of its own. */
export function newsOf(overview: Overview): (NewResults | NewEvent)[] {
  const since = new Date(Date.parse(overview.at) - newForDays * dayMs).toISOString().slice(0, 10)
  const days = new Map<string, NewResults>()
  for (const series of overview.results) {
    for (const [at, point] of series.points.entries()) {
      const day = dayOf(point.at)
      if (day < since) break
      const news = days.get(day) ?? { kind: 'results', id: `results-${day}`, at: day, institution: point.source.institution, series: [] }
      news.series.push({ ...series, points: series.points.slice(at) })
      days.set(day, news)
    }
  }
  const events = overview.timeline
    .filter((entry) => dayOf(entry.at) >= since && entry.kind !== 'laboratory' && entry.kind !== 'therapy')
    .map(({ id, at, title, institution, document }): NewEvent => ({ kind: 'event', id, at: dayOf(at), title, institution, document }))
  return [...days.values(), ...events].sort((a, b) => b.at.localeCompare(a.at)).slice(0, shownMax)
}
