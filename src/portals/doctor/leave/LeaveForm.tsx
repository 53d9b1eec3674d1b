import { type FormEvent, useCallback, useEffect, useState } from 'react'
import type { VisitView } from '../../../record/wire.ts'
import type { LeaveView, OpenLeave, Preview } from '../../../sickleave/wire.ts'
import { post } from '../../shared/api.ts'
import { formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { reasonWords } from '../../shared/leave-words.ts'
import { Trouble } from '../../shared/Trouble.tsx'
import { isGivenUp, useSignature } from '../signature/Signature.tsx'
import { leave as words } from './words.ts'

type Form = {
  id: string
  reason: keyof typeof reasonWords
  isOwnReason: boolean
  diagnosis: string
  from: string
  until: string
  isOwnUntil: boolean
  exception: string
  isOwnException: boolean
  care: Care
}
type Care = NonNullable<OpenLeave['care']>
const exceptions = ['malignant', 'disability', 'surgery'] as const
const nobody: Care = { born: '', isChild: true, isSevere: false }
const isDiagnosis = (text: string) => /^[A-Z]\d{2}(\.\d{1,2})?$/.test(text)

/** The id is made once, so a double press is one leave. */
const formOf = (today: string, visit: VisitView | null): Form => ({
  id: crypto.randomUUID(),
  ...{ reason: '01', isOwnReason: false, exception: '', isOwnException: false, care: nobody },
  diagnosis: visit?.visit ? (visit.diagnoses.find(({ ofVisit }) => ofVisit)?.code ?? '') : '',
  ...{ from: today, until: today, isOwnUntil: false },
})

type FormOf = { person: string; today: string; visit: VisitView | null; onOpened(leave: LeaveView): void }

/** Prefilled from the present visit: person, diagnosis, reason, day; the expected end comes with the diagnosis. One confirmation opens and signs it. */
export function LeaveForm({ person, today, visit, onOpened }: FormOf) {
  const say = useSay()
  const [form, setForm] = useState<Form>(() => formOf(today, visit))
  const change = useCallback((part: Partial<Form>) => setForm((before) => ({ ...before, ...part })), [])
  const preview = usePreview(person, form, change)
  const until = form.isOwnUntil ? form.until : (preview?.suggestedUntil ?? form.until)
  const emptied = () => setForm(formOf(today, null))
  const { send, failure, isSending } = useOpening(person, { id: form.id, ...bodyOf(form), until }, (opened) => {
    onOpened(opened)
    emptied()
  })
  return (
    <form className="leave-form" onSubmit={(event) => void send(event)}>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <Diagnosis value={form.diagnosis} visit={visit} onChange={(diagnosis) => change({ diagnosis })} />
      <Choice
        id="leave-reason"
        label={say(words.reason)}
        value={form.reason}
        onChange={(reason) => change({ reason: reason as Form['reason'], isOwnReason: true })}
      >
        {Object.entries(reasonWords).map(([code, word]) => [code, say(word)])}
      </Choice>
      {form.reason === '06' && <CaredFor care={form.care} onChange={(care) => change({ care })} />}
      <Choice id="leave-exception" label={say(words.exception)} value={form.exception} onChange={(exception) => change({ exception, isOwnException: true })}>
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

function useOpening(person: string, body: OpenLeave & { id: string }, onOpened: (leave: LeaveView) => void) {
  const { postSigned } = useSignature()
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (isSending) return
    setSending(true)
    setFailure(null)
    try {
      onOpened(await postSigned<LeaveView>(`/sickleave/people/${encodeURIComponent(person)}/leaves`, { act: 'opening', person, leave: body.id, body }))
    } catch (error) {
      if (!isGivenUp(error)) setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return { send, failure, isSending }
}

/** The diagnosis of the visit stands there; what else is active can be picked, and any other typed. */
function Diagnosis({ value, visit, onChange }: { value: string; visit: VisitView | null; onChange(value: string): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const known = visit?.diagnoses ?? []
  const chosen = known.find(({ code }) => code === value)
  return (
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
        list="leave-diagnoses"
        aria-describedby="leave-diagnosis-hint leave-diagnosis-from"
        value={value}
        onChange={(event) => onChange(event.target.value.toUpperCase())}
      />
      <datalist id="leave-diagnoses">
        {known.map(({ code, text }) => (
          <option key={code} value={code}>
            {data(text)}
          </option>
        ))}
      </datalist>
      <span className="soft small" id="leave-diagnosis-from">
        {chosen && data(chosen.text)}
        {chosen?.ofVisit && visit?.visit && ` · ${say(words.fromVisit, { day: formatDate(language, visit.visit.at), place: data(visit.visit.institution) })}`}
      </span>
    </div>
  )
}

function bodyOf({ reason, diagnosis, from, exception, care }: Form): Omit<OpenLeave, 'until'> {
  return { reason, diagnosis, from, ...(exception ? { exception: exception as (typeof exceptions)[number] } : {}), ...(reason === '06' ? { care } : {}) }
}

/** Asked again when something that matters has changed and is whole; an answer that comes late for a former question is dropped. */
function usePreview(person: string, form: Form, change: (part: Partial<Form>) => void): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null)
  const { diagnosis, reason, isOwnReason, from, exception, isOwnException, isOwnUntil, until, care } = form
  useEffect(() => {
    if (!isDiagnosis(diagnosis) || from === '' || (reason === '06' && care.born === '')) return
    const stop = new AbortController()
    const body = {
      diagnosis,
      from,
      ...(isOwnReason ? { reason } : {}),
      ...(exception ? { exception } : {}),
      ...(isOwnUntil && until >= from ? { until } : {}),
      ...(reason === '06' ? { care } : {}),
    }
    const take = (answer: Preview) => {
      setPreview(answer)
      // What the diagnosis suggests stands in the form until the doctor chooses another.
      if (!isOwnReason) change({ reason: answer.suggestedReason as Form['reason'] })
      if (!isOwnException) change({ exception: answer.suggestedException ?? '' })
    }
    post<Preview>(`/sickleave/people/${encodeURIComponent(person)}/preview`, body, stop.signal).then(take, () => {})
    return () => stop.abort()
  }, [person, diagnosis, reason, isOwnReason, from, exception, isOwnException, isOwnUntil, until, care, change])
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
