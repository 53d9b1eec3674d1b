import { useState } from 'react'
import type { LookReportLine, LookReportsDesk } from '../../../identity/wire.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { Due } from '../../shared/Due.tsx'
import { formatDate, formatMoment } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { LinesTable } from '../../shared/LinesTable.tsx'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { useLive } from '../../shared/use-live.ts'
import { useTitle } from '../../shared/use-title.ts'
import { bases } from '../../shared/words.ts'
import './look-reports.css'
import { lookReports as words } from './words.ts'

/** For the data officer of an institution: looks that patients say they do not know, unanswered ones first. */
export function LookReportsPage() {
  const say = useSay()
  const live = useLive<LookReportsDesk>('/identity/look-reports', null)
  const [asked, setAsked] = useState<Asked | null>(null)
  useTitle(words.title)
  return (
    <div className="page look-reports-page">
      <h1 id="look-reports">{say(words.title)}</h1>
      <p className="soft">{say(words.lead)}</p>
      <Arrived live={live} meanings={{ 403: words.forOfficer }}>
        {({ lines, today }) => (lines.length === 0 ? <p>{say(words.none)}</p> : <Lines lines={lines} today={today} onAsk={setAsked} />)}
      </Arrived>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </div>
  )
}

function Lines({ lines, today, onAsk }: { lines: readonly LookReportLine[]; today: string; onAsk(asked: Asked): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const nameOf = ({ person }: LookReportLine) => data(`${person.family} ${person.given}`)
  const answer = (line: LookReportLine): Asked => ({
    title: say(words.answerTo, { name: nameOf(line) }),
    lead: words.answerLead,
    about: { who: data(line.look.who), at: formatMoment(language, line.look.at) },
    confirm: words.answer,
    fields: [
      { name: 'finding', label: words.finding, options: (['in-order', 'not-in-order'] as const).map((value) => ({ value, label: words[value] })) },
      { name: 'text', label: words.text },
    ],
    to: `/identity/look-reports/${line.id}/answer`,
    more: {},
    meanings: { 409: words.already },
  })
  return (
    <LinesTable labelledBy="look-reports" words={[words.person, words.look, words.basis, words.says, words.due, words.answerOf]}>
      {lines.map((line) => {
        const { look } = line
        const basis = bases[look.basis as keyof typeof bases]
        return (
          <tr key={line.id}>
            <th scope="row">{nameOf(line)}</th>
            <td>
              {data(look.who)}
              {look.unit && `, ${data(look.unit)}`} <span className="num soft">{formatMoment(language, look.at, { seconds: true })}</span>
            </td>
            <td>{basis ? say(basis) : data(look.basis ?? '–')}</td>
            <td>{line.text === null ? '–' : data(line.text)}</td>
            <td className="num">{line.finding === null ? <Due due={line.due} today={today} /> : formatDate(language, line.due)}</td>
            <td>
              {line.finding === null ? (
                <button type="button" className="button" aria-label={say(words.answerTo, { name: nameOf(line) })} onClick={() => onAsk(answer(line))}>
                  {say(words.answer)}
                </button>
              ) : (
                <>
                  {say(words[line.finding])}: {data(line.answer ?? '')}
                </>
              )}
            </td>
          </tr>
        )
      })}
    </LinesTable>
  )
}
