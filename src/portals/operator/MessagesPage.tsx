import { type FormEvent, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { DeliveryState, MessageLine, MessageLines } from '../../bus/wire.ts'
import { describedBy, FieldError } from '../shared/FieldError.tsx'
import { formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { instantOf, moment } from './asked-steps.ts'
import { DeliveryStatus } from './Status.tsx'
import { useLive } from '../shared/use-live.ts'
import { deliveryStates, kinds, search } from './words.ts'
import { LinesTable } from '../shared/LinesTable.tsx'

const parts = ['number', 'member', 'service', 'from', 'to'] as const
const states: DeliveryState[] = ['waiting', 'leased', 'acknowledged', 'parked']

/** The search is in the address: it can be sent to a colleague, because it names no person. */
export function MessagesPage() {
  const say = useSay()
  const [question, setQuestion] = useSearchParams()
  const asked = new URLSearchParams([...question].filter(([, value]) => value !== ''))
  const live = useLive<MessageLines>(`/bus/operator/messages${asked.size > 0 ? `?${asked}` : ''}`, null)
  useTitle(search.title)
  const [wrong, setWrong] = useState<readonly string[]>([])
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as [string, string]] : [],
    )
    const misformed = given.flatMap(([name, value]) => (isMoment(name) && !moment.is.test(value) ? [name] : []))
    setWrong(misformed)
    if (misformed[0] !== undefined) return document.getElementById(`search-${misformed[0]}`)?.focus()
    setQuestion(Object.fromEntries(given.map(([name, value]) => [name, isMoment(name) ? (instantOf(value) ?? value) : value])))
    live.reload()
  }
  return (
    <>
      <h1 id="messages">{say(search.title)}</h1>
      <form className="search-form" role="search" onSubmit={find} key={String(asked)}>
        {parts.map((part) => (
          <PartField key={part} part={part} asked={asked.get(part) ?? ''} isWrong={wrong.includes(part)} />
        ))}
        <StateField asked={asked.get('state') ?? ''} />
        <div className="buttons">
          <button type="submit" className="button main">
            {say(search.find)}
          </button>
          <Link className="button" to="/messages?state=parked">
            {say(search.parked)}
          </Link>
        </div>
      </form>
      <Arrived live={live}>
        {({ messages, more }) => (
          <>
            {messages.length === 0 ? <p className="soft">{say(search.empty)}</p> : <Found messages={messages} />}
            {more && <p className="soft">{say(search.more, { count: messages.length })}</p>}
          </>
        )}
      </Arrived>
    </>
  )
}

const isMoment = (part: string): part is 'from' | 'to' => part === 'from' || part === 'to'
const placeholders = { number: '', member: 'lab-nis', service: 'lab-nis/findings' }

function PartField({ part, asked, isWrong }: { part: (typeof parts)[number]; asked: string; isWrong: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const id = `search-${part}`
  return (
    <div className="field">
      <label htmlFor={id}>{say(search[part])}</label>
      <input
        id={id}
        name={part}
        className="input"
        defaultValue={isMoment(part) ? formatMoment(language, asked, { seconds: true }) : asked}
        placeholder={isMoment(part) ? formatMoment(language, `2026-11-28T1${part === 'from' ? 0 : 1}:00:00Z`) : placeholders[part]}
        autoComplete="off"
        aria-invalid={isWrong}
        aria-describedby={describedBy(id, isWrong, false)}
      />
      <FieldError id={id} wrong={isWrong ? say(moment.wrong) : undefined} />
    </div>
  )
}

function StateField({ asked }: { asked: string }) {
  const say = useSay()
  return (
    <div className="field">
      <label htmlFor="search-state">{say(search.state)}</label>
      <select id="search-state" name="state" className="input" defaultValue={asked}>
        <option value="">{say(search.anyState)}</option>
        {states.map((state) => (
          <option key={state} value={state}>
            {say(deliveryStates[state])}
          </option>
        ))}
      </select>
    </div>
  )
}

function Found({ messages }: { messages: MessageLine[] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <LinesTable labelledBy="messages" words={[search.received, search.way, search.number, search.state, search.reason]}>
      {messages.map(({ id, at, kind, from, to, messageId, states: of, reason }) => (
        <tr key={id}>
          <td className="num">{formatMoment(language, at, { seconds: true })}</td>
          <td>
            <Keep>{from}</Keep> → <Keep>{to}</Keep> <span className="soft">{say(kinds[kind])}</span>
          </td>
          <th scope="row">
            <Link to={`/messages/${id}`} className="code" translate="no">
              {messageId}
            </Link>
          </th>
          <td>
            {of.map((state) => (
              <p key={state}>
                <DeliveryStatus state={state} />
              </p>
            ))}
          </td>
          <td>{reason !== null && data(reason)}</td>
        </tr>
      ))}
    </LinesTable>
  )
}
