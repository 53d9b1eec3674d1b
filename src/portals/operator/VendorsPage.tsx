import { useState } from 'react'
import { useOutletContext } from 'react-router'
import type { Me } from '../../access/wire.ts'
import type { SystemsShown } from '../../vendor/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { CertificateStatus } from '../shared/CertificateStatus.tsx'
import { formatDate, formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { vendors as words } from './words.ts'

type System = SystemsShown['systems'][number]
type Certificate = System['certificates'][number]

const everyMs = 15_000

/** The vendors in the sandbox, how far they are, and which certificates are valid. An operator can withdraw a certificate. */
export function VendorsPage() {
  const say = useSay()
  const me = useOutletContext<Me>()
  const [asked, setAsked] = useState<Asked | null>(null)
  const live = useLive<SystemsShown>('/vendor/systems', everyMs)
  useTitle(words.title)
  const revoke = ({ name }: System, { id, protocol }: Certificate) =>
    setAsked({
      title: say(words.revokeTitle, { name: `${name}, ${protocol}` }),
      lead: words.forGood,
      confirm: words.revoke,
      fields: [{ name: 'reason', label: words.reason }],
      to: `/vendor/certificates/${id}/revocation`,
      more: {},
    })
  return (
    <>
      <h1 id="vendors">{say(words.title)}</h1>
      <Arrived live={live}>
        {({ systems }) =>
          systems.length === 0 ? (
            <p className="soft">{say(words.none)}</p>
          ) : (
            <LinesTable labelledBy="vendors" words={[words.system, words.contact, words.lastRun, words.certificates]}>
              {systems.map((system) => (
                <Line key={system.id} system={system} onRevoke={me.roles.includes('operator') ? revoke : null} />
              ))}
            </LinesTable>
          )
        }
      </Arrived>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </>
  )
}

function Line({ system, onRevoke }: { system: System; onRevoke: ((system: System, certificate: Certificate) => void) | null }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { vendor, name, version, contact, mb, lastRun, certificates } = system
  return (
    <tr>
      <th scope="row">
        {data(name)} {version}
        <p className="soft">
          {data(vendor)}, <Keep>{mb}</Keep>
        </p>
      </th>
      <td>
        <Keep>{contact}</Keep>
      </td>
      <td>
        {lastRun === null ? (
          say(words.never)
        ) : (
          <>
            <Keep>{lastRun.protocol}</Keep> {say(lastRun.passed === null ? words.open : lastRun.passed ? words.passed : words.failed)}
            <p className="soft num">{formatMoment(language, lastRun.beganAt)}</p>
          </>
        )}
      </td>
      <td>
        {certificates.length === 0 && say(words.noCertificates)}
        {certificates.map((one) => (
          <div key={one.id}>
            <Keep>{one.protocol}</Keep> <CertificateStatus state={one.state} />{' '}
            <span className="soft num">{say(words.until, { date: formatDate(language, one.expiresAt) })}</span>
            {one.reason !== null && <p className="soft">{one.reason}</p>}
            {onRevoke && one.state !== 'revoked' && (
              <p>
                <button
                  type="button"
                  className="button"
                  aria-label={`${say(words.revoke)}: ${data(name)}, ${one.protocol}`}
                  onClick={() => onRevoke(system, one)}
                >
                  {say(words.revoke)}
                </button>
              </p>
            )}
          </div>
        ))}
      </td>
    </tr>
  )
}
