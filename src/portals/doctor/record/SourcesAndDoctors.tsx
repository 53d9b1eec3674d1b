import type { Overview } from '../../../record/wire.ts'
import { formatMoment } from '../../shared/format.ts'
import { Keep } from '../../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useDoctorCategory } from '../../shared/use-doctor-category.ts'
import { rest } from './words.ts'

/** The doctors who care for the person, and the institutions whose data the page shows, with the age of each one's data. */
export function SourcesAndDoctors({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const categoryOf = useDoctorCategory()
  const { person, institutions } = overview
  const chartOf = (institution: string) => person.charts.filter((chart) => chart.institution === institution)
  return (
    <div className="two" id="sources" tabIndex={-1}>
      <section aria-labelledby="doctors-title">
        <h2 id="doctors-title">{say(rest.doctors)}</h2>
        {person.chosenDoctors.length === 0 && <p className="unrecorded">{say(rest.noDoctors)}</p>}
        <ul className="items">
          {person.chosenDoctors.map((doctor) => (
            <li key={`${doctor.category}${doctor.name}`} className="item">
              <span className="item-text">
                <strong>{data(doctor.name)}</strong>{' '}
                <span className="soft">
                  {categoryOf(doctor.category)} · {data(doctor.institution)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="sources-title">
        <h2 id="sources-title">{say(rest.sources)}</h2>
        <ul className="items">
          {institutions.map((institution) => (
            <li key={institution.name} className="item">
              <span className="item-text">
                <strong>{data(institution.name)}</strong>
                <span className="soft num">
                  {' '}
                  {say(rest.items, { count: institution.items })} · {say(rest.received, { date: formatMoment(language, institution.lastReceivedAt) })}
                  {chartOf(institution.name).map(({ number }) => (
                    <span key={number}>
                      {' '}
                      · {say(rest.chart, { number: '' })}
                      <Keep>{number}</Keep>
                    </span>
                  ))}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
