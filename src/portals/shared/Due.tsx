import { formatDate } from './format.ts'
import { Icon } from './Icon.tsx'
import { useLanguage, useSay } from './language.tsx'
import { clocks } from './words.ts'

/** The last day to act. An overdue day has a shape and a word, not only a colour. */
export function Due({ due, today }: { due: string | null; today: string }) {
  const say = useSay()
  const language = useLanguage()
  if (due === null) return '–'
  if (due >= today) return formatDate(language, due)
  return (
    <span className="status warn">
      <Icon name="warning" />
      {formatDate(language, due)} <span className="only-read">{say(clocks.overdue)}</span>
    </span>
  )
}
