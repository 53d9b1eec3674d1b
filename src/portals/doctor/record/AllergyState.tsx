import type { Allergy, Overview } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { isWithheld } from './withheld.ts'
import { allergy } from './words.ts'

const weight = (one: Allergy) => (one.criticality === 'high' ? 0 : one.criticality === 'low' ? 2 : 1)

/** Sorts the most dangerous allergies first. */
export const byDanger = (allergies: Allergy[]) => [...allergies].sort((a, b) => weight(a) - weight(b))

/** Known, none known and not recorded are three different states. The fourth, unavailable, is the record's own error page. */
export function AllergyState({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { allergyState, allergies, allergiesConfirmedAt } = overview
  const [first, ...others] = byDanger(allergies)
  if (allergyState === 'known' && first) {
    const isDanger = first.criticality === 'high'
    return (
      <a className={isDanger ? 'allergy known danger' : 'allergy known'} href="#allergies">
        <Icon name={isDanger ? 'critical' : 'warning'} />
        <span className="only-read">{say(allergy.title)}: </span>
        <span>
          <strong>{data(first.what.text)}</strong>
          {first.reaction && ` ${data(first.reaction)}`}
          {others.length > 0 && `, ${say(allergy.more, { count: others.length })}`}
        </span>
      </a>
    )
  }
  if (allergyState === 'none-known') {
    return (
      <span className="allergy none">
        <Icon name="done" />
        {allergiesConfirmedAt ? say(allergy.noneKnownOn, { date: formatDate(language, allergiesConfirmedAt) }) : say(allergy.noneKnown)}
      </span>
    )
  }
  if (isWithheld(overview, 'AllergyIntolerance'))
    return (
      <span className="allergy withheld">
        <Icon name="lock" />
        {say(allergy.withheld)}
      </span>
    )
  return (
    <span className="allergy unrecorded">
      <Icon name="unknown" />
      {say(allergy.unrecordedShort)}
    </span>
  )
}
