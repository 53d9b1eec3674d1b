import { memo } from 'react'
import type { LabPoint } from '../../record/wire.ts'

const width = 96
const height = 24
const pad = 4
const pointsMax = 8

/** The points of the line: at most the eight newest results with a number. The newest comes first in `points` and last here. */
export const drawable = (points: LabPoint[]) =>
  points
    .filter((point) => point.number !== null)
    .slice(0, pointsMax)
    .reverse() as (LabPoint & { number: number })[]

/**
 * The last eight results, placed true to time, with the last one's range as a band. It has no axes and never stands alone:
 * value, unit and range are beside it. The line breaks where the range changes, because results of another method cannot be compared.
 */
export const Sparkline = memo(function Sparkline({ points, label }: { points: LabPoint[]; label: string }) {
  const shown = drawable(points)
  const last = shown.at(-1)
  if (!last || shown.length < 2) return <span className="sparkline" />
  const times = shown.map((point) => Date.parse(point.at))
  const values = shown.map((point) => point.number)
  const limits = [last.low, last.high].filter((limit) => limit !== null)
  const scale = scaleOf(times, [...values, ...limits])
  const band = bandOf(last, scale.y)
  return (
    <svg className="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {limits.length > 0 && <rect className="band" x="0" width={width} y={band.top} height={Math.max(1, band.bottom - band.top)} />}
      {last.high !== null && <path className="limit" d={`M0 ${band.top}H${width}`} />}
      {last.low !== null && <path className="limit" d={`M0 ${band.bottom}H${width}`} />}
      <path className="line" d={lineOf(shown, (at) => [scale.x(times[at] as number), scale.y(values[at] as number)])} />
      {shown.map((point, at) => {
        const x = scale.x(times[at] as number)
        const y = scale.y(point.number)
        if (isHigh(point)) return <path key={at} className="out" d={`M${x} ${y - 3}l3 5.4h-6z`} />
        if (isLow(point)) return <path key={at} className="out" d={`M${x} ${y + 3}l3-5.4h-6z`} />
        return <circle key={at} className="dot" cx={x} cy={y} r={at === shown.length - 1 ? 2.6 : 1.1} />
      })}
    </svg>
  )
})

const isHigh = (point: LabPoint) => point.flag === 'high' || point.flag === 'critical-high'
const isLow = (point: LabPoint) => point.flag === 'low' || point.flag === 'critical-low'

function scaleOf(times: number[], values: number[]) {
  const [from, until] = [Math.min(...times), Math.max(...times)]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const round = (value: number) => Math.round(value * 10) / 10
  return {
    x: (time: number) => round(pad + ((time - from) / (until - from || 1)) * (width - 2 * pad)),
    y: (value: number) => round(height - pad - ((value - low) / (high - low || 1)) * (height - 2 * pad)),
  }
}

function bandOf(last: LabPoint, y: (value: number) => number) {
  return { top: last.high === null ? 0 : y(last.high), bottom: last.low === null ? height : y(last.low) }
}

function lineOf(points: LabPoint[], place: (at: number) => [number, number]): string {
  return points
    .map((point, at) => {
      const before = points[at - 1]
      const isBroken = before === undefined || before.low !== point.low || before.high !== point.high
      return `${isBroken ? 'M' : 'L'}${place(at).join(' ')}`
    })
    .join('')
}
