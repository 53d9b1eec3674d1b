import { Fragment, memo, type MouseEvent, useCallback, useMemo, useState } from 'react'
import type { LabPoint, LabSeries, Overview } from '../../../record/wire.ts'
import { formatDate, formatRange, formatUnit } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { Keep } from '../../shared/Keep.tsx'
import { LabValue } from '../../shared/LabValue.tsx'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useSource } from '../../shared/Source.tsx'
import { Sparkline } from '../../shared/Sparkline.tsx'
import { LabChart } from './LabChart.tsx'
import { useTrendLabel } from './LatestResults.tsx'
import { byGroup, type LabGrid } from './model.ts'
import { useGroupName } from './use-group-name.ts'
import { labs } from './words.ts'

const firstDays = 8
const moreDays = 16

const keyOf = (series: LabSeries) => `${series.analysis.code ?? ''}|${series.analysis.text}|${series.unit ?? ''}`

/** The newest date is leftmost. The analysis, its range and its line stay in view while the dates scroll; a row opens its chart below itself. */
export function LabTable({ grid, overview }: { grid: LabGrid; overview: Overview }) {
  const say = useSay()
  const nameOf = useGroupName()
  const language = useLanguage()
  const [dayCount, setDayCount] = useState(firstDays)
  const [open, setOpen] = useState<string | null>(null)
  const days = useMemo(() => grid.days.slice(0, dayCount), [grid.days, dayCount])
  const groups = useMemo(() => byGroup(grid.rows), [grid.rows])
  const toggle = useCallback((key: string) => setOpen((now) => (now === key ? null : key)), [])
  const left = grid.days.length - days.length
  const columns = days.length + 3
  return (
    <>
      <div className="table-scroll lab-table" role="region" aria-label={say(labs.table)} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="sticky">
                {say(labs.analysis)}
              </th>
              <th scope="col">{say(labs.range)}</th>
              <th scope="col">{say(labs.trend)}</th>
              {days.map((day) => (
                <th key={day} scope="col" className="day num">
                  {formatDate(language, day)}
                </th>
              ))}
            </tr>
          </thead>
          {groups.map(({ group, rows }) => (
            <tbody key={group ?? ''}>
              {group && groups.length > 1 && (
                <tr className="group">
                  <th scope="rowgroup" colSpan={columns}>
                    <span>{nameOf(group)}</span>
                  </th>
                </tr>
              )}
              {rows.map(({ series, byDay }) => (
                <Fragment key={keyOf(series)}>
                  <LabRow series={series} byDay={byDay} days={days} isOpen={open === keyOf(series)} onToggle={toggle} />
                  {open === keyOf(series) && <ChartRow series={series} overview={overview} columns={columns} />}
                </Fragment>
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {left > 0 && (
        <button type="button" className="link-button more" onClick={() => setDayCount(dayCount + moreDays)}>
          {say(labs.older, { count: left })}
        </button>
      )}
    </>
  )
}

function ChartRow({ series, overview, columns }: { series: LabSeries; overview: Overview; columns: number }) {
  return (
    <tr className="chart-row">
      <td colSpan={columns}>
        <LabChart series={series} person={overview.person} />
      </td>
    </tr>
  )
}

type LabRowOf = { series: LabSeries; byDay: Map<string, LabPoint>; days: string[]; isOpen: boolean; onToggle(key: string): void }

const LabRow = memo(function LabRow({ series, byDay, days, isOpen, onToggle }: LabRowOf) {
  const data = useData()
  const language = useLanguage()
  const label = useTrendLabel()
  const openSource = useSource()
  const newest = series.points[0]
  const range = newest ? formatRange(language, newest.low, newest.high, newest.value) : null
  // Pressing a value shows its source. For the keyboard the table behind the row's chart shows the same.
  const show = (event: MouseEvent<HTMLElement>, point: LabPoint) => openSource(point.source, data(series.analysis.text), event.currentTarget)
  return (
    <tr className={isOpen ? 'open' : undefined}>
      <th scope="row" className="sticky">
        <button type="button" className="row-button" aria-expanded={isOpen} onClick={() => onToggle(keyOf(series))}>
          <Icon name={isOpen ? 'down' : 'next'} />
          <span>
            <Said text={series.analysis.text} />
            {series.unit && (
              <span className="faint unit">
                {' '}
                <Keep>{formatUnit(language, series.unit)}</Keep>
              </span>
            )}
          </span>
        </button>
      </th>
      <td className="range num soft">{range}</td>
      <td className="trend">
        <Sparkline points={series.points} label={label(series)} />
      </td>
      {days.map((day) => {
        const point = byDay.get(day)
        if (!point)
          return (
            <td key={day} className="none">
              –
            </td>
          )
        return (
          <td key={day} className="value" onClick={(event) => show(event, point)}>
            <LabValue point={point} />
            {newest && (point.low !== newest.low || point.high !== newest.high) && <OtherRange point={point} />}
          </td>
        )
      })}
    </tr>
  )
})

/** The range of an older result when it differs, because of another laboratory or method: the column of ranges shows only the newest one. */
function OtherRange({ point }: { point: LabPoint }) {
  const say = useSay()
  const language = useLanguage()
  const range = formatRange(language, point.low, point.high, point.value)
  return range === null ? null : (
    <span className="other-range num small faint">
      <span className="only-read">{say(labs.otherRange, { range })}</span>
      <span aria-hidden="true">[{range}]</span>
    </span>
  )
}
