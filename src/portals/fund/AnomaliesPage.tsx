import type { Anomalies } from '../../sickleave/statistics/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { keyIn } from '../shared/languages.ts'
import { formatDinars } from '../shared/money.ts'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { anomalies as words } from './words.ts'

export function AnomaliesPage() {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const live = useLive<Anomalies>('/sickleave/fund/anomalies', null)
  useTitle(words.title)
  return (
    <>
      <h1 id="anomalies">{say(words.title)}</h1>
      <Arrived live={live}>
        {({ since, k, limit, anomalies: list }) => (
          <>
            <p className="soft">{say(words.lead, { since: formatDate(language, since), k, limit: formatDinars(language, limit) })}</p>
            {list.length === 0 ? (
              <p className="soft">{say(words.empty)}</p>
            ) : (
              <LinesTable labelledBy="anomalies" words={[words.who, words.level, words.what]} figures={[words.distance]}>
                {list.map((one) => (
                  <tr key={`${one.level} ${one.name} ${one.measure}`}>
                    <th scope="row">
                      {data(one.name)} {one.place !== null && <span className="soft">{data(one.place)}</span>}
                    </th>
                    <td>{say(words[one.level])}</td>
                    <td>{one[keyIn[language]]}</td>
                    <td className="number">{formatDinars(language, one.distance)}</td>
                  </tr>
                ))}
              </LinesTable>
            )}
          </>
        )}
      </Arrived>
    </>
  )
}
