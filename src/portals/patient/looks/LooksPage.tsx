import { type ReactNode, useMemo, useState } from 'react'
import { useLoaderData, useOutletContext, useParams } from 'react-router'
import type { Me } from '../../../access/wire.ts'
import type { Look, Looks } from '../../../audit/wire.ts'
import type { LookReport, LookReports } from '../../../identity/wire.ts'
import { formatDate, formatMoment, formatMonth } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { useLive } from '../../shared/use-live.ts'
import { Loaded } from '../Loaded.tsx'
import { looksLoader, looksOf } from '../loaders.ts'
import { useTitle } from '../../shared/use-title.ts'
import { looks as words } from '../words.ts'
import { LookLine } from './LookLine.tsx'
import { byMonth, filterLooks, isSameLine, lookCount, type LookFilter, mayBeReported } from './model.ts'
import { Reports } from './Reports.tsx'
import { reports as reportWords } from './words.ts'

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
      <Reportable key={loaded.person} person={loaded.person}>
        {(reports, report) => (
          <Loaded promise={loaded.looks} lines={8}>
            {(first) => <LookList person={loaded.person} first={first} reports={reports} onReport={report} />}
          </Loaded>
        )}
      </Reportable>
      <details className="unknown-look">
        <summary>{say(words.unknownQuestion)}</summary>
        <p>{say(words.unknownAnswer)}</p>
        <p>{say(words.unknownElsewhere)}</p>
        <address>
          {say(words.commissioner)}
          <br />
          {say(words.commissionerAddress)}
          <br />
          <a href="mailto:office@poverenik.rs">office@poverenik.rs</a>
        </address>
      </details>
    </div>
  )
}

const filters: LookFilter[] = ['all', 'health', 'employers', 'offices', 'family', 'denied', 'own', 'systems']

const mailForm = { is: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, wrong: reportWords.mailWrong }

type ReportableOf = { person: string; children(reports: readonly LookReport[], report: (look: Look) => void): ReactNode }

/** The person's reports above the list, and the dialog for a new one. */
function Reportable({ person, children }: ReportableOf) {
  const say = useSay()
  const data = useData()
  const at = `/identity/people/${encodeURIComponent(person)}/look-reports`
  const live = useLive<LookReports>(at, null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const reports = live.data?.reports ?? []
  const report = (look: Look) =>
    setAsked({
      title: say(reportWords.unknown),
      lead: reportWords.lead,
      about: { institution: data(look.institution ?? '') },
      confirm: reportWords.send,
      fields: [
        { name: 'text', label: reportWords.text, hint: reportWords.textHint, optional: true },
        ...(live.data?.canMail ? [{ name: 'mail', label: reportWords.mail, hint: reportWords.mailHint, optional: true, form: mailForm }] : []),
      ],
      to: at,
      more: { id: look.id, at: look.at },
      meanings: { 409: reportWords.already, 429: reportWords.tooMany },
    })
  return (
    <>
      {live.error !== null && <Trouble error={live.error} onRetry={live.reload} />}
      <Reports reports={reports} />
      {children(reports, report)}
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </>
  )
}

type LookListOf = { person: string; first: Looks; reports: readonly LookReport[]; onReport(look: Look): void }

function LookList({ person, first, reports, onReport }: LookListOf) {
  const say = useSay()
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
        {institutions.length > 1 && <InstitutionFilter institutions={institutions} chosen={institution} onChoose={setInstitution} />}
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
                <LookLine key={look.id} look={look} me={me}>
                  {mayBeReported(look, me) && <ReportLook look={look} report={reports.find((one) => isSameLine(one.look, look))} onReport={onReport} />}
                </LookLine>
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

function InstitutionFilter({ institutions, chosen, onChoose }: { institutions: readonly string[]; chosen: string; onChoose(name: string): void }) {
  const say = useSay()
  const data = useData()
  return (
    <label className="select-inline">
      {say(words.institution)}
      <select className="input" value={chosen} onChange={(event) => onChoose(event.target.value)}>
        <option value="">{say(words.allInstitutions)}</option>
        {institutions.map((name) => (
          <option key={name} value={name}>
            {data(name)}
          </option>
        ))}
      </select>
    </label>
  )
}

function ReportLook({ look, report, onReport }: { look: Look; report: LookReport | undefined; onReport(look: Look): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  if (report) return <p className="soft">{say(reportWords.reported, { at: formatDate(language, report.madeAt) })}</p>
  const name = say(reportWords.unknownOf, { who: data(look.who), at: formatMoment(language, look.at) })
  return (
    <p>
      <button type="button" className="link-button" aria-label={name} onClick={() => onReport(look)}>
        {say(reportWords.unknown)}
      </button>
    </p>
  )
}

/** Further pages below the first, which came with the page itself. */
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
