import type { ChannelTrouble } from '../../sickleave/employer/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useData, useSay } from '../shared/language.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { NotReached } from '../shared/NotReached.tsx'
import { useLive } from '../shared/use-live.ts'
import { employersTold as words } from './words.ts'

const everyMs = 30_000

/** Mail and webhooks that do not reach employers. Waiting messages are sent when the addresses answer again, and employers can always ask for them. */
export function EmployersTold({ isPaused }: { isPaused: boolean }) {
  const say = useSay()
  const live = useLive<ChannelTrouble>('/sickleave/channels', isPaused ? null : everyMs)
  return (
    <Arrived live={live} lines={2}>
      {({ mail, webhooks }) =>
        mail.length + webhooks.length === 0 ? (
          <p className="status ok">
            <Icon name="done" />
            {say(words.fine)}
          </p>
        ) : (
          <>
            {mail.map(({ trouble, since, addresses, waiting }) => (
              <p className="notice warn" key={trouble}>
                <Icon name="warning" />
                <span>
                  <NotReached trouble={trouble} since={since} />. {say(words.mails, { addresses, waiting })}
                </span>
              </p>
            ))}
            {webhooks.length > 0 && <Webhooks webhooks={webhooks} />}
          </>
        )
      }
    </Arrived>
  )
}

function Webhooks({ webhooks }: Pick<ChannelTrouble, 'webhooks'>) {
  const say = useSay()
  const data = useData()
  return (
    <LinesTable labelledBy="employers-told" words={[words.employer, words.host, words.trouble]} figures={[words.failures, words.waiting]}>
      {webhooks.map((one) => (
        <tr key={one.id}>
          <th scope="row">{data(one.name)}</th>
          <td>
            <Keep>{one.host}</Keep>
          </td>
          <td>
            <NotReached trouble={one.trouble} since={one.since} />
            {one.isParked && <> {say(words.parked)}</>}
          </td>
          <td className="number">{one.failures}</td>
          <td className="number">{one.waiting}</td>
        </tr>
      ))}
    </LinesTable>
  )
}
