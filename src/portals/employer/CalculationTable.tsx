import type { CalculationList } from '../../sickleave/request/wire.ts'
import { formatDate } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useLanguage, useSay } from '../shared/language.tsx'
import { formatDinars } from '../shared/money.ts'
import { calculation as words, inbox, requests } from './words.ts'

const sums = ['gross', 'contributionsFrom', 'tax', 'net', 'contributionsOn', 'total'] as const

/** The list of calculation or of refund: the days at the Fund's cost. */
export function CalculationTable({ list }: { list: CalculationList }) {
  const say = useSay()
  const language = useLanguage()
  const money = (text: string) => formatDinars(language, text)
  return (
    <section aria-labelledby="calculation">
      <h2 id="calculation">{say(words.title)}</h2>
      <p className="soft num">{say(words.base, { base: money(list.basePerHour) })}</p>
      <LinesTable
        labelledBy="calculation"
        words={[inbox.period]}
        figures={[requests.days, words.hours, words.percent, words.gross, words.contributionsFrom, words.tax, words.net, words.contributionsOn, words.total]}
      >
        {list.lines.map((line) => (
          <tr key={line.from}>
            <th scope="row" className="num">
              {formatDate(language, line.from)} – {formatDate(language, line.until)}
            </th>
            <td className="number">{line.days}</td>
            <td className="number">{money(line.hours)}</td>
            <td className="number">{line.percent}</td>
            {sums.map((name) => (
              <td key={name} className="number">
                {money(line[name])}
              </td>
            ))}
          </tr>
        ))}
        <tr>
          <th scope="row" colSpan={4}>
            {say(words.sum)}
          </th>
          {sums.map((name) => (
            <td key={name} className="number strong">
              {money(list.sums[name])}
            </td>
          ))}
        </tr>
      </LinesTable>
    </section>
  )
}
