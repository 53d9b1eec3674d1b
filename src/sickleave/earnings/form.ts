import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { bulk } from '../../registry/registry.ts'
import { keySets } from '../../identity/identity.ts'
import { type Asking, entryOf } from '../asking.ts'
import { inDinars, written } from '../compensation/money.ts'
import { firstDayOf, lastDayOf, monthsBefore } from '../compensation/months.ts'
import { requireEmployer } from '../employer/rights.ts'
import { eventsOfLeave } from '../employer/store.ts'
import { bodyOf } from '../read-body.ts'
import { type Day, dayAt } from '../rules/days.ts'
import type { EarningsOfLeave, EarningsOutcome } from '../wire.ts'
import { words } from './cells.ts'
import { type Amounts, checkAmounts, columns, type LineError, type RawRow } from './rows.ts'
import { addEarnings, earningsOfEmployee, employeesOf, lockEarnings } from './store.ts'
import { idsOf, requireWriter } from './submit.ts'
import { wordsFor } from '../said/said.ts'

// The form for one person. It is reached from the leave, so that nobody types a personal number.

const rowsMax = 36

export async function earningsForLeave(asking: Asking, pib: string, leave: string): Promise<EarningsOfLeave> {
  const { world } = asking
  const { employer } = await requireEmployer(asking, pib)
  const { patient, firstDay } = await personOfLeave(asking, employer, leave)
  await world.ledger.record([entryOf(asking, patient, { action: 'read', basis: 'employer', what: 'earnings' })])
  const keys = (await keySets(world.sql, [patient])).get(patient) ?? [patient]
  const [employee] = await employeesOf(world.sql, employer, keys)
  const rows = employee ? await earningsOfEmployee(world.sql, employer, employee.id) : []
  const given = new Set(rows.map(({ month }) => month))
  const months = monthsBefore(firstDay, 12)
  return {
    months,
    missing: months.filter((month) => !given.has(month)),
    rows: rows.map(({ month, version, hours, net, gross, paidOn, source, givenAt }) => ({
      ...{ month, version, paidOn, source, givenAt: givenAt.toISOString() },
      ...{ hours: written(BigInt(hours), 2), net: inDinars(net), gross: inDinars(gross) },
    })),
  }
}

export async function submitForm(asking: Asking, pib: string, leave: string, given: unknown): Promise<EarningsOutcome> {
  const { world, actor } = asking
  const { employer } = await requireWriter(asking, pib)
  const { patient } = await personOfLeave(asking, employer, leave)
  const today = dayAt(world.now())
  const { rows, errors } = rowsOf(given, today)
  const jobs = await jobsAt(asking, employer, patient)
  for (const [at, { month }] of rows.entries()) if (!jobs(month)) errors.push(notInsured(at + 1, month))
  if (errors.length > 0) throw refusalOf(rows.length, errors, asking.language)
  const stored = await world.ledger.transaction(async (tx) => {
    tx.audit([entryOf(asking, patient, { action: 'create', basis: 'employer', what: 'earnings' })])
    await lockEarnings(tx, employer)
    const employee = (await idsOf(asking, tx, employer, [patient])).get(patient) as string
    return addEarnings(
      tx,
      employer,
      rows.map((row) => ({ ...row, employee })),
      { source: 'form', at: world.now(), by: actor.id },
    )
  })
  return { isStored: true, rows: rows.length, people: 1, stored, unchanged: rows.length - stored, errorCount: 0, errors: [] }
}

async function personOfLeave({ world }: Asking, employer: number, leave: string): Promise<{ patient: number; firstDay: Day }> {
  const newest = isUuid(leave) ? (await eventsOfLeave(world.sql, employer, leave)).at(-1) : undefined
  const [row] = newest
    ? await world.sql<{ patient: number }>`select patient from sickleave.document where known_as = ${leave} and employer = ${employer} limit 1`
    : []
  if (newest === undefined || row === undefined) throw new Refusal('not-found', 'this employer has no such leave')
  return { patient: row.patient, firstDay: newest.content.from }
}

/** Whether the person was insured through this employer in a month. */
async function jobsAt({ world }: Asking, employer: number, patient: number): Promise<(month: string) => boolean> {
  const keys = (await keySets(world.sql, [patient])).get(patient) ?? [patient]
  const jobs = await bulk.jobsWith(world.sql, employer, keys)
  return (month) => jobs.some(({ fromDate, untilDate }) => fromDate <= lastDayOf(month) && (untilDate === null || untilDate >= firstDayOf(month)))
}

const notInsured = (row: number, month: string): LineError => ({
  row,
  column: 'month',
  wrong: words(`запослени није осигуран преко вас у месецу ${month}`, `the employee was not insured through you in ${month}`),
  right: words('изоставите месец: зараду даје послодавац из тог времена', 'leave the month out: the employer of that time gives its earnings'),
})

function rowsOf(given: unknown, today: Day): { rows: Amounts[]; errors: LineError[] } {
  const list = bodyOf(given, ['rows'])['rows']
  if (!Array.isArray(list) || list.length === 0 || list.length > rowsMax)
    throw new Refusal('incorrect', `rows is a list of 1 to ${rowsMax} months`, { expression: 'rows' })
  const rows: Amounts[] = []
  const errors: LineError[] = []
  for (const [at, one] of list.entries()) {
    const body = bodyOf(one, columns)
    const cells = Object.fromEntries(columns.map((name) => [name, textIn(body[name], `rows[${at}].${name}`)])) as RawRow['cells']
    const checked = checkAmounts(at + 1, cells, today)
    if (Array.isArray(checked)) errors.push(...checked)
    else if (rows.some(({ month }) => month === checked.month)) errors.push(twice(at + 1))
    else rows.push(checked)
  }
  return { rows, errors }
}

const twice = (row: number): LineError => ({
  row,
  column: 'month',
  wrong: words('исти месец је већ наведен', 'the same month is given already'),
  right: words('оставите један ред за сваки месец', 'leave one row for each month'),
})

/** A JSON number is refused: 0.1 + 0.2 in a program is no exact amount. */
function textIn(value: unknown, place: string): string {
  if (typeof value === 'string' && value.length <= 40) return value
  throw new Refusal('incorrect', `${place} is a text of at most 40 characters, for example "120000.00"`, { expression: place })
}

function refusalOf(rows: number, errors: LineError[], language: string | undefined): Refusal {
  const words = wordsFor(language)
  const outcome: EarningsOutcome = { isStored: false, rows, people: 1, stored: 0, unchanged: 0, errorCount: errors.length, errors }
  return new Refusal('unprocessable', `${errors.length} mistakes; nothing was stored`, {
    details: outcome,
    issues: errors.map(({ row, column, wrong, right }) => ({
      severity: 'error',
      code: 'invalid',
      diagnostics: `${row}, ${column}: ${wrong[words]}`,
      expression: `rows[${row - 1}].${column}`,
      hint: `${right[words]}.`,
    })),
  })
}
