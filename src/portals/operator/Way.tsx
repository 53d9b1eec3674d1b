import type { MessagePath } from '../../bus/wire.ts'
import { formatMoment } from '../shared/format.ts'
import { Icon, type IconName } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { path } from './words.ts'

type Stop = { at: string | null; icon: IconName; words: string; more?: string; isWarning?: boolean }

/** The path of a message as a row of stops; each recipient has a path of its own. */
export function Way({ message }: { message: MessagePath }) {
  const say = useSay()
  const { deliveries, seal, answered } = message
  const received: Stop = { at: message.at, icon: 'document', words: say(path.received) }
  const ends: Stop[] = [
    ...(answered ? [{ at: answered.at, icon: 'done' as const, words: say(path.answered, { status: String(answered.status), by: answered.by }) }] : []),
    seal ? { at: seal.at, icon: 'lock', words: say(path.sealed, { number: seal.number }) } : { at: null, icon: 'waiting', words: say(path.notSealed) },
    ...(seal?.stampedAt ? [{ at: seal.stampedAt, icon: 'lock' as const, words: say(path.stampedAt) }] : []),
  ]
  return (
    <section aria-labelledby="way">
      <h2 id="way">{say(path.way)}</h2>
      <Stops stops={[received]} />
      <div className="two-columns">
        {deliveries.map((delivery) => (
          <DeliveryWay key={delivery.recipient} delivery={delivery} />
        ))}
      </div>
      <Stops stops={ends} />
    </section>
  )
}

function DeliveryWay({ delivery }: { delivery: MessagePath['deliveries'][number] }) {
  const say = useSay()
  const data = useData()
  const { state, storedAt, leasedAt, dueAt, endedAt, reason, attempts, outOfOrder } = delivery
  const tried = attempts > 0 ? say(path.attempts, { count: attempts }) : undefined
  const stops: Stop[] = [{ at: storedAt, icon: 'waiting', words: say(path.stored) }]
  if (leasedAt) stops.push({ at: leasedAt, icon: 'next', words: say(path.leased), ...(tried ? { more: tried } : {}) })
  if (state === 'waiting' && attempts > 0) stops.push({ at: dueAt, icon: 'waiting', words: say(path.next), ...(reason ? { more: data(reason) } : {}) })
  const isRefused = state === 'acknowledged' && reason !== null
  if (isRefused) stops.push({ at: endedAt, icon: 'warning', words: say(path.withoutEffect), more: data(reason), isWarning: true })
  else if (state === 'acknowledged')
    stops.push({ at: endedAt, icon: 'done', words: say(path.acknowledged), ...(outOfOrder ? { more: say(path.outOfOrder) } : {}) })
  if (state === 'parked') stops.push({ at: endedAt, icon: 'warning', words: say(path.parked), ...(reason ? { more: data(reason) } : {}), isWarning: true })
  return (
    <div>
      <h3>
        <Keep>{delivery.recipient}</Keep>
      </h3>
      <Stops stops={stops} />
    </div>
  )
}

function Stops({ stops }: { stops: Stop[] }) {
  const language = useLanguage()
  return (
    <ol className="way">
      {stops.map(({ at, icon, words, more, isWarning }, place) => (
        <li key={place} className={isWarning ? 'warn' : undefined}>
          <Icon name={icon} />
          <div>
            <span className="strong">{words}</span> {at && <span className="num soft">{formatMoment(language, at, { seconds: true })}</span>}
            {more && <p className="soft">{more}</p>}
          </div>
        </li>
      ))}
    </ol>
  )
}
