import { useCallback, useEffect, useState } from 'react'
import type { VisitView } from '../../../record/wire.ts'
import type { LeaveView, OpenLeave, Preview } from '../../../sickleave/wire.ts'
import { Failure, submit } from '../../shared/api.ts'
import { DayField, focusField } from '../../shared/day/DayField.tsx'
import { describedBy, FieldError } from '../../shared/FieldError.tsx'
import { dayAfter, formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { reasonWords } from '../../shared/leave-words.ts'
import type { Message } from '../../shared/message.ts'
import { useSubmitKey } from '../../shared/shortcuts.ts'
import { Trouble } from '../../shared/Trouble.tsx'
import { shell } from '../../shared/words.ts'
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
export const exceptions = ['malignant', 'disability', 'surgery'] as const
export const nobody: Care = { born: '', isChild: true, isSevere: false }
const isDiagnosis = (text: string) => /^[A-Z]\d{2}(\.\d{1,2})?$/.test(text)

/** The id is made once, so that a double press opens only one leave. */
const formOf = (today: string, visit: VisitView | null): Form => ({
  id: crypto.randomUUID(),
  ...{ reason: '01', isOwnReason: false, exception: '', isOwnException: false, care: nobody },
  diagnosis: visit?.visit ? (visit.diagnoses.find(({ ofVisit }) => ofVisit)?.code ?? '') : '',
  ...{ from: today, until: today, isOwnUntil: false },
})

type FormOf = { person: string; today: string; visit: VisitView | null; leaves: readonly LeaveView[]; onOpened(leave: LeaveView): void }

/**
 * The form is filled from the present visit: person, diagnosis, reason, day; the expected end follows from the diagnosis. One confirmation opens and signs
 * the leave.
 */
export function LeaveForm({ person, today, visit, leaves, onOpened }: FormOf) {
  const say = useSay()
  const language = useLanguage()
  const formOnPage = useSubmitKey()
  const [form, setForm] = useState<Form>(() => formOf(today, visit))
  const [isTried, setTried] = useState(false)
  const change = useCallback((part: Partial<Form>) => setForm((before) => ({ ...before, ...part })), [])
  const { preview, refusal, isCurrent } = usePreview(person, form, change)
  const until = form.isOwnUntil ? form.until : (preview?.suggestedUntil ?? form.until)
  const period = wrongPeriod(form.from, until, leaves, (message, days) =>
    say(message, { from: formatDate(language, days.from), until: formatDate(language, days.until) }),
  )
  // Once there is a diagnosis, errors of the period are shown at once and not only after sending.
  const isPeriodTold = isTried || (isDiagnosis(form.diagnosis) && (form.isOwnUntil || isCurrent))
  const missing = missingIn(form, until)
  const isProposal = preview?.isProposal ?? false
  const { send, failure, isSending } = useOpening(person, { id: form.id, ...bodyOf(form), until, ...(isProposal ? { propose: true } : {}) }, (opened) => {
    onOpened(opened)
    setTried(false)
    setForm(formOf(today, null))
  })
  const wrongIn = (name: string): string | undefined =>
    isTried && missing[name]
      ? say(missing[name])
      : isPeriodTold && period?.name === name
        ? period.sentence
        : ((failure instanceof Failure ? failure.places.get(name) : undefined) ?? refusal?.places.get(name))
  return (
    <form
      ref={formOnPage}
      className="leave-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        const first = Object.keys(missing)[0] ?? period?.name ?? refusal?.places.keys().next().value
        if (first !== undefined) focusField(`leave-${first}`)
        else void send()
      }}
    >
      {failure !== null && <Trouble error={failure} takesFocus />}
      <Diagnosis value={form.diagnosis} visit={visit} wrong={wrongIn('diagnosis')} onChange={(diagnosis) => change({ diagnosis })} />
      <Reasons form={form} wrongIn={wrongIn} onChange={change} />
      <DayField id="leave-from" label={say(words.from)} value={form.from} wrong={wrongIn('from')} onChange={(from) => change({ from })} />
      <DayField id="leave-until" label={say(words.until)} value={until} wrong={wrongIn('until')} onChange={(day) => change({ until: day, isOwnUntil: true })} />
      {form.from !== '' && <Lengths from={form.from} until={until} onChange={(day) => change({ until: day, isOwnUntil: true })} />}
      <Previewed
        preview={period === null && refusal === null ? preview : null}
        isCurrent={isCurrent}
        wrong={isPeriodTold ? (period?.sentence ?? null) : null}
      />
      <button type="submit" className="button main" aria-disabled={isSending} aria-keyshortcuts="Control+Enter">
        {say(isProposal ? words.propose : words.open)}
      </button>
    </form>
  )
}

type ReasonsOf = { form: Form; wrongIn(name: string): string | undefined; onChange(part: Partial<Form>): void }

/** Why the person is unable to work, whom they take care of, and an exception of the law that allows more days without the commission. */
function Reasons({ form, wrongIn, onChange }: ReasonsOf) {
  const say = useSay()
  return (
    <>
      <Choice
        id="leave-reason"
        label={say(words.reason)}
        value={form.reason}
        onChange={(reason) => onChange({ reason: reason as Form['reason'], isOwnReason: true })}
      >
        {Object.entries(reasonWords).map(([code, word]) => [code, say(word)])}
      </Choice>
      {form.reason === '06' && <CaredFor care={form.care} wrongIn={wrongIn} onChange={(care) => onChange({ care })} />}
      <Choice id="leave-exception" label={say(words.exception)} value={form.exception} onChange={(exception) => onChange({ exception, isOwnException: true })}>
        {[['', say(words.none)], ...exceptions.map((one): [string, string] => [one, say(words[one])])]}
      </Choice>
    </>
  )
}

/** The fields that prevent sending, in the order of the form, each with its message. */
export function missingIn({ diagnosis, from, reason, care }: Pick<Form, 'diagnosis' | 'from' | 'reason' | 'care'>, until: string): Record<string, Message> {
  return {
    ...(isDiagnosis(diagnosis) ? {} : { diagnosis: words.diagnosisWrong }),
    ...(reason === '06' && care.born === '' ? { 'care.born': shell.needed } : {}),
    ...(from === '' ? { from: shell.needed } : {}),
    ...(until === '' ? { until: shell.needed } : {}),
  }
}

type Wrong = { name: 'from' | 'until'; sentence: string }

/** Finds a period that ends before it begins or overlaps another leave, so that the doctor learns of it before signing. The server checks the same again. */
function wrongPeriod(
  from: string,
  until: string,
  leaves: readonly LeaveView[],
  tell: (message: Message, days: { from: string; until: string }) => string,
): Wrong | null {
  if (from === '' || until === '') return null
  if (until < from) return { name: 'until', sentence: tell(words.untilBefore, { from, until }) }
  const standing = leaves.filter(({ status }) => status !== 'cancelled')
  const open = standing.find(({ status }) => status !== 'closed')
  if (open) return { name: 'from', sentence: tell(words.stillOpen, open) }
  const other = standing.find((one) => one.from <= until && from <= one.until)
  return other ? { name: 'from', sentence: tell(words.overlap, other) } : null
}

const lengths = [3, 5, 7, 10]

/** Buttons for the usual lengths; the pressed one is the length in the form. */
function Lengths({ from, until, onChange }: { from: string; until: string; onChange(day: string): void }) {
  const say = useSay()
  return (
    <div className="toggles" role="group" aria-label={say(words.lengths)}>
      {lengths.map((days) => {
        const day = dayAfter(from, days - 1)
        return (
          <button key={days} type="button" aria-pressed={until === day} onClick={() => onChange(day)}>
            {say(words.length, { count: days })}
          </button>
        )
      })}
    </div>
  )
}

function useOpening(person: string, body: OpenLeave & { id: string }, onOpened: (leave: LeaveView) => void) {
  const { postSigned } = useSignature()
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const send = async () => {
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

type DiagnosisOf = { value: string; visit: VisitView | null; wrong: string | undefined; onChange(value: string): void }

/** The field begins with the diagnosis of the visit; other active ones can be picked, and any other typed. */
export function Diagnosis({ value, visit, wrong, onChange }: DiagnosisOf) {
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
        maxLength={6}
        autoComplete="off"
        spellCheck="false"
        list="leave-diagnoses"
        aria-invalid={wrong !== undefined}
        aria-describedby={`${describedBy('leave-diagnosis', wrong !== undefined, true)} leave-diagnosis-from`}
        value={value}
        onChange={(event) => onChange(event.target.value.toUpperCase())}
      />
      <FieldError id="leave-diagnosis" wrong={wrong} />
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

/** The request for the preview; null while something is missing or the period ends before it begins. */
function questionOf({ diagnosis, reason, isOwnReason, from, exception, isOwnUntil, until, care }: Form): string | null {
  if (!isDiagnosis(diagnosis) || from === '' || (reason === '06' && care.born === '')) return null
  if (isOwnUntil && until !== '' && until < from) return null
  return JSON.stringify({
    diagnosis,
    from,
    ...(isOwnReason ? { reason } : {}),
    ...(exception ? { exception } : {}),
    ...(isOwnUntil && until !== '' ? { until } : {}),
    ...(reason === '06' ? { care } : {}),
  })
}

type Answered = { question: string; preview: Preview | null; refusal: Failure | null }
type Shown = { preview: Preview | null; refusal: Failure | null; isCurrent: boolean }

/** A refusal that the server would repeat. A server that cannot be reached does not stop the doctor. */
const isRefusal = (error: unknown): error is Failure => error instanceof Failure && [400, 409, 422].includes(error.status) && error.places.size > 0

/** Loads the preview anew when its fields have changed and are complete; the late answer to a former request is dropped. */
function usePreview(person: string, form: Form, change: (part: Partial<Form>) => void): Shown {
  const [answered, setAnswered] = useState<Answered | null>(null)
  const { isOwnReason, isOwnException } = form
  const question = questionOf(form)
  useEffect(() => {
    if (question === null) return
    const stop = new AbortController()
    const take = (answer: Preview) => {
      setAnswered({ question, preview: answer, refusal: null })
      // The suggestions of the diagnosis fill the form until the doctor chooses others.
      if (!isOwnReason) change({ reason: answer.suggestedReason as Form['reason'] })
      if (!isOwnException) change({ exception: answer.suggestedException ?? '' })
    }
    submit<Preview>('POST', `/sickleave/people/${encodeURIComponent(person)}/preview`, JSON.parse(question), { signal: stop.signal }).then(
      take,
      (error: unknown) => stop.signal.aborted || setAnswered({ question, preview: null, refusal: isRefusal(error) ? error : null }),
    )
    return () => stop.abort()
  }, [person, question, isOwnReason, isOwnException, change])
  const isCurrent = answered !== null && answered.question === question
  return {
    // A former answer keeps its suggested end in the form until the next one comes; its sentences are hidden meanwhile.
    preview: isDiagnosis(form.diagnosis) ? (answered?.preview ?? null) : null,
    refusal: isCurrent ? answered.refusal : null,
    isCurrent,
  }
}

type PreviewedOf = { preview: Preview | null; isCurrent: boolean; wrong: string | null }

/** The sentences that the doctor reads before signing; nothing while they do not fit the fields. */
function Previewed({ preview, isCurrent, wrong }: PreviewedOf) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <div aria-live="polite" className="soft previewed" aria-busy={preview !== null && !isCurrent}>
      {wrong !== null && <p className="only-read">{wrong}</p>}
      {preview?.standardDays != null && <p>{say(preview.isUnverified ? words.suggestedUnverified : words.suggested, { count: preview.standardDays })}</p>}
      {preview?.isProposal && <p>{say(words.proposal)}</p>}
      {preview && !preview.isProposal && <p>{say(preview.employers === 0 ? words.noEmployer : words.employers, { count: preview.employers })}</p>}
      {preview?.explanation.map((sentence) => (
        <p key={sentence.en}>{language === 'en' ? sentence.en : data(sentence.sr)}</p>
      ))}
    </div>
  )
}

/** The person cared for: their age and the severity decide how long care may last and how it is paid. */
export function CaredFor({ care, wrongIn, onChange }: { care: Care; wrongIn(name: string): string | undefined; onChange(care: Care): void }) {
  const say = useSay()
  return (
    <>
      <DayField
        id="leave-care.born"
        label={say(words.careBorn)}
        value={care.born}
        wrong={wrongIn('care.born')}
        onChange={(born) => onChange({ ...care, born })}
      />
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

export function Choice({ id, label, value, onChange, children }: FieldOf & { children: [string, string][] | string[][] }) {
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
