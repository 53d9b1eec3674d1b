import type { CompensationView } from '../../../sickleave/wire.ts'
import { formatDate } from '../format.ts'
import { useData, useLanguage, useSay } from '../language.tsx'
import { LinesTable } from '../LinesTable.tsx'
import { formatDinars } from '../money.ts'
import { lawOf } from './law.ts'
import { calculatorWords as words } from './words.ts'

/** A calculation with its lines, its sums and every step, as the server explains it. */
export function CalculationView({ view, titleId }: { view: CompensationView; titleId: string }) {
  const say = useSay()
  const language = useLanguage()
  const dates = ({ from, until }: { from: string; until: string }) => ({ from: formatDate(language, from), until: formatDate(language, until) })
  const amount = (text: string) => formatDinars(language, text)
  return (
    <div className="calculation">
      <LinesTable labelledBy={titleId} words={[words.period, words.payer]} figures={[words.percent, words.hoursOf, words.grossOf, words.netOf, words.totalOf]}>
        {view.lines.map((line) => (
          <tr key={`${line.firstDay} ${line.payer}`}>
            <th scope="row" className="num">
              {formatDate(language, line.firstDay)} – {formatDate(language, line.until)}
            </th>
            <td>{say(words[line.payer])}</td>
            <td className="number">{line.percent}%</td>
            {[line.hours, line.gross, line.net, line.total].map((text, at) => (
              <td className="number" key={at}>
                {amount(text)}
              </td>
            ))}
          </tr>
        ))}
        <tr>
          <th scope="row">{say(words.sum)}</th>
          <td />
          <td />
          {[view.sums.hours, view.sums.gross, view.sums.net, view.sums.total].map((text, at) => (
            <td className="number strong" key={at}>
              {amount(text)}
            </td>
          ))}
        </tr>
      </LinesTable>
      {view.unpaid.map((one) => (
        <p key={one.from}>{say(words.unpaid, dates(one))}</p>
      ))}
      <h3>{say(words.steps)}</h3>
      <Steps view={view} />
      {view.derivation.some(({ isUnverified }) => isUnverified) && <p className="soft">{say(words.mayDiffer)}</p>}
    </div>
  )
}

function Steps({ view }: { view: CompensationView }) {
  const data = useData()
  const language = useLanguage()
  return (
    <ol className="calculator-steps">
      {view.derivation.map((step, at) => (
        <li key={at}>
          {language === 'en' ? step.en : data(step.sr)} <span className="soft">{data(lawOf(step.paragraph))}</span>
        </li>
      ))}
    </ol>
  )
}
