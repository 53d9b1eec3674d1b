import type { FoundPerson } from '../../identity/wire.ts'
import { ageAt, formatDate, formatEnd } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { bases, sexLetters } from '../shared/words.ts'
import { finder } from './words.ts'

/** Whether another person in the list has the same name; then both are shown with a parent's name in brackets. */
export const areAlike = (person: FoundPerson, people: FoundPerson[]) =>
  people.some((other) => other !== person && other.family === person.family && other.given === person.given)

/** One person in aligned columns: name, birth date and age, sex, place, number, and why the record is open. */
export function PersonLine({ person, isParentShown }: { person: FoundPerson; isParentShown: boolean }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const age = person.birthDate ? ageAt(person.birthDate, new Date().toISOString()) : null
  return (
    <>
      <span className="name">
        <strong>{data(person.family)}</strong> {isParentShown && person.parent && `(${data(person.parent)}) `}
        {data(person.given)}
      </span>
      <span className="birth num">
        {person.birthDate && formatDate(language, person.birthDate)}
        {age !== null && <span className="soft"> ({say(finder.years, { count: age })})</span>}
      </span>
      <span className="sex">{say(sexLetters[person.sex])}</span>
      <span className="place">{person.place && data(person.place)}</span>
      <span className="number num">
        {person.lzb && (
          <>
            <span className="faint">{say(finder.lzb)}</span> <Keep>{person.lzb}</Keep>
          </>
        )}
        {!person.lzb && person.temporaryNumber && (
          <>
            <span className="faint">{say(finder.temporary)}</span> <Keep>{person.temporaryNumber}</Keep>
          </>
        )}
      </span>
      <span className="basis">
        <BasisOf person={person} />
      </span>
    </>
  )
}

function BasisOf({ person }: { person: FoundPerson }) {
  const say = useSay()
  const language = useLanguage()
  if (!person.basis) {
    return (
      <>
        <span className="status seal">
          <Icon name="lock" />
          {say(finder.noBasis)}
        </span>
        <span className="act">{say(finder.openVisit)}</span>
      </>
    )
  }
  const word = bases[person.basis.kind as keyof typeof bases]
  return (
    <>
      <span>{word ? say(word) : person.basis.kind}</span>
      {person.basis.until && <span className="soft num">{say(finder.until, { date: formatEnd(language, person.basis.until, new Date().toISOString()) })}</span>}
      {person.state === 'pending' && (
        <span className="status warn">
          <Icon name="unknown" />
          {say(finder.pending)}
        </span>
      )}
    </>
  )
}
