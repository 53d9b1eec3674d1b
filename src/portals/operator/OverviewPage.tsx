import { useState } from 'react'
import { Link } from 'react-router'
import type { BusOverview } from '../../bus/wire.ts'
import { formatMoment } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useLanguage, useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { QueuesTable } from './QueuesTable.tsx'
import { lasting } from './time.ts'
import { TrafficChart } from './TrafficChart.tsx'
import { useLive } from '../shared/use-live.ts'
import { Alerts } from './Alerts.tsx'
import { alerts, employersTold, kinds, overview, portal, shortages } from './words.ts'
import { EmployersTold } from './EmployersTold.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'

const everyMs = 4000

/** Shows whether the bus works, what waits and what must be decided. The page refreshes by itself and can be paused (WCAG 2.2.2). */
export function OverviewPage() {
  const say = useSay()
  const language = useLanguage()
  const [isPaused, setPaused] = useState(false)
  const live = useLive<BusOverview>('/bus/operator/overview', isPaused ? null : everyMs)
  useTitle(overview.title)
  return (
    <>
      <div className="page-head">
        <h1>{say(overview.title)}</h1>
        {live.data && <span className="soft num">{say(portal.asOf, { time: formatMoment(language, live.data.at, { seconds: true }) })}</span>}
        <button type="button" className="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {say(isPaused ? portal.resume : portal.pause)}
        </button>
      </div>
      <Arrived live={live} lines={12}>
        {(data) => (
          <>
            <Condition shortages={data.degraded} alerted={data.alerts.filter(({ ended }) => !ended).length} />
            <Signs data={data} />
            <section aria-labelledby="alerts">
              <h2 id="alerts">{say(alerts.title)}</h2>
              <Alerts alerts={data.alerts} onTaken={live.reload} />
            </section>
            <section aria-labelledby="traffic">
              <h2 id="traffic">{say(overview.traffic)}</h2>
              <TrafficChart minutes={data.minutes} />
            </section>
            <section aria-labelledby="services">
              <h2 id="services">{say(overview.services)}</h2>
              <Services rates={data.rates} />
            </section>
            <section aria-labelledby="queues">
              <h2 id="queues">{say(overview.queues)}</h2>
              <QueuesTable queues={data.queues} now={data.at} />
            </section>
            <section aria-labelledby="employers-told">
              <h2 id="employers-told">{say(employersTold.title)}</h2>
              <EmployersTold isPaused={isPaused} />
            </section>
            <div className="two-columns">
              <section aria-labelledby="circuits">
                <h2 id="circuits">{say(overview.circuits)}</h2>
                <Circuits circuits={data.circuits} />
              </section>
              <section aria-labelledby="seal">
                <h2 id="seal">{say(overview.seal)}</h2>
                <Seal seal={data.seal} />
              </section>
            </div>
          </>
        )}
      </Arrived>
    </>
  )
}

/** The condition that every caller gets in the header of each answer, here with its figure. */
function Condition({ shortages: found, alerted }: { shortages: BusOverview['degraded']; alerted: number }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <div role="status" className="condition">
      {found.length === 0 && alerted > 0 && (
        <p className="status warn">
          <Icon name="warning" />
          {say(overview.alerted, { count: alerted })}
        </p>
      )}
      {found.length === 0 && alerted === 0 && (
        <p className="status ok">
          <Icon name="done" />
          {say(overview.fine)}
        </p>
      )}
      {found.map(({ reason, since, figure }) => (
        <p className="notice warn" key={reason}>
          <Icon name="warning" />
          <span>
            {say(overview.degraded, {
              reason: say(shortages[reason as keyof typeof shortages] ?? shortages['database-slow']),
              figure,
              at: formatMoment(language, since, { seconds: true }),
            })}
          </span>
        </p>
      ))}
    </div>
  )
}

function Signs({ data }: { data: BusOverview }) {
  const say = useSay()
  const { members, contractsWaiting, proposalsWaiting } = data
  const signs: [number, string, string][] = [
    [members.active, say(overview.activeMembers, { count: members.active }), '/members'],
    [members.suspended, say(overview.suspendedMembers, { count: members.suspended }), '/members'],
    [members.requested, say(overview.requests, { count: members.requested }), '/members'],
    [contractsWaiting, say(overview.contractsWaiting, { count: contractsWaiting }), '/contracts'],
    [proposalsWaiting, say(overview.proposalsWaiting, { count: proposalsWaiting }), '/proposals'],
  ]
  return (
    <ul className="signs">
      {signs.map(([count, words, to]) => (
        <li key={words}>
          <Link to={to}>
            <span className="sign num">{count}</span> {words}
          </Link>
        </li>
      ))}
    </ul>
  )
}

function Services({ rates }: { rates: BusOverview['rates'] }) {
  const say = useSay()
  const language = useLanguage()
  if (rates.length === 0) return <p className="soft">{say(overview.noTraffic)}</p>
  return (
    <LinesTable
      labelledBy="services"
      words={[overview.service, overview.kind]}
      figures={[overview.perMinute, overview.refused, overview.failed, overview.p50, overview.p95, overview.p99]}
    >
      {rates.map(({ kind, service, perMinute, refused, failed, p50, p95, p99 }) => (
        <tr key={`${kind} ${service}`}>
          <th scope="row">
            <Keep>{service}</Keep>
          </th>
          <td>{say(kinds[kind])}</td>
          <td className="number">{perMinute}</td>
          <td className="number">{refused > 0 ? <Marked count={refused} tone="warn" /> : 0}</td>
          <td className="number">{failed > 0 ? <Marked count={failed} tone="crit" /> : 0}</td>
          <td className="number">{lasting(language, p50)}</td>
          <td className="number">{lasting(language, p95)}</td>
          <td className="number">{lasting(language, p99)}</td>
        </tr>
      ))}
    </LinesTable>
  )
}

function Marked({ count, tone }: { count: number; tone: 'warn' | 'crit' }) {
  return (
    <span className={`status ${tone}`}>
      <Icon name={tone === 'crit' ? 'critical' : 'warning'} />
      {count}
    </span>
  )
}

function Circuits({ circuits }: { circuits: BusOverview['circuits'] }) {
  const say = useSay()
  if (circuits.length === 0) return <p className="soft">{say(overview.noCircuits)}</p>
  return (
    <ul className="lines">
      {circuits.map(({ service, failures, openMs }, at) => (
        <li key={at}>
          <Keep>{service}</Keep>{' '}
          <span className="status warn">
            <Icon name="warning" />
            {openMs > 0 ? say(overview.circuitOpen, { seconds: Math.ceil(openMs / 1000) }) : say(overview.circuitFails, { count: failures })}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Seal({ seal }: { seal: BusOverview['seal'] }) {
  const say = useSay()
  const language = useLanguage()
  if (!seal) return <p className="soft">{say(overview.sealNone)}</p>
  return (
    <>
      <p>{say(overview.sealLast, { number: seal.number, at: formatMoment(language, seal.at, { seconds: true }), rows: seal.rows })}</p>
      {seal.unsealedSince && <p className="soft">{say(overview.sealWaits, { at: formatMoment(language, seal.unsealedSince, { seconds: true }) })}</p>}
      {seal.stamped !== null && <p className="soft">{say(overview.stamped, { number: seal.stamped })}</p>}
    </>
  )
}
