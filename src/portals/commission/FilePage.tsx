import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { CommissionFile, Decided } from '../../sickleave/commission/wire.ts'
import type { StepLine } from '../../sickleave/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Failure } from '../shared/api.ts'
import { formatDate, formatMoment } from '../shared/format.ts'
import { LeaveList } from '../shared/LeaveList.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { leaveStates, leaveSteps, stepDetail } from '../shared/leave-words.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { askedOf } from './asked-decisions.ts'
import { file as words, kinds } from './words.ts'

export function FilePage() {
  const { person = '', leave = '' } = useParams()
  const say = useSay()
  const language = useLanguage()
  const at = `/sickleave/commission/people/${encodeURIComponent(person)}/leaves/${encodeURIComponent(leave)}`
  const live = useLive<CommissionFile>(at, null)
  const [decided, setDecided] = useState<Decided | null>(null)
  useTitle(words.title)
  if (decided) {
    return (
      <>
        <h1>{say(words.title)}</h1>
        <p role="status">
          {say(words.done, { status: say(leaveStates[decided.status as keyof typeof leaveStates]), until: formatDate(language, decided.until) })}
        </p>
        <Back />
      </>
    )
  }
  if (live.data === null && live.error instanceof Failure && live.error.status === 403) {
    return (
      <>
        <h1>{say(words.title)}</h1>
        <Trouble error={live.error} takesFocus />
        <Back />
      </>
    )
  }
  return (
    <Arrived live={live} lines={10}>
      {(data) => <File data={data} at={at} onDone={setDecided} />}
    </Arrived>
  )
}

function Back() {
  const say = useSay()
  return (
    <p>
      <Link className="button main" to="/">
        {say(words.back)}
      </Link>
    </p>
  )
}

function File({ data, at, onDone }: { data: CommissionFile; at: string; onDone(decided: Decided): void }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  const [asked, setAsked] = useState<Asked | null>(null)
  const leave = data.leaves.find(({ id }) => id === data.leave)
  return (
    <>
      <h1>
        {given(data.name)} {data.birthDate && <span className="soft num">{say(words.born, { at: formatDate(language, data.birthDate) })}</span>}
      </h1>
      <ToDecide data={data} proposedUntil={leave?.proposedUntil ?? null} asked={askedOf(say, data, at)} onAsk={setAsked} />
      <div className="two-columns">
        <section aria-labelledby="leaves">
          <h2 id="leaves">{say(words.leaves)}</h2>
          <LeaveList leaves={data.leaves} />
        </section>
        <section aria-labelledby="steps">
          <h2 id="steps">{say(words.steps)}</h2>
          <ol className="lines file-steps">
            {(leave?.steps ?? []).toReversed().map((step) => (
              <Step key={step.at + step.kind} step={step} />
            ))}
          </ol>
        </section>
      </div>
      {asked && <StepDialog<Decided> asked={asked} onClose={() => setAsked(null)} onDone={onDone} />}
    </>
  )
}

const madeBy = { employer: words.byEmployer, person: words.byPerson, fund: words.byFund }

type ToDecideOf = { data: CommissionFile; proposedUntil: string | null; asked: ReturnType<typeof askedOf>; onAsk(asked: Asked): void }

/** The doctor's proposal and the objection that wait for the commission, with the acts that each allows. */
function ToDecide({ data: { isProposed, objection }, proposedUntil, asked, onAsk }: ToDecideOf) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  return (
    <section aria-labelledby="to-decide">
      <h2 id="to-decide">{say(words.toDecide)}</h2>
      {isProposed && proposedUntil && <p>{say(words.proposal, { at: formatDate(language, proposedUntil) })}</p>}
      {objection && (
        <>
          <p>
            {say(words.objection, {
              kind: say(kinds[objection.kind as keyof typeof kinds]),
              number: objection.number,
              due: formatDate(language, objection.due),
            })}{' '}
            <span className="soft">({say(madeBy[objection.madeBy])})</span>
          </p>
          <blockquote>{given(objection.text)}</blockquote>
        </>
      )}
      <div className="buttons">
        {isProposed && (
          <button type="button" className="button main" onClick={() => onAsk(asked.decide)}>
            {say(words.decide)}
          </button>
        )}
        {objection && (
          <>
            <button type="button" className="button" onClick={() => onAsk(asked.accept)}>
              {say(words.accept)}
            </button>
            <button type="button" className="button" onClick={() => onAsk(asked.reject)}>
              {say(words.reject)}
            </button>
          </>
        )}
      </div>
    </section>
  )
}

function Step({ step }: { step: StepLine }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  const detail = stepDetail(say, given, step)
  return (
    <li>
      <span className="num">{formatMoment(language, step.happenedAt)}</span> {say(leaveSteps[step.kind as keyof typeof leaveSteps] ?? leaveSteps.other)}{' '}
      {step.until && <span className="num">{formatDate(language, step.until)}</span>}{' '}
      <span className="soft">
        {given(step.by)}
        {detail !== null && `: ${detail}`}
      </span>
    </li>
  )
}
