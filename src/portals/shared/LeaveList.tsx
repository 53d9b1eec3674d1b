import type { LeaveView } from '../../sickleave/wire.ts'
import { formatDate } from './format.ts'
import { useData, useLanguage, useSay } from './language.tsx'
import { leaveStates } from './leave-words.ts'

/** Leaves with their explanation, newest first: the same lines for the doctor and for the person. */
export function LeaveList({ leaves }: { leaves: readonly LeaveView[] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <ul className="lines leaves">
      {leaves.map((one) => (
        <li key={one.id}>
          <p>
            <strong className="num">
              {formatDate(language, one.from)} – {formatDate(language, one.until)}
            </strong>{' '}
            <span className="status">{say(leaveStates[one.status])}</span>
          </p>
          <p>
            {say(one.reasonName)}
            {one.diagnosis && <span className="num"> ({one.diagnosis})</span>}
          </p>
          {one.explanation.map((sentence) => (
            <p key={sentence.en} className="soft">
              {language === 'en' ? sentence.en : data(sentence.sr)}
            </p>
          ))}
          {one.documents
            .filter(({ isVoid }) => !isVoid)
            .map((paper) => (
              <p key={`${paper.number}/${paper.version}`} className="soft num">
                {paper.number}
                {paper.employer && `, ${data(paper.employer)}`}
              </p>
            ))}
        </li>
      ))}
    </ul>
  )
}
