import { useState } from 'react'
import type { BusAlert } from '../../bus/wire.ts'
import { post } from '../shared/api.ts'
import { formatMoment } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { alerts as words } from './words.ts'

/** Open alerts come first. Taking an alert shows the others that somebody has it, and stops it from being sent again. */
export function Alerts({ alerts, onTaken }: { alerts: BusAlert[]; onTaken(): void }) {
  const say = useSay()
  const [failure, setFailure] = useState<unknown>(null)
  const take = async (id: string) => {
    setFailure(null)
    try {
      await post(`/bus/operator/alerts/${id}/taken`, {})
    } catch (error) {
      setFailure(error)
    }
    onTaken()
  }
  if (alerts.length === 0) return <p className="soft">{say(words.none)}</p>
  return (
    <>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <ul className="lines">
        {alerts.map((alert) => (
          <Alert key={alert.id} alert={alert} onTake={() => void take(alert.id)} />
        ))}
      </ul>
    </>
  )
}

function Alert({ alert, onTake }: { alert: BusAlert; onTake(): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const at = (moment: string) => ({ at: formatMoment(language, moment) })
  const rule = say(words[alert.rule as 'errors'] ?? words.errors)
  const told = [
    say(words.since, at(alert.since)),
    ...(alert.toldMember ? [say(words.toldMember, at(alert.toldMember))] : []),
    ...(alert.toldOperator ? [say(words.toldOperator, at(alert.toldOperator))] : []),
    ...(alert.takenBy ? [say(words.taken, { name: data(alert.takenBy) })] : []),
    ...(alert.ended ? [say(words.ended, at(alert.ended))] : []),
  ]
  return (
    <li className="alert">
      <span className={`status ${alert.ended ? 'ok' : 'warn'}`}>
        <Icon name={alert.ended ? 'done' : 'warning'} />
        {rule}
      </span>
      <span>
        <Keep>{alert.about}</Keep> <span className="num">{alert.figure}</span>
        <span className="soft num"> {told.join(' · ')}</span>
      </span>
      {!alert.ended && !alert.takenBy && (
        <button type="button" className="button" aria-label={`${say(words.take)}: ${rule}, ${alert.about}`} onClick={onTake}>
          {say(words.take)}
        </button>
      )}
    </li>
  )
}
