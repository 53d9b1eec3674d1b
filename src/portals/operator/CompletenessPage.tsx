import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { CompletenessOfAll } from '../../record/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Figures, HowCounted } from '../shared/completeness/CompletenessView.tsx'
import { shareOf } from '../shared/completeness/share.ts'
import { Stretch, useStretch } from '../shared/completeness/Stretch.tsx'
import { completeness as words } from '../shared/completeness/words.ts'
import { useData, useSay } from '../shared/language.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'

type Line = CompletenessOfAll['institutions'][number]
type Order = 'need' | 'missing' | 'refused' | 'name'

/** All institutions; the server lists the worst first. */
export function CompletenessPage() {
  const say = useSay()
  const { days, query } = useStretch()
  const live = useLive<CompletenessOfAll>(`/record/completeness/institutions${query}`, null)
  useTitle(words.title)
  return (
    <>
      <h1 id="completeness">{say(words.title)}</h1>
      <p className="soft">{say(words.lead)}</p>
      <Arrived live={live}>
        {({ from, to, total, institutions, trials }) => (
          <>
            <Stretch days={days} from={from} to={to} />
            <Figures total={total} />
            {institutions.length === 0 ? <p className="soft">{say(words.noInstitutions)}</p> : <Institutions lines={institutions} days={days} />}
            {trials.length > 0 && <Trials lines={trials} days={days} />}
            <HowCounted />
          </>
        )}
      </Arrived>
    </>
  )
}

const orders: Record<Order, { word: keyof typeof words; sort?: (one: Line, other: Line) => number }> = {
  need: { word: 'byNeed' },
  missing: { word: 'byMissing', sort: (one, other) => other.total.missing - one.total.missing },
  refused: { word: 'byRefused', sort: (one, other) => other.total.refused - one.total.refused },
  name: { word: 'byName', sort: (one, other) => one.name.localeCompare(other.name, 'sr') },
}

function Institutions({ lines, days }: { lines: Line[]; days: number }) {
  const say = useSay()
  const [search, setSearch] = useSearchParams()
  const asked = search.get('order') as Order
  const order: Order = Object.hasOwn(orders, asked) ? asked : 'need'
  const sorted = useMemo(() => {
    const { sort } = orders[order]
    return sort ? lines.toSorted(sort) : lines
  }, [lines, order])
  const choose = (next: string) => {
    const params = new URLSearchParams(search)
    params.set('order', next)
    setSearch(params, { replace: true })
  }
  return (
    <>
      <label className="select-inline">
        {say(words.sortBy)}
        <select className="input" value={order} onChange={(event) => choose(event.target.value)}>
          {(Object.keys(orders) as Order[]).map((name) => (
            <option key={name} value={name}>
              {say(words[orders[name].word])}
            </option>
          ))}
        </select>
      </label>
      <FiguresTable labelledBy="completeness" lines={sorted} days={days} />
    </>
  )
}

/** What vendors try in the sandbox, apart from real care, for those who are responsible for the sandbox. */
function Trials({ lines, days }: { lines: Line[]; days: number }) {
  const say = useSay()
  return (
    <section aria-labelledby="trials">
      <h2 id="trials">{say(words.trials)}</h2>
      <p className="soft">{say(words.trialsLead)}</p>
      <FiguresTable labelledBy="trials" lines={lines} days={days} />
    </section>
  )
}

function FiguresTable({ labelledBy, lines, days }: { labelledBy: string; lines: Line[]; days: number }) {
  const data = useData()
  return (
    <LinesTable
      labelledBy={labelledBy}
      words={[words.institution]}
      figures={[words.share, words.expected, words.received, words.late, words.missing, words.awaited, words.refused, words.silent]}
    >
      {lines.map(({ id, name, total }) => {
        const share = shareOf(total)
        return (
          <tr key={id}>
            <th scope="row">
              <Link to={`/completeness/${id}?days=${days}`}>{data(name)}</Link>
            </th>
            <td className="number">{share === null ? '–' : `${share}%`}</td>
            {[total.expected, total.received, total.late, total.missing, total.awaited, total.refused, total.silentDays].map((count, at) => (
              <td key={at} className="number">
                {count}
              </td>
            ))}
          </tr>
        )
      })}
    </LinesTable>
  )
}
