import { useEffect } from 'react'
import { useLoaderData, useLocation, useParams } from 'react-router'
import type { Overview } from '../../../record/wire.ts'
import { useData, useSay } from '../../shared/language.tsx'
import { Loaded } from '../Loaded.tsx'
import type { recordLoader } from '../loaders.ts'
import { useTitle } from '../../shared/use-title.ts'
import { portal, record } from '../words.ts'
import { Allergies } from './Allergies.tsx'
import { Diagnoses } from './Diagnoses.tsx'
import { Events } from './Events.tsx'
import { Missing } from './Missing.tsx'
import { Personal } from './Personal.tsx'
import { Results } from './Results.tsx'
import { Therapies } from './Therapies.tsx'
import { Vaccines } from './Vaccines.tsx'

const parts = ['therapy', 'allergies', 'diagnoses', 'results', 'vaccines', 'documents', 'visits', 'personal'] as const

/** The person's own record in plain words, on one page with its contents at the side. */
export function RecordPage() {
  const loaded = useLoaderData<typeof recordLoader>()
  useTitle(portal.record)
  if (!loaded) return null
  return (
    <div className="page patient-page">
      <Loaded promise={loaded.overview} lines={8}>
        {(overview) => <Parts overview={overview} />}
      </Loaded>
    </div>
  )
}

function Parts({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const { person: child } = useParams()
  const { hash } = useLocation()
  const { family, given } = overview.person
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView()
  }, [hash])
  return (
    <>
      <h1>{child ? say(record.titleOf, { name: `${data(given)} ${data(family)}` }) : say(record.title)}</h1>
      <div className="record-columns">
        <nav className="contents" aria-label={say(record.contents)}>
          <ul>
            {parts.map((part) => (
              <li key={part}>
                <a href={`#${part}`}>{say(record[part])}</a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="parts-of-record">
          <Therapies therapy={overview.therapy} />
          <Allergies overview={overview} />
          <Diagnoses problems={overview.problems} />
          <Results results={overview.results} />
          <Vaccines items={overview.immunizations} />
          <Events id="documents" title={record.documents} none={record.noDocuments} entries={overview.timeline.filter(({ document }) => document !== null)} />
          <Events
            id="visits"
            title={record.visits}
            none={record.noVisits}
            entries={overview.timeline.filter(({ kind }) => /visit|hospital|emergency|dental|procedure|imaging/.test(kind))}
          />
          <Personal overview={overview} />
          <Missing overview={overview} />
        </div>
      </div>
    </>
  )
}
