import { useParams } from 'react-router'
import type { CertificateState } from '../../vendor/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { FactList } from '../shared/FactList.tsx'
import { formatDate, formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { CertificateStatus } from '../shared/CertificateStatus.tsx'
import { certificate as words, start, system } from './words.ts'

/** A certificate for paper. The address in its QR code leads anybody to this page, which tells whether it is still valid. */
export function CertificatePage() {
  const say = useSay()
  const { id = '' } = useParams()
  const live = useLive<CertificateState>(`/vendor/certificates/${encodeURIComponent(id)}`, null)
  useTitle(words.title)
  return (
    <>
      <h1>{say(words.title)}</h1>
      <Arrived live={live} meanings={{ 404: words.noCertificate }}>
        {(shown) => <Paper shown={shown} />}
      </Arrived>
    </>
  )
}

const sentences = { valid: words.holds, failing: words.failing, revoked: words.revoked, expired: words.expired }

function Paper({ shown }: { shown: CertificateState }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const rows = [
    [start.vendor, data(shown.vendor)],
    [start.system, `${data(shown.system)} ${shown.systemVersion}`],
    [system.protocol, shown.protocol],
    [words.playedBy, say(shown.playedBy === 'script' ? system.script : system.ownSystem)],
    [words.rules, `${shown.rules}, ${say(system.score, { score: shown.score })}`],
    [words.issued, formatDate(language, shown.issuedAt)],
    [words.ends, formatDate(language, shown.expiresAt)],
    ...(shown.checkedAt === null ? [] : [[words.checked, formatMoment(language, shown.checkedAt)] as const]),
  ] as const
  return (
    <>
      <p>
        <CertificateStatus state={shown.state} /> {say(sentences[shown.state], { reason: shown.reason ?? '' })}
      </p>
      <div className="certificate">
        <FactList facts={[...rows.map(([word, value]) => [say(word), value] as const), [say(words.number), <Keep key="number">{shown.id}</Keep>]]} />
        <img src={`/vendor/certificates/${shown.id}/qr`} alt={say(words.qr)} width="176" height="176" />
      </div>
      <p className="soft">{say(words.sandbox)}</p>
      <p className="no-print">
        <button type="button" className="button" onClick={() => print()}>
          {say(words.print)}
        </button>
      </p>
    </>
  )
}
