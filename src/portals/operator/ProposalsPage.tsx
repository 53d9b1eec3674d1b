import { Link } from 'react-router'
import type { Proposals } from '../../bus/wire.ts'
import { formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { useLive } from '../shared/use-live.ts'
import { proposals as words } from './words.ts'
import { LinesTable } from '../shared/LinesTable.tsx'

const everyMs = 5000

export function ProposalsPage() {
  const say = useSay()
  const live = useLive<Proposals>('/bus/operator/proposals', everyMs)
  useTitle(words.title)
  return (
    <>
      <h1 id="proposals">{say(words.title)}</h1>
      <p className="soft">{say(words.lead)}</p>
      <Arrived live={live}>
        {({ proposals }) => (proposals.length === 0 ? <p className="soft">{say(words.empty)}</p> : <Lines proposals={proposals} />)}
      </Arrived>
    </>
  )
}

function Lines({ proposals }: Proposals) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <LinesTable labelledBy="proposals" words={[words.message, words.for, words.by, words.reason, words.state]}>
      {proposals.map(({ id, message, recipient, proposedBy, proposedAt, reason, state }) => (
        <tr key={id}>
          <th scope="row">
            <Link to={`/proposals/${id}`} aria-label={`${say(words.show)} ${message.slice(-12)}`}>
              <Keep>{message.slice(-12)}</Keep>
            </Link>
          </th>
          <td>
            <Keep>{recipient}</Keep>
          </td>
          <td>
            {data(proposedBy)} <span className="num soft">{formatMoment(language, proposedAt)}</span>
          </td>
          <td>{data(reason)}</td>
          <td>{say(words[state])}</td>
        </tr>
      ))}
    </LinesTable>
  )
}
