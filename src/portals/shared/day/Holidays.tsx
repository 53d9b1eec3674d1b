import { holidaysOf } from '../../../platform/holidays.ts'
import { formatDate } from '../format.ts'
import { useLanguage, useSay } from '../language.tsx'
import './day.css'
import { holidayWords } from './words.ts'

const holidaysIn = (month: string) => [...holidaysOf(Number(month.slice(0, 4)))].filter(([day]) => day.startsWith(`${month}-`)).sort()

/** The holidays of a month (`2026-11`) in words: a mark on the day alone would not tell why it is free. */
export function Holidays({ month, id }: { month: string; id?: string }) {
  const say = useSay()
  const language = useLanguage()
  const days = holidaysIn(month)
  if (days.length === 0) return null
  return (
    <ul className="holidays" {...(id === undefined ? {} : { id })}>
      {days.map(([day, holiday]) => (
        <li key={day}>
          <span className="num">{formatDate(language, day)}</span> {say(holidayWords[holiday])}
        </li>
      ))}
    </ul>
  )
}
