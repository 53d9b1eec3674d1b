import { Link } from 'react-router'
import type { Desk } from '../../../sickleave/objection/wire.ts'
import { Failure } from '../../shared/api.ts'
import { Due } from '../../shared/Due.tsx'
import { formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { useLive } from '../../shared/use-live.ts'
import { waiting as words } from './words.ts'

/** Requests to correct a leave of this doctor. They have a last day: that they could not be read is said, not left out. */
export function WaitingCorrections() {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { data: desk, error, reload } = useLive<Desk>('/sickleave/corrections', null)
  // Whoever has no leaves of their own is asked for nothing.
  const isFailed = error !== null && !(error instanceof Failure && error.status === 403)
  if (!isFailed && (desk === null || desk.lines.length === 0)) return null
  return (
    <section className="claims" aria-labelledby="corrections-title">
      <h2 id="corrections-title">{say(words.title)}</h2>
      {isFailed && <Trouble error={error} onRetry={reload} />}
      {desk !== null && (
        <>
          <p className="soft">{say(words.lead)}</p>
          <ul>
            {desk.lines.map(({ id, number, employee, madeAt, due }) => (
              <li key={id}>
                <Link to={`/corrections/${id}`}>{data(`${employee.family} ${employee.given}`)}</Link>
                <span className="num">{say(words.line, { number: data(number), date: formatDate(language, madeAt) })}</span>
                <span className="num">
                  {say(words.due)} <Due due={due} today={desk.today} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
