import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { MessageBody, MessagePath } from '../../bus/wire.ts'
import { get } from '../shared/api.ts'
import { FactList } from '../shared/FactList.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useData, useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { correctionAsked, replayAsked } from './asked-steps.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { Way } from './Way.tsx'
import { path, proposals, purposes, search } from './words.ts'

export function MessagePage() {
  const { id = '' } = useParams()
  const say = useSay()
  const live = useLive<MessagePath>(`/bus/operator/messages/${encodeURIComponent(id)}`, null)
  useTitle(search.title)
  return (
    <>
      <h1>{say(path.title, { id: id.slice(-12) })}</h1>
      <Arrived live={live} lines={8}>
        {(message) => <Message message={message} onChanged={live.reload} />}
      </Arrived>
    </>
  )
}

function Message({ message, onChanged }: { message: MessagePath; onChanged(): void }) {
  const say = useSay()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [said, setSaid] = useState('')
  const [failure, setFailure] = useState<unknown>(null)
  const ended = message.deliveries.filter(({ state }) => state === 'acknowledged' || state === 'parked')
  const parked = message.kind === 'message' ? message.deliveries.filter(({ state }) => state === 'parked') : []
  const correct = async (recipient: string) => {
    try {
      const { text } = await get<MessageBody>(`/bus/operator/messages/${message.id}/body`)
      setFailure(null)
      setAsked(correctionAsked(say, message.id, recipient, text))
    } catch (error) {
      setFailure(error)
    }
  }
  return (
    <>
      <Facts message={message} />
      <div className="buttons">
        <a className="button" href={`/bus/operator/messages/${message.id}/evidence`} download>
          {say(path.evidence)}
        </a>
        {message.hasBody &&
          ended.map(({ recipient }) => (
            <button type="button" key={recipient} className="button" onClick={() => setAsked(replayAsked(say, recipient, { message: message.id }))}>
              {say(path.replay)}: {recipient}
            </button>
          ))}
        {parked.map(({ recipient }) => (
          <button type="button" key={recipient} className="button" onClick={() => void correct(recipient)}>
            {say(path.correct)}: {recipient}
          </button>
        ))}
      </div>
      {!message.hasBody && ended.length > 0 && <p className="soft">{say(path.noBody)}</p>}
      <p role="status">{said}</p>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <Way message={message} />
      {message.proposals.length > 0 && <Proposals made={message.proposals} />}
      {asked && (
        <StepDialog<{ replayed?: number }>
          asked={asked}
          onClose={() => setAsked(null)}
          onDone={({ replayed }) => {
            setSaid(replayed === undefined ? say(proposals.done) : say(path.replayed, { count: replayed }))
            onChanged()
          }}
        />
      )}
    </>
  )
}

function Proposals({ made }: { made: MessagePath['proposals'] }) {
  const say = useSay()
  return (
    <section aria-labelledby="proposals">
      <h2 id="proposals">{say(proposals.title)}</h2>
      <ul className="lines">
        {made.map(({ id, proposedBy, reason, state }) => (
          <li key={id}>
            <Link to={`/proposals/${id}`}>{say(proposals[state])}</Link> {proposedBy}: {reason}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Facts({ message }: { message: MessagePath }) {
  const say = useSay()
  const data = useData()
  const purpose = message.purpose === null ? null : purposes[message.purpose as keyof typeof purposes]
  const facts: [string, string][] = [
    [say(path.from), message.from],
    [say(path.to), message.to],
    [say(path.own), message.messageId],
    [say(path.type), message.contentType],
    [say(path.digest), message.digest],
    [say(path.purpose), message.purpose === null ? '–' : purpose ? say(purpose) : data(message.purpose)],
  ]
  return (
    <>
      <FactList facts={facts.map(([name, value]) => [name, <Keep key={name}>{value}</Keep>])} />
      {message.aboutPerson && <p className="soft">{say(path.person)}</p>}
      {message.corrects && (
        <p>
          {say(path.corrects, {
            message: message.corrects.message.slice(-12),
            by: data(message.corrects.proposedBy),
            second: data(message.corrects.approvedBy),
          })}
        </p>
      )}
    </>
  )
}
