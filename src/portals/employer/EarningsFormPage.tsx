import { type FormEvent, useState } from 'react'
import { Link, useParams } from 'react-router'
import type { EarningsOfLeave, EarningsOutcome, GiveEarnings } from '../../sickleave/wire.ts'
import { Failure, submit } from '../shared/api.ts'
import { DayBox } from '../shared/day/DayField.tsx'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useLanguage, useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { formatDinars } from '../shared/money.ts'
import { earnings as words } from './words.ts'

type Row = GiveEarnings['rows'][number]
/** How many rows were stored last; it outlives the form, which begins anew with what is stored. */
type Stored = { stored: number; unchanged: number }
const cells = ['hours', 'net', 'gross', 'paid'] as const

/** Form OZ-7 for the person of one leave: no personal number is typed. */
export function EarningsFormPage() {
  const { pib = '', leave = '' } = useParams()
  const say = useSay()
  const at = `/sickleave/employer/${encodeURIComponent(pib)}/leaves/${encodeURIComponent(leave)}`
  const live = useLive<EarningsOfLeave>(`${at}/earnings`, null)
  const [stored, setStored] = useState<Stored | null>(null)
  useTitle(words.form)
  const keep = (next: Stored) => {
    setStored(next)
    live.reload()
  }
  return (
    <>
      <h1 id="earnings">{say(words.form)}</h1>
      <p>
        <Link to={`/leaves/${pib}/${leave}`}>{say(words.back)}</Link>
      </p>
      <Arrived live={live}>{(data) => <Form key={live.at} at={at} data={data} stored={stored} onStored={keep} />}</Arrived>
    </>
  )
}

type FormOf = { at: string; data: EarningsOfLeave; stored: Stored | null; onStored(stored: Stored): void }

function Form({ at, data, stored, onStored }: FormOf) {
  const say = useSay()
  const language = useLanguage()
  const [rows, setRows] = useState<Row[]>(() =>
    data.months.map((month) => {
      const known = data.rows.find((row) => row.month === month)
      if (!known) return { month, hours: '', net: '', gross: '', paid: '' }
      const [hours = '', net = '', gross = ''] = [known.hours, known.net, known.gross].map((text) => formatDinars(language, text))
      return { month, hours, net, gross, paid: known.paidOn }
    }),
  )
  const [errors, setErrors] = useState<EarningsOutcome['errors']>([])
  const [failure, setFailure] = useState<unknown>(null)
  const given = rows.filter((row) => cells.some((name) => row[name].trim() !== ''))
  const change = (place: number, part: Partial<Row>) => setRows((before) => before.map((one, at) => (at === place ? { ...one, ...part } : one)))
  const labelOf = (name: (typeof cells)[number], { month }: Row) => `${say(columnWords[name])}, ${formatDate(language, month)}`
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setFailure(null)
    setErrors([])
    try {
      const outcome = await submit<EarningsOutcome>('PUT', `${at}/earnings`, { rows: given })
      onStored({ stored: outcome.stored, unchanged: given.length - outcome.stored })
    } catch (error) {
      const details = error instanceof Failure ? (error.details as EarningsOutcome | null) : null
      if (details?.errors) setErrors(details.errors)
      else setFailure(error)
    }
  }
  const wrongIn = (row: Row, name: string) => errors.filter((one) => given[one.row - 1]?.month === row.month && one.column === name)
  const said = ({ wrong, right }: EarningsOutcome['errors'][number]) => {
    const script = language === 'en' ? 'en' : language === 'sr-Latn' ? 'srLatn' : 'sr'
    return `${wrong[script]}; ${right[script]}.`
  }
  return (
    <form className="earnings-form" onSubmit={(event) => void save(event)} noValidate>
      <p className="soft">{say(words.formLead)}</p>
      {data.missing.length > 0 && <p className="notice warn">{say(words.missing, { count: data.missing.length })}</p>}
      {stored !== null && (
        <p className="notice ok" role="status">
          {say(words.stored, stored)}
        </p>
      )}
      {failure !== null && <Trouble error={failure} takesFocus />}
      {errors.length > 0 && (
        <div className="notice crit" role="alert">
          <ul>
            {errors.map((error) => (
              <li key={`${error.row} ${error.column} ${error.wrong.en}`}>
                <span className="num">{formatDate(language, given[error.row - 1]?.month ?? '')}</span>,{' '}
                {say(columnWords[error.column as keyof typeof columnWords] ?? words.month)}: {said(error)}
              </li>
            ))}
          </ul>
        </div>
      )}
      <LinesTable labelledBy="earnings" words={[words.month, words.hours, words.net, words.gross, words.paid]}>
        {rows.map((row, place) => (
          <tr key={row.month}>
            <th scope="row" className="num">
              {formatDate(language, row.month)}
            </th>
            {cells.map((name) => (
              <td key={name}>
                {name === 'paid' ? (
                  <DayBox
                    id={`paid-${row.month}`}
                    label={labelOf(name, row)}
                    isInvalid={wrongIn(row, name).length > 0}
                    value={row.paid}
                    onChange={(paid) => change(place, { paid })}
                  />
                ) : (
                  <input
                    className="input amount cell"
                    inputMode="decimal"
                    aria-label={labelOf(name, row)}
                    aria-invalid={wrongIn(row, name).length > 0}
                    value={row[name]}
                    onChange={(event) => change(place, { [name]: event.target.value })}
                  />
                )}
              </td>
            ))}
          </tr>
        ))}
      </LinesTable>
      <div className="buttons">
        <button type="submit" className="button main" aria-disabled={given.length === 0}>
          {say(words.save)}
        </button>
      </div>
    </form>
  )
}

const columnWords = { month: words.month, hours: words.hours, net: words.net, gross: words.gross, paid: words.paid }
