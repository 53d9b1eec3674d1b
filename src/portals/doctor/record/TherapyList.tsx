import { useState } from 'react'
import type { Problem, Therapy } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Said, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import type { Linked } from './clinical-links.ts'
import { OnlyWith } from './OnlyWith.tsx'
import { WithheldHere } from './Withheld.tsx'
import { summary } from './words.ts'

type TherapyListOf = { isHidden: boolean; all: Therapy[]; linked: Linked | null; problem: Problem | null; onClear(): void }

export function TherapyList({ isHidden, all, linked, problem, onClear }: TherapyListOf) {
  const say = useSay()
  const [isPastShown, setPastShown] = useState(false)
  const therapy = linked?.therapy ?? all
  const current = therapy.filter(({ status }) => status === 'active' || status === 'unknown')
  const past = therapy.filter(({ status }) => status === 'stopped' || status === 'completed')
  return (
    <section id="therapy" aria-labelledby="therapy-title">
      <h2 id="therapy-title">
        {say(summary.therapy)}
        {current.length > 0 && <span className="count"> {current.length}</span>}
      </h2>
      {problem && <OnlyWith problem={problem} isKnown count={therapy.length} total={all.length} onClear={onClear} />}
      {all.length === 0 && (isHidden ? <WithheldHere /> : <p className="unrecorded">{say(summary.noTherapy)}</p>)}
      {all.length > 0 && !problem && current.length === 0 && <p className="soft">{say(summary.noCurrent)}</p>}
      <ul className="items">
        {current.map((one) => (
          <DrugLine key={one.source.resource} therapy={one} />
        ))}
        {isPastShown && past.map((one) => <DrugLine key={one.source.resource} therapy={one} />)}
      </ul>
      {past.length > 0 && (
        <button type="button" className="link-button more" aria-expanded={isPastShown} onClick={() => setPastShown(!isPastShown)}>
          {isPastShown ? say(summary.hidePast) : say(summary.pastTherapy, { count: past.length })}
        </button>
      )}
    </section>
  )
}

/** The name is bolder, then comes the dose with its label. Lines break only between attributes, and nothing is cut off. */
function DrugLine({ therapy }: { therapy: Therapy }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { medicine, dose, from, until, reason, status, source } = therapy
  const isPast = status === 'stopped' || status === 'completed'
  const date = (iso: string) => formatDate(language, iso)
  return (
    <li className={isPast ? 'item drug past' : 'item drug'}>
      <span className="item-text">
        <strong>
          <Said text={medicine.text} />
        </strong>
        <span>
          {dose ? (
            <>
              <span className="dose-label">{say(summary.dose)}</span> <Said text={dose} />
            </>
          ) : (
            <span className="unrecorded">{say(summary.noDose)}</span>
          )}
          {from && (
            <span className="soft keep">
              {' '}
              · {until ? say(summary.fromUntil, { from: date(from), until: date(until) }) : say(summary.from, { date: date(from) })}
            </span>
          )}
        </span>
        {reason && <span className="soft">{say(summary.because, { reason: data(reason) })}</span>}
      </span>
      <SourceButton source={source} what={data(medicine.text)} />
    </li>
  )
}
