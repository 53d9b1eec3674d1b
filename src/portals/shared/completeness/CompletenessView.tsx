import type { Completeness, CompletenessTotal } from '../../../record/wire.ts'
import { formatDate, formatMoment } from '../format.ts'
import { Keep } from '../Keep.tsx'
import { useData, useLanguage, useSay } from '../language.tsx'
import { LinesTable } from '../LinesTable.tsx'
import { formatCount } from '../message.ts'
import { DaysChart } from './DaysChart.tsx'
import { shareOf } from './share.ts'
import { completeness as words } from './words.ts'

/** One institution: figures, days, and what was sent back with its reasons. Only the institution itself also sees which reports are missing. */
export function CompletenessView({ shown, isOwn }: { shown: Completeness; isOwn: boolean }) {
  const say = useSay()
  const { total, days, refused, missing } = shown
  return (
    <>
      <Figures total={total} />
      <section aria-labelledby="by-day">
        <h2 id="by-day">{say(words.byDay)}</h2>
        <DaysChart days={days} />
      </section>
      <section aria-labelledby="missing-reports">
        <h2 id="missing-reports">{say(words.missingTitle)}</h2>
        {isOwn ? <MissingReports missing={missing} /> : <p className="soft">{say(words.ownOnly)}</p>}
      </section>
      <section aria-labelledby="sent-back">
        <h2 id="sent-back">{say(words.refusedTitle)}</h2>
        <SentBack refused={refused} isOwn={isOwn} />
      </section>
      <HowCounted />
    </>
  )
}

export function Figures({ total }: { total: CompletenessTotal }) {
  const say = useSay()
  const language = useLanguage()
  const share = shareOf(total)
  const figures = [
    [words.expected, total.expected],
    [words.received, total.received],
    [words.late, total.late],
    [words.missing, total.missing],
    [words.awaited, total.awaited],
    [words.refused, total.refused],
    [words.silent, total.silentDays],
  ] as const
  return (
    <div>
      <p className="strong">{share === null ? say(words.nothing) : say(words.shareSaid, { part: String(share) })}</p>
      <dl className="figures">
        {figures.map(([word, count]) => (
          <div key={say(word)}>
            <dt>{say(word)}</dt>
            <dd className="num">{formatCount(language === 'en' ? 'en' : 'sr', count)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

const kinds = { booking: words.booking, visit: words.visitKind, stay: words.stay }

function MissingReports({ missing }: { missing: Completeness['missing'] }) {
  const say = useSay()
  const language = useLanguage()
  if (missing.length === 0) return <p className="soft">{say(words.noMissing)}</p>
  return (
    <>
      <p>{say(words.mendMissing)}</p>
      <LinesTable labelledBy="missing-reports" words={[words.due, words.kind, words.ended, words.visit]}>
        {missing.map(({ reference, kind, endedAt, dueAt }) => (
          <tr key={reference}>
            <td className="num">{formatMoment(language, dueAt)}</td>
            <td>{say(kinds[kind])}</td>
            <td className="num">{formatMoment(language, endedAt)}</td>
            <th scope="row" className="code">
              <Keep>{reference}</Keep>
            </th>
          </tr>
        ))}
      </LinesTable>
    </>
  )
}

function SentBack({ refused, isOwn }: { refused: Completeness['refused']; isOwn: boolean }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  if (refused.length === 0) return <p className="soft">{say(words.noRefused)}</p>
  return (
    <>
      {isOwn && (
        <p>
          {say(words.mendRefused)} <a href="/errors">{say(words.mend)}</a>
        </p>
      )}
      <LinesTable labelledBy="sent-back" words={[words.reason, words.place, words.last]} figures={[words.count]}>
        {refused.map((one) => (
          <tr key={`${one.code} ${one.expression} ${one.reason}`}>
            <th scope="row">{data(one.reason)}</th>
            <td className="code">{one.expression === null ? '–' : <Keep>{one.expression}</Keep>}</td>
            <td className="num">{formatDate(language, one.last)}</td>
            <td className="number">{one.count}</td>
          </tr>
        ))}
      </LinesTable>
    </>
  )
}

export function HowCounted() {
  const say = useSay()
  return (
    <details>
      <summary>{say(words.how)}</summary>
      {[words.howVisits, words.howReport, words.howSilent].map((one) => (
        <p key={say(one)}>{say(one)}</p>
      ))}
    </details>
  )
}
