import { Icon } from './Icon.tsx'

/** The error of a field, shown below it; `describedBy` ties it to the field. */
export function FieldError({ id, wrong }: { id: string; wrong: string | undefined }) {
  if (wrong === undefined) return null
  return (
    <span className="error" id={`${id}-error`}>
      <Icon name="warning" />
      {wrong.charAt(0).toUpperCase() + wrong.slice(1)}
    </span>
  )
}

/** The ids of the texts that a screen reader reads after the label of a field. */
export const describedBy = (id: string, isWrong: boolean, hasHint: boolean): string | undefined =>
  [hasHint ? `${id}-hint` : '', isWrong ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined
