import type { Problem } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { record } from '../words.ts'
import { Part } from './Part.tsx'

export function Diagnoses({ problems }: { problems: Problem[] }) {
  const say = useSay()
  const current = problems.filter(({ status }) => status !== 'resolved')
  const ended = problems.filter(({ status }) => status === 'resolved')
  return (
    <Part id="diagnoses" title={record.diagnoses} count={current.length}>
      {current.length === 0 && <p className="soft">{say(record.noDiagnoses)}</p>}
      <ul className="lines">
        {current.map((one) => (
          <Diagnosis key={one.source.resource} problem={one} />
        ))}
      </ul>
      {ended.length > 0 && (
        <details>
          <summary>{say(record.ended, { count: ended.length })}</summary>
          <ul className="lines">
            {ended.map((one) => (
              <Diagnosis key={one.source.resource} problem={one} />
            ))}
          </ul>
        </details>
      )}
    </Part>
  )
}

function Diagnosis({ problem }: { problem: Problem }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { what, since, until, source } = problem
  const date = (iso: string) => formatDate(language, iso)
  return (
    <li className="with-source">
      <div>
        <p className="strong">
          <Said text={what.text} />
        </p>
        {since && (
          <p className="soft num">{until ? say(record.period, { from: date(since), until: date(until) }) : say(record.since, { date: date(since) })}</p>
        )}
      </div>
      <SourceButton source={source} what={data(what.text)} />
    </li>
  )
}
