import { lazy, Suspense, useState } from 'react'
import { describedBy, FieldError } from '../FieldError.tsx'
import { formatDate } from '../format.ts'
import { useLanguage, useSay } from '../language.tsx'
import { dayWords as words } from './words.ts'

// The calendar and its arithmetic are as large as a small portal, so they are loaded with the first form that asks for a day.
const DayInput = lazy(() => import('./DayInput.tsx'))

export type DayInputOf = {
  id: string
  label: string
  /** The id of the visible label; without it the label is only read by screen readers. */
  labelId?: string
  /** `2026-11-03`, or empty while the field has no whole day. */
  value: string
  isRequired?: boolean
  isInvalid?: boolean
  describedBy?: string | undefined
  onChange(day: string): void
  /** The reader has left the field with only a part of a day in it. */
  onUnfinished?(isUnfinished: boolean): void
}

/** A day without a label of its own, for a cell of a table. */
export function DayBox(props: DayInputOf) {
  const language = useLanguage()
  return (
    <Suspense
      fallback={
        <div className="input num" aria-hidden="true">
          {props.value && formatDate(language, props.value)}
        </div>
      }
    >
      <DayInput {...props} />
    </Suspense>
  )
}

type DayFieldOf = { id: string; label: string; hint?: string; value: string; wrong: string | undefined; isRequired?: boolean; onChange(day: string): void }
type Told = Pick<DayInputOf, 'onUnfinished'>

/** A field for a day as the reader writes days, in any browser. A screen reader reads label, hint and error with its first part. */
export function DayField({ id, label, hint, value, wrong, isRequired = true, onChange, onUnfinished }: DayFieldOf & Told) {
  const say = useSay()
  const [isUnfinished, setUnfinished] = useState(false)
  const shown = isUnfinished ? say(words.unfinished) : wrong
  return (
    <div className="field">
      <span className="label" id={`${id}-label`} onClick={() => focusField(id)}>
        {label}
      </span>
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <DayBox
        id={id}
        label={label}
        labelId={`${id}-label`}
        value={value}
        isRequired={isRequired}
        isInvalid={shown !== undefined}
        describedBy={describedBy(id, shown !== undefined, hint !== undefined)}
        onChange={onChange}
        onUnfinished={(is) => {
          setUnfinished(is)
          onUnfinished?.(is)
        }}
      />
      <FieldError id={id} wrong={shown} />
    </div>
  )
}

/** Puts the focus on the field with this id; in the field of a day, on its first part. */
export function focusField(id: string): void {
  const field = document.getElementById(id)
  const first = field?.querySelector<HTMLElement>('.segment[tabindex]') ?? field
  first?.focus()
}
