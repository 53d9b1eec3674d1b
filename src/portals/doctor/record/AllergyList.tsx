import type { Overview } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { byDanger } from './AllergyState.tsx'
import { WithheldHere } from './Withheld.tsx'
import { isWithheld } from './withheld.ts'
import { allergy } from './words.ts'

export function AllergyList({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { allergies, allergyState, allergiesConfirmedAt } = overview
  return (
    <section id="allergies" tabIndex={-1} aria-labelledby="allergies-title">
      <h2 id="allergies-title">
        {say(allergy.title)}
        {allergies.length > 0 && <span className="count"> {allergies.length}</span>}
      </h2>
      {allergyState === 'none-known' && (
        <p className="status ok">
          <Icon name="done" />
          {allergiesConfirmedAt ? say(allergy.noneKnownOn, { date: formatDate(language, allergiesConfirmedAt) }) : say(allergy.noneKnown)}
        </p>
      )}
      {allergyState === 'not-recorded' &&
        (isWithheld(overview, 'AllergyIntolerance') ? <WithheldHere /> : <p className="unrecorded">{say(allergy.unrecorded)}</p>)}
      <ul className="items">
        {byDanger(allergies).map((one) => (
          <li key={one.source.resource} className="item">
            <span className={`mark ${one.criticality === 'high' ? 'crit' : 'warn'}`}>
              <Icon name={one.criticality === 'high' ? 'critical' : 'warning'} />
            </span>
            <span className="item-text">
              <strong>
                <Said text={one.what.text} />
              </strong>
              {', '}
              {one.reaction ? <Said text={one.reaction} /> : <span className="unrecorded">{say(allergy.noReaction)}</span>}
              <span className="soft">
                {one.criticality && <> · {say(allergy[one.criticality])}</>}
                {one.since && <> · {say(allergy.since, { date: formatDate(language, one.since) })}</>}
              </span>
            </span>
            <SourceButton source={one.source} what={data(one.what.text)} />
          </li>
        ))}
      </ul>
    </section>
  )
}
