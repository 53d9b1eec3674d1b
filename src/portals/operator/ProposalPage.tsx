import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { ProposalPage as Shown } from '../../bus/wire.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { proposals as words, steps } from './words.ts'

/** Shows the second person the present text beside the proposed one. */
export function ProposalPage() {
  const { id = '' } = useParams()
  const say = useSay()
  const live = useLive<Shown>(`/bus/operator/proposals/${encodeURIComponent(id)}`, null)
  useTitle(words.title)
  return (
    <>
      <h1>{say(words.title)}</h1>
      <Arrived live={live} lines={10}>
        {(proposal) => <Proposal proposal={proposal} onChanged={live.reload} />}
      </Arrived>
    </>
  )
}

function Proposal({ proposal, onChanged }: { proposal: Shown; onChanged(): void }) {
  const say = useSay()
  const data = useData()
  const [asked, setAsked] = useState<Asked | null>(null)
  const ask = (decision: 'approved' | 'refused') =>
    setAsked({
      title: say(decision === 'approved' ? words.approve : words.refuse),
      lead: words.lead,
      confirm: decision === 'approved' ? words.approve : words.refuse,
      fields: [{ name: 'reason', label: steps.reason }],
      to: `/bus/operator/proposals/${proposal.id}/decision`,
      more: { decision },
    })
  return (
    <>
      <p>
        {say(words[proposal.state])} · {say(words.by)}: {data(proposal.proposedBy)} · {data(proposal.reason)} ·{' '}
        <Link to={`/messages/${proposal.message}`}>
          <Keep>{proposal.message.slice(-12)}</Keep>
        </Link>
      </p>
      {proposal.sent !== null && (
        <p>
          <Link to={`/messages/${proposal.sent}`}>{say(words.sent, { id: proposal.sent.slice(-12) })}</Link>
        </p>
      )}
      {proposal.state === 'open' && (
        <div className="buttons">
          {proposal.isMine ? (
            <p className="soft">{say(words.mine)}</p>
          ) : (
            <button type="button" className="button main" onClick={() => ask('approved')}>
              {say(words.approve)}
            </button>
          )}
          <button type="button" className="button" onClick={() => ask('refused')}>
            {say(words.refuse)}
          </button>
        </div>
      )}
      <div className="two-columns">
        <section aria-labelledby="before">
          <h2 id="before">{say(words.before)}</h2>
          <pre className="body-text" translate="no">
            {proposal.before ?? say(words.gone)}
          </pre>
        </section>
        <section aria-labelledby="after">
          <h2 id="after">{say(words.after)}</h2>
          <pre className="body-text" translate="no">
            {proposal.after ?? say(words.gone)}
          </pre>
        </section>
      </div>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={onChanged} />}
    </>
  )
}
