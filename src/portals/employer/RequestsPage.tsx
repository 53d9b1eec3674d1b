import type { Requests } from '../../sickleave/request/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { ForEmployer } from './ForEmployer.tsx'
import { inbox, requests as words, states } from './words.ts'

export function RequestsPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <>
      <h1 id="requests">{say(words.title)}</h1>
      <ForEmployer>{({ pib }) => <Lines pib={pib} />}</ForEmployer>
    </>
  )
}

function Lines({ pib }: { pib: string }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const live = useLive<Requests>(`/sickleave/employer/${pib}/requests`, null)
  return (
    <Arrived live={live}>
      {({ requests }) =>
        requests.length === 0 ? (
          <p className="soft">{say(words.empty)}</p>
        ) : (
          <LinesTable labelledBy="requests" words={[words.number, inbox.employee, inbox.period, words.state, words.due]}>
            {requests.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Keep>{one.number}</Keep>
                </th>
                <td>{data(`${one.employee.family} ${one.employee.given}`)}</td>
                <td className="num">
                  {formatDate(language, one.from)} – {formatDate(language, one.until)}
                </td>
                <td>{say(states[one.state])}</td>
                <td className="num">{one.due ? formatDate(language, one.due.effective) : '–'}</td>
              </tr>
            ))}
          </LinesTable>
        )
      }
    </Arrived>
  )
}
