import { type FormEvent, useState } from 'react'
import { Link, useParams } from 'react-router'
import type { EarningsOfLeave, EarningsOutcome, GiveEarnings } from '../../sickleave/wire.ts'
import { Failure, submit } from '../shared/api.ts'
import { DayBox } from '../shared/day/DayField.tsx'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useLanguage, useSay } from '../shared/language.tsx'
import { keyIn, type Language } from '../shared/languages.ts'
import { Trouble } from '../shared/Trouble.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { formatDinars } from '../shared/money.ts'
import { earnings as words } from './words.ts'

type Row = GiveEarnings['rows'][number]
/** How many rows were stored last. This outlives the form, which is made anew with the stored rows. */
type Stored = { stored: number; unchanged: number }
const cells = ['hours', 'net', 'gross', 'paid'] as const

/** Form OZ-7 for the person of a leave, so no personal number has to be typed. */
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
type Cell = (typeof cells)[number]
type Mistake = EarningsOutcome['errors'][number]

function Form({ at, data, stored, onStored }: FormOf) {
  const say = useSay()
  const language = useLanguage()
  const [rows, setRows] = useState(() => rowsOf(data, language))
  const [errors, setErrors] = useState<Mistake[]>([])
  const [failure, setFailure] = useState<unknown>(null)
  const given = rows.filter((row) => cells.some((name) => row[name].trim() !== ''))
  const monthOf = ({ row }: Mistake) => given[row - 1]?.month ?? ''
  const change = (place: number, part: Partial<Row>) => setRows((before) => before.map((one, index) => (index === place ? { ...one, ...part } : one)))
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
      {errors.length > 0 && <Mistakes errors={errors} monthOf={monthOf} />}
      <LinesTable labelledBy="earnings" words={[words.month, words.hours, words.net, words.gross, words.paid]}>
        {rows.map((row, place) => (
          <MonthRow
            key={row.month}
            row={row}
            isWrong={(name) => errors.some((one) => monthOf(one) === row.month && one.column === name)}
            onChange={(part) => change(place, part)}
          />
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

/** A row for each month, with its stored figures as the reader writes numbers. */
const rowsOf = ({ months, rows }: EarningsOfLeave, language: Language): Row[] =>
  months.map((month) => {
    const known = rows.find((row) => row.month === month)
    if (!known) return { month, hours: '', net: '', gross: '', paid: '' }
    const [hours = '', net = '', gross = ''] = [known.hours, known.net, known.gross].map((text) => formatDinars(language, text))
    return { month, hours, net, gross, paid: known.paidOn }
  })

function Mistakes({ errors, monthOf }: { errors: readonly Mistake[]; monthOf(error: Mistake): string }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <div className="notice crit" role="alert">
      <ul>
        {errors.map((error) => (
          <li key={`${error.row} ${error.column} ${error.wrong.en}`}>
            <span className="num">{formatDate(language, monthOf(error))}</span>, {say(columnWords[error.column as keyof typeof columnWords] ?? words.month)}:{' '}
            {error.wrong[keyIn[language]]}; {error.right[keyIn[language]]}.
          </li>
        ))}
      </ul>
    </div>
  )
}

function MonthRow({ row, isWrong, onChange }: { row: Row; isWrong(name: Cell): boolean; onChange(part: Partial<Row>): void }) {
  const say = useSay()
  const language = useLanguage()
  const labelOf = (name: Cell) => `${say(columnWords[name])}, ${formatDate(language, row.month)}`
  return (
    <tr>
      <th scope="row" className="num">
        {formatDate(language, row.month)}
      </th>
      {cells.map((name) => (
        <td key={name}>
          {name === 'paid' ? (
            <DayBox id={`paid-${row.month}`} label={labelOf(name)} isInvalid={isWrong(name)} value={row.paid} onChange={(paid) => onChange({ paid })} />
          ) : (
            <input
              className="input amount cell"
              inputMode="decimal"
              aria-label={labelOf(name)}
              aria-invalid={isWrong(name)}
              value={row[name]}
              onChange={(event) => onChange({ [name]: event.target.value })}
            />
          )}
        </td>
      ))}
    </tr>
  )
}

const columnWords = { month: words.month, hours: words.hours, net: words.net, gross: words.gross, paid: words.paid }
