import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import type { Overview } from '../../record/wire.ts'
import { formatLongDate } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { NumberLine } from './NumberLine.tsx'
import { type NewResults, newsOf } from './news.ts'
import { usePersonPath } from './person-path.ts'
import { home } from './words.ts'

/** The newest entries first, in neutral words: a value is one tap away, so that nobody meets it unprepared. */
export function News({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const path = usePersonPath()
  const news = useMemo(() => newsOf(overview), [overview])
  if (news.length === 0) return <p className="soft">{say(home.noNews)}</p>
  return (
    <ul className="lines news">
      {news.map((one) =>
        one.kind === 'results' ? (
          <ResultsOfDay key={one.id} news={one} />
        ) : (
          <li key={one.id}>
            <p className="soft num">{formatLongDate(language, one.at)}</p>
            <p>
              {one.document ? (
                <Link to={path(`/record/documents/${encodeURIComponent(one.document)}`)}>{data(one.title)}</Link>
              ) : (
                <span className="strong">{data(one.title)}</span>
              )}
              <span className="soft"> {data(one.institution)}</span>
            </p>
          </li>
        ),
      )}
    </ul>
  )
}

function ResultsOfDay({ news }: { news: NewResults }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const [isShown, setShown] = useState(false)
  return (
    <li>
      <p className="soft num">{formatLongDate(language, news.at)}</p>
      <p>
        <span className="strong">{say(home.newResults)}</span> <span className="soft">{data(news.institution)}</span>
      </p>
      <button type="button" className="link-button disclose" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
        <Icon name={isShown ? 'down' : 'next'} />
        {isShown ? say(home.hideValues) : say(home.showValues, { count: news.series.length })}
      </button>
      {isShown && (
        <ul className="values">
          {news.series.map((series) => (
            <li key={`${series.analysis.code}${series.analysis.text}`}>
              <NumberLine series={series} point={series.points[0]!} />
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}
