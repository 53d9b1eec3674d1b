import { useState } from 'react'
import type { Objections as Wire, ObjectionLimit } from '../../../sickleave/objection/wire.ts'
import { dayOf, formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import type { Message } from '../../shared/message.ts'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { objections as words } from './words.ts'

/** What the person may object to and until when, and the objections already sent with their answers. */
export function Objections({ leave, isOver, all, onChanged }: { leave: string; isOver: boolean; all: Wire; onChanged(): void }) {
  const say = useSay()
  const language = useLanguage()
  const [asked, setAsked] = useState<Asked | null>(null)
  const own = all.objections.filter((one) => one.leave === leave)
  const isOpen = (kind: string) => own.some((one) => one.kind === kind && one.state === 'open')
  const limits = (all.limits ?? []).filter((one) => one.leave === leave && !isOpen(one.kind))
  const ask = (title: string, lead: Message, more: Record<string, unknown>) =>
    setAsked({
      title,
      lead,
      confirm: words.send,
      fields: [{ name: 'text', label: words.text, long: true }],
      to: '/sickleave/mine/objections',
      more: { leave, ...more },
    })
  return (
    <div className="leave-part">
      <h2>{say(words.title)}</h2>
      {own.length > 0 && (
        <ul className="plain">
          {own.map((one) => (
            <Sent key={one.id} one={one} onWithdraw={setAsked} />
          ))}
        </ul>
      )}
      <p className="buttons">
        {limits.map((one) => {
          const name = say(wordOf(one), { date: formatDate(language, one.until) })
          const lead = one.kind === 'assessment' ? words.assessmentLead : words.calculationLead
          return (
            <button
              key={one.kind + one.request}
              type="button"
              className="button"
              onClick={() => ask(name, lead, { kind: one.kind, ...(one.request ? { request: one.request } : {}) })}
            >
              {name}
            </button>
          )
        })}
        {!isOver && !isOpen('correction') && (
          <button type="button" className="button" onClick={() => ask(say(words.correction), words.correctionLead, { kind: 'correction' })}>
            {say(words.correction)}
          </button>
        )}
      </p>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={onChanged} />}
    </div>
  )
}

/** An objection that was sent, and its outcome. */
function Sent({ one, onWithdraw }: { one: Wire['objections'][number]; onWithdraw(asked: Asked): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const withdraw = say(words.withdraw, { number: one.number })
  return (
    <li>
      <p>
        <span className="num">{say(words.number, { number: one.number, date: formatDate(language, dayOf(one.madeAt)) })}</span>
        {', '}
        <span className="status">{one.state === 'open' ? say(words.open, { date: formatDate(language, one.due) }) : say(words[one.state])}</span>
      </p>
      {one.answer && <p className="soft">{say(words.answer, { answer: data(one.answer) })}</p>}
      {one.state === 'open' && (
        <p className="buttons">
          <button type="button" className="button" onClick={() => onWithdraw(withdrawal(one.id, withdraw))}>
            {withdraw}
          </button>
        </p>
      )}
    </li>
  )
}

const wordOf = ({ kind, degree }: ObjectionLimit): Message =>
  kind === 'calculation' ? words.calculation : degree === 2 ? words.assessment2 : words.assessment1

const withdrawal = (id: string, title: string): Asked => ({
  title,
  confirm: words.send,
  fields: [{ name: 'why', label: words.why }],
  to: `/sickleave/mine/objections/${id}/withdrawal`,
  more: {},
})
