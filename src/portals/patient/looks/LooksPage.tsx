import { useMemo, useState } from 'react'
import { useLoaderData, useOutletContext, useParams } from 'react-router'
import type { Me } from '../../../access/wire.ts'
import type { Looks } from '../../../audit/wire.ts'
import { formatMonth } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { Loaded } from '../Loaded.tsx'
import { looksLoader, looksOf } from '../loaders.ts'
import { useTitle } from '../../shared/use-title.ts'
import { looks as words } from '../words.ts'
import { LookLine } from './LookLine.tsx'
import { byMonth, filterLooks, lookCount, type LookFilter } from './model.ts'

export function LooksPage() {
  const say = useSay()
  const loaded = useLoaderData<typeof looksLoader>()
  const data = useData()
  const { person } = useParams()
  const { me } = useOutletContext<{ me: Me }>()
  const other = me.represents.find((one) => one.person === person)
  useTitle(other ? words.titleOfOther : words.title)
  if (!loaded) return null
  return (
    <div className="page patient-page looks-page">
      <h1>{other ? say(words.titleOf, { name: data(other.name) }) : say(words.title)}</h1>
      <p className="lead">{say(words.lead)}</p>
      <Loaded promise={loaded.looks} lines={8}>
        {(first) => <LookList key={loaded.person} person={loaded.person} first={first} />}
      </Loaded>
      <details className="unknown-look">
        <summary>{say(words.unknownQuestion)}</summary>
        <p>{say(words.unknownAnswer)}</p>
      </details>
    </div>
  )
}

const filters: LookFilter[] = ['all', 'health', 'employers', 'offices', 'family', 'denied', 'own', 'systems']

function LookList({ person, first }: { person: string; first: Looks }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { me } = useOutletContext<{ me: Me }>()
  const { looks, next, error, isLoading, loadMore } = usePages(person, first)
  const [filter, setFilter] = useState<LookFilter>('all')
  const [institution, setInstitution] = useState('')
  const institutions = useMemo(() => [...new Set(looks.flatMap((look) => look.institution ?? []))].sort(), [looks])
  const months = useMemo(() => byMonth(filterLooks(looks, filter, institution, me)), [looks, filter, institution, me])
  return (
    <>
      <p className="soft">{say(words.total, { count: first.total })}</p>
      <div className="look-filters">
        <div className="toggles" role="group" aria-label={say(words.show)}>
          {filters.map((one) => (
            <button key={one} type="button" aria-pressed={one === filter} onClick={() => setFilter(one)}>
              {say(words[one])}
            </button>
          ))}
        </div>
        {institutions.length > 1 && (
          <label className="select-inline">
            {say(words.institution)}
            <select className="input" value={institution} onChange={(event) => setInstitution(event.target.value)}>
              <option value="">{say(words.allInstitutions)}</option>
              {institutions.map((name) => (
                <option key={name} value={name}>
                  {data(name)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <div aria-live="polite" aria-busy={isLoading}>
        {months.length === 0 && <p className="soft empty">{say(looks.length === 0 ? words.noneAtAll : words.none)}</p>}
        {months.map(({ month, looks: ofMonth }) => (
          <section key={month} aria-labelledby={`month-${month}`}>
            <h2 id={`month-${month}`}>
              {formatMonth(language, month)} <span className="count num">{say(words.month, { count: lookCount(ofMonth) })}</span>
            </h2>
            <ul className="lines">
              {ofMonth.map((look) => (
                <LookLine key={look.id} look={look} me={me} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {error !== null && <Trouble error={error} onRetry={loadMore} />}
      {next !== null && (
        <button type="button" className="button" aria-disabled={isLoading} onClick={loadMore}>
          {say(words.older)}
        </button>
      )}
    </>
  )
}

/** Pages are added below the first; the first came with the page itself. */
function usePages(person: string, first: Looks) {
  const [pages, setPages] = useState([first])
  const [error, setError] = useState<unknown>(null)
  const [isLoading, setLoading] = useState(false)
  const next = pages.at(-1)?.next ?? null
  const loadMore = () => {
    if (isLoading || next === null) return
    setLoading(true)
    setError(null)
    looksOf(person, next)
      .then((page) => setPages((known) => [...known, page]), setError)
      .finally(() => setLoading(false))
  }
  return { looks: useMemo(() => pages.flatMap((page) => page.looks), [pages]), next, error, isLoading, loadMore }
}
