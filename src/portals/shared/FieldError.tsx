import { Icon } from './Icon.tsx'

/** What is wrong with one field, under it, or nothing; `describedBy` ties it to the field. */
export function FieldError({ id, wrong }: { id: string; wrong: string | undefined }) {
  if (wrong === undefined) return null
  return (
    <span className="error" id={`${id}-error`}>
      <Icon name="warning" />
      {wrong.charAt(0).toUpperCase() + wrong.slice(1)}
    </span>
  )
}

/** What a screen reader says after the label of a field. */
export const describedBy = (id: string, isWrong: boolean, hasHint: boolean): string | undefined =>
  [hasHint ? `${id}-hint` : '', isWrong ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined
