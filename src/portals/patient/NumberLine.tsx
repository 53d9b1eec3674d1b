import type { LabPoint, LabSeries } from '../../record/wire.ts'
import { formatRange, formatResult, formatUnit } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { Said, type Say, useData, useLanguage, useSay } from '../shared/language.tsx'
import { line } from './words.ts'

type NumberLineOf = { series: LabSeries; point: LabPoint }

const width = 320
const barTop = 14
const edge = 8

/**
 * One value against the laboratory's range. The sentence above says the same as the drawing, which is hidden from screen readers.
 * The drawing has no colours from green to red and no adjectives: no authority has decided which values are worrying.
 */
export function NumberLine({ series, point }: NumberLineOf) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const unit = formatUnit(language, series.unit ?? '')
  const value = point.value === null ? data(point.text ?? '') : formatResult(language, point.value)
  const place = placeOf(point)
  const range = formatRange(language, point.low, point.high, point.value)
  return (
    <div className="number-line">
      <p>
        <span className="analysis">
          <Said text={series.analysis.text} />
        </span>{' '}
        <strong className="num keep">
          {value}
          {unit && (
            <>
              {' '}
              <Keep>{unit}</Keep>
            </>
          )}
        </strong>
        {place && range && <span className="soft">, {say(line[place], { range })}</span>}
      </p>
      {point.number !== null && place && (
        <Drawing
          point={point}
          number={point.number}
          say={say}
          format={(limit) => formatResult(language, limit.toFixed(point.value?.split(/[.,]/)[1]?.length ?? 0))}
        />
      )}
    </div>
  )
}

/** The laboratory's own flag takes precedence over our comparison. */
function placeOf({ number, low, high, flag }: LabPoint): 'below' | 'above' | 'inside' | null {
  if (low === null && high === null) return null
  if (flag === 'low' || flag === 'critical-low') return 'below'
  if (flag === 'high' || flag === 'critical-high') return 'above'
  if (number === null) return null
  if (low !== null && number < low) return 'below'
  if (high !== null && number > high) return 'above'
  return 'inside'
}

type DrawingOf = { point: LabPoint; number: number; say: Say; format(limit: number): string }

function Drawing({ point: { low, high }, number, say, format }: DrawingOf) {
  const span = low !== null && high !== null ? high - low : Math.abs((high ?? low) as number) || 1
  const from = Math.min(low === null ? Math.min(0, number) : low - span * 0.6, number - span * 0.15)
  const until = Math.max(high === null ? Math.max((low as number) + span, number) : high + span * 0.6, number + span * 0.15)
  const x = (at: number) => edge + ((at - from) / (until - from)) * (width - 2 * edge)
  const [left, right] = [low === null ? edge : x(low), high === null ? width - edge : x(high)]
  return (
    <svg className="number-line-drawing" viewBox={`0 0 ${width} 50`} aria-hidden="true">
      <rect className="track" x={edge} width={width - 2 * edge} y={barTop} height="10" rx="5" />
      <rect className="band" x={left} width={right - left} y={barTop} height="10" />
      {low !== null && (
        <>
          <path className="limit" d={`M${left} ${barTop - 3}v16`} />
          <text x={left} y="40" textAnchor="middle">
            {format(low)}
          </text>
        </>
      )}
      {high !== null && (
        <>
          <path className="limit" d={`M${right} ${barTop - 3}v16`} />
          <text x={right} y="40" textAnchor="middle">
            {format(high)}
          </text>
        </>
      )}
      {low !== null && left > 70 && (
        <text className="word" x={edge} y="40">
          {say(line.low)}
        </text>
      )}
      {high !== null && width - right > 70 && (
        <text className="word" x={width - edge} y="40" textAnchor="end">
          {say(line.high)}
        </text>
      )}
      <circle className="marker" cx={x(number)} cy={barTop + 5} r="7" />
    </svg>
  )
}
