import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import { addDays, addMonths } from '../rules/days.ts'
import { requireEmployer } from './rights.ts'
import { recordShown } from './shown.ts'
import { asEmployer } from './store.ts'
import type { EmployerView } from './view.ts'
import type { Calendar, CalendarRow } from './wire.ts'

const rowsMax = 500
const reportsMax = 5_000

type Row = Pick<CalendarRow, 'leave' | 'from' | 'until' | 'state'> & { content: EmployerView }

/** The absences of a month. The payer is shown only for days of a report, as on the paper that payroll holds. */
export async function calendarOf(asking: Asking, pib: string, query: unknown): Promise<Calendar> {
  const { employer } = await requireEmployer(asking, pib)
  const month = (query as Record<string, unknown>)['month']
  if (typeof month !== 'string' || !/^20\d\d-(0[1-9]|1[0-2])$/.test(month)) {
    throw new Refusal('incorrect', 'month is a month, written 2026-03', { expression: 'month' })
  }
  const first = `${month}-01`
  const last = addDays(addMonths(first, 1), -1)
  const { rows, reports } = await asEmployer(asking.world.sql, [employer], async (tx) => {
    const found = await tx<Row>`
      select known.known_as as leave, known.from_day as from, known.until_day as until, known.state, event.content
        from sickleave.employer_case known
        join sickleave.employer_event event on event.employer = known.employer and event.seq = known.seq
       where known.employer = ${employer} and known.until_day >= ${first}::date and known.from_day <= ${last}::date and known.state <> 'cancelled'
       order by known.folded, known.from_day
       limit ${rowsMax + 1}`
    const said = await tx<{ leave: string; kind: string; content: EmployerView }>`
      select known_as as leave, kind, content
        from sickleave.employer_event
       where employer = ${employer} and known_as = any(${found.map(({ leave }) => leave)}::uuid[]) and kind in ('report', 'void')
       order by seq
       limit ${reportsMax}`
    return { rows: found, reports: said }
  })
  const shown = rows.slice(0, rowsMax)
  await recordShown(asking, { employers: [employer], leaves: shown.map(({ leave }) => leave) })
  const paid = paidDays(reports)
  return {
    month,
    rows: shown.map(({ content, ...row }) => ({ ...row, employee: content.employee, category: content.category, paid: paid.get(row.leave) ?? [] })),
    more: rows.length > rowsMax,
  }
}

/** The paid days by leave, from reports that no later message has made void. */
function paidDays(reports: readonly { leave: string; kind: string; content: EmployerView }[]): Map<string, CalendarRow['paid']> {
  const standing = new Map<string, { leave: string; days: CalendarRow['paid'] }>()
  for (const { leave, kind, content } of reports) {
    const key = `${leave} ${content.document?.number} ${content.document?.version}`
    if (kind === 'void') standing.delete(key)
    else standing.set(key, { leave, days: (content.document?.days ?? []).map(({ from, until, payer }) => ({ from, until, payer })) })
  }
  const byLeave = new Map<string, CalendarRow['paid']>()
  for (const { leave, days } of standing.values()) byLeave.set(leave, [...(byLeave.get(leave) ?? []), ...days])
  return byLeave
}
