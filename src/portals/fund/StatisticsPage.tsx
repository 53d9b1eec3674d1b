import type { OpenRow, Statistics } from '../../sickleave/statistics/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate, formatMonth } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { statistics as words } from './words.ts'

const shownMax = 500

export function StatisticsPage() {
  const say = useSay()
  const live = useLive<Statistics>('/sickleave/fund/statistics', null)
  useTitle(words.title)
  return (
    <>
      <h1 id="statistics">{say(words.title)}</h1>
      <p>
        <a href="/sickleave/open-data.csv" download>
          {say(words.file)}
        </a>
      </p>
      <Arrived live={live}>
        {({ k, rows }) => (
          <>
            <p className="soft">{say(words.lead, { k })}</p>
            {rows.length === 0 ? <p className="soft">{say(words.empty)}</p> : <Rows rows={rows.slice(0, shownMax)} />}
          </>
        )}
      </Arrived>
    </>
  )
}

function Rows({ rows }: { rows: OpenRow[] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <LinesTable labelledBy="statistics" words={[words.period, words.place, words.category]} figures={[words.persons, words.leaves, words.days]}>
      {rows.map((one) => (
        <tr key={`${one.period} ${one.municipality} ${one.category}`}>
          <th scope="row" className="num">
            {one.period.length === 7 ? formatMonth(language, one.period) : formatDate(language, one.period)}
          </th>
          <td>{one.municipality === null ? say(words.country) : data(one.municipality)}</td>
          <td>{say(words[one.category])}</td>
          <td className="number">{one.persons}</td>
          <td className="number">{one.leaves}</td>
          <td className="number">{one.days}</td>
        </tr>
      ))}
    </LinesTable>
  )
}
