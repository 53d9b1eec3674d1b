import { Link } from 'react-router'
import type { Overdue } from '../../sickleave/fund/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { overdueKinds, overdue as words, work } from './words.ts'

const everyMs = 60_000

/** Every deadline that has passed, at every desk, so that others see what one person forgot. */
export function OverduePage() {
  const say = useSay()
  const live = useLive<Overdue>('/sickleave/fund/overdue', everyMs)
  useTitle(words.title)
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p className="soft">{say(words.lead)}</p>
      <Arrived live={live}>{(data) => (data.lines.length === 0 ? <p>{say(words.none)}</p> : <Lists data={data} />)}</Arrived>
    </>
  )
}

function Lists({ data: { desks, lines, more } }: { data: Overdue }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <>
      <h2 id="desks">{say(words.byDesk)}</h2>
      <LinesTable labelledBy="desks" words={[words.desk]} figures={[words.count, words.longest]}>
        {desks.map((one) => (
          <tr key={one.desk}>
            <th scope="row">{say(words[one.desk])}</th>
            <td className="number">{one.count}</td>
            <td className="number">{one.days}</td>
          </tr>
        ))}
      </LinesTable>
      <h2 id="late">{say(words.cases)}</h2>
      <LinesTable labelledBy="late" words={[words.due, words.what, words.number, words.desk]} figures={[words.days]}>
        {lines.map((one, at) => (
          // A proposal has no number, so the key has its index.
          <tr key={`${at} ${one.number}`}>
            <td className="num">{formatDate(language, one.due)}</td>
            <td>{say(overdueKinds[one.what])}</td>
            <th scope="row">
              {one.number === null ? (
                '–'
              ) : one.request === null ? (
                <Keep>{data(one.number)}</Keep>
              ) : (
                <Link to={`/requests/${one.request}`}>{data(one.number)}</Link>
              )}
            </th>
            <td>
              {say(words[one.desk])}
              {one.desk === 'fund' && one.what === 'request' && <span className="soft">: {one.officer === null ? say(work.nobody) : data(one.officer)}</span>}
            </td>
            <td className="number">{one.days}</td>
          </tr>
        ))}
      </LinesTable>
      {more && <p className="soft">{say(words.more)}</p>}
    </>
  )
}
