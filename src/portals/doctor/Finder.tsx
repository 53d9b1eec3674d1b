import { useEffect, useMemo, useState } from 'react'
import { Autocomplete, Header, Input, ListBox, ListBoxItem, ListBoxSection, SearchField } from 'react-aria-components'
import { useNavigate } from 'react-router'
import type { FoundPerson } from '../../identity/wire.ts'
import { Icon } from '../shared/Icon.tsx'
import { isControlWrong } from '../shared/jmbg.ts'
import { type Say, useData, useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { areAlike, PersonLine } from './PersonLine.tsx'
import type { Opened } from './open-visit.ts'
import { useHeld } from './use-held.ts'
import { type Found, usePeople } from './use-people.ts'
import { finder } from './words.ts'

type Mine = Promise<{ people: FoundPerson[] }>
type FinderOf = { mine: Mine; onOpenVisit(opened: Opened): void }

/** One field for every way to name a person. Without a query it shows the doctor's day, so arrows and Enter work at once. */
export function Finder({ mine, onOpenVisit }: FinderOf) {
  const say = useSay()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const found = usePeople(typed)
  const own = useMine(mine)
  const isAsked = found.answer !== null && found.query !== ''
  const newest = useMemo(
    () => (isAsked ? [{ title: '', people: found.answer?.people ?? [] }] : groupsOf(own.people, say)),
    [isAsked, found.answer, own.people, say],
  )
  const groups = useHeld(newest)
  const open = (key: string | number) => {
    const person = groups.flatMap((group) => group.people).find(({ id }) => id === String(key))
    if (!person) return
    if (person.basis) void navigate(`/people/${encodeURIComponent(person.id)}`)
    else onOpenVisit({ way: 'number', name: `${person.family} ${person.given}` })
  }
  return (
    <section className="finder" aria-labelledby="finder-title">
      <h1 id="finder-title">{say(finder.title)}</h1>
      <Autocomplete inputValue={typed} onInputChange={setTyped}>
        <div className="finder-head">
          <SearchField className="finder-field" aria-label={say(finder.title)} autoFocus>
            <Icon name="search" />
            <Input className="input" autoComplete="off" spellCheck="false" />
          </SearchField>
          <button type="button" className="button" onClick={() => onOpenVisit({ way: 'card' })}>
            <Icon name="card" />
            {say(finder.card)} <kbd>F8</kbd>
          </button>
        </div>
        <FinderNote found={found} />
        {Boolean(found.error) && <Trouble error={found.error} />}
        {!isAsked && Boolean(own.error) && <Trouble error={own.error} />}
        <ListBox
          className="people"
          aria-label={isAsked ? say(finder.results) : say(finder.mine)}
          selectionMode="none"
          onAction={open}
          renderEmptyState={() => <Empty found={found} isAsked={isAsked} isLoading={own.isLoading} />}
        >
          {groups.map((group) => (
            <ListBoxSection key={group.title} id={group.title || 'found'}>
              {group.title && <Header className="people-title">{group.title}</Header>}
              {group.people.map((person) => (
                <ListBoxItem key={person.id} id={person.id} className="person-line" textValue={`${person.family} ${person.given}`}>
                  <PersonLine person={person} isParentShown={areAlike(person, group.people)} />
                </ListBoxItem>
              ))}
            </ListBoxSection>
          ))}
        </ListBox>
      </Autocomplete>
    </section>
  )
}

function FinderNote({ found }: { found: Found }) {
  const say = useSay()
  const data = useData()
  const answer = found.answer
  // A form that the doctor typed is not repeated.
  const forms = [...new Set(answer?.foldedAs.map(data))].filter((form) => !found.query.toLowerCase().includes(form.toLowerCase()))
  const masked = answer?.people.filter(({ basis }) => basis === null).length ?? 0
  return (
    <p className="finder-note soft" role="status">
      {!answer && !found.isSearching && !found.error && <span className="faint">{say(finder.hint)}</span>}
      {found.isSearching && !answer && <span className="late">{say(finder.searching)}</span>}
      {answer && answer.people.length > 0 && <span>{say(finder.found, { count: answer.people.length })}</span>}
      {forms.length > 0 && <span>{say(finder.foldedAs, { forms: forms.join(', ') })}</span>}
      {answer?.more && <span>{say(finder.more)}</span>}
      {masked > 0 && (
        <span className="status seal">
          <Icon name="lock" /> {say(finder.masked, { count: masked })}
        </span>
      )}
    </p>
  )
}

function Empty({ found, isAsked, isLoading }: { found: Found; isAsked: boolean; isLoading: boolean }) {
  const say = useSay()
  if (isAsked) return <p className="empty">{say(isControlWrong(found.query) ? finder.wrongControl : finder.none, { query: found.query })}</p>
  if (isLoading || found.isSearching) return <p className="empty late">…</p>
  return <p className="empty">{say(finder.noneMine)}</p>
}

type Own = { people: FoundPerson[]; error: unknown; isLoading: boolean }

/** The people of the doctor's day. The finder works at once, even before they have arrived. */
function useMine(mine: Mine): Own {
  const [own, setOwn] = useState<Own>({ people: [], error: null, isLoading: true })
  useEffect(() => {
    let isCurrent = true
    mine.then(
      ({ people }) => isCurrent && setOwn({ people, error: null, isLoading: false }),
      (error: unknown) => isCurrent && setOwn({ people: [], error, isLoading: false }),
    )
    return () => {
      isCurrent = false
    }
  }, [mine])
  return own
}

function groupsOf(people: FoundPerson[], say: Say) {
  const of = (...kinds: string[]) => people.filter(({ basis }) => basis !== null && kinds.includes(basis.kind))
  const visits = of('visit', 'stay')
  const chosen = of('chosen-doctor')
  const others = people.filter((person) => !visits.includes(person) && !chosen.includes(person))
  return [
    { title: say(finder.visits), people: visits },
    { title: say(finder.others), people: others },
    { title: say(finder.chosen), people: chosen },
  ].filter((group) => group.people.length > 0)
}
