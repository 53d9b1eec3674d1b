import { type FormEvent, useEffect, useState } from 'react'
import type { LeaveView, OpenLeave, Preview } from '../../../sickleave/wire.ts'
import { post } from '../../shared/api.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { reasonWords } from '../../shared/leave-words.ts'
import { Trouble } from '../../shared/Trouble.tsx'
import { leave as words } from './words.ts'

type Form = { id: string; reason: keyof typeof reasonWords; diagnosis: string; from: string; until: string; isOwnUntil: boolean; exception: string; care: Care }
type Care = NonNullable<OpenLeave['care']>
const exceptions = ['malignant', 'disability', 'surgery'] as const
const nobody: Care = { born: '', isChild: true, isSevere: false }
const isDiagnosis = (text: string) => /^[A-Z]\d{2}(\.\d{1,2})?$/.test(text)

/** Prefilled but for the diagnosis; the expected end comes with it. The id is made once, so a double press is one leave. */
export function LeaveForm({ person, today, onOpened }: { person: string; today: string; onOpened(leave: LeaveView): void }) {
  const say = useSay()
  const fresh = (): Form => ({
    id: crypto.randomUUID(),
    reason: '01',
    diagnosis: '',
    from: today,
    until: today,
    isOwnUntil: false,
    exception: '',
    care: nobody,
  })
  const [form, setForm] = useState<Form>(fresh)
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const preview = usePreview(person, form)
  const until = form.isOwnUntil ? form.until : (preview?.suggestedUntil ?? form.until)
  const change = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }))
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (isSending) return
    setSending(true)
    setFailure(null)
    try {
      onOpened(await post<LeaveView>(`/sickleave/people/${encodeURIComponent(person)}/leaves`, { id: form.id, ...bodyOf(form), until } satisfies OpenLeave))
      setForm(fresh())
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <form className="leave-form" onSubmit={(event) => void send(event)}>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <div className="field">
        <label htmlFor="leave-diagnosis">{say(words.diagnosis)}</label>
        <span className="hint" id="leave-diagnosis-hint">
          {say(words.diagnosisHint)}
        </span>
        <input
          id="leave-diagnosis"
          className="input num"
          required
          pattern="[A-Z]\d{2}(\.\d{1,2})?"
          maxLength={6}
          autoComplete="off"
          spellCheck="false"
          aria-describedby="leave-diagnosis-hint"
          value={form.diagnosis}
          onChange={(event) => change({ diagnosis: event.target.value.toUpperCase() })}
        />
      </div>
      <Choice id="leave-reason" label={say(words.reason)} value={form.reason} onChange={(reason) => change({ reason: reason as Form['reason'] })}>
        {Object.entries(reasonWords).map(([code, word]) => [code, say(word)])}
      </Choice>
      {form.reason === '06' && <CaredFor care={form.care} onChange={(care) => change({ care })} />}
      <Choice id="leave-exception" label={say(words.exception)} value={form.exception} onChange={(exception) => change({ exception })}>
        {[['', say(words.none)], ...exceptions.map((one): [string, string] => [one, say(words[one])])]}
      </Choice>
      <Day id="leave-from" label={say(words.from)} value={form.from} onChange={(from) => change({ from })} />
      <Day id="leave-until" label={say(words.until)} value={until} onChange={(day) => change({ until: day, isOwnUntil: true })} />
      <Previewed preview={preview} />
      <button type="submit" className="button main" aria-disabled={isSending}>
        {say(words.open)}
      </button>
    </form>
  )
}

function bodyOf({ reason, diagnosis, from, exception, care }: Form): Omit<OpenLeave, 'until'> {
  return { reason, diagnosis, from, ...(exception ? { exception: exception as (typeof exceptions)[number] } : {}), ...(reason === '06' ? { care } : {}) }
}

/** Asked again when something that matters has changed and is whole; an answer that comes late for a former question is dropped. */
function usePreview(person: string, form: Form): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null)
  const { diagnosis, reason, from, exception, isOwnUntil, until, care } = form
  useEffect(() => {
    if (!isDiagnosis(diagnosis) || from === '' || (reason === '06' && care.born === '')) return
    const stop = new AbortController()
    const body = {
      diagnosis,
      reason,
      from,
      ...(exception ? { exception } : {}),
      ...(isOwnUntil && until >= from ? { until } : {}),
      ...(reason === '06' ? { care } : {}),
    }
    post<Preview>(`/sickleave/people/${encodeURIComponent(person)}/preview`, body, stop.signal).then(setPreview, () => {})
    return () => stop.abort()
  }, [person, diagnosis, reason, from, exception, isOwnUntil, until, care])
  return isDiagnosis(diagnosis) ? preview : null
}

function Previewed({ preview }: { preview: Preview | null }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <div aria-live="polite" className="soft">
      {preview?.standardDays != null && <p>{say(preview.isUnverified ? words.suggestedUnverified : words.suggested, { days: preview.standardDays })}</p>}
      {preview && <p>{say(words.employers, { count: preview.employers })}</p>}
      {preview?.explanation.map((sentence) => (
        <p key={sentence.en}>{language === 'en' ? sentence.en : data(sentence.sr)}</p>
      ))}
    </div>
  )
}

/** Age and severity decide how long care may last and what it is worth. */
function CaredFor({ care, onChange }: { care: Care; onChange(care: Care): void }) {
  const say = useSay()
  return (
    <>
      <Day id="leave-care-born" label={say(words.careBorn)} value={care.born} onChange={(born) => onChange({ ...care, born })} />
      <label className="check">
        <input type="checkbox" checked={care.isChild} onChange={(event) => onChange({ ...care, isChild: event.target.checked })} /> {say(words.careChild)}
      </label>
      <label className="check">
        <input type="checkbox" checked={care.isSevere} onChange={(event) => onChange({ ...care, isSevere: event.target.checked })} /> {say(words.careSevere)}
      </label>
    </>
  )
}

type FieldOf = { id: string; label: string; value: string; onChange(value: string): void }

function Choice({ id, label, value, onChange, children }: FieldOf & { children: [string, string][] | string[][] }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        {children.map(([code, word]) => (
          <option key={code} value={code}>
            {word}
          </option>
        ))}
      </select>
    </div>
  )
}

function Day({ id, label, value, onChange }: FieldOf) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="input num" type="date" required value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  )
}
