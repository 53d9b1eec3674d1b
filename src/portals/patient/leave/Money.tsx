import { useState } from 'react'
import type { RequestShown } from '../../../sickleave/request/wire.ts'
import type { CompensationView, LeaveView } from '../../../sickleave/wire.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { CalculationView } from '../../shared/calculator/CalculationView.tsx'
import { typedMonths } from '../../shared/day/typed-month.ts'
import { dayOf, formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { formatDinars } from '../../shared/money.ts'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { useLive } from '../../shared/use-live.ts'
import { money as words } from './words.ts'

/** The money of a leave: each request with its dates, the next step with its last day, and how the sum was calculated. */
export function Money({ leave, requests, onChanged }: { leave: LeaveView; requests: readonly RequestShown[]; onChanged(): void }) {
  const say = useSay()
  const [asked, setAsked] = useState<Asked | null>(null)
  const isOwn = leave.documents.some(({ kind, employer, isVoid }) => kind === 'report' && employer === null && !isVoid)
  const hasEmployer = leave.documents.some(({ pib }) => pib !== null)
  const none = leave.hasFundDays ? words.none : hasEmployer ? words.ofEmployer : null
  if (requests.length === 0 && !isOwn && (none === null || leave.status === 'cancelled')) return null
  return (
    <div className="leave-part">
      <h2>{say(words.title)}</h2>
      {requests.length === 0 && !isOwn && none && <p className="soft">{say(none)}</p>}
      {requests.map((one) => (
        <Request key={one.id} request={one} onAsk={setAsked} />
      ))}
      {isOwn && (
        <p className="buttons">
          <button type="button" className="button" onClick={() => setAsked(askedFor(leave, say(words.ask)))}>
            {say(words.ask)}
          </button>
        </p>
      )}
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={onChanged} />}
    </div>
  )
}

function askedFor(leave: LeaveView, title: string): Asked {
  return {
    title,
    lead: words.askLead,
    confirm: words.write,
    fields: [
      { name: 'from', label: words.from, isDay: true },
      { name: 'until', label: words.until, isDay: true },
      { name: 'account', label: words.account, hint: words.accountHint },
      { name: 'monthsWithoutWage', label: words.months, hint: words.monthsHint, optional: true },
    ],
    first: { from: leave.from, until: leave.reportedUntil ?? leave.until },
    to: '/sickleave/mine/requests',
    more: { kind: 'compensation', leave: leave.id },
    body: ({ monthsWithoutWage, ...values }) => ({ ...values, ...(monthsWithoutWage ? { monthsWithoutWage: typedMonths(monthsWithoutWage) } : {}) }),
  }
}

function Request({ request, onAsk }: { request: RequestShown; onAsk(asked: Asked): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const dates = { from: formatDate(language, request.from), until: formatDate(language, request.until) }
  const isMine = request.employer === null
  const isOpen = isMine && (request.state === 'draft' || request.state === 'incomplete')
  const to = (act: string) => `/sickleave/mine/requests/${request.id}/${act}`
  const ask = (word: typeof words.submit, act: string, more: Partial<Asked> = {}) =>
    onAsk({ title: say(word), confirm: word, fields: [], to: to(act), more: {}, ...more })
  return (
    <div className="money">
      <p className="strong num">
        {say(words.period, dates)}
        {request.employer !== null && <span className="soft"> ({data(request.employer)})</span>}
      </p>
      <ol className="money-steps">
        {useSteps(request).map(({ text, isDone }) => (
          <li key={text} className={isDone ? 'done' : 'awaited'}>
            <span aria-hidden="true">{isDone ? '✓' : '○'}</span> <span>{text}</span>
          </li>
        ))}
      </ol>
      {isOpen && request.missing.length > 0 && (
        <>
          <p>{say(words.missing)}</p>
          <ul className="plain">
            {request.missing.map((one) => (
              <li key={one.code + one.where}>{language === 'en' ? one.en : data(one.sr)}</li>
            ))}
          </ul>
        </>
      )}
      {isOpen && (
        <p className="buttons">
          {request.missing.length === 0 && (
            <button type="button" className="button main" onClick={() => ask(words.submit, 'submission', { lead: words.submitLead })}>
              {say(words.submit)}
            </button>
          )}
          <button type="button" className="button" onClick={() => ask(words.withdraw, 'withdrawal', { fields: [{ name: 'why', label: words.why }] })}>
            {say(words.withdraw)}
          </button>
        </p>
      )}
      {request.list && <How id={request.id} />}
    </div>
  )
}

/** The steps so far with their dates, and the next step with its last day. */
function useSteps({
  state,
  steps,
  employer,
  kind,
  number,
  list,
  due,
  paidOn,
  confirmedOn,
  answer,
  toReturn,
}: RequestShown): { text: string; isDone: boolean }[] {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const date = (day: string) => formatDate(language, day)
  const at = (name: string) => steps.findLast((one) => one.kind === name)?.at
  const lines: { text: string; isDone: boolean }[] = []
  const line = (isDone: boolean, text: string) => lines.push({ text, isDone })
  const dueOn = due === null ? '–' : date(due.effective)
  const [submitted, calculated] = [at('submitted'), at('calculated')]
  if (state === 'draft') line(false, say(words.draft))
  if (submitted) line(true, say(words.submitted, { number, date: date(dayOf(submitted)) }))
  if (state === 'incomplete') line(false, say(words.incomplete, { date: dueOn, answer: data(answer ?? '') }))
  if (state === 'submitted' || state === 'in-process') line(false, say(words.inProcess, { date: dueOn }))
  if (state === 'withdrawn') line(true, say(words.withdrawn))
  if (state === 'rejected') line(true, say(words.rejected, { answer: data(answer ?? '') }))
  if (list && calculated) {
    const { gross, net } = list.sums
    line(true, say(words.calculated, { date: date(dayOf(calculated)), gross: formatDinars(language, gross), net: formatDinars(language, net) }))
  }
  if (state === 'calculated') line(false, say(words.inProcess, { date: dueOn }))
  if (paidOn !== null && kind === 'refund') line(true, say(words.refunded, { date: date(paidOn) }))
  else if (paidOn !== null && employer === null) line(true, say(words.paid, { date: date(paidOn) }))
  else if (paidOn !== null) {
    line(true, say(words.atEmployer, { date: date(paidOn) }))
    if (confirmedOn !== null) line(true, say(words.paid, { date: date(confirmedOn) }))
    else if (state === 'paid') line(false, say(words.toYou, { date: dueOn }))
  }
  if (state === 'returning' && toReturn) line(false, say(words.returning, { date: date(toReturn.until), answer: data(answer ?? '') }))
  if (state === 'returned') line(true, say(words.returned))
  return lines
}

/** A calculation is loaded only when it is opened, because each look at it is logged. */
function How({ id }: { id: string }) {
  const say = useSay()
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say(words.how)}</summary>
      {isOpen && <Explained id={id} />}
    </details>
  )
}

function Explained({ id }: { id: string }) {
  const say = useSay()
  const live = useLive<CompensationView>(`/sickleave/mine/requests/${id}/calculation`, null)
  return (
    <Arrived live={live}>
      {(view) => (
        <>
          <h3 id={`how-${id}`} className="only-read">
            {say(words.how)}
          </h3>
          <CalculationView view={view} titleId={`how-${id}`} />
        </>
      )}
    </Arrived>
  )
}
