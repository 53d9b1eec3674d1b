import type { FundFile } from '../../sickleave/fund/wire.ts'
import { formatDate } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { keyIn } from '../shared/languages.ts'
import { formatDinars, formatPara } from '../shared/money.ts'
import { file } from './words.ts'

/** The sum, its lines, and every figure with its rule and its paragraph. */
export function CalculationView({ data: { calculation, trouble } }: { data: FundFile }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  if (calculation === null) {
    return (
      <section aria-labelledby="calculation">
        <h2 id="calculation">{say(file.calculation)}</h2>
        <p className="soft">{trouble === null ? say(file.none) : say(file.trouble, { sentence: trouble })}</p>
      </section>
    )
  }
  const { view, total } = calculation
  const words = keyIn[language]
  return (
    <section aria-labelledby="calculation">
      <h2 id="calculation">{say(file.calculation)}</h2>
      <p className="strong num">{say(file.toPay, { amount: formatPara(language, total) })}</p>
      <LinesTable labelledBy="calculation" words={[file.from, file.until, file.payer]} figures={[file.hours, file.percent, file.gross, file.net, file.total]}>
        {view.lines.map((line) => (
          <tr key={line.firstDay}>
            <th scope="row" className="num">
              {formatDate(language, line.firstDay)}
            </th>
            <td className="num">{formatDate(language, line.until)}</td>
            <td>{say(line.payer === 'fund' ? file.fund : file.ofEmployer)}</td>
            <td className="number">{formatDinars(language, line.hours)}</td>
            <td className="number">{line.percent}%</td>
            <td className="number">{formatDinars(language, line.gross)}</td>
            <td className="number">{formatDinars(language, line.net)}</td>
            <td className="number">{line.payer === 'fund' ? formatDinars(language, line.total) : '–'}</td>
          </tr>
        ))}
      </LinesTable>
      <details open>
        <summary>{say(file.derivation)}</summary>
        <ol className="derivation">
          {view.derivation.map((one, at) => (
            // A rule may occur twice with the same figure, so the key has its index.
            <li key={`${at} ${one.rule}`}>
              <span>{one[words]}</span>
              <span className="number">{/^\d+\.\d+$/.test(one.figure) ? formatDinars(language, one.figure) : one.figure}</span>
              <span className="soft">
                {one.rule} · {data(one.paragraph)}{' '}
                {one.isUnverified && (
                  <span className="status warn">
                    <Icon name="warning" />
                    {say(file.unverified)}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ol>
      </details>
    </section>
  )
}
