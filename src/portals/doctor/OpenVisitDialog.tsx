import { type ComponentProps, type FormEvent, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { OpenedVisit, OpenVisit } from '../../identity/wire.ts'
import { post } from '../shared/api.ts'
import { DayField } from '../shared/day/DayField.tsx'
import { FormDialog } from '../shared/FormDialog.tsx'
import { useData, useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { TextField } from '../shared/TextField.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import type { Opened } from './open-visit.ts'
import { visit, visitReasons, visitReasonWords } from './words.ts'

type Errors = { card?: Message; number?: Message; birthDate?: Message }

/** Opens a visit of a patient who is present, by card or by a number with the birth date. After a wrong entry everything typed stays. */
export default function OpenVisitDialog({ opened, onClose }: { opened: Opened; onClose(): void }) {
  const say = useSay()
  const data = useData()
  const { form, change, errors, failure, isSending, send } = useVisitForm(opened, onClose)
  return (
    <FormDialog
      title={`${say(visit.title)}${opened.name ? `: ${data(opened.name)}` : ''}`}
      lead={say(visit.lead)}
      confirm={visit.open}
      send={send}
      isSending={isSending}
      onClose={onClose}
      isDismissable
      look="visit-form"
    >
      {failure !== null && <Trouble error={failure} takesFocus meanings={{ 404: visit.noMatch, 429: visit.tooMany }} />}
      <VisitFields form={form} change={change} errors={errors} />
      <p className="soft small">{say(visit.note)}</p>
    </FormDialog>
  )
}

type VisitFieldsOf = { form: Form; change(part: Partial<Form>): void; errors: Errors }

function VisitFields({ form, change, errors }: VisitFieldsOf) {
  const say = useSay()
  return (
    <>
      <fieldset className="choices ways">
        <legend>{say(visit.way)}</legend>
        <label>
          <input type="radio" name="way" checked={form.way === 'card'} onChange={() => change({ way: 'card' })} />
          {say(visit.byCard)}
        </label>
        <label>
          <input type="radio" name="way" checked={form.way === 'number'} onChange={() => change({ way: 'number' })} />
          {say(visit.byNumber)}
        </label>
      </fieldset>
      {form.way === 'card' ? (
        <FocusedField
          id="visit-card"
          label={say(visit.card)}
          hint={say(visit.cardHint)}
          value={form.card}
          onChange={(card) => change({ card })}
          error={errors.card && say(errors.card)}
        />
      ) : (
        <>
          <FocusedField
            id="visit-number"
            label={say(visit.number)}
            value={form.number}
            onChange={(number) => change({ number })}
            error={errors.number && say(errors.number)}
            inputMode="numeric"
          />
          <DayField
            id="visit-born"
            label={say(visit.birthDate)}
            value={form.birthDate}
            wrong={errors.birthDate && say(errors.birthDate)}
            onChange={(birthDate) => change({ birthDate })}
          />
        </>
      )}
      <div className="field">
        <label htmlFor="visit-reason">{say(visit.reason)}</label>
        <select id="visit-reason" className="input" value={form.reason} onChange={(event) => change({ reason: event.target.value as Form['reason'] })}>
          {visitReasons.map((one) => (
            <option key={one} value={one}>
              {say(visitReasonWords[one])}
            </option>
          ))}
        </select>
      </div>
    </>
  )
}

type Form = { way: 'card' | 'number'; card: string; number: string; birthDate: string; reason: (typeof visitReasons)[number] }

/** The typed values and their errors; sends them to the server and goes to the record. */
function useVisitForm(opened: Opened, onClose: () => void) {
  const navigate = useNavigate()
  const [form, setForm] = useState<Form>({ way: opened.way ?? 'card', card: '', number: '', birthDate: '', reason: 'преглед' })
  const [errors, setErrors] = useState<Errors>({})
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const send = async (event: FormEvent) => {
    event.preventDefault()
    const wrong = form.way === 'card' ? checkCard(form.card) : checkNumber(form.number, form.birthDate)
    setErrors(wrong)
    setFailure(null)
    if (Object.keys(wrong).length > 0 || isSending) return
    setSending(true)
    try {
      const { person } = await post<OpenedVisit>('/identity/visits', bodyOf(form))
      onClose()
      void navigate(`/people/${encodeURIComponent(person)}`)
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  const change = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }))
  return { form, change, errors, failure, isSending, send }
}

function bodyOf({ way, card, number, birthDate, reason }: Form): OpenVisit {
  return way === 'card' ? { card: card.trim(), reason } : { number: digits(number), birthDate, reason }
}

const digits = (text: string) => text.replace(/[\s.-]/g, '')

const checkCard = (card: string): Errors => (card.trim() ? {} : { card: visit.errCard })

function checkNumber(number: string, birthDate: string): Errors {
  return {
    ...(/^[\dA-Z]{6,20}$/i.test(digits(number)) ? {} : { number: visit.errNumber }),
    ...(birthDate ? {} : { birthDate: visit.errDate }),
  }
}

/** A field that takes the focus when it appears, and again when its value is wrong. */
function FocusedField({ error, ...rest }: Omit<ComponentProps<typeof TextField>, 'wrong'> & { error: string | undefined }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  useEffect(() => {
    if (error) input.current?.focus()
  }, [error])
  return <TextField {...rest} ref={input} isNumber wrong={error} spellCheck="false" />
}
