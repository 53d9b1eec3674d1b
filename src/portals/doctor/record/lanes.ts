import type { Overview, TimelineEntry, TimelineKind } from '../../../record/wire.ts'
import { dayOf } from '../../shared/format.ts'

export type LaneName = 'diagnoses' | 'therapy' | 'visits' | 'hospital' | 'laboratory' | 'imaging' | 'procedure' | 'immunization' | 'document'

/** A lane has bars from day to day (an open end reaches today), or points for single days. */
export type Lane = { name: LaneName; bars: { from: number; until: number; isOpen: boolean }[]; points: number[] }

const pointLanes: { name: LaneName; kinds: TimelineKind[] }[] = [
  { name: 'visits', kinds: ['visit', 'emergency', 'dental'] },
  { name: 'laboratory', kinds: ['laboratory'] },
  { name: 'imaging', kinds: ['imaging'] },
  { name: 'procedure', kinds: ['procedure'] },
  { name: 'immunization', kinds: ['immunization'] },
  { name: 'document', kinds: ['document'] },
]

const time = (iso: string) => Date.parse(iso.length === 4 ? `${iso}-01-01` : dayOf(iso).length === 7 ? `${dayOf(iso)}-01` : dayOf(iso))

/** Every kind of event on one axis of time, in the order visits, hospital, diagnoses, therapy, then what was done. */
export function lanesOf(overview: Overview, entries: TimelineEntry[]): Lane[] {
  const today = time(overview.at)
  const bar = (from: string, until: string | null) => ({ from: time(from), until: until ? time(until) : today, isOpen: until === null })
  const points = pointLanes.map(({ name, kinds }) => ({
    name,
    bars: [],
    points: entries.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => time(at)),
  }))
  const hospital = entries.filter(({ kind }) => kind === 'hospital').map(({ at, until }) => ({ ...bar(at, until ?? at), isOpen: false }))
  const diagnoses = overview.problems.flatMap(({ since, until }) => (since ? [bar(since, until)] : []))
  const therapy = overview.therapy.flatMap(({ from, until }) => (from ? [bar(from, until)] : []))
  const [visits, ...others] = points
  return [
    ...(visits ? [visits] : []),
    { name: 'hospital' as const, bars: hospital, points: [] },
    { name: 'diagnoses' as const, bars: diagnoses, points: [] },
    { name: 'therapy' as const, bars: therapy, points: [] },
    ...others,
  ].filter((lane) => lane.bars.length + lane.points.length > 0)
}

export type Cell = { column: number; count: number }

/** Joins points that would overlap into one cell with their number. */
export function cellsOf(points: number[], from: number, until: number, columns: number): Cell[] {
  const counts = new Map<number, number>()
  const width = (until - from) / columns || 1
  for (const point of points) {
    if (point < from || point > until) continue
    const column = Math.min(columns - 1, Math.floor((point - from) / width))
    counts.set(column, (counts.get(column) ?? 0) + 1)
  }
  return [...counts].map(([column, count]) => ({ column, count }))
}

/** Puts overlapping bars into rows below each other, three at most; bars that find no free row share the last one. */
export function stack(bars: Lane['bars'], rowsMax = 3): { bar: Lane['bars'][number]; row: number }[] {
  const ends: number[] = []
  return [...bars]
    .sort((a, b) => a.from - b.from)
    .map((bar) => {
      let row = ends.findIndex((end) => end < bar.from)
      if (row === -1) row = Math.min(ends.length, rowsMax - 1)
      ends[row] = Math.max(ends[row] ?? 0, bar.until)
      return { bar, row }
    })
}

/** The years written under the lanes: at most one label per 64 px. */
export function yearTicks(from: number, until: number, width: number): { at: number; label: string }[] {
  const first = new Date(from).getUTCFullYear()
  const last = new Date(until).getUTCFullYear()
  const labelsMax = Math.max(2, Math.floor(width / 64))
  const step = Math.max(1, Math.ceil((last - first) / labelsMax))
  const ticks = []
  for (let year = Math.ceil((first + 1) / step) * step; year <= last; year += step) ticks.push({ at: Date.UTC(year, 0, 1), label: `${year}` })
  return ticks
}
