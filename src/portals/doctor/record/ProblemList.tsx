import { useState } from 'react'
import type { Problem } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { Keep } from '../../shared/Keep.tsx'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { WithheldHere } from './Withheld.tsx'
import { summary } from './words.ts'

type ProblemListOf = { isHidden: boolean; problems: Problem[]; chosen: Problem | null; onChoose(problem: Problem | null): void }

/** Each problem is a switch: choosing it shows its therapy, results and events before all others. */
export function ProblemList({ isHidden, problems, chosen, onChoose }: ProblemListOf) {
  const say = useSay()
  const [areEndedShown, setEndedShown] = useState(false)
  const current = problems.filter(({ status }) => status !== 'resolved')
  const ended = problems.filter(({ status }) => status === 'resolved')
  const line = (problem: Problem) => (
    <ProblemLine key={problem.source.resource} problem={problem} isChosen={chosen === problem} onChoose={() => onChoose(chosen === problem ? null : problem)} />
  )
  return (
    <section aria-labelledby="problems-title">
      <h2 id="problems-title">
        {say(summary.problems)}
        {current.length > 0 && <span className="count"> {current.length}</span>}
      </h2>
      {problems.length === 0 && (isHidden ? <WithheldHere /> : <p className="unrecorded">{say(summary.noProblems)}</p>)}
      {problems.length > 0 && current.length === 0 && <p className="soft">{say(summary.noActive)}</p>}
      <ul className="items">
        {current.map(line)}
        {areEndedShown && ended.map(line)}
      </ul>
      {ended.length > 0 && (
        <button type="button" className="link-button more" aria-expanded={areEndedShown} onClick={() => setEndedShown(!areEndedShown)}>
          {areEndedShown ? say(summary.hideEnded) : say(summary.ended, { count: ended.length })}
        </button>
      )}
    </section>
  )
}

function ProblemLine({ problem, isChosen, onChoose }: { problem: Problem; isChosen: boolean; onChoose(): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { what, status, since, until, source } = problem
  return (
    <li className="item">
      <button type="button" className="problem" aria-pressed={isChosen} onClick={onChoose}>
        <span className={`mark ${status}`}>
          <Icon name={status === 'active' ? 'active' : 'resting'} />
        </span>
        <span className="item-text">
          {what.code && (
            <span className="code">
              <Keep>{what.code}</Keep>
            </span>
          )}{' '}
          <Said text={what.text} />
          {status !== 'active' && <span className="soft"> ({say(summary[status])})</span>}
        </span>
        <span className="num soft since">
          {since && formatDate(language, since.slice(0, 4))}
          {until && `–${formatDate(language, until.slice(0, 4))}`}
        </span>
      </button>
      <SourceButton source={source} what={data(what.text)} />
    </li>
  )
}
