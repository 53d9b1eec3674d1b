import { lazy, Suspense, useState } from 'react'
import { describedBy, FieldError } from '../FieldError.tsx'
import { formatDate } from '../format.ts'
import { useLanguage, useSay } from '../language.tsx'
import { dayWords as words } from './words.ts'

// The calendar and its arithmetic are as large as a small portal: they come with the first form that asks for a day.
const DayInput = lazy(() => import('./DayInput.tsx'))

export type DayInputOf = {
  id: string
  label: string
  /** Where the label stands on the page; without it the label is only heard. */
  labelId?: string
  /** `2026-11-03`, or nothing while no whole day stands there. */
  value: string
  isRequired?: boolean
  isInvalid?: boolean
  describedBy?: string | undefined
  onChange(day: string): void
  /** Somebody left it with a part of a day in it: that is neither a day nor none. */
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

/** A day as the reader writes days, whatever the browser speaks; label, hint and what is wrong with it are heard with its first part. */
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

/** To the field with this id: a day is entered in parts, and the first one is where one goes. */
export function focusField(id: string): void {
  const field = document.getElementById(id)
  const first = field?.querySelector<HTMLElement>('.segment[tabindex]') ?? field
  first?.focus()
}
