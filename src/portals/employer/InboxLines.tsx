import { Link } from 'react-router'
import type { CaseLine } from '../../sickleave/employer/wire.ts'
import { formatDate, formatMoment } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { keyOf } from './use-case-lines.ts'
import { inbox, kinds } from './words.ts'

export function InboxLines({ lines, chosen, onToggle }: { lines: readonly CaseLine[]; chosen: ReadonlySet<string>; onToggle(line: CaseLine): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  // The name of the employer is shown only when the lines belong to several.
  const isOfSeveral = new Set(lines.map(({ pib }) => pib)).size > 1
  const words = [inbox.employee, inbox.when, inbox.what, inbox.period, ...(isOfSeveral ? [inbox.employer] : []), inbox.done]
  return (
    <LinesTable labelledBy="inbox" words={words}>
      {lines.map((line) => {
        const name = data(`${line.employee.family} ${line.employee.given}`)
        const isChosen = chosen.has(keyOf(line))
        return (
          <tr key={keyOf(line)} className={[line.isUnread ? 'unread' : '', isChosen ? 'chosen' : ''].join(' ').trim() || undefined}>
            <th scope="row">
              <input type="checkbox" checked={isChosen} aria-label={say(inbox.select, { name })} onChange={() => onToggle(line)} />{' '}
              <Link to={`/leaves/${line.pib}/${line.leave}`} data-row="">
                {name}
              </Link>
              {line.isUnread && <span className="only-read"> {say(inbox.isNew)}</span>}
            </th>
            <td className="num">{formatMoment(language, line.at)}</td>
            <td>{say(kinds[line.kind as keyof typeof kinds] ?? kinds.other)}</td>
            <td className="num">
              {formatDate(language, line.from)} – {formatDate(language, line.until)}
            </td>
            {isOfSeveral && <td>{data(line.name)}</td>}
            <td>{line.doneBy === null ? '–' : data(line.doneBy)}</td>
          </tr>
        )
      })}
    </LinesTable>
  )
}
