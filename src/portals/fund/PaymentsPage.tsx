import { useState } from 'react'
import type { PaymentRow, Payments } from '../../sickleave/fund/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate, formatMoment } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { formatPara, paraOf } from '../shared/money.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { acts, payments as words } from './words.ts'

const everyMs = 30_000

export function PaymentsPage() {
  const say = useSay()
  const language = useLanguage()
  const live = useLive<Payments>('/sickleave/fund/payments', everyMs)
  const [asked, setAsked] = useState<Asked | null>(null)
  useTitle(words.title)
  const make = ({ count, total }: Payments['waiting']): Asked => ({
    ...{ title: say(words.make), confirm: words.make, fields: [], to: '/sickleave/fund/payments', more: {} },
    ...{ lead: words.makeLead, about: { count, total: formatPara(language, total) } },
  })
  return (
    <>
      <h1 id="payments">{say(words.title)}</h1>
      <Arrived live={live}>
        {({ waiting, payments }) => (
          <>
            <p className="num">{say(words.waiting, { count: waiting.count, total: formatPara(language, waiting.total) })}</p>
            {waiting.count > 0 && (
              <p>
                <button type="button" className="button main" onClick={() => setAsked(make(waiting))}>
                  {say(words.make)}
                </button>
              </p>
            )}
            {payments.length === 0 ? <p className="soft">{say(words.empty)}</p> : <Files payments={payments} onAsk={setAsked} />}
          </>
        )}
      </Arrived>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </>
  )
}

function Files({ payments, onAsk }: { payments: PaymentRow[]; onAsk(asked: Asked): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const execution = ({ id, number }: PaymentRow): Asked => ({
    title: `${say(words.execute)}: ${number}`,
    lead: words.lead,
    confirm: words.execute,
    fields: [
      { name: 'on', label: acts.on, isDay: true },
      { name: 'lines', label: words.lines },
      { name: 'total', label: words.sum },
    ],
    to: `/sickleave/fund/payments/${id}/execution`,
    more: {},
    body: ({ on, lines, total }) => ({ on, lines: Number(lines), total: paraOf(total ?? '') }),
  })
  return (
    <LinesTable labelledBy="payments" words={[words.number, words.made, words.state, words.files]} figures={[words.lines, words.total]}>
      {payments.map((one) => (
        <tr key={one.id}>
          <th scope="row">
            <Keep>{one.number}</Keep>
          </th>
          <td>
            <span className="num">{formatMoment(language, one.at)}</span> <span className="soft">{data(one.by)}</span>
          </td>
          <td>
            {one.executedOn !== null ? (
              say(words.executed, { at: formatDate(language, one.executedOn) })
            ) : one.isMine ? (
              <>
                {say(words.open)} <span className="soft">({say(words.mine)})</span>
              </>
            ) : (
              <button type="button" className="button" aria-label={`${say(words.execute)} ${one.number}`} onClick={() => onAsk(execution(one))}>
                {say(words.execute)}
              </button>
            )}
          </td>
          <td>
            <Downloads of={one} />
          </td>
          <td className="number">{one.lines ?? '–'}</td>
          <td className="number">{one.total === null ? say(words.hidden) : formatPara(language, one.total)}</td>
        </tr>
      ))}
    </LinesTable>
  )
}

function Downloads({ of: { id, number } }: { of: PaymentRow }) {
  const say = useSay()
  return (
    <div className="buttons">
      {['csv', 'xml'].map((format) => (
        <a
          key={format}
          className="button"
          href={`/sickleave/fund/payments/${id}/file.${format}`}
          aria-label={`${say(words.files)} ${number} ${format}`}
          download
        >
          {format.toUpperCase()}
        </a>
      ))}
    </div>
  )
}
