import { Link, useSearchParams } from 'react-router'
import type { EmployersWork, WorkLine } from '../../sickleave/request/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Due } from '../shared/Due.tsx'
import { formatDate } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { EmployerChoice } from './EmployerChoice.tsx'
import { useRowKeys } from './use-row-keys.ts'
import { inbox, work as words, workKinds } from './words.ts'

const everyMs = 30_000

/** Everything that waits for the reader, over all employers, the nearest last day first. The choices are in the address, so that they can be bookmarked. */
export function WorkPage() {
  const say = useSay()
  const [search, setSearch] = useSearchParams()
  useTitle(words.title)
  const live = useLive<EmployersWork>(`/sickleave/employer/work${search.size > 0 ? `?${search}` : ''}`, everyMs)
  return (
    <>
      <h1 id="work">{say(words.title)}</h1>
      <p className="soft">{say(words.lead)}</p>
      <EmployerChoice pib={search.get('pib') ?? ''} onChoose={(pib) => setSearch(withOne(search, 'pib', pib))} />
      <Arrived live={live}>{(data) => <Work data={data} />}</Arrived>
    </>
  )
}

function withOne(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search)
  if (value === '') next.delete(name)
  else next.set(name, value)
  return next
}

function Work({ data: { lines, counts, today, more } }: { data: EmployersWork }) {
  const say = useSay()
  const [search] = useSearchParams()
  const what = search.get('what')
  const isOverdue = search.get('overdue') === 'true'
  const overdue = counts.reduce((sum, one) => sum + one.overdue, 0)
  const to = (next: string, late: boolean) => `/work?${withOne(withOne(search, 'what', next), 'overdue', late ? 'true' : '')}`
  return (
    <>
      <nav className="signs" aria-label={say(words.byKind)}>
        <Link to={to('', false)} aria-current={what === null && !isOverdue ? 'page' : undefined}>
          <span className="sign num">{counts.reduce((sum, one) => sum + one.count, 0)}</span> {say(words.all)}
        </Link>
        {counts.map((one) => (
          <Link key={one.what} to={to(one.what, false)} aria-current={what === one.what ? 'page' : undefined}>
            <span className="sign num">{one.count}</span> {say(workKinds[one.what])}
          </Link>
        ))}
        <Link to={to('', true)} aria-current={isOverdue ? 'page' : undefined}>
          <span className="sign num">{overdue}</span> {say(words.overdue)}
        </Link>
      </nav>
      {lines.length === 0 ? <p className="soft">{say(words.empty)}</p> : <Lines lines={lines} today={today} />}
      {more && <p className="soft">{say(words.more)}</p>}
      <p className="soft small">{say(words.keys)}</p>
    </>
  )
}

function Lines({ lines, today }: { lines: WorkLine[]; today: string }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  useRowKeys(lines, {})
  return (
    <LinesTable labelledBy="work" words={[words.due, words.what, inbox.employee, inbox.period, inbox.employer]}>
      {lines.map((one) => {
        const { pib, leave, from, until, request } = one
        const name = data(`${one.employee.family} ${one.employee.given}`)
        const to = request ? `/requests/${pib}/${request.id}` : `/requests/${pib}/new?leave=${leave}&from=${from}&until=${until}`
        return (
          <tr key={`${pib} ${leave} ${from} ${request?.id}`}>
            <td className="num">
              <Due due={one.due} today={today} />
            </td>
            <td>
              <Link to={to} data-row="" aria-label={`${say(workKinds[one.what])}: ${name}, ${formatDate(language, from)}`}>
                {say(workKinds[one.what])}
              </Link>{' '}
              {request && <Keep>{request.number}</Keep>}
            </td>
            <th scope="row">{name}</th>
            <td className="num">
              {formatDate(language, from)} – {formatDate(language, until)}
            </td>
            <td>{data(one.name)}</td>
          </tr>
        )
      })}
    </LinesTable>
  )
}
