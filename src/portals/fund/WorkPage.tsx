import { Link, useSearchParams } from 'react-router'
import type { FundLine, FundWork } from '../../sickleave/fund/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Due } from '../shared/Due.tsx'
import { formatDate } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { formatPara } from '../shared/money.ts'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { counted, kinds, states, work } from './words.ts'

const everyMs = 30_000

export function WorkPage() {
  const [search] = useSearchParams()
  const say = useSay()
  const [state, officer] = [search.get('state'), search.get('officer')]
  const asked = state ? `?state=${encodeURIComponent(state)}` : officer ? `?officer=${encodeURIComponent(officer)}` : ''
  const live = useLive<FundWork>(`/sickleave/fund/work${asked}`, everyMs)
  useTitle(work.title)
  return (
    <>
      <h1 id="work">{say(work.title)}</h1>
      <Arrived live={live}>{(data) => <Work data={data} state={state} officer={officer} />}</Arrived>
    </>
  )
}

const whose = [
  ['mine', work.mine],
  ['none', work.nobodys],
] as const

function Work({ data, state, officer }: { data: FundWork; state: string | null; officer: string | null }) {
  const say = useSay()
  const [first] = data.lines
  return (
    <>
      <nav className="signs" aria-label={say(work.byState)}>
        <Link to="/" aria-current={state === null && officer === null ? 'page' : undefined}>
          {say(work.all)}
        </Link>
        {whose.map(([of, word]) => (
          <Link key={of} to={`/?officer=${of}`} aria-current={officer === of ? 'page' : undefined}>
            {say(word)}
          </Link>
        ))}
        {data.counts.map((one) => (
          <Link key={one.state} to={`/?state=${one.state}`} aria-current={state === one.state ? 'page' : undefined}>
            <span className="sign num">{one.count}</span> {say(counted[one.state as keyof typeof counted], { count: one.count })}
            {one.overdue > 0 && (
              <span className="overdue num">
                {one.overdue} {say(work.overdue)}
              </span>
            )}
          </Link>
        ))}
      </nav>
      {first && (
        <p>
          <Link className="button main" to={`/requests/${first.id}`}>
            {say(work.next)}
          </Link>
        </p>
      )}
      {first ? <Lines lines={data.lines} today={data.today} /> : <p className="soft">{say(work.empty)}</p>}
      {data.more && <p className="soft">{say(work.more)}</p>}
    </>
  )
}

function Lines({ lines, today }: { lines: FundLine[]; today: string }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <LinesTable labelledBy="work" words={[work.due, work.request, work.employee, work.employer, work.period, work.state, work.officer]} figures={[work.amount]}>
      {lines.map((one) => (
        <tr key={one.id}>
          <td className="num">
            <Due due={one.due} today={today} />
          </td>
          <th scope="row">
            <Link to={`/requests/${one.id}`}>
              <Keep>{one.number}</Keep>
            </Link>{' '}
            <span className="soft">{say(kinds[one.kind])}</span>
          </th>
          <td>{data(`${one.employee.given} ${one.employee.family}`)}</td>
          <td>{one.employer === null ? say(work.person) : data(one.employer)}</td>
          <td className="num">
            {formatDate(language, one.from)} – {formatDate(language, one.until)}
          </td>
          <td>
            {say(states[one.state])} {one.waitsFor === 'requester' && <span className="soft">({say(work.atRequester)})</span>}
          </td>
          <td>{one.officer === null ? <span className="soft">{say(work.nobody)}</span> : data(one.officer)}</td>
          <td className="number">{one.total === null ? '–' : formatPara(language, one.total)}</td>
        </tr>
      ))}
    </LinesTable>
  )
}
