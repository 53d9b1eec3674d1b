import { useState } from 'react'
import { Link, useLoaderData } from 'react-router'
import type { LeaveView, OfflineCertificates, ReportsDue } from '../../../sickleave/wire.ts'
import { formatDate, formatMoment } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { useTitle } from '../../shared/use-title.ts'
import { isGivenUp, SignatureState, useSignature } from '../signature/Signature.tsx'
import type { reportsLoader } from '../loaders.ts'
import { reports as words } from './words.ts'

type Line = ReportsDue['lines'][number]
type Outcome = 'given' | { failure: unknown }

/** The reports that are due, selected beforehand. One confirmation signs and gives all of them, each as its own act, and each line shows its result. */
export function ReportsPage() {
  const say = useSay()
  const { lines, offline } = useLoaderData<typeof reportsLoader>()
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map())
  const [isSending, setSending] = useState(false)
  const { postSigned } = useSignature()
  useTitle(words.title)
  const chosen = lines.filter(({ leave }) => !left.has(leave) && outcomes.get(leave) !== 'given')
  const given = [...outcomes.values()].filter((one) => one === 'given').length
  const giveAll = async () => {
    if (isSending || chosen.length === 0) return
    setSending(true)
    for (const line of chosen) {
      const outcome = await give(postSigned, line)
      if (outcome === null) break
      setOutcomes((before) => new Map(before).set(line.leave, outcome))
    }
    setSending(false)
  }
  const toggle = (leave: string) =>
    setLeft((before) => {
      const after = new Set(before)
      if (!after.delete(leave)) after.add(leave)
      return after
    })
  return (
    <div className="page">
      <h1>{say(words.title)}</h1>
      <p className="lead">{say(words.lead)}</p>
      <SignatureState />
      {offline.length > 0 && <NotTaken lines={offline} />}
      {lines.length === 0 ? (
        <p className="soft empty">{say(words.none)}</p>
      ) : (
        <ul className="lines due">
          {lines.map((line) => (
            <Due key={line.leave} line={line} isChosen={!left.has(line.leave)} outcome={outcomes.get(line.leave)} onToggle={() => toggle(line.leave)} />
          ))}
        </ul>
      )}
      <p className="buttons">
        <button type="button" className="button main" aria-disabled={isSending || chosen.length === 0} onClick={() => void giveAll()}>
          {say(words.giveAll, { count: chosen.length })}
        </button>
      </p>
      <p aria-live="polite" className="soft">
        {outcomes.size > 0 && say(words.done, { count: given })}
      </p>
    </div>
  )
}

/** Null when the doctor did not unlock the signature; the remaining reports are then not tried. */
async function give(postSigned: ReturnType<typeof useSignature>['postSigned'], { person, leave, until, seen }: Line): Promise<Outcome | null> {
  try {
    const path = `/sickleave/people/${encodeURIComponent(person)}/leaves/${leave}/report`
    await postSigned<LeaveView>(path, { act: 'report', person, leave, body: { until, seen } })
    return 'given'
  } catch (failure) {
    return isGivenUp(failure) ? null : { failure }
  }
}

/** Certificates that were issued without a connection and contradict later events. Their doctor must resolve them. */
function NotTaken({ lines }: { lines: OfflineCertificates['lines'] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <section aria-labelledby="not-taken" className="notice warn">
      <div>
        <h2 id="not-taken">{say(words.notTaken)}</h2>
        <ul className="lines">
          {lines.map(({ number, at, person, refused }) => (
            <li key={number}>
              <span className="num">{number}</span>, {formatMoment(language, at)}
              {person && (
                <>
                  {', '}
                  <Link to={`/people/${encodeURIComponent(person.id)}/leave`}>{data(`${person.family} ${person.given}`)}</Link>
                </>
              )}
              <p className="soft">
                {refused?.sentence}. {refused?.hint}
              </p>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}

type DueLine = { line: Line; isChosen: boolean; outcome: Outcome | undefined; onToggle(): void }

function Due({ line, isChosen, outcome, onToggle }: DueLine) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const isGiven = outcome === 'given'
  return (
    <li>
      <label className="check">
        <input type="checkbox" checked={isChosen} disabled={isGiven} onChange={onToggle} /> {data(`${line.family} ${line.given}`)}
      </label>{' '}
      <span className="num">
        {formatDate(language, line.from)} – {formatDate(language, line.until)}
      </span>{' '}
      <Link to={`/people/${encodeURIComponent(line.person)}/leave`}>{say(words.look)}</Link>
      {isGiven && <span className="status ok">{say(words.given)}</span>}
      {outcome !== undefined && !isGiven && <Trouble error={(outcome as { failure: unknown }).failure} />}
    </li>
  )
}
