import { Link } from 'react-router'
import type { MemberLines } from '../../bus/wire.ts'
import { formatDate } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { MemberStatus } from './Status.tsx'
import { ageOf } from './time.ts'
import { useLive } from '../shared/use-live.ts'
import { members, overview } from './words.ts'
import { LinesTable } from '../shared/LinesTable.tsx'

const everyMs = 5000
const soonDays = 30

export function MembersPage() {
  const say = useSay()
  const live = useLive<MemberLines>('/bus/operator/members', everyMs)
  useTitle(members.title)
  return (
    <>
      <h1 id="members">{say(members.title)}</h1>
      <Arrived live={live}>{({ members: lines }) => (lines.length === 0 ? <p className="soft">{say(members.empty)}</p> : <Members lines={lines} />)}</Arrived>
    </>
  )
}

function Members({ lines }: { lines: MemberLines['members'] }) {
  const data = useData()
  const now = new Date().toISOString()
  return (
    <LinesTable
      labelledBy="members"
      words={[members.code, members.systemName, members.state, members.keyUntil]}
      figures={[overview.waiting, overview.oldest, overview.parked]}
    >
      {lines.map(({ code, name, state, keyUntil, waiting, oldest, parked }) => (
        <tr key={code}>
          <th scope="row">
            <Link to={`/members/${code}`}>
              <Keep>{code}</Keep>
            </Link>
          </th>
          <td>{data(name)}</td>
          <td>
            <MemberStatus state={state} />
          </td>
          <td>
            <KeyEnd until={keyUntil} />
          </td>
          <td className="number">{waiting}</td>
          <td className="number">{oldest ? ageOf(oldest, now) : '–'}</td>
          <td className="number">{parked}</td>
        </tr>
      ))}
    </LinesTable>
  )
}

/** Marks a key that ends within a month: without a new key the member can no longer send. */
function KeyEnd({ until }: { until: string | null }) {
  const language = useLanguage()
  if (until === null) return '–'
  const isSoon = Date.parse(until) - Date.now() < soonDays * 86_400_000
  if (!isSoon) return <span className="num">{formatDate(language, until)}</span>
  return (
    <span className="status warn num">
      <Icon name="warning" />
      {formatDate(language, until)}
    </span>
  )
}
