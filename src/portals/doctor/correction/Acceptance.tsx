import { type FormEvent, useState } from 'react'
import type { Desk, DeskLine } from '../../../sickleave/objection/wire.ts'
import type { LeaveView } from '../../../sickleave/wire.ts'
import { Failure, submit } from '../../shared/api.ts'
import { focusField } from '../../shared/day/DayField.tsx'
import { describedBy, FieldError } from '../../shared/FieldError.tsx'
import { useSay } from '../../shared/language.tsx'
import type { Message } from '../../shared/message.ts'
import { useSubmitKey } from '../../shared/shortcuts.ts'
import { Trouble } from '../../shared/Trouble.tsx'
import { shell } from '../../shared/words.ts'
import { isGivenUp, useSignature } from '../signature/Signature.tsx'
import { missingIn } from '../leave/LeaveForm.tsx'
import { bodyOf, type Stated, StatedLeave, statedOf } from './StatedLeave.tsx'
import { correction as words } from './words.ts'

const whyMax = 200
/** The steps that count as a correction; the server has the same list (`sickleave/objection/desks.ts`). */
const changing = ['corrected', 'closed', 'cancelled', 'reviewed', 'extended']

const isChanged = ({ steps }: LeaveView, { madeAt }: DeskLine) => steps.some(({ kind, at }) => changing.includes(kind) && at >= madeAt)

type AcceptanceOf = { line: DeskLine; leave: LeaveView | null; onAccepted(left: Desk): void }

/**
 * The form that accepts a request. It needs a corrected leave: corrected here, or changed already by any other act. A leave that this doctor may no
 * longer read may have been corrected by the next doctor.
 */
export function Acceptance({ line, leave: given, onAccepted }: AcceptanceOf) {
  const say = useSay()
  const formOnPage = useSubmitKey()
  const [corrected, setCorrected] = useState<LeaveView | null>(null)
  const leave = corrected ?? given
  const toCorrect = leave !== null && !isChanged(leave, line) ? leave : null
  const [ownStated, setStated] = useState<Stated | null>(null)
  const stated = toCorrect && (ownStated ?? statedOf(toCorrect))
  const [why, setWhy] = useState('')
  const [isTried, setTried] = useState(false)
  const missing: Record<string, Message> = { ...(stated ? missingIn(stated, stated.until) : {}), ...(why.trim() === '' ? { why: shell.needed } : {}) }
  const { send, failure, isSending } = useAcceptance(line, { onCorrected: setCorrected, onAccepted })
  if (toCorrect?.status === 'referred') return <p>{say(words.withCommission)}</p>
  if (toCorrect?.status === 'cancelled') return <p>{say(words.cancelled)}</p>
  const wrongIn = (name: string): string | undefined =>
    isTried && missing[name] ? say(missing[name]) : failure instanceof Failure ? failure.places.get(name) : undefined
  const press = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    const [first] = Object.keys(missing)
    if (first) focusField(`leave-${first}`)
    else void send(why.trim(), toCorrect && stated && { seen: toCorrect.steps.length, ...bodyOf(stated) })
  }
  return (
    <form ref={formOnPage} className="leave-form" noValidate onSubmit={press}>
      {failure !== null && <Trouble error={failure} takesFocus />}
      {stated && <p className="soft">{say(words.mendLead)}</p>}
      {leave !== null && toCorrect === null && <p>{say(words.changed)}</p>}
      {stated && <StatedLeave stated={stated} wrongIn={wrongIn} onChange={setStated} />}
      <Why value={why} wrong={wrongIn('why')} onChange={setWhy} />
      <button type="submit" className="button main" aria-disabled={isSending} aria-keyshortcuts="Control+Enter">
        {say(stated ? words.correctAndAccept : words.accept)}
      </button>
    </form>
  )
}

type Then = { onCorrected(leave: LeaveView): void; onAccepted(left: Desk): void }

/**
 * Signs and sends the correction, then the answer to the request. When only the answer failed, the leave is corrected already, and the next press
 * sends the answer alone.
 */
function useAcceptance({ id, person, leave }: DeskLine, { onCorrected, onAccepted }: Then) {
  const { postSigned } = useSignature()
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const send = async (why: string, correction: Record<string, unknown> | null) => {
    if (isSending) return
    setSending(true)
    setFailure(null)
    let corrected: LeaveView | null = null
    try {
      const path = `/sickleave/people/${encodeURIComponent(person)}/leaves/${leave}/correction`
      if (correction) corrected = await postSigned<LeaveView>(path, { act: 'correction', person, leave, body: { ...correction, why } })
      onAccepted(await submit<Desk>('POST', `/sickleave/corrections/${id}`, { accept: true, why }))
    } catch (error) {
      if (corrected) onCorrected(corrected)
      if (!isGivenUp(error)) setFailure(error)
      setSending(false)
    }
  }
  return { send, failure, isSending }
}

function Why({ value, wrong, onChange }: { value: string; wrong: string | undefined; onChange(value: string): void }) {
  const say = useSay()
  return (
    <div className="field">
      <label htmlFor="leave-why">{say(words.why)}</label>
      <span className="hint" id="leave-why-hint">
        {say(words.whyHint)}
      </span>
      <textarea
        id="leave-why"
        className="input"
        rows={3}
        required
        maxLength={whyMax}
        aria-invalid={wrong !== undefined}
        aria-describedby={describedBy('leave-why', wrong !== undefined, true)}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <FieldError id="leave-why" wrong={wrong} />
    </div>
  )
}
