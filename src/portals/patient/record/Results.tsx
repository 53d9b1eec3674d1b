import { useMemo, useState } from 'react'
import type { LabSeries } from '../../../record/wire.ts'
import { formatDate, formatResult, formatUnit } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { explanations } from '../analyses.ts'
import { NumberLine } from '../NumberLine.tsx'
import { record } from '../words.ts'
import { Part } from './Part.tsx'

const shownFirst = 8

/** The newest value of each analysis with its drawing; earlier values and a plain explanation are one tap away. */
export function Results({ results }: { results: LabSeries[] }) {
  const say = useSay()
  const [isAllShown, setAllShown] = useState(false)
  const newest = useMemo(() => [...results].sort((a, b) => (b.points[0]?.at ?? '').localeCompare(a.points[0]?.at ?? '')), [results])
  const shown = isAllShown ? newest : newest.slice(0, shownFirst)
  const left = newest.length - shown.length
  return (
    <Part id="results" title={record.results} count={results.length}>
      {results.length === 0 ? <p className="soft">{say(record.noResults)}</p> : <p className="soft">{say(record.resultsNote)}</p>}
      <ul className="lines">
        {shown.map((series) => (
          <Result key={`${series.analysis.code}${series.analysis.text}${series.unit}`} series={series} />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" className="button" onClick={() => setAllShown(true)}>
          {say(record.more, { count: left })}
        </button>
      )}
    </Part>
  )
}

function Result({ series }: { series: LabSeries }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const [point, ...earlier] = series.points
  const explanation = explanations[series.analysis.code as keyof typeof explanations]
  if (!point) return null
  return (
    <li className="with-source">
      <div>
        <NumberLine series={series} point={point} />
        <p className="soft num">
          {formatDate(language, point.at)}, {data(point.source.institution)}
        </p>
        <div className="discloses">
          {explanation && (
            <details>
              <summary>{say(record.what)}</summary>
              <p>{say(explanation)}</p>
            </details>
          )}
          {earlier.length > 0 && (
            <details>
              <summary>{say(record.before, { count: earlier.length })}</summary>
              <ul className="earlier num">
                {earlier.map((one) => (
                  <li key={one.source.resource}>
                    <span>{formatDate(language, one.at)}</span>
                    <span>{one.value === null ? data(one.text ?? '') : `${formatResult(language, one.value)} ${formatUnit(language, series.unit ?? '')}`}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      </div>
      <SourceButton source={point.source} what={data(series.analysis.text)} />
    </li>
  )
}
