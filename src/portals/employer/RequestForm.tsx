import { type FormEvent, useState } from 'react'
import type { RequestShown } from '../../sickleave/request/wire.ts'
import { Failure, submit } from '../shared/api.ts'
import { DayField } from '../shared/day/DayField.tsx'
import { typedMonths } from '../shared/day/typed-month.ts'
import { describedBy, FieldError } from '../shared/FieldError.tsx'
import { formatDate } from '../shared/format.ts'
import { useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { requestKinds, requests as words } from './words.ts'

export type Content = { kind: RequestShown['kind']; from: string; until: string; payoutDay: string; account: string; months: string; note: string }
type Form = {
  first: Content
  /** False where what is saved is complete: then the next step is to submit it. */
  isMain?: boolean
  /** A new request is of a kind and about a leave; one that is there keeps them. */
  send: { method: 'POST' | 'PUT'; path: string; more: object; hasKind: boolean }
  onSaved(saved: RequestShown): void
}

export const contentOf = (request: RequestShown): Content => ({
  ...{ kind: request.kind, from: request.from, until: request.until, payoutDay: request.payoutDay ?? '', account: request.account ?? '' },
  ...{ months: request.monthsWithoutWage.map((month) => formatDate('sr-Cyrl', month)).join(', '), note: request.note ?? '' },
})

/** The fields of a request. What was typed stays whatever the answer is. */
export function RequestForm({ first, isMain = true, send, onSaved }: Form) {
  const say = useSay()
  const [content, setContent] = useState(first)
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (isSending) return
    setSending(true)
    setFailure(null)
    const { kind, from, until, payoutDay, account, months, note } = content
    const monthsWithoutWage = typedMonths(months)
    const body = {
      ...send.more,
      ...(send.hasKind ? { kind } : {}),
      ...{ from, until, monthsWithoutWage },
      ...(payoutDay ? { payoutDay } : {}),
      ...(account.trim() ? { account: account.trim() } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
    }
    try {
      const saved = await submit<RequestShown>(send.method, send.path, body)
      setContent(contentOf(saved))
      onSaved(saved)
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  const wrongIn = (name: string) => (failure instanceof Failure ? failure.places.get(name === 'months' ? 'monthsWithoutWage' : name) : undefined)
  const change = (part: Partial<Content>) => setContent((before) => ({ ...before, ...part }))
  const day = (name: 'from' | 'until' | 'payoutDay', rest: { hint?: string; isRequired?: boolean } = {}) => (
    <DayField
      {...rest}
      id={`request-${name}`}
      label={say(words[name])}
      wrong={wrongIn(name)}
      value={content[name]}
      onChange={(value) => change({ [name]: value })}
    />
  )
  const field = (name: 'account' | 'months' | 'note', hint?: string) => (
    <div className="field">
      <label htmlFor={`request-${name}`}>{say(words[name])}</label>
      {hint && (
        <span className="hint" id={`request-${name}-hint`}>
          {hint}
        </span>
      )}
      <input
        id={`request-${name}`}
        className="input"
        autoComplete="off"
        aria-describedby={describedBy(`request-${name}`, wrongIn(name) !== undefined, hint !== undefined)}
        aria-invalid={wrongIn(name) !== undefined}
        value={content[name]}
        onChange={(event) => change({ [name]: event.target.value })}
      />
      <FieldError id={`request-${name}`} wrong={wrongIn(name)} />
    </div>
  )
  return (
    <form className="step-form" onSubmit={(event) => void save(event)} noValidate>
      {failure !== null && <Trouble error={failure} takesFocus />}
      {send.hasKind && (
        <div className="field">
          <label htmlFor="request-kind">{say(words.kind)}</label>
          <select id="request-kind" className="input" value={content.kind} onChange={(event) => change({ kind: event.target.value as Content['kind'] })}>
            {(['compensation', 'refund'] as const).map((kind) => (
              <option key={kind} value={kind}>
                {say(requestKinds[kind])}
              </option>
            ))}
          </select>
        </div>
      )}
      {day('from')}
      {day('until')}
      {day('payoutDay', { hint: say(words.payoutHint), isRequired: false })}
      {field('account', say(words.accountHint))}
      {field('months', say(words.monthsHint))}
      {field('note')}
      <div className="buttons">
        <button type="submit" className={isMain ? 'button main' : 'button'} aria-disabled={isSending}>
          {say(words.saveDraft)}
        </button>
      </div>
    </form>
  )
}
