import { useState } from 'react'
import { FactList } from '../shared/FactList.tsx'
import { Link, useParams } from 'react-router'
import type { RequestShown } from '../../sickleave/request/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Due } from '../shared/Due.tsx'
import { dayOf, formatDate, formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { keyIn } from '../shared/languages.ts'
import { formatPara } from '../shared/money.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { CalculationTable } from './CalculationTable.tsx'
import { EvidencePart } from './EvidencePart.tsx'
import { contentOf, RequestForm } from './RequestForm.tsx'
import { SignPart } from './SignPart.tsx'
import { SignedBy } from '../shared/SignedBy.tsx'
import { leave as leaveWords, objections, requestTitles, requests as words, states, stepWords } from './words.ts'

export function RequestPage() {
  const { pib = '', request = '' } = useParams()
  const path = `/sickleave/employer/${encodeURIComponent(pib)}/requests/${encodeURIComponent(request)}`
  const live = useLive<RequestShown>(path, null)
  useTitle(words.one)
  return <Arrived live={live}>{(data) => <Request pib={pib} path={path} data={data} onChanged={live.reload} />}</Arrived>
}

type Of = { pib: string; path: string; data: RequestShown; onChanged(): void }

function Request({ pib, path, data, onChanged }: Of) {
  const say = useSay()
  const [asked, setAsked] = useState<Asked | null>(null)
  const isOpen = data.state === 'draft' || data.state === 'incomplete'
  return (
    <>
      <Head pib={pib} data={data} />
      {isOpen && <Missing pib={pib} data={data} />}
      <div className="buttons">
        {actsOf(path, pib, data).map(({ word, asked: next, isMain }) => (
          <button type="button" key={say(word)} className={isMain ? 'button main' : 'button'} onClick={() => setAsked({ ...next, title: say(word) })}>
            {say(word)}
          </button>
        ))}
      </div>
      {isOpen && (
        <section aria-labelledby="fields">
          <h2 id="fields">{say(words.fields)}</h2>
          <RequestForm
            first={contentOf(data)}
            isMain={data.missing.length > 0}
            send={{ method: 'PUT', path, more: { ...(data.week ? { week: data.week } : {}), seen: data.steps.length }, hasKind: false }}
            onSaved={onChanged}
          />
        </section>
      )}
      {isOpen && data.missing.length === 0 && <SignPart path={path} data={data} onChanged={onChanged} />}
      <EvidencePart path={path} evidence={data.evidence} mayAdd={isOpen} onChanged={onChanged} />
      {data.list && <CalculationTable list={data.list} />}
      <Facts data={data} />
      {data.signature?.signer && <SignedBy path={path} signer={data.signature.signer} />}
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={onChanged} />}
    </>
  )
}

function Head({ pib, data }: Pick<Of, 'pib' | 'data'>) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  return (
    <>
      <div className="page-head">
        <h1>
          {say(requestTitles[data.kind])} <Keep>{data.number}</Keep> <span className="status">{say(states[data.state])}</span>
        </h1>
        {data.due && (
          <p className="num">
            {say(data.waitsFor === 'fund' ? words.fundUntil : words.youUntil)}: <Due due={data.due.effective} today={dayOf(new Date().toISOString())} />
            {data.due.nominal !== data.due.effective && (
              <span className="soft"> ({say(words.byCalendar, { day: formatDate(language, data.due.nominal) })})</span>
            )}
          </p>
        )}
      </div>
      <p>
        <Link to={`/leaves/${pib}/${data.leave}`}>{given(`${data.employee.given} ${data.employee.family}`)}</Link>,{' '}
        <span className="num">
          {formatDate(language, data.from)} – {formatDate(language, data.until)}
        </span>
      </p>
      {data.answer && (
        <div className="notice warn">
          <p>
            {say(words.answer)}: {given(data.answer)}
          </p>
        </div>
      )}
      {data.toReturn && (
        <div className="notice crit">
          <p className="num">
            {say(words.toReturn, {
              total: formatPara(language, data.toReturn.total),
              interest: formatPara(language, data.toReturn.interest),
              until: formatDate(language, data.toReturn.until),
            })}
          </p>
        </div>
      )}
    </>
  )
}

/** The missing parts of the request, each with a link to the place where it is entered. */
function Missing({ pib, data }: { pib: string; data: RequestShown }) {
  const say = useSay()
  const language = useLanguage()
  if (data.missing.length === 0)
    return (
      <p className="notice ok" role="status">
        {say(words.complete)}
      </p>
    )
  return (
    <div className="notice warn" role="status">
      <div>
        <p>{say(words.missing)}</p>
        <ul>
          {data.missing.map((one) => {
            const text = one[keyIn[language]]
            const isElsewhere = one.where === 'earnings' || one.where === 'reports'
            const at = isElsewhere ? null : one.where.startsWith('evidence:') ? '#evidence' : `#request-${one.where}`
            return (
              <li key={one.code}>
                {at ? <a href={at}>{text}</a> : text}{' '}
                {one.where === 'earnings' && <Link to={`/leaves/${pib}/${data.leave}/earnings`}>{say(leaveWords.earnings)}</Link>}
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}

type Act = { word: (typeof words)['submit']; asked: Omit<Asked, 'title'>; isMain?: boolean }

function actsOf(path: string, pib: string, data: RequestShown): Act[] {
  const acts: Act[] = []
  const seen = { seen: data.steps.length }
  const isOpen = data.state === 'draft' || data.state === 'incomplete'
  if (isOpen && data.signatureNeeded === 'seal')
    acts.push({
      word: words.submit,
      isMain: data.missing.length === 0,
      asked: { lead: words.submitLead, confirm: words.submit, fields: [], to: `${path}/submission`, more: seen },
    })
  if (isOpen || data.state === 'submitted')
    acts.push({
      word: words.withdraw,
      asked: { confirm: words.withdraw, fields: [{ name: 'why', label: words.why }], to: `${path}/withdrawal`, more: seen },
    })
  if (data.state === 'paid' && data.kind === 'compensation')
    acts.push({
      word: words.confirm,
      isMain: true,
      asked: {
        ...{ lead: words.confirmLead, confirm: words.confirm, to: `${path}/confirmation`, more: seen },
        fields: [{ name: 'on', label: words.confirmOn, isDay: true }],
      },
    })
  if (['calculated', 'paid', 'confirmed', 'rejected'].includes(data.state))
    acts.push({
      word: objections.toSum,
      asked: {
        ...{ lead: objections.lead, confirm: objections.make, to: `/sickleave/employer/${encodeURIComponent(pib)}/objections` },
        more: { kind: 'calculation', leave: data.leave, request: data.id },
        fields: [{ name: 'text', label: objections.text, long: true }],
      },
    })
  return acts
}

function Facts({ data }: { data: RequestShown }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  const { signature } = data
  const facts: [string, string][] = [
    [say(words.payoutDay), data.payoutDay ? formatDate(language, data.payoutDay) : '–'],
    [say(words.account), data.account ?? '–'],
    [
      say(words.signed),
      signature
        ? say(signature.isQualified ? words.qualified : words.notQualified, { by: given(signature.by), at: formatMoment(language, signature.at) })
        : '–',
    ],
    [say(words.total), data.total === null ? '–' : `${formatPara(language, data.total)} RSD`],
    [say(words.paidOn), data.paidOn ? formatDate(language, data.paidOn) : '–'],
    [say(words.confirmedOn), data.confirmedOn ? formatDate(language, data.confirmedOn) : '–'],
  ]
  return (
    <div className="two-columns">
      <section aria-labelledby="facts">
        <h2 id="facts">{say(words.facts)}</h2>
        <FactList facts={facts} />
      </section>
      <section aria-labelledby="steps">
        <h2 id="steps">{say(words.steps)}</h2>
        <ul className="lines">
          {data.steps.map(({ kind, at }) => (
            <li key={`${kind} ${at}`}>
              <span className="num">{formatMoment(language, at)}</span> {say(stepWords[kind as keyof typeof stepWords] ?? words.step)}
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
