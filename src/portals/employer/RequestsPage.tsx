import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import type { EmployersRequests, Expected, Requests, RequestState } from '../../sickleave/request/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Due } from '../shared/Due.tsx'
import { dayOf, formatDate } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { formatPara } from '../shared/money.ts'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { ForEmployer } from './ForEmployer.tsx'
import { inbox, portal, requestKinds, requests as words, states } from './words.ts'

export function RequestsPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <>
      <div className="page-head">
        <h1>{say(words.title)}</h1>
        <p>
          <Link to="/calculator">{say(portal.calculator)}</Link>
        </p>
      </div>
      <ForEmployer ofAll={<OfAll />}>
        {({ pib }) => (
          <>
            <ToAsk key={`ask ${pib}`} pib={pib} />
            <Made key={pib} pib={pib} />
          </>
        )}
      </ForEmployer>
    </>
  )
}

/** Days at the Fund's cost that nobody has requested yet: one press opens the form with the leave and its days filled in. */
function ToAsk({ pib }: { pib: string }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const live = useLive<Expected>(`/sickleave/employer/${pib}/requests/expected`, null)
  return (
    <section aria-labelledby="expected">
      <h2 id="expected">{say(words.expected)}</h2>
      <Arrived live={live} lines={2}>
        {({ expected }) =>
          expected.length === 0 ? (
            <p className="soft">{say(words.noneExpected)}</p>
          ) : (
            <LinesTable labelledBy="expected" words={[inbox.employee, inbox.period, words.days, words.ask]}>
              {expected.map((one) => {
                const name = data(`${one.employee.family} ${one.employee.given}`)
                return (
                  <tr key={`${one.leave} ${one.from}`}>
                    <th scope="row">{name}</th>
                    <td className="num">
                      {formatDate(language, one.from)} – {formatDate(language, one.until)}
                    </td>
                    <td className="num">{one.days}</td>
                    <td>
                      <Link
                        to={`/requests/${pib}/new?leave=${one.leave}&from=${one.from}&until=${one.until}`}
                        aria-label={`${say(words.ask)}: ${name}, ${formatDate(language, one.from)}`}
                      >
                        {say(words.ask)}
                      </Link>
                    </td>
                  </tr>
                )
              })}
            </LinesTable>
          )
        }
      </Arrived>
    </section>
  )
}

/** The requests of all employers that the reader acts for. Those that wait for the reader are in the work list. */
function OfAll() {
  const say = useSay()
  const live = useLive<EmployersRequests>('/sickleave/employer/requests', null)
  return (
    <Section>
      <Arrived live={live}>
        {({ requests, today, more }) => (
          <>
            <Lines requests={requests} today={today} />
            {more && <p className="soft">{say(words.firstOnly)}</p>}
          </>
        )}
      </Arrived>
    </Section>
  )
}

function Made({ pib }: { pib: string }) {
  const say = useSay()
  const live = useLive<Requests>(`/sickleave/employer/${pib}/requests`, null)
  return (
    <Section>
      <Arrived live={live}>
        {({ requests }) => (
          <Lines
            requests={requests.map((one) => ({ ...one, pib, due: one.due?.effective ?? null }))}
            today={dayOf(new Date().toISOString())}
            tools={
              <a className="button" href={`/sickleave/employer/${pib}/requests/lists.csv`} download>
                {say(words.lists)}
              </a>
            }
          />
        )}
      </Arrived>
    </Section>
  )
}

function Section({ children }: { children: ReactNode }) {
  const say = useSay()
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">{say(words.made)}</h2>
      {children}
    </section>
  )
}

/** `name` is the employer's, in lists of several employers. */
type Line = Omit<EmployersRequests['requests'][number], 'name'> & { name?: string }

function Lines({ requests, today, tools }: { requests: readonly Line[]; today: string; tools?: ReactNode }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const [state, setState] = useState<RequestState | ''>('')
  if (requests.length === 0) return <p className="soft">{say(words.empty)}</p>
  const isOfMany = requests.some(({ name }) => name !== undefined)
  return (
    <>
      <div className="tools">
        <StateChoice value={state} present={requests} onChange={setState} />
        {tools}
      </div>
      <LinesTable
        labelledBy="requests"
        words={[words.number, ...(isOfMany ? [portal.choose] : []), words.kind, inbox.employee, inbox.period, words.state, words.due]}
        figures={[words.total]}
      >
        {requests
          .filter((one) => state === '' || one.state === state)
          .map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <Link to={`/requests/${one.pib}/${one.id}`}>
                  <Keep>{one.number}</Keep>
                </Link>
              </th>
              {one.name !== undefined && <td>{data(one.name)}</td>}
              <td>{say(requestKinds[one.kind])}</td>
              <td>{data(`${one.employee.family} ${one.employee.given}`)}</td>
              <td className="num">
                {formatDate(language, one.from)} – {formatDate(language, one.until)}
              </td>
              <td>{say(states[one.state])}</td>
              <td className="num">
                <Due due={one.due} today={today} />
              </td>
              <td className="number">{one.total === null ? '–' : formatPara(language, one.total)}</td>
            </tr>
          ))}
      </LinesTable>
    </>
  )
}

type StateChoiceOf = { value: RequestState | ''; present: readonly { state: RequestState }[]; onChange(state: RequestState | ''): void }

function StateChoice({ value, present, onChange }: StateChoiceOf) {
  const say = useSay()
  return (
    <div className="field">
      <label htmlFor="state">{say(words.state)}</label>
      <select id="state" className="input" value={value} onChange={(event) => onChange(event.target.value as RequestState | '')}>
        <option value="">{say(words.all)}</option>
        {[...new Set(present.map((one) => one.state))].map((one) => (
          <option key={one} value={one}>
            {say(states[one])}
          </option>
        ))}
      </select>
    </div>
  )
}
