import { Link, useLoaderData, useOutletContext } from 'react-router'
import type { Me } from '../../access/wire.ts'
import type { Looks } from '../../audit/wire.ts'
import type { Overview } from '../../record/wire.ts'
import { dayOf, formatDate } from '../shared/format.ts'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useDoctorCategory } from '../shared/use-doctor-category.ts'
import { Loaded } from './Loaded.tsx'
import type { homeLoader } from './loaders.ts'
import { LookLine } from './looks/LookLine.tsx'
import { isByOthers, lookCount } from './looks/model.ts'
import { News } from './News.tsx'
import { usePersonPath } from './person-path.ts'
import { Missing } from './record/Missing.tsx'
import { useTitle } from '../shared/use-title.ts'
import { home, portal, record, visits } from './words.ts'

/** News, recent looks, and the shortest way to everything else. */
export function HomePage() {
  const say = useSay()
  const loaded = useLoaderData<typeof homeLoader>()
  useTitle(portal.home)
  if (!loaded) return null
  return (
    <div className="page patient-page">
      <h1>{say(home.title)}</h1>
      <div className="home-columns">
        <section aria-labelledby="news-title">
          <h2 id="news-title">{say(home.news)}</h2>
          <Loaded promise={loaded.overview} lines={6}>
            {(overview) => <News overview={overview} />}
          </Loaded>
        </section>
        <div>
          <section aria-labelledby="looks-title">
            <h2 id="looks-title">{say(home.looks)}</h2>
            <Loaded promise={loaded.looks}>{(looks) => <LatestLooks looks={looks} />}</Loaded>
          </section>
          <section aria-labelledby="short-title">
            <h2 id="short-title">{say(home.short)}</h2>
            <Loaded promise={loaded.overview}>{(overview) => <Short overview={overview} />}</Loaded>
          </section>
        </div>
      </div>
      <Loaded promise={loaded.overview} lines={2}>
        {(overview) => <Missing overview={overview} />}
      </Loaded>
    </div>
  )
}

const looksShown = 3

function LatestLooks({ looks }: { looks: Looks }) {
  const say = useSay()
  const path = usePersonPath()
  const { me } = useOutletContext<{ me: Me }>()
  const month = dayOf(new Date().toISOString()).slice(0, 7)
  const others = looks.looks.filter((look) => isByOthers(look, me))
  const thisMonth = others.filter((look) => dayOf(look.at).startsWith(month))
  return (
    <>
      <p>{thisMonth.length === 0 ? say(home.noLooks) : say(home.looksMonth, { count: lookCount(thisMonth) })}</p>
      <ul className="lines">
        {others.slice(0, looksShown).map((look) => (
          <LookLine key={look.id} look={look} me={me} />
        ))}
      </ul>
      <p>
        <Link to={path('/looks')}>{say(home.allLooks)}</Link>
      </p>
    </>
  )
}

function Short({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const path = usePersonPath()
  const categoryOf = useDoctorCategory()
  const { person } = overview
  const parts = [
    { hash: 'therapy', name: record.therapy, count: overview.therapy.filter(({ status }) => status === 'active').length },
    { hash: 'allergies', name: record.allergies, count: overview.allergies.length },
    { hash: 'results', name: record.results, count: overview.results.length },
    { hash: 'vaccines', name: record.vaccines, count: overview.immunizations.length },
    { hash: 'documents', name: record.documents, count: overview.timeline.filter(({ document }) => document !== null).length },
  ]
  const insurance = person.insurance
  return (
    <>
      <ul className="short-links">
        {parts.map(({ hash, name, count }) => (
          <li key={hash}>
            <Link to={`${path('/record')}#${hash}`}>{say(name)}</Link> <span className="num soft">{count}</span>
          </li>
        ))}
      </ul>
      <p>
        <Link to={path('/visits')}>{say(visits.link)}</Link>
      </p>
      <dl className="facts">
        {person.chosenDoctors.map((doctor) => (
          <div key={`${doctor.category}${doctor.name}`}>
            <dt>{say(home.doctor)}</dt>
            <dd>
              <strong>{data(doctor.name)}</strong>
              <span className="soft">
                {' '}
                {categoryOf(doctor.category)}, {data(doctor.institution)}
              </span>
            </dd>
          </div>
        ))}
        {insurance && (
          <div>
            <dt>{say(home.insurance)}</dt>
            <dd>
              {!insurance.active
                ? say(home.uninsured)
                : insurance.until
                  ? say(home.insuredUntil, { date: formatDate(language, insurance.until) })
                  : say(home.insured)}
            </dd>
          </div>
        )}
      </dl>
    </>
  )
}
