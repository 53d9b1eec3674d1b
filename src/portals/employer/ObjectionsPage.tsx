import { useState } from 'react'
import { Link } from 'react-router'
import type { Objections } from '../../sickleave/objection/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Due } from '../shared/Due.tsx'
import { dayOf } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useSay } from '../shared/language.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { ForEmployer } from './ForEmployer.tsx'
import { inbox, objectionKinds, objections as words, objectionStates, requests } from './words.ts'

export function ObjectionsPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <>
      <h1 id="objections">{say(words.title)}</h1>
      <p className="soft">{say(words.pageLead)}</p>
      <ForEmployer>{({ pib }) => <Lines key={pib} pib={pib} />}</ForEmployer>
    </>
  )
}

function Lines({ pib }: { pib: string }) {
  const say = useSay()
  const data = useData()
  const [asked, setAsked] = useState<Asked | null>(null)
  const at = `/sickleave/employer/${pib}/objections`
  const live = useLive<Objections>(at, null)
  return (
    <>
      <Arrived live={live}>
        {({ objections }) =>
          objections.length === 0 ? (
            <p className="soft">{say(words.empty)}</p>
          ) : (
            <LinesTable labelledBy="objections" words={[requests.number, requests.kind, inbox.employee, requests.state, requests.due, words.withdraw]}>
              {objections.map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    <Keep>{data(one.number)}</Keep>
                  </th>
                  <td>{say(objectionKinds[one.kind])}</td>
                  <td>
                    <Link to={`/leaves/${pib}/${one.leave}`}>{data(`${one.employee.family} ${one.employee.given}`)}</Link>
                  </td>
                  <td>{say(objectionStates[one.state])}</td>
                  <td className="num">
                    <Due due={one.state === 'open' ? one.due : null} today={dayOf(new Date().toISOString())} />
                  </td>
                  <td>
                    {one.state === 'open' && (
                      <button
                        type="button"
                        className="button"
                        aria-label={`${say(words.withdraw)} ${data(one.number)}`}
                        onClick={() =>
                          setAsked({
                            ...{ title: `${say(words.withdraw)} ${data(one.number)}`, confirm: words.withdraw, to: `${at}/${one.id}/withdrawal`, more: {} },
                            fields: [{ name: 'why', label: requests.why }],
                          })
                        }
                      >
                        {say(words.withdraw)}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </LinesTable>
          )
        }
      </Arrived>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </>
  )
}
