import { useState } from 'react'
import { Link } from 'react-router'
import type { EmployersObjections, Objections, ObjectionShown } from '../../sickleave/objection/wire.ts'
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
import { inbox, objectionKinds, objections as words, objectionStates, portal, requests } from './words.ts'

export function ObjectionsPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <>
      <h1 id="objections">{say(words.title)}</h1>
      <p className="soft">{say(words.pageLead)}</p>
      <ForEmployer ofAll={<OfAll />}>{({ pib }) => <OfOne key={pib} pib={pib} />}</ForEmployer>
    </>
  )
}

/** The objections and corrections asked for by all employers that the reader acts for. */
function OfAll() {
  const say = useSay()
  const live = useLive<EmployersObjections>('/sickleave/employer/objections', null)
  return (
    <Arrived live={live}>
      {({ objections, today, more }) => (
        <>
          <Lines objections={objections} today={today} onWithdrawn={live.reload} />
          {more && <p className="soft">{say(requests.firstOnly)}</p>}
        </>
      )}
    </Arrived>
  )
}

function OfOne({ pib }: { pib: string }) {
  const live = useLive<Objections>(`/sickleave/employer/${pib}/objections`, null)
  return (
    <Arrived live={live}>
      {({ objections }) => <Lines objections={objections.map((one) => ({ ...one, pib }))} today={dayOf(new Date().toISOString())} onWithdrawn={live.reload} />}
    </Arrived>
  )
}

/** `name` is the employer's, in lists of several employers. */
type Line = ObjectionShown & { pib: string; name?: string }

function Lines({ objections, today, onWithdrawn }: { objections: readonly Line[]; today: string; onWithdrawn(): void }) {
  const say = useSay()
  const data = useData()
  const [asked, setAsked] = useState<Asked | null>(null)
  if (objections.length === 0) return <p className="soft">{say(words.empty)}</p>
  const isOfMany = objections.some(({ name }) => name !== undefined)
  const ask = ({ pib, id, number }: Line) =>
    setAsked({
      ...{ title: `${say(words.withdraw)} ${data(number)}`, confirm: words.withdraw, more: {} },
      ...{ to: `/sickleave/employer/${pib}/objections/${id}/withdrawal`, fields: [{ name: 'why', label: requests.why }] },
    })
  return (
    <>
      <LinesTable
        labelledBy="objections"
        words={[requests.number, ...(isOfMany ? [portal.choose] : []), requests.kind, inbox.employee, requests.state, requests.due, words.withdraw]}
      >
        {objections.map((one) => (
          <tr key={one.id}>
            <th scope="row">
              <Keep>{data(one.number)}</Keep>
            </th>
            {one.name !== undefined && <td>{data(one.name)}</td>}
            <td>{say(objectionKinds[one.kind])}</td>
            <td>
              <Link to={`/leaves/${one.pib}/${one.leave}`}>{data(`${one.employee.family} ${one.employee.given}`)}</Link>
            </td>
            <td>{say(objectionStates[one.state])}</td>
            <td className="num">
              <Due due={one.state === 'open' ? one.due : null} today={today} />
            </td>
            <td>
              {one.state === 'open' && (
                <button type="button" className="button" aria-label={`${say(words.withdraw)} ${data(one.number)}`} onClick={() => ask(one)}>
                  {say(words.withdraw)}
                </button>
              )}
            </td>
          </tr>
        ))}
      </LinesTable>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={onWithdrawn} />}
    </>
  )
}
