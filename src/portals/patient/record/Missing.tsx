import type { Overview } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { record } from '../words.ts'

/** Every list ends with what is not here yet: in other countries, missing data was the most frequent complaint of patients. */
export function Missing({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <section className="missing" id="missing" tabIndex={-1} aria-labelledby="missing-title">
      <h2 id="missing-title">{say(record.missing)}</h2>
      <p>{say(record.missingNote)}</p>
      <ul className="received soft">
        {overview.institutions.map(({ name, lastReceivedAt }) => (
          <li key={name} className="num">
            {say(record.lastReceived, { institution: data(name), date: formatDate(language, lastReceivedAt) })}
          </li>
        ))}
      </ul>
    </section>
  )
}
