import type { ImmunizationItem } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { record } from '../words.ts'
import { Part } from './Part.tsx'

export function Vaccines({ items }: { items: ImmunizationItem[] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const given = items.filter(({ status }) => status !== 'entered-in-error')
  return (
    <Part id="vaccines" title={record.vaccines} count={given.length}>
      {given.length === 0 && <p className="soft">{say(record.noVaccines)}</p>}
      <ul className="lines">
        {given.map((one) => (
          <li key={one.source.resource} className="with-source">
            <div>
              <p className="strong">
                <Said text={one.vaccine.text} />
              </p>
              <p className="soft num">
                {[
                  one.at && formatDate(language, one.at),
                  one.dose && (/^\d+$/.test(one.dose) ? say(record.dose, { dose: one.dose }) : data(one.dose)),
                  one.status === 'not-done' && say(record.notDone),
                  data(one.source.institution),
                ]
                  .filter(Boolean)
                  .join(', ')}
              </p>
            </div>
            <SourceButton source={one.source} what={data(one.vaccine.text)} />
          </li>
        ))}
      </ul>
    </Part>
  )
}
