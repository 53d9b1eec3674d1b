import { useParams } from 'react-router'
import type { EmployerEvent, EmployerEvents } from '../../sickleave/employer/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate, formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { Jmbg } from './Jmbg.tsx'
import { LeaveActs } from './LeaveActs.tsx'
import { categories, inbox, kinds, leave as words, payers } from './words.ts'

export function LeavePage() {
  const { pib = '', leave = '' } = useParams()
  const live = useLive<EmployerEvents>(`/sickleave/employer/${encodeURIComponent(pib)}/leaves/${encodeURIComponent(leave)}`, null)
  useTitle(words.title)
  return <Arrived live={live}>{({ events }) => <Leave pib={pib} leave={leave} events={events} onChanged={live.reload} />}</Arrived>
}

function Leave({ pib, leave, events, onChanged }: { pib: string; leave: string; events: EmployerEvent[]; onChanged(): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const last = events.at(-1)
  if (!last) return null
  return (
    <>
      <h1 id="leave">
        {data(`${last.employee.family} ${last.employee.given}`)} <span className="soft">· {data(last.employer?.name ?? '')}</span>
      </h1>
      <p>
        {say(categories[last.category])} · {say(words.jmbg)} {last.employee.jmbg ? <Jmbg value={last.employee.jmbg} /> : '–'} · {say(words.issuer)}:{' '}
        {data(last.issuer)}
      </p>
      <LeaveActs pib={pib} leave={leave} last={last} onChanged={onChanged} />
      <LinesTable labelledBy="leave" words={[inbox.when, inbox.what, inbox.period, words.number, words.days]}>
        {events.map((event) => (
          <tr key={event.seq}>
            <td className="num">{formatMoment(language, event.at)}</td>
            <td>{say(kinds[event.kind as keyof typeof kinds] ?? kinds.other)}</td>
            <td className="num">
              {formatDate(language, event.from)} – {formatDate(language, event.until)}
            </td>
            <td>{event.document && event.kind !== 'void' ? <Paper pib={pib} leave={leave} document={event.document} /> : '–'}</td>
            <td>
              {event.document?.days.map((one) => (
                <div key={one.from}>{say(words.pay, { count: one.days, percent: String(one.percent), payer: say(payers[one.payer]) })}</div>
              ))}
            </td>
          </tr>
        ))}
      </LinesTable>
    </>
  )
}

function Paper({ pib, leave, document: { number, version } }: { pib: string; leave: string; document: { number: string; version: number } }) {
  const at = `/sickleave/employer/${pib}/leaves/${leave}/documents/${encodeURIComponent(number)}/${version}`
  return (
    <>
      <Keep>{number}</Keep> <a href={`${at}/pdf`}>PDF</a> <a href={`${at}/xml`}>XML</a>
    </>
  )
}
