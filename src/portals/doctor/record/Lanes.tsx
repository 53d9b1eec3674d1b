import { memo, type PointerEvent, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Overview, TimelineEntry } from '../../../record/wire.ts'
import { useSay } from '../../shared/language.tsx'
import type { Message } from '../../shared/message.ts'
import { kinds } from '../../shared/words.ts'
import { cellsOf, type Lane, type LaneName, lanesOf, stack, yearTicks } from './lanes.ts'
import type { Span } from './model.ts'
import { timeline } from './words.ts'

type LanesOf = { overview: Overview; entries: TimelineEntry[]; from: string | null; span: Span | null; onSpan(span: Span | null): void }

const cell = 18
const laneHeight = 26
const labelWidth = 104
const axisHeight = 22
const dayMs = 86_400_000

const names: Record<LaneName, Message> = {
  visits: timeline.visits,
  hospital: kinds.hospital,
  diagnoses: timeline.diagnoses,
  therapy: timeline.therapy,
  laboratory: kinds.laboratory,
  imaging: kinds.imaging,
  procedure: kinds.procedure,
  immunization: kinds.immunization,
  document: kinds.document,
}

/**
 * The whole life on one axis (LifeLines). The drawing is for the eye only: the list beside it has the same events under the same filter, and the
 * period buttons do the same as dragging.
 */
export const Lanes = memo(function Lanes({ overview, entries, from, span, onSpan }: LanesOf) {
  const say = useSay()
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const lanes = useMemo(() => lanesOf(overview, entries), [overview, entries])
  const today = Date.parse(overview.at)
  const first = from ? Date.parse(from) : Math.min(today - 365 * dayMs, ...lanes.flatMap(firstOf))
  const last = span ? Date.parse(span.until) + dayMs : today
  const plot = Math.max(cell, Math.floor((width - labelWidth) / cell) * cell)
  const x = (at: number) => labelWidth + ((Math.min(Math.max(at, first), last) - first) / (last - first)) * plot
  const height = lanes.length * laneHeight + axisHeight
  const brush = useBrush((left, right) => {
    const day = (at: number) => new Date(first + ((at - labelWidth) / plot) * (last - first)).toISOString().slice(0, 10)
    onSpan({ from: day(Math.max(left, labelWidth)), until: day(Math.min(right, labelWidth + plot)) })
  })
  return (
    <div className="lanes" ref={box}>
      {width > 0 && (
        <svg width={labelWidth + plot} height={height} viewBox={`0 0 ${labelWidth + plot} ${height}`} aria-hidden="true" {...brush.handlers}>
          {lanes.map((lane, at) => (
            <g key={lane.name} transform={`translate(0 ${at * laneHeight})`}>
              <text className="lane-name" x="0" y="17">
                {say(names[lane.name])}
              </text>
              <path className="lane-line" d={`M0 ${laneHeight - 0.5}H${labelWidth + plot}`} />
              <Bars lane={lane} x={x} first={first} last={last} />
              {cellsOf(lane.points, first, last, plot / cell).map(({ column, count }) => (
                <Mark key={column} left={labelWidth + column * cell} count={count} />
              ))}
            </g>
          ))}
          {yearTicks(first, last, plot).map(({ at, label }) => (
            <g key={label}>
              <path className="tick" d={`M${x(at)} 0V${height - axisHeight + 4}`} />
              <text className="tick-label" x={x(at)} y={height - 4} textAnchor="middle">
                {label}
              </text>
            </g>
          ))}
          <path className="today" d={`M${labelWidth + plot - 0.5} 0V${height - axisHeight + 4}`} />
          {brush.drag && (
            <rect className="brush" x={Math.min(...brush.drag)} width={Math.abs(brush.drag[1] - brush.drag[0])} y="0" height={height - axisHeight} />
          )}
        </svg>
      )}
    </div>
  )
})

/** The axis begins with the first event. A diagnosis or a therapy from before that begins beyond the left edge. */
const firstOf = (lane: Lane) => (lane.name === 'diagnoses' || lane.name === 'therapy' ? [] : [...lane.points, ...lane.bars.map((bar) => bar.from)])

function Bars({ lane, x, first, last }: { lane: Lane; x(at: number): number; first: number; last: number }) {
  const placed = stack(lane.bars.filter((bar) => bar.until >= first && bar.from <= last))
  const rows = Math.max(1, ...placed.map(({ row }) => row + 1))
  const thick = rows === 1 ? 12 : rows === 2 ? 8 : 5
  return placed.map(({ bar, row }, at) => {
    const left = x(bar.from)
    return (
      <rect
        key={at}
        className={bar.isOpen ? 'bar-span open' : 'bar-span'}
        x={left}
        width={Math.max(3, x(bar.until) - left)}
        y={(rows === 1 ? 7 : 4) + row * (thick + 1.5)}
        height={thick}
        rx="1.5"
      />
    )
  })
}

function Mark({ left, count }: { left: number; count: number }) {
  if (count === 1) return <circle className="one" cx={left + cell / 2} cy={laneHeight / 2} r="4" />
  return (
    <>
      <rect className="several" x={left + 0.5} y="4" width={cell - 1} height={laneHeight - 8} rx="3" />
      <text className="cell-count" x={left + cell / 2} y="17.5" textAnchor="middle">
        {count > 99 ? '99' : count}
      </text>
    </>
  )
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    setWidth(element.clientWidth)
    const watch = new ResizeObserver(() => setWidth(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [box])
  return width
}

/** Dragging selects a period; a press without dragging does nothing, so nobody filters by accident. */
function useBrush(onDone: (left: number, right: number) => void) {
  const [drag, setDrag] = useState<[number, number] | null>(null)
  const at = (event: PointerEvent<SVGSVGElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left
  const handlers = {
    onPointerDown(event: PointerEvent<SVGSVGElement>) {
      if (event.pointerType === 'touch' || at(event) < labelWidth) return
      event.currentTarget.setPointerCapture(event.pointerId)
      setDrag([at(event), at(event)])
    },
    onPointerMove(event: PointerEvent<SVGSVGElement>) {
      if (drag) setDrag([drag[0], at(event)])
    },
    onPointerUp() {
      if (drag && Math.abs(drag[1] - drag[0]) > 8) onDone(Math.min(...drag), Math.max(...drag))
      setDrag(null)
    },
  }
  return { drag, handlers }
}
