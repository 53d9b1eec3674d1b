import { useState } from 'react'
import { Link } from 'react-router'
import type { Agenda, AgendaLine } from '../../sickleave/commission/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { agenda as words, degrees, kinds } from './words.ts'

const everyMs = 30_000

export function AgendaPage() {
  const say = useSay()
  const live = useLive<Agenda>('/sickleave/commission/agenda', everyMs)
  const [asked, setAsked] = useState<Asked | null>(null)
  useTitle(words.title)
  return (
    <>
      <h1 id="agenda">{say(words.title)}</h1>
      <Arrived live={live}>
        {({ lines, today, degree }) => (
          <>
            <p className="soft">{say(degrees[degree - 1] as Message)}</p>
            {lines.length === 0 ? <p className="soft">{say(words.empty)}</p> : <Lines lines={lines} today={today} onAsk={setAsked} />}
          </>
        )}
      </Arrived>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </>
  )
}

function Lines({ lines, today, onAsk }: { lines: AgendaLine[]; today: string; onAsk(asked: Asked): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const schedule = ({ leave, objection, given, family }: AgendaLine): Asked => ({
    title: say(words.scheduleFor, { name: data(`${given} ${family}`) }),
    confirm: words.schedule,
    fields: [{ name: 'session', label: words.day, isDay: true }],
    to: '/sickleave/commission/agenda',
    more: { items: [{ leave, ...(objection === null ? {} : { objection }) }] },
  })
  return (
    <LinesTable labelledBy="agenda" words={[words.due, words.person, words.kind, words.since, words.proposed, words.session]}>
      {lines.map((one) => (
        <tr key={one.objection ?? one.leave}>
          <td className="num">
            {one.due < today ? (
              <span className="status warn">
                <Icon name="warning" />
                {formatDate(language, one.due)} <span className="only-read">{say(words.overdue)}</span>
              </span>
            ) : (
              formatDate(language, one.due)
            )}
          </td>
          <th scope="row">
            <Link to={`/people/${one.person}/leaves/${one.leave}`}>{data(`${one.given} ${one.family}`)}</Link>
          </th>
          <td>{say(kinds[one.kind])}</td>
          <td className="num">{formatDate(language, one.since)}</td>
          <td className="num">{one.proposedUntil === null ? '–' : formatDate(language, one.proposedUntil)}</td>
          <td>
            {one.session === null ? <span className="soft">{say(words.none)}</span> : <span className="num">{formatDate(language, one.session)}</span>}{' '}
            <button
              type="button"
              className="button"
              aria-label={say(words.scheduleFor, { name: data(`${one.given} ${one.family}`) })}
              onClick={() => onAsk(schedule(one))}
            >
              {say(words.schedule)}
            </button>
          </td>
        </tr>
      ))}
    </LinesTable>
  )
}
