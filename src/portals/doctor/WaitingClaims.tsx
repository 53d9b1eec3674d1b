import { useEffect, useState } from 'react'
import { useRevalidator } from 'react-router'
import type { Claim, Claims, ConfirmedClaim } from '../../access/wire.ts'
import { get, post } from '../shared/api.ts'
import { formatDate, formatTime } from '../shared/format.ts'
import { useLanguage, useSay } from '../shared/language.tsx'
import { claims as words } from './words.ts'

/**
 * Encounters that the institution's own system reported as in progress with this doctor. A report alone opens nothing: when
 * the doctor confirms it, it becomes a visit like any other.
 */
export function WaitingClaims() {
  const say = useSay()
  const { revalidate } = useRevalidator()
  const [waiting, setWaiting] = useState<Claim[]>([])
  const [failed, setFailed] = useState<string | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    get<Claims>('/access/claims', abort.signal).then(
      ({ claims }) => setWaiting(claims),
      () => {}, // Without these the page works as before, and the finder shows what is wrong with the connection.
    )
    return () => abort.abort()
  }, [])
  if (waiting.length === 0) return null
  const confirm = async (id: string) => {
    try {
      await post<ConfirmedClaim>(`/access/claims/${encodeURIComponent(id)}/confirmation`, {})
      setWaiting((before) => before.filter((one) => one.id !== id))
      setFailed(null)
      await revalidate()
    } catch {
      setFailed(id)
    }
  }
  return (
    <section className="claims" aria-labelledby="claims-title">
      <h2 id="claims-title">{say(words.title)}</h2>
      <p className="soft">{say(words.lead)}</p>
      <ul>
        {waiting.map((claim) => (
          <ClaimLine key={claim.id} claim={claim} isFailed={failed === claim.id} onConfirm={() => void confirm(claim.id)} />
        ))}
      </ul>
    </section>
  )
}

function ClaimLine({ claim, isFailed, onConfirm }: { claim: Claim; isFailed: boolean; onConfirm: () => void }) {
  const say = useSay()
  const language = useLanguage()
  const time = `${formatDate(language, claim.at)} ${formatTime(claim.at) ?? ''}`
  return (
    <li>
      <span className="num">{say(words.line, { time, encounter: claim.encounter })}</span>
      <button type="button" className="button" onClick={onConfirm}>
        {say(words.confirm)}
      </button>
      {isFailed && <span role="alert">{say(words.failed)}</span>}
    </li>
  )
}
