import type { BusOverview } from '../../bus/wire.ts'
import { useLanguage, useSay } from '../shared/language.tsx'
import { formatCount } from '../shared/message.ts'
import { overview } from './words.ts'

const width = 720
const height = 96
const step = width / 60

/**
 * One hour by minute: a filled bar for messages that passed, and on top of it those that were refused or failed, in the warning colour and hatched for
 * greyscale.
 */
export function TrafficChart({ minutes }: { minutes: BusOverview['minutes'] }) {
  const say = useSay()
  const totals = minutes.map(({ good, refused, failed }) => good + refused + failed)
  const most = Math.max(...totals, 1)
  const y = (value: number) => Math.round((height - (value / most) * (height - 4)) * 10) / 10
  const sum = (of: 'refused' | 'failed') => minutes.reduce((all, one) => all + one[of], 0)
  const said = say(overview.trafficSaid, { last: totals.at(-1) ?? 0, most: Math.max(...totals), refused: sum('refused'), failed: sum('failed') })
  return (
    <figure className="traffic">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said} preserveAspectRatio="none">
        <defs>
          <pattern id="trouble" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="trouble-ground" width="4" height="4" />
            <path className="trouble-line" d="M0 0V4" />
          </pattern>
        </defs>
        {minutes.map(({ good }, at) => {
          const total = totals[at] ?? 0
          if (total === 0) return null
          return (
            <g key={at}>
              <rect className="passed" x={at * step + 1} width={step - 2} y={y(good)} height={height - y(good)} />
              {total > good && <rect fill="url(#trouble)" x={at * step + 1} width={step - 2} y={y(total)} height={y(good) - y(total)} />}
            </g>
          )
        })}
        <path className="ground" d={`M0 ${height}H${width}`} />
      </svg>
      <figcaption className="soft">{said}</figcaption>
      <AsTable minutes={minutes} />
    </figure>
  )
}

function AsTable({ minutes }: { minutes: BusOverview['minutes'] }) {
  const say = useSay()
  const language = useLanguage()
  const count = (value: number) => formatCount(language === 'en' ? 'en' : 'sr', value)
  return (
    <details>
      <summary>{say(overview.asTable)}</summary>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={say(overview.traffic)}>
        <table className="numbers">
          <thead>
            <tr>
              <th scope="col">{say(overview.minute)}</th>
              <th scope="col">{say(overview.good)}</th>
              <th scope="col">{say(overview.refused)}</th>
              <th scope="col">{say(overview.failed)}</th>
            </tr>
          </thead>
          <tbody>
            {minutes
              .map((one, at) => (
                <tr key={at}>
                  <th scope="row">{say(overview.minutesAgo, { count: minutes.length - 1 - at })}</th>
                  <td>{count(one.good)}</td>
                  <td>{count(one.refused)}</td>
                  <td>{count(one.failed)}</td>
                </tr>
              ))
              .toReversed()}
          </tbody>
        </table>
      </div>
    </details>
  )
}
