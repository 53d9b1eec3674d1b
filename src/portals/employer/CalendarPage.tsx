import { useState } from 'react'
import { Link } from 'react-router'
import { holidaysOf, isWeekend } from '../../platform/holidays.ts'
import type { Calendar, CalendarRow } from '../../sickleave/employer/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { Holidays } from '../shared/day/Holidays.tsx'
import { dayOf, formatDate, formatMonth } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { ForEmployer } from './ForEmployer.tsx'
import { calendar } from './words.ts'

export function CalendarPage() {
  const say = useSay()
  const [month, setMonth] = useState(() => dayOf(new Date().toISOString()).slice(0, 7))
  useTitle(calendar.title)
  return (
    <>
      <h1 id="absences">{say(calendar.title)}</h1>
      <ForEmployer>
        {({ pib }) => (
          <>
            <MonthChoice month={month} onChange={setMonth} />
            <Month pib={pib} month={month} />
          </>
        )}
      </ForEmployer>
    </>
  )
}

const monthAfter = (month: string, count: number): string => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}

/** A choice of the month in the reader's language: the browser's own field would use the language of the browser. */
function MonthChoice({ month, onChange }: { month: string; onChange(month: string): void }) {
  const say = useSay()
  const language = useLanguage()
  const offered = Array.from({ length: 37 }, (_, at) => monthAfter(month, 12 - at))
  const step = (word: Message, count: number, icon: 'previous' | 'next') => (
    <button type="button" className="icon-button month-step" aria-label={say(word)} onClick={() => onChange(monthAfter(month, count))}>
      <Icon name={icon} />
    </button>
  )
  return (
    <div className="field">
      <label htmlFor="month">{say(calendar.month)}</label>
      <div className="month-choice">
        {step(calendar.previous, -1, 'previous')}
        <select id="month" className="input" value={month} onChange={(event) => onChange(event.target.value)}>
          {offered.map((one) => (
            <option key={one} value={one}>
              {formatMonth(language, one)}
            </option>
          ))}
        </select>
        {step(calendar.next, 1, 'next')}
      </div>
    </div>
  )
}

function Month({ pib, month }: { pib: string; month: string }) {
  const say = useSay()
  const live = useLive<Calendar>(`/sickleave/employer/${pib}/calendar?month=${month}`, null)
  return (
    <Arrived live={live}>
      {({ rows }) =>
        rows.length === 0 ? (
          <p className="soft">{say(calendar.empty)}</p>
        ) : (
          <>
            <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="absences">
              <table className="month">
                <thead aria-hidden="true">
                  <tr>
                    <td />
                    <td>
                      <div className="days">
                        {Array.from({ length: daysIn(month) }, (_, day) => (
                          <span key={day} className={isFree(dateIn(month, day)) ? 'free' : undefined}>
                            {day + 1}
                          </span>
                        ))}
                      </div>
                    </td>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <Row key={row.leave} pib={pib} month={month} row={row} />
                  ))}
                </tbody>
              </table>
            </div>
            <p className="soft small">{say(calendar.legend)}</p>
            <Holidays month={month} />
          </>
        )
      }
    </Arrived>
  )
}

const daysIn = (month: string) => {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 0)).getUTCDate()
}

const dateIn = (month: string, day: number) => `${month}-${String(day + 1).padStart(2, '0')}`
const isFree = (day: string) => isWeekend(day) || holidaysOf(Number(day.slice(0, 4))).has(day)

/** One row of the month; in the drawing one unit is one day. */
function Row({ pib, month, row }: { pib: string; month: string; row: CalendarRow }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const days = daysIn(month)
  const first = Date.parse(`${month}-01`)
  const placeOf = (iso: string) => (Date.parse(iso) - first) / 86_400_000
  const span = (from: string, until: string) => {
    const [x, end] = [Math.max(0, placeOf(from)), Math.min(days, placeOf(until) + 1)]
    return { x, width: Math.max(0, end - x) }
  }
  const name = data(`${row.employee.family} ${row.employee.given}`)
  const said = say(calendar.bar, { name, from: formatDate(language, row.from), until: formatDate(language, row.until) })
  return (
    <tr>
      <th scope="row">
        <Link to={`/leaves/${pib}/${row.leave}`}>{name}</Link>
      </th>
      <td>
        <svg viewBox={`0 0 ${days} 3`} preserveAspectRatio="none" role="img" aria-label={said}>
          {Array.from({ length: days }, (_, day) => isFree(dateIn(month, day)) && <rect key={day} className="free" x={day} width="1" y="0" height="3" />)}
          <rect className="bar-open" y="0.8" height="1.4" {...span(row.from, row.until)} />
          {row.paid
            .filter(({ payer }) => payer === 'fund')
            .map((one) => (
              <rect key={one.from} className="bar-fund" y="0.3" height="2.4" {...span(one.from, one.until)} />
            ))}
        </svg>
      </td>
    </tr>
  )
}
