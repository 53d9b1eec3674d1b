import type { ReactNode } from 'react'
import type { DocumentLine, LeaveView } from '../../sickleave/wire.ts'
import { formatDate, formatMoment } from './format.ts'
import { useData, useLanguage, useSay } from './language.tsx'
import { leaveStates, leaveSteps, paperKinds, stepDetail } from './leave-words.ts'

type Shown = {
  leaves: readonly LeaveView[]
  /** The address of a leave's papers, for readers who may have them. */
  papers?: (leave: LeaveView) => string
  /** The acts that the reader may do on a leave. */
  acts?: (leave: LeaveView) => ReactNode
}

/** Leaves with their explanation, newest first: the same lines for the doctor and for the person. */
export function LeaveList({ leaves, papers, acts }: Shown) {
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
          <Steps steps={one.steps} />
          {one.documents.map((paper) => (
            <Paper key={`${paper.number}/${paper.version}`} paper={paper} to={papers?.(one) ?? null} />
          ))}
          {acts?.(one)}
        </li>
      ))}
    </ul>
  )
}

/** Who did what and when. A step tells when the doctor signed it; a step done without a connection shows its own time and the time of its arrival. */
function Steps({ steps }: { steps: LeaveView['steps'] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <details className="soft steps">
      <summary>{say(leaveSteps.title, { count: steps.length })}</summary>
      <ol>
        {steps.map((step) => {
          const { kind, at, happenedAt, by, until, signedBy } = step
          const said = kind === 'decided' || kind === 'reviewed' || kind === 'closed' ? stepDetail(say, data, step) : null
          return (
            <li key={`${kind} ${at}`} className="num">
              {formatMoment(language, happenedAt)} · {say(leaveSteps[kind as keyof typeof leaveSteps] ?? leaveSteps.other)}
              {until && ` ${formatDate(language, until)}`}
              {said !== null && ` (${said})`}, {data(by)}
              {signedBy && ` · ${say(signedBy === 'doctor' ? leaveSteps.signed : leaveSteps.sealed)}`}
              {at !== happenedAt && ` · ${say(leaveSteps.arrived, { at: formatMoment(language, at) })}`}
            </li>
          )
        })}
      </ol>
    </details>
  )
}

/** A void paper stays in the list, so that somebody who holds it sees that it is void. */
function Paper({ paper, to }: { paper: DocumentLine; to: string | null }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { kind, number, version, from, until, employer, isVoid } = paper
  const name = `${say(paperKinds[kind])} ${number}`
  return (
    <p className="soft num">
      {isVoid ? (
        <>
          <s>{name}</s> {say(paperKinds.void)}
        </>
      ) : to === null ? (
        name
      ) : (
        <a href={`${to}/${encodeURIComponent(number)}/${version}/pdf?language=${language}`}>{name} (PDF)</a>
      )}
      {`, ${formatDate(language, from)} – ${formatDate(language, until)}`}
      {employer && `, ${data(employer)}`}
    </p>
  )
}
