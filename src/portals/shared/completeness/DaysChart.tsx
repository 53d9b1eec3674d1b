import type { CompletenessDay } from '../../../record/wire.ts'
import { formatDate } from '../format.ts'
import { useLanguage, useSay } from '../language.tsx'
import { LinesTable } from '../LinesTable.tsx'
import { completeness as words } from './words.ts'

const height = 96
const barWidth = 20

/** Bars by day that differ not only in colour: in time is filled, late is hatched, missing is an outline. A table below shows the same. */
export function DaysChart({ days }: { days: readonly CompletenessDay[] }) {
  const say = useSay()
  const most = Math.max(1, ...days.map(({ expected, received }) => Math.max(expected, received)))
  const tall = (count: number) => Math.round((count / most) * (height - 4) * 10) / 10
  return (
    <figure className="days-chart">
      <svg viewBox={`0 0 ${days.length * barWidth} ${height}`} role="img" aria-label={say(words.chartSaid, { most })} preserveAspectRatio="none">
        <defs>
          <pattern id="late-hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="late-ground" width="4" height="4" />
            <path className="late-line" d="M0 0V4" />
          </pattern>
        </defs>
        {days.map(({ day, inTime, late, missing }, at) => {
          const parts: [string, number, string?][] = [
            ['in-time', tall(inTime)],
            ['late', tall(late), 'url(#late-hatch)'],
            ['missing-part', tall(missing)],
          ]
          let below = height
          return (
            <g key={day}>
              {parts.map(([name, part, fill]) => {
                if (part === 0) return null
                below -= part
                return <rect key={name} className={name} {...(fill ? { fill } : {})} x={at * barWidth + 2} width={barWidth - 4} y={below} height={part} />
              })}
            </g>
          )
        })}
        <path className="ground" d={`M0 ${height}H${days.length * barWidth}`} />
      </svg>
      <figcaption className="legend soft">
        <span>
          <i className="key in-time" /> {say(words.inTime)}
        </span>
        <span>
          <i className="key late" /> {say(words.late)}
        </span>
        <span>
          <i className="key missing-part" /> {say(words.missing)}
        </span>
      </figcaption>
      <details>
        <summary>{say(words.asTable)}</summary>
        <DaysTable days={days} />
      </details>
    </figure>
  )
}

function DaysTable({ days }: { days: readonly CompletenessDay[] }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <LinesTable
      label={say(words.byDay)}
      words={[words.day]}
      figures={[words.expected, words.received, words.inTime, words.late, words.missing, words.awaited, words.refused]}
    >
      {days.toReversed().map((one) => (
        <tr key={one.day}>
          <th scope="row" className="num">
            {formatDate(language, one.day)} {one.why === 'weekday' && <span className="soft">({say(words.silentDay)})</span>}
          </th>
          {[one.expected, one.received, one.inTime, one.late, one.missing, one.awaited, one.refused].map((count, at) => (
            <td key={at} className="number">
              {count}
            </td>
          ))}
        </tr>
      ))}
    </LinesTable>
  )
}
