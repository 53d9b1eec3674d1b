import type { Overview } from '../../../record/wire.ts'
import { formatLongDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { record } from '../words.ts'
import { Part } from './Part.tsx'

export function Allergies({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { allergies, allergyState, allergiesConfirmedAt } = overview
  return (
    <Part id="allergies" title={record.allergies} count={allergies.length}>
      {allergyState === 'none-known' && (
        <p>{allergiesConfirmedAt ? say(record.noneKnownOn, { date: formatLongDate(language, allergiesConfirmedAt) }) : say(record.noneKnown)}</p>
      )}
      {allergyState === 'not-recorded' && <p>{say(record.notRecorded)}</p>}
      <ul className="lines">
        {allergies.map((one) => (
          <li key={one.source.resource} className="with-source">
            <div>
              <p className="strong">
                <Said text={one.what.text} />
              </p>
              {one.reaction && <p>{data(one.reaction)}</p>}
              {one.criticality === 'high' && (
                <p className="status crit">
                  <Icon name="critical" />
                  {say(record.dangerous)}
                </p>
              )}
            </div>
            <SourceButton source={one.source} what={data(one.what.text)} />
          </li>
        ))}
      </ul>
    </Part>
  )
}
