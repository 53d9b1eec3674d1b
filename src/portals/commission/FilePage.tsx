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
import { decisions, file as words, kinds } from './words.ts'

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
        <p>
          <Link className="button main" to="/">
            {say(words.back)}
          </Link>
        </p>
      </>
    )
  }
  if (live.data === null && live.error instanceof Failure && live.error.status === 403) {
    return (
      <>
        <h1>{say(words.title)}</h1>
        <Trouble error={live.error} takesFocus />
        <p>
          <Link className="button main" to="/">
            {say(words.back)}
          </Link>
        </p>
      </>
    )
  }
  return (
    <Arrived live={live} lines={10}>
      {(data) => <File data={data} at={at} onDone={setDecided} />}
    </Arrived>
  )
}

function File({ data, at, onDone }: { data: CommissionFile; at: string; onDone(decided: Decided): void }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  const [asked, setAsked] = useState<Asked | null>(null)
  const leave = data.leaves.find(({ id }) => id === data.leave)
  const seen = leave?.steps.length
  const common = [
    { name: 'number', label: words.number },
    { name: 'finding', label: words.finding, optional: true },
  ]
  const decide: Asked = {
    title: say(words.decide),
    lead: words.sealed,
    confirm: words.decide,
    fields: [{ name: 'decision', label: words.decision, options: decisions }, { name: 'until', label: words.until, isDay: true }, ...common],
    first: leave?.proposedUntil ? { until: leave.proposedUntil } : {},
    to: `${at}/decision`,
    more: { seen },
  }
  const accept: Asked = {
    title: say(words.accept),
    lead: words.sealed,
    confirm: words.accept,
    fields: [
      { name: 'until', label: words.until, isDay: true },
      {
        name: 'isEnd',
        label: words.ends,
        options: [
          { value: 'yes', label: words.endsYes },
          { value: 'no', label: words.endsNo },
        ],
      },
      { name: 'why', label: words.why },
      ...common,
    ],
    to: `${at}/review`,
    more: { accept: true, seen },
    body: ({ isEnd, ...rest }) => ({ ...rest, isEnd: isEnd === 'yes' }),
  }
  const reject: Asked = {
    title: say(words.reject),
    confirm: words.reject,
    fields: [
      { name: 'why', label: words.why },
      { name: 'number', label: words.number },
    ],
    to: `${at}/review`,
    more: { accept: false, seen },
  }
  const { objection } = data
  const said = (step: StepLine) => {
    const detail = stepDetail(say, given, step)
    return detail === null ? null : `: ${detail}`
  }
  const madeBy = { employer: words.byEmployer, person: words.byPerson, fund: words.byFund }
  return (
    <>
      <h1>
        {given(data.name)} {data.birthDate && <span className="soft num">{say(words.born, { at: formatDate(language, data.birthDate) })}</span>}
      </h1>
      <section aria-labelledby="to-decide">
        <h2 id="to-decide">{say(words.toDecide)}</h2>
        {data.isProposed && leave?.proposedUntil && <p>{say(words.proposal, { at: formatDate(language, leave.proposedUntil) })}</p>}
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
          {data.isProposed && (
            <button type="button" className="button main" onClick={() => setAsked(decide)}>
              {say(words.decide)}
            </button>
          )}
          {objection && (
            <>
              <button type="button" className="button" onClick={() => setAsked(accept)}>
                {say(words.accept)}
              </button>
              <button type="button" className="button" onClick={() => setAsked(reject)}>
                {say(words.reject)}
              </button>
            </>
          )}
        </div>
      </section>
      <div className="two-columns">
        <section aria-labelledby="leaves">
          <h2 id="leaves">{say(words.leaves)}</h2>
          <LeaveList leaves={data.leaves} />
        </section>
        <section aria-labelledby="steps">
          <h2 id="steps">{say(words.steps)}</h2>
          <ol className="lines file-steps">
            {(leave?.steps ?? []).toReversed().map((step) => (
              <li key={step.at + step.kind}>
                <span className="num">{formatMoment(language, step.happenedAt)}</span>{' '}
                {say(leaveSteps[step.kind as keyof typeof leaveSteps] ?? leaveSteps.other)}{' '}
                {step.until && <span className="num">{formatDate(language, step.until)}</span>}{' '}
                <span className="soft">
                  {given(step.by)}
                  {said(step)}
                </span>
              </li>
            ))}
          </ol>
        </section>
      </div>
      {asked && <StepDialog<Decided> asked={asked} onClose={() => setAsked(null)} onDone={onDone} />}
    </>
  )
}
