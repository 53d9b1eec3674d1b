import { useSearchParams } from 'react-router'
import { dayAfter, dayOf, formatDate } from '../format.ts'
import { useLanguage, useSay } from '../language.tsx'
import { completeness as words } from './words.ts'

const lengths = [7, 14, 31] as const
const usual = 14

/** The number of days from the address (`?days=31`), and the query to the server for them. */
export function useStretch(): { days: number; query: string } {
  const [search] = useSearchParams()
  const days = lengths.find((one) => String(one) === search.get('days')) ?? usual
  const to = dayOf(new Date().toISOString())
  const from = dayAfter(to, 1 - days)
  return { days, query: `?from=${from}&to=${to}` }
}

export function Stretch({ days, from, to }: { days: number; from: string; to: string }) {
  const say = useSay()
  const language = useLanguage()
  const [search, setSearch] = useSearchParams()
  const choose = (length: number) => {
    const next = new URLSearchParams(search)
    next.set('days', String(length))
    setSearch(next, { replace: true })
  }
  return (
    <div className="stretch">
      <div className="toggles" role="group" aria-label={say(words.stretch)}>
        {lengths.map((length) => (
          <button key={length} type="button" aria-pressed={length === days} onClick={() => choose(length)}>
            {say(words.days, { count: length })}
          </button>
        ))}
      </div>
      <span className="soft num">{say(words.from, { from: formatDate(language, from), to: formatDate(language, to) })}</span>
    </div>
  )
}
