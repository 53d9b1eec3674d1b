import { type FormEvent, useState } from 'react'
import { Failure, submit } from './api.ts'
import { DayField } from './day/DayField.tsx'
import { describedBy, FieldError } from './FieldError.tsx'
import { FormDialog } from './FormDialog.tsx'
import { keepFocusIn, placeOfFocus } from './keep-focus.ts'
import { useSay } from './language.tsx'
import type { Message, Values } from './message.ts'
import { type Meanings, Trouble } from './Trouble.tsx'
import { shell } from './words.ts'

export type AskedField = {
  name: string
  label: Message
  hint?: Message
  optional?: boolean
  long?: boolean
  isDay?: boolean
  options?: readonly { value: string; label: Message }[]
  /** The form that the text must have, which is checked before sending. */
  form?: { is: { test(text: string): boolean }; wrong: Message }
}
export type Asked = {
  title: string
  /** Explains the act before it is done. */
  lead?: Message
  /** Values for the lead, such as the sum and the person. */
  about?: Values
  confirm: Message
  dismiss?: Message
  fields: AskedField[]
  /** The address to post to; `more` is posted beside the fields. */
  to: string
  method?: 'PUT'
  more: Record<string, unknown>
  first?: Record<string, string>
  /** Sends the act when a plain post is not enough. */
  send?: (to: string, body: Record<string, unknown>) => Promise<unknown>
  /** The meaning of a status for this act. */
  meanings?: Meanings
  /** Makes the body when a field is not sent as text. */
  body?: (values: Record<string, string>) => Record<string, unknown>
}

/** Asks for what an act needs, sends it, and closes when the act is done. When the act is refused, the typed values stay. */
export function StepDialog<T>({ asked, onClose, onDone }: { asked: Asked; onClose(): void; onDone(answer: T): void }) {
  const say = useSay()
  const [place] = useState(placeOfFocus)
  const [values, setValues] = useState<Record<string, string>>(asked.first ?? {})
  const [isTried, setTried] = useState(false)
  const [unfinished, setUnfinished] = useState<readonly string[]>([])
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const wrongIn = (field: AskedField): string | undefined => {
    const word = isTried ? wrongBefore(field, values[field.name]) : null
    if (word !== null) return say(word)
    return failure instanceof Failure ? failure.places.get(field.name) : undefined
  }
  const send = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    setFailure(null)
    if (asked.fields.some((field) => wrongBefore(field, values[field.name]) !== null) || unfinished.length > 0 || isSending) return
    setSending(true)
    const { body = (given) => given } = asked
    const filled = Object.entries(values).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]]))
    try {
      const wish = { ...asked.more, ...body(Object.fromEntries(filled) as Record<string, string>) }
      const answer = asked.send ? ((await asked.send(asked.to, wish)) as T) : await submit<T>(asked.method ?? 'POST', asked.to, wish)
      onClose()
      onDone(answer)
      keepFocusIn(place)
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <FormDialog
      title={asked.title}
      {...(asked.lead ? { lead: say(asked.lead, asked.about) } : {})}
      confirm={asked.confirm}
      {...(asked.dismiss ? { dismiss: asked.dismiss } : {})}
      send={send}
      isSending={isSending}
      onClose={onClose}
      isDismissable={!isSending}
      look="step-form"
      isWide={asked.fields.some(({ long }) => long)}
    >
      {failure !== null && <Trouble error={failure} takesFocus {...(asked.meanings ? { meanings: asked.meanings } : {})} />}
      {asked.fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          onChange={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
          onUnfinished={(is) => setUnfinished((before) => [...before.filter((name) => name !== field.name), ...(is ? [field.name] : [])])}
          wrong={wrongIn(field)}
        />
      ))}
    </FormDialog>
  )
}

/** The error of a field that can be found before sending. */
function wrongBefore({ optional, form }: AskedField, value = ''): Message | null {
  if (value.trim() === '') return optional ? null : shell.needed
  return form && !form.is.test(value.trim()) ? form.wrong : null
}

type FieldOf = { field: AskedField; value: string; onChange(value: string): void; onUnfinished(is: boolean): void; wrong: string | undefined }

function Field({ field, value, onChange, onUnfinished, wrong }: FieldOf) {
  const say = useSay()
  const id = `step-${field.name}`
  if (field.isDay) {
    const hint = field.hint ? { hint: say(field.hint) } : {}
    const rest = { id, value, wrong, onChange, onUnfinished, ...hint }
    return <DayField {...rest} label={say(field.label)} isRequired={!field.optional} />
  }
  const common = {
    id,
    className: 'input',
    value,
    'aria-invalid': wrong !== undefined,
    'aria-describedby': describedBy(id, wrong !== undefined, field.hint !== undefined),
    autoComplete: 'off',
  }
  return (
    <div className="field">
      <label htmlFor={id}>{say(field.label)}</label>
      {field.hint && (
        <span className="hint" id={`${id}-hint`}>
          {say(field.hint)}
        </span>
      )}
      {field.options ? (
        <select {...common} onChange={(event) => onChange(event.target.value)}>
          <option value="">–</option>
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {say(option.label)}
            </option>
          ))}
        </select>
      ) : field.long ? (
        <textarea {...common} rows={14} spellCheck={false} translate="no" onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...common} type="text" onChange={(event) => onChange(event.target.value)} />
      )}
      <FieldError id={id} wrong={wrong} />
    </div>
  )
}
