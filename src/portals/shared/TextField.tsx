import type { ComponentProps } from 'react'
import { describedBy, FieldError } from './FieldError.tsx'

type TextFieldOf = Omit<ComponentProps<'input'>, 'onChange' | 'className'> & {
  id: string
  label: string
  hint?: string | undefined
  wrong?: string | undefined
  isNumber?: boolean
  value: string
  onChange(value: string): void
}

/** A text field with its label, a hint above it and its error below it. */
export function TextField({ id, label, hint, wrong, isNumber = false, onChange, ...rest }: TextFieldOf) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <input
        autoComplete="off"
        {...rest}
        id={id}
        className={isNumber ? 'input num' : 'input'}
        aria-invalid={wrong !== undefined}
        aria-describedby={describedBy(id, wrong !== undefined, Boolean(hint))}
        onChange={(event) => onChange(event.target.value)}
      />
      <FieldError id={id} wrong={wrong} />
    </div>
  )
}
