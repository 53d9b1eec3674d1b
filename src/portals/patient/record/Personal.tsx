import type { Overview } from '../../../record/wire.ts'
import { formatLongDate } from '../../shared/format.ts'
import { Keep } from '../../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useDoctorCategory } from '../../shared/use-doctor-category.ts'
import { home, record } from '../words.ts'
import { Part } from './Part.tsx'

export function Personal({ overview: { person } }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const categoryOf = useDoctorCategory()
  return (
    <Part id="personal" title={record.personal}>
      <dl className="facts">
        {person.birthDate && (
          <div>
            <dt>{say(record.born)}</dt>
            <dd>{formatLongDate(language, person.birthDate)}</dd>
          </div>
        )}
        {person.lzb && (
          <div>
            <dt>{say(record.lzb)}</dt>
            <dd className="num">
              <Keep>{person.lzb}</Keep>
            </dd>
          </div>
        )}
        {person.place && (
          <div>
            <dt>{say(record.place)}</dt>
            <dd>{data(person.place)}</dd>
          </div>
        )}
        {person.chosenDoctors.map((doctor) => (
          <div key={`${doctor.category}${doctor.name}`}>
            <dt>{say(home.doctor)}</dt>
            <dd>
              {data(doctor.name)}, {categoryOf(doctor.category)}
            </dd>
          </div>
        ))}
      </dl>
    </Part>
  )
}
