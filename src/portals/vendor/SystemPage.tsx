import { Fragment, useEffect, useState } from 'react'
import { Link, useLocation, useParams } from 'react-router'
import type { CertificateShown, RunShown, SystemShown } from '../../vendor/wire.ts'
import { postAsNobody } from '../shared/api.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { FactList } from '../shared/FactList.tsx'
import { formatDate, formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { CertificateStatus } from '../shared/CertificateStatus.tsx'
import { Joining } from './Joining.tsx'
import { saveFile } from './keys.ts'
import { rememberSystem } from './known-systems.ts'
import { RunLine } from './RunLine.tsx'
import type { JustSignedUp } from './SignUpPage.tsx'
import { start, system as words } from './words.ts'

const everyMs = 5000
/** The page of the guides for each protocol. */
const guides = { hl7v2: 'edge-hl7v2', cda: 'edge-cda', csv: 'edge-csv', rest: 'edge-rest', bus: 'edge-bus' } as const
type Protocol = keyof typeof guides
const protocols = Object.keys(guides) as Protocol[]

export function SystemPage() {
  const say = useSay()
  const data = useData()
  const { id = '' } = useParams()
  const just = useLocation().state as JustSignedUp | null
  const live = useLive<SystemShown>(`/vendor/systems/${encodeURIComponent(id)}`, everyMs)
  useTitle(words.scenarios)
  const name = live.data?.name
  useEffect(() => {
    if (name !== undefined) rememberSystem({ id, name })
  }, [id, name])
  return (
    <Arrived live={live} meanings={{ 404: words.noSystem }}>
      {(shown) => (
        <>
          <h1>
            {data(shown.name)} {shown.version}
          </h1>
          <FactList
            facts={[
              [say(start.vendor), data(shown.vendor)],
              [
                say(words.institution),
                <Fragment key="institution">
                  {data(shown.institution)}, <Keep>{shown.mb}</Keep>
                </Fragment>,
              ],
              [say(words.numberIs), <Keep key="number">{shown.id}</Keep>],
            ]}
          />
          <Joining id={id} just={just} />
          <Scenarios shown={shown} onAsked={live.reload} />
          <section aria-labelledby="runs">
            <h2 id="runs">{say(words.runs)}</h2>
            {shown.runs.length === 0 ? (
              <p className="soft">{say(words.noRuns)}</p>
            ) : (
              <ul className="lines">
                {shown.runs.map((run) => (
                  <RunLine key={run.id} run={run} />
                ))}
              </ul>
            )}
          </section>
          <Certificates certificates={shown.certificates} />
        </>
      )}
    </Arrived>
  )
}

const runMaxMs = 5 * 60_000
const isOpen = (run: RunShown | undefined): boolean => run !== undefined && run.endedAt === null && Date.now() - Date.parse(run.beganAt) < runMaxMs

function Scenarios({ shown, onAsked }: { shown: SystemShown; onAsked(): void }) {
  const say = useSay()
  const [asked, setAsked] = useState<Protocol | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const run = async (protocol: Protocol) => {
    setFailure(null)
    setAsked(null)
    try {
      await postAsNobody(`/vendor/systems/${shown.id}/tests`, { protocol })
      setAsked(protocol)
      onAsked()
    } catch (error) {
      setFailure(error)
    }
  }
  return (
    <section aria-labelledby="scenarios">
      <h2 id="scenarios">{say(words.scenarios)}</h2>
      <p className="soft">{say(words.scenariosLead)}</p>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <p role="status">{asked && !isOpen(shown.runs.find(({ protocol }) => protocol === asked)) && say(words.asked, { protocol: asked })}</p>
      <LinesTable labelledBy="scenarios" words={[words.protocol, words.state, words.lastRun, words.run, words.guide]}>
        {protocols.map((protocol) => (
          <ScenarioRow key={protocol} protocol={protocol} shown={shown} onRun={() => void run(protocol)} />
        ))}
      </LinesTable>
    </section>
  )
}

function ScenarioRow({ protocol, shown, onRun }: { protocol: Protocol; shown: SystemShown; onRun(): void }) {
  const say = useSay()
  const last = shown.runs.find((one) => one.protocol === protocol)
  const certificate = shown.certificates.find((one) => one.protocol === protocol)
  return (
    <tr>
      <th scope="row">
        <Keep>{protocol}</Keep>
      </th>
      <td>{certificate ? <CertificateStatus state={certificate.state} /> : say(words.none)}</td>
      <td>
        {last === undefined
          ? say(words.never)
          : last.score === null
            ? say(isOpen(last) ? words.underWay : words.unfinished)
            : say(words.score, { score: last.score })}
      </td>
      <td>
        <button
          type="button"
          className="button"
          aria-disabled={isOpen(last)}
          aria-label={`${say(last ? words.repeat : words.run)}: ${protocol}`}
          onClick={() => !isOpen(last) && onRun()}
        >
          {say(last ? words.repeat : words.run)}
        </button>
      </td>
      <td>
        <a href={`/guides/${guides[protocol]}`} aria-label={`${say(words.guide)}: ${protocol}`}>
          {say(words.guide)}
        </a>
      </td>
    </tr>
  )
}

function Certificates({ certificates }: { certificates: CertificateShown[] }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <section aria-labelledby="certificates">
      <h2 id="certificates">{say(words.certificates)}</h2>
      {certificates.length === 0 && <p className="soft">{say(words.noCertificates)}</p>}
      <ul className="lines">
        {certificates.map(({ id, protocol, state, expiresAt, issuedAt, reason, jws }) => (
          <li key={id}>
            <p>
              <strong>
                <Keep>{protocol}</Keep>
              </strong>{' '}
              <CertificateStatus state={state} /> <span className="soft num">{say(words.until, { date: formatDate(language, expiresAt) })}</span>
            </p>
            {reason !== null && <p>{reason}</p>}
            <p className="soft num">{formatMoment(language, issuedAt)}</p>
            <div className="buttons">
              <Link className="button" to={`/certificate/${id}`} aria-label={`${say(words.print)}: ${protocol}`}>
                {say(words.print)}
              </Link>
              <button
                type="button"
                className="button"
                aria-label={`${say(words.download)}: ${protocol}`}
                onClick={() => saveFile(`certificate-${protocol}.jws`, `${jws}\n`)}
              >
                {say(words.download)}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
