import { type FormEvent, useState } from 'react'
import type { RequestShown } from '../../sickleave/request/wire.ts'
import { Failure, submit } from '../shared/api.ts'
import { DayField } from '../shared/day/DayField.tsx'
import { typedMonths } from '../shared/day/typed-month.ts'
import { formatDate } from '../shared/format.ts'
import { useSay } from '../shared/language.tsx'
import { TextField } from '../shared/TextField.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { requestKinds, requests as words } from './words.ts'

export type Content = { kind: RequestShown['kind']; from: string; until: string; payoutDay: string; account: string; months: string; note: string }
type Form = {
  first: Content
  /** False when the saved request is complete: then submitting is the main button. */
  isMain?: boolean
  /** `hasKind`: a new request chooses its kind; an existing one keeps it. */
  send: { method: 'POST' | 'PUT'; path: string; more: object; hasKind: boolean }
  onSaved(saved: RequestShown): void
}

export const contentOf = (request: RequestShown): Content => ({
  ...{ kind: request.kind, from: request.from, until: request.until, payoutDay: request.payoutDay ?? '', account: request.account ?? '' },
  ...{ months: request.monthsWithoutWage.map((month) => formatDate('sr-Cyrl', month)).join(', '), note: request.note ?? '' },
})

/** The fields of a request. The typed values stay, whatever the server answers. */
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
    try {
      const saved = await submit<RequestShown>(send.method, send.path, { ...send.more, ...bodyOf(content, send.hasKind) })
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
  const text = (name: 'account' | 'months' | 'note', hint?: string) => (
    <TextField
      id={`request-${name}`}
      label={say(words[name])}
      hint={hint}
      wrong={wrongIn(name)}
      value={content[name]}
      onChange={(value) => change({ [name]: value })}
    />
  )
  return (
    <form className="step-form" onSubmit={(event) => void save(event)} noValidate>
      {failure !== null && <Trouble error={failure} takesFocus />}
      {send.hasKind && <KindField kind={content.kind} onChange={(kind) => change({ kind })} />}
      {day('from')}
      {day('until')}
      {day('payoutDay', { hint: say(words.payoutHint), isRequired: false })}
      {text('account', say(words.accountHint))}
      {text('months', say(words.monthsHint))}
      {text('note')}
      <div className="buttons">
        <button type="submit" className={isMain ? 'button main' : 'button'} aria-disabled={isSending}>
          {say(words.saveDraft)}
        </button>
      </div>
    </form>
  )
}

function bodyOf({ kind, from, until, payoutDay, account, months, note }: Content, hasKind: boolean): object {
  return {
    ...(hasKind ? { kind } : {}),
    ...{ from, until, monthsWithoutWage: typedMonths(months) },
    ...(payoutDay ? { payoutDay } : {}),
    ...(account.trim() ? { account: account.trim() } : {}),
    ...(note.trim() ? { note: note.trim() } : {}),
  }
}

function KindField({ kind, onChange }: { kind: Content['kind']; onChange(kind: Content['kind']): void }) {
  const say = useSay()
  return (
    <div className="field">
      <label htmlFor="request-kind">{say(words.kind)}</label>
      <select id="request-kind" className="input" value={kind} onChange={(event) => onChange(event.target.value as Content['kind'])}>
        {(['compensation', 'refund'] as const).map((one) => (
          <option key={one} value={one}>
            {say(requestKinds[one])}
          </option>
        ))}
      </select>
    </div>
  )
}
