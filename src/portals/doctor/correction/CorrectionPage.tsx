import { useEffect, useRef, useState } from 'react'
import { Link, useParams } from 'react-router'
import type { Desk, DeskLine } from '../../../sickleave/objection/wire.ts'
import type { Leaves, LeaveView } from '../../../sickleave/wire.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { Due } from '../../shared/Due.tsx'
import { FactList } from '../../shared/FactList.tsx'
import { formatDate, formatMoment } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { LeaveList } from '../../shared/LeaveList.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { useLive } from '../../shared/use-live.ts'
import { useTitle } from '../../shared/use-title.ts'
import { banner } from '../record/words.ts'
import { SignatureState } from '../signature/Signature.tsx'
import { Acceptance } from './Acceptance.tsx'
import { correction as words } from './words.ts'

type Decided = { line: DeskLine; isAccepted: boolean; left: Desk['lines'] }

/** One request to correct a leave: who asks for what and until when, the leave with its papers, and the answer. */
export function CorrectionPage() {
  const { objection = '' } = useParams()
  useTitle(words.short)
  // The key makes a new page for another request, so that nothing typed or decided here stays.
  return <Asking key={objection} objection={objection} />
}

function Asking({ objection }: { objection: string }) {
  const say = useSay()
  const live = useLive<Desk>('/sickleave/corrections', null)
  const [decided, setDecided] = useState<Decided | null>(null)
  return (
    <div className="page leave-page correction-page">
      <p>
        <Link to="/">{say(words.home)}</Link>
      </p>
      {decided ? (
        <Outcome decided={decided} />
      ) : (
        <Arrived live={live} lines={8}>
          {({ today, lines }) => {
            const line = lines.find(({ id }) => id === objection)
            return line ? (
              <Request line={line} today={today} onDecided={(isAccepted, { lines: left }) => setDecided({ line, isAccepted, left })} />
            ) : (
              <>
                <Title />
                <p>{say(words.gone)}</p>
              </>
            )
          }}
        </Arrived>
      )}
    </div>
  )
}

/** Takes the focus when it appears, so that a screen reader begins with the title. */
function Title({ number }: { number?: string }) {
  const say = useSay()
  const data = useData()
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <h1 tabIndex={-1} ref={title}>
      {number === undefined ? say(words.short) : say(words.title, { number: data(number) })}
    </h1>
  )
}

type RequestOf = { line: DeskLine; today: string; onDecided(isAccepted: boolean, left: Desk): void }

function Request({ line, today, onDecided }: RequestOf) {
  const say = useSay()
  const data = useData()
  const at = `/sickleave/people/${encodeURIComponent(line.person)}/leaves`
  const live = useLive<Leaves>(at, null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const refusal: Asked = {
    title: say(words.refuseTitle, { number: data(line.number) }),
    lead: words.refuseLead,
    confirm: words.refuse,
    fields: [{ name: 'why', label: words.reason }],
    to: `/sickleave/corrections/${line.id}`,
    more: { accept: false },
  }
  return (
    <>
      <Title number={line.number} />
      <AskedFor line={line} today={today} birthDate={live.data?.birthDate ?? null} />
      <section aria-labelledby="asked-about">
        <h2 id="asked-about">{say(words.leave)}</h2>
        <Arrived live={live}>
          {({ leaves }) => {
            const leave = leaves.find(({ id }) => id === line.leave)
            return leave ? (
              <LeaveList leaves={[leave]} papers={({ id }) => `${at}/${id}/documents`} acts={() => <AllLeaves person={line.person} />} />
            ) : (
              <p className="soft">{say(words.missing)}</p>
            )
          }}
        </Arrived>
      </section>
      <section aria-labelledby="mend">
        <h2 id="mend">{say(words.mend)}</h2>
        {(live.data !== null || live.error !== null) && (
          <Acceptance line={line} leave={leaveIn(live.data, line)} onAccepted={(left) => onDecided(true, left)} />
        )}
        <p className="buttons">
          <button type="button" className="button" onClick={() => setAsked(refusal)}>
            {say(words.refuse)}
          </button>
        </p>
        <SignatureState />
      </section>
      {asked && <StepDialog<Desk> asked={asked} onClose={() => setAsked(null)} onDone={(left) => onDecided(false, left)} />}
    </>
  )
}

/** The correction that is asked for: about whom, by whom and until when. */
function AskedFor({ line, today, birthDate }: { line: DeskLine; today: string; birthDate: string | null }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { employee, madeBy, employer, madeAt, due } = line
  return (
    <section aria-labelledby="asked">
      <h2 id="asked">{say(words.asked)}</h2>
      <FactList
        facts={[
          [say(words.about), data(`${employee.family} ${employee.given}`)],
          [say(banner.born), birthDate ? formatDate(language, birthDate) : '–'],
          [say(words.askedBy), madeBy === 'employer' ? say(words.employer, { name: data(employer ?? '') }) : say(words[madeBy])],
          [say(words.sent), formatMoment(language, madeAt)],
          [say(words.due), <Due key="due" due={due} today={today} />],
        ]}
      />
      <blockquote>{data(line.text)}</blockquote>
    </section>
  )
}

const leaveIn = (answer: Leaves | null, { leave }: DeskLine): LeaveView | null => answer?.leaves.find(({ id }) => id === leave) ?? null

function AllLeaves({ person }: { person: string }) {
  const say = useSay()
  return (
    <p>
      <Link to={`/people/${encodeURIComponent(person)}/leave`}>{say(words.others)}</Link>
    </p>
  )
}

/** Takes the focus, because the focused element has disappeared. */
function Outcome({ decided: { line, isAccepted, left } }: { decided: Decided }) {
  const say = useSay()
  const data = useData()
  const message = useRef<HTMLDivElement>(null)
  useEffect(() => message.current?.focus(), [])
  const number = data(line.number)
  const [next] = left
  return (
    <>
      <h1>{say(words.title, { number })}</h1>
      <div className="notice ok" role="status" tabIndex={-1} ref={message}>
        <Icon name="done" />
        <p>{say(isAccepted ? words.accepted : words.refused, { number })}</p>
      </div>
      {next && (
        <p className="buttons">
          <Link className="button main" to={`/corrections/${next.id}`}>
            {say(words.next, { name: data(`${next.employee.family} ${next.employee.given}`) })}
          </Link>
        </p>
      )}
    </>
  )
}
