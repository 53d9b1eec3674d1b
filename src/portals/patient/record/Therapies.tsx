import type { Therapy } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { record } from '../words.ts'
import { Part } from './Part.tsx'

export function Therapies({ therapy }: { therapy: Therapy[] }) {
  const say = useSay()
  const current = therapy.filter(({ status }) => status === 'active' || status === 'unknown')
  const earlier = therapy.filter(({ status }) => status === 'stopped' || status === 'completed')
  return (
    <Part id="therapy" title={record.therapy} count={current.length}>
      {current.length === 0 && <p className="soft">{say(record.noTherapy)}</p>}
      <ul className="lines">
        {current.map((one) => (
          <Medicine key={one.source.resource} therapy={one} />
        ))}
      </ul>
      {earlier.length > 0 && (
        <details>
          <summary>{say(record.earlier, { count: earlier.length })}</summary>
          <ul className="lines">
            {earlier.map((one) => (
              <Medicine key={one.source.resource} therapy={one} />
            ))}
          </ul>
        </details>
      )}
    </Part>
  )
}

function Medicine({ therapy }: { therapy: Therapy }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { medicine, dose, from, until, reason, source } = therapy
  const date = (iso: string) => formatDate(language, iso)
  return (
    <li className="with-source">
      <div>
        <p className="strong">
          <Said text={medicine.text} />
        </p>
        <p>{dose ? data(dose) : <span className="unrecorded">{say(record.noDose)}</span>}</p>
        <p className="soft">
          {reason && (
            <span>
              {say(record.because, { reason: data(reason) })}
              {from && ', '}
            </span>
          )}
          {from && (
            <span className="num">{until ? say(record.period, { from: date(from), until: date(until) }) : say(record.since, { date: date(from) })}</span>
          )}
        </p>
      </div>
      <SourceButton source={source} what={data(medicine.text)} />
    </li>
  )
}
