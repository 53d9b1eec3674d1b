import { useMemo } from 'react'
import type { LabSeries, Problem } from '../../../record/wire.ts'
import { formatDate, formatRange, formatResult, formatUnit } from '../../shared/format.ts'
import { Keep } from '../../shared/Keep.tsx'
import { LabValue } from '../../shared/LabValue.tsx'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { drawable, Sparkline } from '../../shared/Sparkline.tsx'
import type { Linked } from './clinical-links.ts'
import { latestResults } from './model.ts'
import { OnlyWith } from './OnlyWith.tsx'
import { WithheldHere } from './Withheld.tsx'
import { labs, summary } from './words.ts'

type LatestOf = { isHidden: boolean; all: LabSeries[]; linked: Linked | null; problem: Problem | null; at: string; onClear(): void }

const shownMax = 10

/** Value, flag, line and range side by side: a number alone or a line alone is easily misread. */
export function LatestResults({ isHidden, all, linked, problem, at, onClear }: LatestOf) {
  const say = useSay()
  const results = linked?.results ?? all
  const shown = useMemo(() => latestResults(results, at, shownMax), [results, at])
  return (
    <section id="latest" aria-labelledby="latest-title">
      <h2 id="latest-title">{say(summary.results)}</h2>
      {problem && <OnlyWith problem={problem} isKnown={linked?.isKnown ?? false} count={results.length} total={all.length} onClear={onClear} />}
      {all.length === 0 && (isHidden ? <WithheldHere /> : <p className="unrecorded">{say(summary.noResults)}</p>)}
      {all.length > 0 && (
        <table className="latest">
          <thead className="only-read">
            <tr>
              <th scope="col">{say(labs.analysis)}</th>
              <th scope="col">{say(labs.value)}</th>
              <th scope="col">{say(labs.trend)}</th>
              <th scope="col">{say(labs.range)}</th>
              <th scope="col">{say(labs.date)}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((series) => (
              <Latest key={`${series.analysis.code}${series.analysis.text}${series.unit}`} series={series} />
            ))}
          </tbody>
        </table>
      )}
      {all.length > shown.length && (
        <a className="more" href="#labs">
          {say(summary.allResults, { count: all.length })}
        </a>
      )}
    </section>
  )
}

function Latest({ series }: { series: LabSeries }) {
  const data = useData()
  const language = useLanguage()
  const label = useTrendLabel()
  const point = series.points[0]
  if (!point) return null
  return (
    <tr>
      <th scope="row">
        <Said text={series.analysis.text} />{' '}
        {series.unit && (
          <span className="faint">
            <Keep>{formatUnit(language, series.unit)}</Keep>
          </span>
        )}
      </th>
      {point.value === null ? (
        // A result in words has no line and no range, so it takes their columns and does not narrow those of the numbers.
        <td className="words" colSpan={3}>
          <LabValue point={point} />
        </td>
      ) : (
        <>
          <td className="value">
            <LabValue point={point} />
          </td>
          <td className="trend">
            <Sparkline points={series.points} label={label(series)} />
          </td>
          <td className="range num soft">{formatRange(language, point.low, point.high, point.value)}</td>
        </>
      )}
      <td className="when">
        <span className="num soft">{formatDate(language, point.at)}</span>
        <SourceButton source={point.source} what={data(series.analysis.text)} />
      </td>
    </tr>
  )
}

/** The words for a sparkline for readers who do not see it. */
export function useTrendLabel(): (series: LabSeries) => string {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (series) => {
    const points = drawable(series.points)
    const [first, last] = [points[0], points.at(-1)]
    if (!first || !last) return data(series.analysis.text)
    const byValue = [...points].sort((a, b) => a.number - b.number)
    const range = formatRange(language, last.low, last.high, last.value)
    return say(summary.sparkline, {
      name: data(series.analysis.text),
      count: points.length,
      from: formatDate(language, first.at),
      low: formatResult(language, byValue[0]?.value ?? ''),
      high: formatResult(language, byValue.at(-1)?.value ?? ''),
      unit: formatUnit(language, series.unit ?? ''),
      range: range ? say(summary.sparklineRange, { range }) : '',
    })
  }
}
