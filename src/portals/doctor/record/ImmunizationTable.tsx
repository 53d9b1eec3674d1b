import type { ImmunizationItem } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { Keep } from '../../shared/Keep.tsx'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { WithheldHere } from './Withheld.tsx'
import { rest } from './words.ts'

export function ImmunizationTable({ items, isHidden }: { items: ImmunizationItem[]; isHidden: boolean }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <section id="immunizations" tabIndex={-1} aria-labelledby="immunizations-title">
      <h2 id="immunizations-title">
        {say(rest.immunizations)}
        {items.length > 0 && <span className="count"> {items.length}</span>}
      </h2>
      {items.length === 0 && (isHidden ? <WithheldHere /> : <p className="unrecorded">{say(rest.noImmunizations)}</p>)}
      {items.length > 0 && (
        <div className="table-scroll" role="region" aria-label={say(rest.immunizations)} tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                {[rest.date, rest.vaccine, rest.dose, rest.lot, rest.institution].map((word) => (
                  <th key={word.en} scope="col">
                    {say(word)}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.source.resource}>
                  <td className="num">{one.at ? formatDate(language, one.at) : <span className="unrecorded">{say(rest.noData)}</span>}</td>
                  <th scope="row">
                    <Said text={one.vaccine.text} />
                    {one.status === 'not-done' && (
                      <span className="status seal">
                        {' '}
                        <Icon name="unknown" />
                        {say(rest.notDone)}
                      </span>
                    )}
                    {one.status === 'entered-in-error' && (
                      <span className="status seal">
                        {' '}
                        <Icon name="unknown" />
                        {say(rest.error)}
                      </span>
                    )}
                  </th>
                  <td className="num">{one.dose}</td>
                  <td>{one.lot && <Keep>{one.lot}</Keep>}</td>
                  <td>{data(one.source.institution)}</td>
                  <td className="end">
                    <SourceButton source={one.source} what={data(one.vaccine.text)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
