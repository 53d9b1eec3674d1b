import { scaleLinear, scaleUtc } from '@visx/scale'
import { type KeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { LabPoint, LabSeries, PersonHeader } from '../../../record/wire.ts'
import { formatDate, formatNumber, formatRange, formatResult, formatUnit } from '../../shared/format.ts'
import { LabValue } from '../../shared/LabValue.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useShortcuts } from '../../shared/shortcuts.ts'
import { SourceButton } from '../../shared/Source.tsx'
import { flags } from '../../shared/words.ts'
import { csvOf } from './csv.ts'
import { labs } from './words.ts'

type NumberPoint = LabPoint & { number: number }
const isNumber = (point: LabPoint): point is NumberPoint => point.number !== null

/** Title, patient, unit, range and source in one frame; `V` switches between the drawing and a table of the same numbers. */
export function LabChart({ series, person }: { series: LabSeries; person: PersonHeader }) {
  const say = useSay()
  const data = useData()
  const points = useMemo(() => series.points.filter(isNumber).reverse(), [series.points])
  const [view, setView] = useState<'chart' | 'table'>(points.length > 1 ? 'chart' : 'table')
  const language = useLanguage()
  const unit = formatUnit(language, series.unit ?? '')
  const name = `${data(series.analysis.text)}${unit && `, ${unit}`}`
  useShortcuts({ KeyV: () => setView((now) => (now === 'chart' ? 'table' : 'chart')) })
  return (
    <figure className="chart-frame">
      <figcaption>
        <strong>{name}</strong>
        <span className="soft">
          {data(person.family)} {data(person.given)}
          {person.birthDate && `, ${person.birthDate.slice(0, 4)}.`}
        </span>
        <span className="space" />
        <div className="toggles" role="group" aria-label={say(labs.view)}>
          <button type="button" aria-pressed={view === 'chart'} onClick={() => setView('chart')}>
            {say(labs.chart)}
          </button>
          <button type="button" aria-pressed={view === 'table'} onClick={() => setView('table')}>
            {say(labs.tableView)} <kbd>V</kbd>
          </button>
        </div>
        <Download series={series} name={name} />
      </figcaption>
      {view === 'table' && <Numbers series={series} />}
      {view === 'chart' && points.length < 2 && <p className="empty">{say(labs.tooFew)}</p>}
      {view === 'chart' && points.length > 1 && <Drawing points={points} name={name} unit={unit} />}
    </figure>
  )
}

function Download({ series, name }: { series: LabSeries; name: string }) {
  const say = useSay()
  const href = useMemo(() => URL.createObjectURL(new Blob([csvOf(series)], { type: 'text/csv' })), [series])
  return (
    <a className="button quiet" href={href} download={`${name.replace(/[^\p{L}\d]+/gu, '-')}.csv`}>
      {say(labs.download)}
    </a>
  )
}

function Numbers({ series }: { series: LabSeries }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <table className="numbers">
      <thead>
        <tr>
          {[labs.date, labs.value, labs.range, labs.laboratory].map((word) => (
            <th key={word.en} scope="col">
              {say(word)}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {series.points.map((point) => (
          <tr key={point.source.resource}>
            <th scope="row" className="num">
              {formatDate(language, point.at)}
            </th>
            <td className="value">
              <LabValue point={point} isWordShown />
            </td>
            <td className="num soft">{formatRange(language, point.low, point.high, point.value)}</td>
            <td>{data(point.source.institution)}</td>
            <td>
              <SourceButton source={point.source} what={`${data(series.analysis.text)} ${formatDate(language, point.at)}`} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const margin = { top: 14, right: 76, bottom: 30, left: 52 }

function Drawing({ points, name, unit }: { points: NumberPoint[]; name: string; unit: string }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [at, setAt] = useState<number | null>(null)
  useLayoutEffect(() => setWidth(Math.min(960, box.current?.clientWidth ?? 0)), [])
  const height = Math.max(200, Math.min(340, Math.round((width * 7) / 16)))
  const scales = useMemo(() => scalesOf(points, width, height), [points, width, height])
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    setAt((now) => Math.max(0, Math.min(points.length - 1, (now ?? points.length) + (now === null ? -1 : step))))
  }
  const chosen = at === null ? null : points[at]
  return (
    <div ref={box} className="drawing" role="group" tabIndex={0} aria-label={say(labs.chartHelp, { name, count: points.length })} onKeyDown={onKeyDown}>
      {width > 0 && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <Ranges points={points} scales={scales} right={width - margin.right} />
          <Axes scales={scales} width={width} height={height} unit={unit} />
          <path className="line" d={points.map((point, i) => `${i === 0 ? 'M' : 'L'}${scales.x(new Date(point.at))} ${scales.y(point.number)}`).join('')} />
          {points.map((point, i) => (
            <Dot
              key={point.source.resource}
              point={point}
              x={scales.x(new Date(point.at))}
              y={scales.y(point.number)}
              isChosen={i === at}
              onChoose={() => setAt(i)}
            />
          ))}
        </svg>
      )}
      <p className="reading" aria-live="polite">
        {chosen ? (
          <>
            <span className="num">{formatDate(language, chosen.at)}</span>
            {': '}
            <strong className="num">
              {formatResult(language, chosen.value ?? '')} {unit}
            </strong>
            {chosen.flag && ` ${say(flags[chosen.flag])}`}
            {', '}
            {data(chosen.source.institution)}
            {formatRange(language, chosen.low, chosen.high, chosen.value) &&
              ` (${say(labs.range).toLowerCase()} ${formatRange(language, chosen.low, chosen.high, chosen.value)})`}
          </>
        ) : (
          <span className="faint">{say(labs.chartHelp, { name, count: points.length })}</span>
        )}
      </p>
    </div>
  )
}

type Scales = ReturnType<typeof scalesOf>

function scalesOf(points: NumberPoint[], width: number, height: number) {
  const values = points.flatMap((point) => [point.number, point.low, point.high].filter((value) => value !== null))
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const space = (high - low || Math.abs(high) || 1) * 0.1
  const times = points.map((point) => Date.parse(point.at))
  return {
    x: scaleUtc<number>({ domain: [new Date(Math.min(...times)), new Date(Math.max(...times))], range: [margin.left + 8, width - margin.right - 8] }),
    y: scaleLinear<number>({ domain: [low - space, high + space], range: [height - margin.bottom, margin.top], nice: true }),
  }
}

/** The range of each result as a step that ends halfway to the next result, so that a change of laboratory is visible. */
function Ranges({ points, scales: { x, y }, right }: { points: NumberPoint[]; scales: Scales; right: number }) {
  const language = useLanguage()
  const last = points.at(-1)
  const place = (point: NumberPoint) => x(new Date(point.at))
  const limit = (value: number) => formatResult(language, value.toFixed(last?.value?.split(/[.,]/)[1]?.length ?? 0))
  const [bottom = 0, top = 0] = y.range() as number[]
  return (
    <>
      {points.map((point, i) => {
        if (point.low === null && point.high === null) return null
        const before = points[i - 1]
        const after = points[i + 1]
        const from = before ? (place(before) + place(point)) / 2 : margin.left
        const until = after ? (place(after) + place(point)) / 2 : right
        const upper = point.high === null ? top : y(point.high)
        const lower = point.low === null ? bottom : y(point.low)
        return (
          <g key={point.source.resource}>
            <rect className="band" x={from} width={Math.max(0, until - from)} y={upper} height={Math.max(0, lower - upper)} />
            {point.high !== null && <path className="limit" d={`M${from} ${upper}H${until}`} />}
            {point.low !== null && <path className="limit" d={`M${from} ${lower}H${until}`} />}
          </g>
        )
      })}
      {last?.high != null && (
        <text className="limit-label" x={right + 6} y={y(last.high) + 4}>
          {limit(last.high)}
        </text>
      )}
      {last?.low != null && (
        <text className="limit-label" x={right + 6} y={y(last.low) + 4}>
          {limit(last.low)}
        </text>
      )}
    </>
  )
}

function Axes({ scales: { x, y }, width, height, unit }: { scales: Scales; width: number; height: number; unit: string }) {
  const language = useLanguage()
  const ticks = x.ticks(Math.max(2, Math.floor((width - margin.left - margin.right) / 110)))
  return (
    <>
      {y.ticks(5).map((value) => (
        <text key={value} className="axis" x={margin.left - 8} y={y(value) + 4} textAnchor="end">
          {formatNumber(language, value)}
        </text>
      ))}
      <text className="axis" x={0} y={10}>
        {unit}
      </text>
      <path className="axis-line" d={`M${margin.left} ${height - margin.bottom}H${width - margin.right}`} />
      {ticks.map((tick) => (
        <g key={tick.getTime()}>
          <path className="axis-line" d={`M${x(tick)} ${height - margin.bottom}v4`} />
          <text className="axis" x={x(tick)} y={height - 10} textAnchor="middle">
            {formatDate(language, tick.toISOString().slice(0, 7))}
          </text>
        </g>
      ))}
    </>
  )
}

type DotOf = { point: NumberPoint; x: number; y: number; isChosen: boolean; onChoose(): void }

function Dot({ point, x, y, isChosen, onChoose }: DotOf) {
  const isHigh = point.flag === 'high' || point.flag === 'critical-high'
  const isLow = point.flag === 'low' || point.flag === 'critical-low'
  return (
    <g onPointerEnter={onChoose}>
      <circle cx={x} cy={y} r="12" fill="transparent" />
      {isChosen && <circle className="chosen" cx={x} cy={y} r="9" />}
      {isHigh && <path className="out" d={`M${x} ${y - 5}l5 9h-10z`} />}
      {isLow && <path className="out" d={`M${x} ${y + 5}l5-9h-10z`} />}
      {!isHigh && !isLow && <circle className="dot" cx={x} cy={y} r="3.5" />}
    </g>
  )
}
