import { useLoaderData, useParams } from 'react-router'
import type { VisitsReported } from '../../../record/wire.ts'
import { formatDate, formatMoment } from '../../shared/format.ts'
import { Icon, type IconName } from '../../shared/Icon.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useTitle } from '../../shared/use-title.ts'
import { Loaded } from '../Loaded.tsx'
import type { visitsLoader } from '../loaders.ts'
import { visits as words } from '../words.ts'

type Visit = VisitsReported['visits'][number]

/** Each visit with its report: arrived, awaited or late. */
export function VisitsPage() {
  const say = useSay()
  const { person } = useParams()
  const loaded = useLoaderData<typeof visitsLoader>()
  const title = person === undefined ? words.title : words.titleOf
  useTitle(title)
  if (!loaded) return null
  return (
    <div className="page patient-page">
      <h1>{say(title)}</h1>
      <p className="lead">{say(words.lead)}</p>
      <Loaded promise={loaded.visits} lines={6}>
        {({ visits }) =>
          visits.length === 0 ? (
            <p className="soft">{say(words.none)}</p>
          ) : (
            <ul className="lines">
              {visits.map((visit) => (
                <VisitLine key={visit.reference} visit={visit} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}

const looksOf: Record<Visit['state'], { icon: IconName; tone: string }> = {
  received: { icon: 'done', tone: 'ok' },
  'received-late': { icon: 'done', tone: 'ok' },
  awaited: { icon: 'waiting', tone: 'wait' },
  missing: { icon: 'warning', tone: 'warn' },
}

function VisitLine({ visit }: { visit: Visit }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { kind, institution, endedAt, receivedAt, dueAt, state } = visit
  const { icon, tone } = looksOf[state]
  const moments = { at: receivedAt === null ? '' : formatMoment(language, receivedAt), due: formatMoment(language, dueAt) }
  return (
    <li>
      <p className="strong">
        {say(words[kind])}, {formatDate(language, endedAt)}
      </p>
      <p className="soft">{data(institution)}</p>
      <p className={`status ${tone}`}>
        <Icon name={icon} />
        {say(words[state], moments)}
      </p>
      {state === 'missing' && <p className="soft">{say(words.missingWhat)}</p>}
    </li>
  )
}
