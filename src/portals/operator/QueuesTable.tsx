import { Link } from 'react-router'
import type { Queue } from '../../bus/wire.ts'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useSay } from '../shared/language.tsx'
import { MemberStatus } from './Status.tsx'
import { ageOf } from './time.ts'
import { lanes, overview } from './words.ts'
import { LinesTable } from '../shared/LinesTable.tsx'

/** The server counts a queue only up to this number. */
const countMax = 10_000

export function QueuesTable({ queues, now }: { queues: Queue[]; now: string }) {
  const say = useSay()
  const count = (value: number) => (value >= countMax ? say(overview.orMore, { count: value }) : String(value))
  if (queues.length === 0) return <p className="soft">{say(overview.noQueues)}</p>
  return (
    <LinesTable label={say(overview.queues)} words={[overview.member, overview.lane]} figures={[overview.waiting, overview.oldest, overview.parked]}>
      {queues.flatMap(({ member, state, lanes: of, parked }) =>
        (of.length > 0 ? of : [null]).map((lane, at) => (
          <tr key={`${member} ${lane?.lane ?? ''}`}>
            <th scope="row">
              <Link to={`/members/${member}`}>
                <Keep>{member}</Keep>
              </Link>{' '}
              {state !== 'active' && at === 0 && <MemberStatus state={state} />}
            </th>
            <td>{lane ? say(lanes[lane.lane] ?? lanes[1]!) : '–'}</td>
            <td className="number">{lane ? count(lane.waiting) : 0}</td>
            <td className="number">{lane?.oldest ? ageOf(lane.oldest, now) : '–'}</td>
            <td className="number">{at === 0 && parked > 0 ? <Parked member={member} words={count(parked)} /> : at === 0 ? 0 : ''}</td>
          </tr>
        )),
      )}
    </LinesTable>
  )
}

function Parked({ member, words }: { member: string; words: string }) {
  const say = useSay()
  return (
    <Link className="status warn" to={`/messages?member=${member}&state=parked`} aria-label={`${say(overview.parked)}: ${words}`}>
      <Icon name="warning" />
      {words}
    </Link>
  )
}
