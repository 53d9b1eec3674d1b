import { useState } from 'react'
import { Link } from 'react-router'
import type { Desk, DeskLine } from '../../sickleave/objection/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Due } from '../shared/Due.tsx'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { acts, objections as words, work } from './words.ts'

const everyMs = 30_000

export function ObjectionsPage() {
  const say = useSay()
  const data = useData()
  const live = useLive<Desk>('/sickleave/fund/objections', everyMs)
  const [asked, setAsked] = useState<Asked | null>(null)
  useTitle(words.title)
  const ask = ({ id, number }: DeskLine, accept: boolean) =>
    setAsked({
      title: `${say(accept ? words.accept : words.reject)}: ${data(number)}`,
      confirm: accept ? words.accept : words.reject,
      fields: [
        { name: 'number', label: acts.number },
        { name: 'why', label: acts.why },
      ],
      to: `/sickleave/fund/objections/${id}`,
      more: { accept },
    })
  return (
    <>
      <h1 id="objections">{say(words.title)}</h1>
      <Arrived live={live}>
        {({ lines, today }) =>
          lines.length === 0 ? (
            <p className="soft">{say(words.empty)}</p>
          ) : (
            <LinesTable labelledBy="objections" words={[words.due, words.number, work.employee, words.by, words.text, work.state]}>
              {lines.map((one) => (
                <Line key={one.id} one={one} today={today} onAsk={(accept) => ask(one, accept)} />
              ))}
            </LinesTable>
          )
        }
      </Arrived>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </>
  )
}

function Line({ one, today, onAsk }: { one: DeskLine; today: string; onAsk(accept: boolean): void }) {
  const say = useSay()
  const data = useData()
  const button = (word: Message, accept: boolean) => (
    <button type="button" className="button" aria-label={`${say(word)} ${data(one.number)}`} onClick={() => onAsk(accept)}>
      {say(word)}
    </button>
  )
  return (
    <tr>
      <td className="num">
        <Due due={one.due} today={today} />
      </td>
      <th scope="row">
        <Link to={`/requests/${one.request}`}>
          <Keep>{data(one.number)}</Keep>
        </Link>
      </th>
      <td>{data(`${one.employee.given} ${one.employee.family}`)}</td>
      <td>{one.employer === null ? say(work.person) : data(one.employer)}</td>
      <td>{data(one.text)}</td>
      <td>
        <div className="buttons">
          {button(words.accept, true)}
          {button(words.reject, false)}
        </div>
      </td>
    </tr>
  )
}
