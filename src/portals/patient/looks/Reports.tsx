import type { LookReport } from '../../../identity/wire.ts'
import { dayOf, formatDate, formatMoment } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { reports as words } from './words.ts'

/** The looks that the patient reported and the answers to them, newest first. */
export function Reports({ reports }: { reports: readonly LookReport[] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  if (reports.length === 0) return null
  return (
    <section className="look-reports" aria-labelledby="look-reports">
      <h2 id="look-reports">{say(words.title)}</h2>
      <ul className="lines">
        {reports.map((report) => (
          <li key={report.id}>
            <p>
              <strong>{data(report.look.who)}</strong>
              {report.look.institution && `, ${data(report.look.institution)}`}, <span className="num">{formatMoment(language, report.look.at)}</span>
            </p>
            {report.text !== null && <p className="soft">„{data(report.text)}“</p>}
            <State report={report} />
            {report.answer !== null && <p>{data(report.answer)}</p>}
            {report.answeredBy !== null && <p className="soft">{say(words.answeredBy, { by: data(report.answeredBy) })}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function State({ report: { state, finding, madeAt, due, answeredAt } }: { report: LookReport }) {
  const say = useSay()
  const language = useLanguage()
  const day = (iso: string) => formatDate(language, iso)
  const isLate = state === 'open' && due < dayOf(new Date().toISOString())
  if (finding !== null)
    return (
      <p className={finding === 'in-order' ? 'status ok' : 'status warn'}>
        <Icon name={finding === 'in-order' ? 'done' : 'warning'} /> {say(words[finding], { at: day(answeredAt ?? madeAt) })}
      </p>
    )
  return (
    <p className={isLate ? 'status warn' : 'status wait'}>
      <Icon name={isLate ? 'warning' : 'waiting'} /> {say(isLate ? words.late : words.open, { at: day(madeAt), due: day(due) })}
    </p>
  )
}
