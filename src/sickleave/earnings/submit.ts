import { keySets, numbers } from '../../identity/identity.ts'
import type { Transaction } from '../../platform/world.ts'
import { Refusal } from '../../platform/refusal.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import { bulk } from '../../registry/registry.ts'
import { type Asking, entryOf, refuse } from '../asking.ts'
import { firstDayOf, lastDayOf } from '../compensation/months.ts'
import { mayAs, requireEmployer } from '../employer/rights.ts'
import { dayAt } from '../rules/days.ts'
import type { EarningsOutcome } from '../wire.ts'
import { words } from './cells.ts'
import { readCsv } from './csv.ts'
import { checkRows, type LineError, type Row } from './rows.ts'
import { addEarnings, addEmployees, employeesOf, lockEarnings, type Source } from './store.ts'
import { readXml } from './xml.ts'
import { wordsFor } from '../said/said.ts'

// A file of earnings. All of it is stored or nothing, unless the sender chose to store only the correct rows (`?mode=good`) or nothing at all
// (`?check=true`).

const issuesMax = 100
const errorsMax = 500

export type File = { bytes: Uint8Array; source: 'csv' | 'xml' }
type Choice = { mode: 'all' | 'good'; isCheck: boolean }

export async function submitFile(asking: Asking, pib: string, file: File | undefined, query: unknown): Promise<EarningsOutcome> {
  const { world } = asking
  const { employer } = await requireWriter(asking, pib)
  if (file === undefined)
    throw new Refusal('incorrect', 'the body is empty where a file of earnings is expected', { hint: 'Send text/csv or application/xml.' })
  const { bytes, source } = file
  const choice = choiceOf(query)
  const { raw, errors: unread } = source === 'csv' ? readCsv(bytes) : readXml(bytes, pib)
  if (raw.length + unread.length === 0)
    throw new Refusal('incorrect', 'the file has no row of earnings', { hint: 'Below the head stands one row for each person and month.' })
  const checked = checkRows(raw, dayAt(world.now()))
  const { known, errors: foreign } = await whose(asking, employer, checked.rows)
  const errors = [...unread, ...checked.errors, ...foreign].sort((a, b) => a.row - b.row)
  const isRefused = errors.length > 0 && choice.mode === 'all'
  const outcome = { isStored: false, rows: raw.length + unread.length, people: new Set(known.map(({ person }) => person)).size, stored: 0, unchanged: 0 }
  const told = { ...outcome, errorCount: errors.length, errors: errors.slice(0, errorsMax) }
  if (choice.isCheck || isRefused || known.length === 0) {
    await world.ledger.record([entryOf(asking, null, { action: 'read', basis: 'employer', what: 'earnings', count: raw.length })])
    if (choice.isCheck) return told
    throw refusalOf(told, asking.language)
  }
  const stored = await store(asking, employer, known, source)
  return { ...told, isStored: true, stored, unchanged: known.length - stored }
}

export async function requireWriter(asking: Asking, pib: string): Promise<{ employer: number }> {
  const { employer, role } = await requireEmployer(asking, pib)
  if (mayAs(role, 'work')) return { employer }
  const reason = 'with your role for this employer you look, and give no earnings'
  return refuse(asking, null, 'create', new Refusal('forbidden', reason, { details: { reason, opens: [] } }))
}

function choiceOf(query: unknown): Choice {
  const { mode = 'all', check = 'false', ...rest } = query as Record<string, unknown>
  if (Object.keys(rest).length > 0) throw new Refusal('incorrect', 'only mode and check may be asked here')
  if (mode !== 'all' && mode !== 'good')
    throw new Refusal('incorrect', 'mode is all (all rows or none) or good (the rows that are right)', { expression: 'mode' })
  if (check !== 'true' && check !== 'false') throw new Refusal('incorrect', 'check is true or false', { expression: 'check' })
  return { mode, isCheck: check === 'true' }
}

const rowWord = { sr: 'ред', srLatn: 'red', en: 'row' }

function refusalOf(told: EarningsOutcome, language: string | undefined): Refusal {
  const words = wordsFor(language)
  const issues = told.errors.slice(0, issuesMax).map(({ row, column, wrong, right }) => ({
    severity: 'error' as const,
    code: 'invalid',
    diagnostics: `${rowWord[words]} ${row}${column ? `, ${column}` : ''}: ${wrong[words]}`,
    expression: `row ${row}${column ? `, ${column}` : ''}`,
    hint: `${right[words]}.`,
  }))
  return new Refusal('unprocessable', `${told.errorCount} mistakes in ${told.rows} rows; nothing was stored`, {
    issues,
    details: told,
    hint: 'Correct the rows and send the file again, or send it with mode=good to store the others.',
  })
}

export type Known = Row & { person: number }

/**
 * Finds the person of each row, who must have been insured through this employer in that month. An unknown number and the number of a stranger get
 * the same answer.
 */
async function whose({ world }: Asking, employer: number, rows: readonly Row[]): Promise<{ known: Known[]; errors: LineError[] }> {
  const asked = [...new Map(rows.map(({ kind, number }) => [`${kind} ${number}`, { kind, value: number }])).values()]
  const holders = await numbers.holdersOf(world.sql, world, asked)
  const personOf = new Map(asked.map(({ kind, value }, at) => [`${kind} ${value}`, holders[at] ?? null]))
  const people = [...new Set(holders.filter((one) => one !== null))]
  const keys = await keySets(world.sql, people)
  const jobs = Map.groupBy(await bulk.jobsWith(world.sql, employer, [...keys.values()].flat()), ({ patient }) => patient)
  const known: Known[] = []
  const errors: LineError[] = []
  for (const row of rows) {
    const person = personOf.get(`${row.kind} ${row.number}`) ?? null
    const own = person === null ? [] : (keys.get(person) ?? []).flatMap((key) => jobs.get(key) ?? [])
    const isInsured = own.some(({ fromDate, untilDate }) => fromDate <= lastDayOf(row.month) && (untilDate === null || untilDate >= firstDayOf(row.month)))
    if (person !== null && isInsured) known.push({ ...row, person })
    else errors.push(stranger(row))
  }
  return { known, errors }
}

const stranger = ({ row, kind, month }: Row): LineError => ({
  row,
  column: kind,
  wrong: words(`ово лице није осигурано преко вас у месецу ${month}`, `this person was not insured through you in ${month}`),
  right: words('проверите број и период, или изоставите ред', 'check the number and the period, or leave the row out'),
})

function store(asking: Asking, employer: number, rows: readonly Known[], source: Source): Promise<number> {
  const { world, actor } = asking
  const people = [...new Set(rows.map(({ person }) => person))]
  return world.ledger.transaction(async (tx) => {
    tx.audit(people.map((patient) => entryOf(asking, patient, { action: 'create', basis: 'employer', what: 'earnings' })))
    await lockEarnings(tx, employer)
    const ids = await idsOf(asking, tx, employer, people)
    const named = rows.map(({ month, hours, net, gross, paidOn, person }) => ({ month, hours, net, gross, paidOn, employee: ids.get(person) as string }))
    return addEarnings(tx, employer, named, { source, at: world.now(), by: actor.id })
  })
}

/** The ids by which this employer knows each person; a person without one gets a new one. */
export async function idsOf({ world }: Asking, tx: Transaction, employer: number, people: readonly number[]): Promise<Map<number, string>> {
  const keys = await keySets(tx, people)
  const known = new Map((await employeesOf(tx, employer, [...keys.values()].flat())).map(({ patient, id }) => [patient, id]))
  const ids = new Map<number, string>()
  const added: { employer: number; patient: number; id: string }[] = []
  for (const person of people) {
    const before = (keys.get(person) ?? []).map((key) => known.get(key)).find((one) => one !== undefined)
    const id = before ?? uuidV4(world)
    ids.set(person, id)
    if (before === undefined) added.push({ employer, patient: person, id })
  }
  if (added.length > 0) await addEmployees(tx, added)
  return ids
}
