import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { ColleaguesLine, CorrectionsDesk } from '../../../sickleave/objection/wire.ts'
import { Failure, post } from '../../shared/api.ts'
import { Due } from '../../shared/Due.tsx'
import { formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { useLive } from '../../shared/use-live.ts'
import { waiting as words } from './words.ts'

/** Requests to correct a leave of this doctor, or of a colleague. They have a last day, so a failure to read them is shown, too. */
export function WaitingCorrections() {
  const say = useSay()
  const { data: desk, error, reload } = useLive<CorrectionsDesk>('/sickleave/corrections', null)
  // A reader without leaves of their own gets 403 and no requests: that is no failure.
  const isFailed = error !== null && !(error instanceof Failure && error.status === 403)
  return (
    <>
      {(isFailed || (desk !== null && desk.lines.length > 0)) && (
        <section className="claims" aria-labelledby="corrections-title">
          <h2 id="corrections-title">{say(words.title)}</h2>
          {isFailed && <Trouble error={error} onRetry={reload} />}
          {desk !== null && desk.lines.length > 0 && <Own desk={desk} />}
        </section>
      )}
      {desk !== null && desk.ofColleagues.length > 0 && <OfColleagues lines={desk.ofColleagues} today={desk.today} />}
    </>
  )
}

function Own({ desk: { lines, today } }: { desk: CorrectionsDesk }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <>
      <p className="soft">{say(words.lead)}</p>
      <ul>
        {lines.map(({ id, number, employee, madeAt, due }) => (
          <li key={id}>
            <Link to={`/corrections/${id}`}>{data(`${employee.family} ${employee.given}`)}</Link>
            <span className="num">{say(words.line, { number: data(number), date: formatDate(language, madeAt) })}</span>
            <span className="num">
              {say(words.due)} <Due due={due} today={today} />
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Requests that a colleague answers are folded away: they are no work for this doctor. */
function OfColleagues({ lines, today }: { lines: readonly ColleaguesLine[]; today: string }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const navigate = useNavigate()
  const [failure, setFailure] = useState<unknown>(null)
  const [taking, setTaking] = useState<string | null>(null)
  const take = async (id: string) => {
    if (taking !== null) return
    setFailure(null)
    setTaking(id)
    try {
      await post(`/sickleave/corrections/${id}/taking`, {})
      await navigate(`/corrections/${id}`)
    } catch (error) {
      setFailure(error)
      setTaking(null)
    }
  }
  return (
    <section className="claims" aria-labelledby="colleagues-title">
      <h2 id="colleagues-title">{say(words.ofColleagues)}</h2>
      <details>
        <summary>{say(words.count, { count: lines.length })}</summary>
        <p className="soft">{say(words.takeLead)}</p>
        {failure !== null && <Trouble error={failure} takesFocus />}
        <ul>
          {lines.map(({ id, number, madeAt, due, doctor }) => (
            <li key={id}>
              <span>{data(doctor)}</span>
              <span className="num">{say(words.line, { number: data(number), date: formatDate(language, madeAt) })}</span>
              <span className="num">
                {say(words.due)} <Due due={due} today={today} />
              </span>
              <button
                type="button"
                className="button"
                aria-disabled={taking !== null}
                aria-label={`${say(words.take)} ${data(number)}`}
                onClick={() => void take(id)}
              >
                {say(words.take)}
              </button>
            </li>
          ))}
        </ul>
      </details>
    </section>
  )
}
