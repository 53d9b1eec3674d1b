import { useEffect, useState } from 'react'
import { FactList } from '../shared/FactList.tsx'
import { useParams } from 'react-router'
import type { FundFile, Officers } from '../../sickleave/fund/wire.ts'
import { get } from '../shared/api.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate, formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { SignedBy } from '../shared/SignedBy.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { formatPara } from '../shared/money.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { actsOf } from './asked-acts.ts'
import { CalculationView } from './CalculationView.tsx'
import { acts, file, kinds, states, work } from './words.ts'

export function RequestPage() {
  const { id = '' } = useParams()
  const live = useLive<FundFile>(`/sickleave/fund/requests/${encodeURIComponent(id)}`, null)
  useTitle(portalTitle)
  return (
    <Arrived live={live} lines={10}>
      {(data) => <File data={data} onChanged={live.reload} />}
    </Arrived>
  )
}
/** The title of the browser tab names no person and no number. */
const portalTitle = work.request

/** The officers who may be given the request. They are loaded only for a supervisor, who may assign it. */
function useOfficers(mayAssign: boolean): Officers['officers'] {
  const [officers, setOfficers] = useState<Officers['officers']>([])
  useEffect(() => {
    if (mayAssign)
      get<Officers>('/sickleave/fund/officers').then(
        (answer) => setOfficers(answer.officers),
        () => setOfficers([]),
      )
  }, [mayAssign])
  return officers
}

function File({ data, onChanged }: { data: FundFile; onChanged(): void }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [control, setControl] = useState<string | null>(null)
  const { request, proposal } = data
  const officers = useOfficers(data.mayAssign)
  return (
    <>
      <div className="page-head">
        <h1>
          {say(file.title, { number: request.number })} <span className="status">{say(states[request.state])}</span>
        </h1>
        {data.dayOfClock !== null && request.due && (
          <p className="num">
            {say(file.clock, { day: data.dayOfClock })} · {say(work.due)}: {formatDate(language, request.due.effective)}
          </p>
        )}
      </div>
      {proposal && (
        <div className="notice">
          <p>
            {say(file.proposal, {
              ...{ by: given(proposal.by), what: say(proposal.decision === 'pay' ? file.proposedPay : file.proposedReject) },
              ...{ why: given(proposal.why), number: proposal.number },
            })}
          </p>
          {proposal.isMine && <p className="soft">{say(file.mine)}</p>}
        </div>
      )}
      <div className="buttons">
        {actsOf({ say, data: given, language }, data, officers).map(({ word, asked: next, isMain }) => (
          <button type="button" key={say(word)} className={isMain ? 'button main' : 'button'} onClick={() => setAsked(next)}>
            {say(word)}
          </button>
        ))}
      </div>
      <p role="status">{control !== null && say(acts.controlDone, { number: control })}</p>
      <CalculationView data={data} />
      <div className="two-columns">
        <Facts data={data} />
        <Steps data={data} />
      </div>
      {asked && (
        <StepDialog<{ number?: string }>
          asked={asked}
          onClose={() => setAsked(null)}
          onDone={({ number }) => {
            setControl(number ?? null)
            onChanged()
          }}
        />
      )}
    </>
  )
}

function Facts({ data: { request, reports, officer } }: { data: FundFile }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  const span = ({ from, until }: { from: string; until: string }) => `${formatDate(language, from)} – ${formatDate(language, until)}`
  const { signature } = request
  const facts: [string, string][] = [
    [say(work.request), `${request.number} · ${say(kinds[request.kind])}`],
    [say(work.employee), given(`${request.employee.given} ${request.employee.family}`)],
    [say(work.employer), request.employer === null ? say(work.person) : given(request.employer)],
    [say(work.officer), officer === null ? say(work.nobody) : given(officer)],
    [say(work.period), span(request)],
    [say(file.payoutDay), request.payoutDay === null ? '–' : formatDate(language, request.payoutDay)],
    [say(file.account), request.account ?? '–'],
    [say(file.signed), signature ? say(signature.isQualified ? file.qualified : file.notQualified, { by: given(signature.by) }) : '–'],
  ]
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{say(file.facts)}</h2>
      <FactList facts={facts} />
      {signature?.signer && <SignedBy path={`/sickleave/fund/requests/${request.id}`} signer={signature.signer} />}
      <h3>{say(file.reports)}</h3>
      {reports.length === 0 && <p className="soft">{say(file.noReports)}</p>}
      <ul className="lines">
        {reports.map((report) => (
          <li key={report.number} className="num">
            <Keep>{report.number}</Keep> {span(report)}
            {report.fund.length > 0 && (
              <span className="soft">
                {' '}
                ({say(file.fundDays)}: {report.fund.map(span).join(', ')})
              </span>
            )}
          </li>
        ))}
      </ul>
      <h3>{say(file.evidence)}</h3>
      {request.evidence.length === 0 && <p className="soft">{say(file.noEvidence)}</p>}
      <ul className="lines">
        {request.evidence.map(({ id, name, bytes }) => (
          <li key={id}>
            <a href={`/sickleave/fund/requests/${request.id}/evidence/${id}`} download>
              {name}
            </a>{' '}
            <span className="soft num">{Math.ceil(bytes / 1024)} KB</span>
          </li>
        ))}
      </ul>
      {request.toReturn && (
        <p className="num">
          {say(file.toReturn, {
            total: formatPara(language, request.toReturn.total),
            interest: formatPara(language, request.toReturn.interest),
            until: formatDate(language, request.toReturn.until),
          })}
        </p>
      )}
    </section>
  )
}

function Steps({ data: { steps } }: { data: FundFile }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{say(file.steps)}</h2>
      <ol className="lines">
        {steps.toReversed().map((step) => (
          <li key={step.at + step.kind}>
            <span className="num">{formatMoment(language, step.at)}</span>{' '}
            <span className="strong">{say(stepWords[step.kind] ?? { sr: step.kind, en: step.kind })}</span>
            <p className="soft">
              {given(step.by)}
              {step.detail !== null && `: ${given(step.detail)}`}
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}

const stepWords: Record<string, { sr: string; en: string }> = {
  written: { sr: 'написано', en: 'written' },
  submitted: { sr: 'поднето', en: 'submitted' },
  withdrawn: { sr: 'повучено', en: 'withdrawn' },
  claimed: { sr: 'преузето', en: 'taken' },
  assigned: { sr: 'додељено', en: 'assigned' },
  returned: { sr: 'враћено на допуну', en: 'returned to be completed' },
  calculated: { sr: 'обрачунато', en: 'calculated' },
  proposed: { sr: 'предложено', en: 'proposed' },
  approved: { sr: 'одобрено', en: 'approved' },
  'sent-back': { sr: 'враћено предлагачу', en: 'sent back' },
  paid: { sr: 'исплаћено', en: 'paid' },
  confirmed: { sr: 'исплата запосленом потврђена', en: 'payment to the employee confirmed' },
  'return-ordered': { sr: 'наложен повраћај', en: 'return ordered' },
  'money-returned': { sr: 'новац враћен', en: 'money returned' },
  reopened: { sr: 'отворено поново', en: 'opened anew' },
}
