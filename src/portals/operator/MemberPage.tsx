import { useState } from 'react'
import { FactList } from '../shared/FactList.tsx'
import { Link, useParams } from 'react-router'
import type { MemberPage as Shown, Step } from '../../bus/wire.ts'
import { formatDate, formatMoment } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { memberStep, memberWord, moment, replayAsked } from './asked-steps.ts'
import { ContractsTable } from './ContractsTable.tsx'
import { QueuesTable } from './QueuesTable.tsx'
import { MemberStatus } from './Status.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { memberStates } from '../shared/bus-words.ts'
import { contracts, members, overview, path, stepReasons, steps } from './words.ts'

const everyMs = 5000

export function MemberPage() {
  const { code = '' } = useParams()
  const live = useLive<Shown>(`/bus/operator/members/${encodeURIComponent(code)}`, everyMs)
  useTitle(members.title)
  return (
    <>
      <h1>
        <Keep>{code}</Keep>
      </h1>
      <Arrived live={live} lines={10}>
        {(member) => <Member member={member} onChanged={live.reload} />}
      </Arrived>
    </>
  )
}

function Member({ member, onChanged }: { member: Shown; onChanged(): void }) {
  const say = useSay()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [replayed, setReplayed] = useState<number | null>(null)
  return (
    <>
      <p>
        <MemberStatus state={member.state} />
      </p>
      <MemberActs member={member} onAsk={setAsked} />
      <p role="status">{replayed !== null && say(path.replayed, { count: replayed })}</p>
      <Facts member={member} />
      <section aria-labelledby="queue">
        <h2 id="queue">{say(members.queue)}</h2>
        {member.queue.lanes.length > 0 || member.queue.parked > 0 ? (
          <QueuesTable queues={[member.queue]} now={new Date().toISOString()} />
        ) : (
          <p className="soft">{say(overview.noQueues)}</p>
        )}
      </section>
      <section aria-labelledby="contracts">
        <h2 id="contracts">{say(contracts.title)}</h2>
        <ContractsTable contracts={member.contracts} labelledBy="contracts" onChanged={onChanged} />
      </section>
      <div className="two-columns">
        <Life steps={member.steps} />
        <Keys keys={member.keys} />
      </div>
      <Services services={member.services} />
      {asked && (
        <StepDialog<{ replayed?: number }>
          asked={asked}
          onClose={() => setAsked(null)}
          onDone={(answer) => {
            setReplayed(answer.replayed ?? null)
            onChanged()
          }}
        />
      )}
    </>
  )
}

function MemberActs({ member, onAsk }: { member: Shown; onAsk(asked: Asked): void }) {
  const say = useSay()
  const range = [
    { name: 'from', label: steps.from, hint: steps.momentHint, form: moment },
    { name: 'to', label: steps.to, optional: true, form: moment },
  ]
  return (
    <div className="buttons">
      {member.next.map((to) => (
        <button type="button" key={to} className="button" onClick={() => onAsk(memberStep(say, member.code, member.state, to))}>
          {say(memberWord(member.state, to))}
        </button>
      ))}
      {member.queue.parked > 0 && (
        <button type="button" className="button" onClick={() => onAsk(replayAsked(say, member.code, { parked: 'yes' }))}>
          {say(members.replayParked)}
        </button>
      )}
      <button type="button" className="button" onClick={() => onAsk(replayAsked(say, member.code, {}, range))}>
        {say(members.replayRange)}
      </button>
      <Link className="button" to={`/messages?member=${member.code}`}>
        {say(members.messagesOf)}
      </Link>
    </div>
  )
}

function Facts({ member }: { member: Shown }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const moment = (at: string | null) => (at === null ? say(members.notYet) : formatMoment(language, at))
  const facts: [string, string][] = [
    [say(members.systemName), data(member.name)],
    [say(members.mb), member.mb],
    [say(members.contact), data(member.contact)],
    [say(members.proved), moment(member.provedAt)],
    [say(members.tested), moment(member.testedAt)],
    [say(members.webhook), member.webhook ?? say(members.fetches)],
  ]
  return <FactList facts={facts} />
}

/** The decisions about a member: by whom, with which number and why, newest first. */
function Life({ steps: life }: { steps: Step[] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const reasonOf = (reason: string) => {
    const known = stepReasons[reason as keyof typeof stepReasons]
    return known ? say(known) : data(reason)
  }
  return (
    <section aria-labelledby="life">
      <h2 id="life">{say(members.life)}</h2>
      {life.length === 0 && <p className="soft">{say(members.noLife)}</p>}
      <ol className="lines">
        {life.map(({ number, at, state, decision, reason, by }) => (
          <li key={number}>
            <span className="num">{formatMoment(language, at)}</span>{' '}
            <span className="strong">{say(memberStates[state as keyof typeof memberStates] ?? memberStates.requested)}</span>{' '}
            {decision !== null && <Keep>{decision}</Keep>}
            <p className="soft">
              {data(by)}
              {reason !== null && `: ${reasonOf(reason)}`}
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Keys({ keys }: { keys: Shown['keys'] }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">{say(members.keys)}</h2>
      {keys.length === 0 && <p className="soft">{say(members.noKeys)}</p>}
      <ul className="lines">
        {keys.map(({ kid, validUntil, withdrawnAt }) => (
          <li key={kid}>
            <span className="code" translate="no">
              {kid}
            </span>
            <p className="soft">
              {withdrawnAt === null
                ? say(members.until, { at: formatDate(language, validUntil) })
                : say(members.withdrawn, { at: formatMoment(language, withdrawnAt) })}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Services({ services }: { services: Shown['services'] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <section aria-labelledby="services">
      <h2 id="services">{say(members.services)}</h2>
      {services.length === 0 && <p className="soft">{say(members.noServices)}</p>}
      <ul className="lines">
        {services.map(({ name, kind, title, version, deprecatedAt }) => (
          <li key={name}>
            <Keep>{name}</Keep> <span className="soft">{data(title)}</span>{' '}
            <Keep>
              {kind} · {version}
            </Keep>{' '}
            {deprecatedAt !== null && (
              <span className="status warn">
                <Icon name="warning" />
                {say(members.deprecated, { at: formatDate(language, deprecatedAt) })}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
