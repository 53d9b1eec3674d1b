import { numbers } from '../../identity/identity.ts'
import type { Day } from '../rules/days.ts'
import { type Cell, readAmount, readDay, readHours, readMonth, type Words, words } from './cells.ts'

// Lines of form OZ-7, checked one by one. Each wrong cell is reported with its row, its column, what is wrong and what would be right.

export const columns = ['month', 'hours', 'net', 'gross', 'paid'] as const
export type Column = (typeof columns)[number] | 'jmbg' | 'lbo'
/** `row` as the clerk counts: the line of the sheet, or of the document. */
export type RawRow = { row: number; kind: 'jmbg' | 'lbo'; number: string; cells: Record<(typeof columns)[number], string> }
/** Hours are hundredths, money is para. */
export type Amounts = { month: string; hours: number; net: bigint; gross: bigint; paidOn: Day }
export type Row = Amounts & { row: number; kind: 'jmbg' | 'lbo'; number: string }
export type LineError = { row: number; column: string; wrong: Words; right: Words }

export function checkRows(raw: readonly RawRow[], today: Day): { rows: Row[]; errors: LineError[] } {
  const rows: Row[] = []
  const errors: LineError[] = []
  const seen = new Map<string, number>()
  for (const one of raw) {
    const found = checkRow(one, today)
    if (Array.isArray(found)) {
      errors.push(...found)
      continue
    }
    const key = `${one.kind} ${one.number} ${found.month}`
    const first = seen.get(key)
    if (first !== undefined) errors.push(twice(one.row, first))
    else {
      seen.set(key, one.row)
      rows.push({ ...found, row: one.row, kind: one.kind, number: one.number })
    }
  }
  return { rows, errors }
}

const twice = (row: number, first: number): LineError => ({
  row,
  column: 'month',
  wrong: words(`исти месец истог лица је већ у реду ${first}`, `the same month of the same person is in row ${first} already`),
  right: words('оставите један ред за сваки месец', 'leave one row for each month'),
})

function checkRow({ row, kind, number, cells }: RawRow, today: Day): Amounts | LineError[] {
  const errors = numberErrors(row, kind, number, today)
  const found = checkAmounts(row, cells, today)
  if (Array.isArray(found)) return [...errors, ...found]
  return errors.length > 0 ? errors : found
}

const digitsOf = { jmbg: 13, lbo: 11 }
/** The errors never repeat the number itself. */
function numberErrors(row: number, kind: 'jmbg' | 'lbo', number: string, today: Day): LineError[] {
  const name = kind === 'jmbg' ? { sr: 'ЈМБГ', en: 'JMBG' } : { sr: 'ЛБО', en: 'LBO' }
  const digits = digitsOf[kind]
  const error = (wrong: Words, right: Words) => [{ row, column: kind, wrong, right }]
  if (/^\d+$/.test(number) && number.length === digits - 1)
    return error(
      words(
        `${name.sr} има ${digits - 1} цифара: вероватно је изгубљена почетна нула`,
        `the ${name.en} has ${digits - 1} digits: the first zero was probably lost`,
      ),
      words('означите колону као текст и упишите свих ' + digits + ' цифара', `format the column as text and write all ${digits} digits`),
    )
  const check = kind === 'jmbg' ? numbers.checkJmbg(number, { today }) : numbers.checkLbo(number)
  if (check.ok) return []
  return error(
    words(`није исправан ${name.sr}`, `is not a valid ${name.en}`),
    words(`упишите свих ${digits} цифара како су на исправи`, `write all ${digits} digits as on the document`),
  )
}

/** Checks the amounts alone: the form for one person has no personal number. */
export function checkAmounts(row: number, cells: RawRow['cells'], today: Day): Amounts | LineError[] {
  const errors: LineError[] = []
  const read = <T>(column: (typeof columns)[number], reader: (text: string) => Cell<T>): T | undefined => {
    const cell = reader(cells[column])
    if ('value' in cell) return cell.value
    errors.push({ row, column, ...cell })
    return undefined
  }
  const month = read('month', readMonth)
  const hours = read('hours', readHours)
  const net = read('net', readAmount)
  const gross = read('gross', readAmount)
  const paidOn = read('paid', readDay)
  if (month === undefined || hours === undefined || net === undefined || gross === undefined || paidOn === undefined) return errors
  errors.push(...together(row, { month, hours, net, gross, paidOn }, today))
  return errors.length > 0 ? errors : { month, hours, net, gross, paidOn }
}

const monthMin = '2017-01' // Twelve months before the first leaves that this law assesses, and a year more.

function together(row: number, { month, hours, net, gross, paidOn }: Amounts, today: Day): LineError[] {
  const errors: LineError[] = []
  const add = (column: string, wrongSr: string, wrongEn: string, rightSr: string, rightEn: string) =>
    errors.push({ row, column, wrong: words(wrongSr, wrongEn), right: words(rightSr, rightEn) })
  if (month > today.slice(0, 7) || month < monthMin)
    add(
      'month',
      `месец није између ${monthMin} и данас`,
      `the month is not between ${monthMin} and today`,
      'упишите месец за који је зарада исплаћена',
      'write the month the wage was paid for',
    )
  if (net > gross) add('net', 'нето је веће од бруто', 'net is above gross', 'проверите да колоне нису замењене', 'check that the columns are not exchanged')
  if (gross > 0n && hours === 0)
    add('hours', 'има зараде, а нема часова', 'there is a wage and no hours', 'упишите плаћене часове, на пример 176', 'write the paid hours, for example 176')
  if (gross === 0n && hours > 0)
    add(
      'gross',
      'има часова, а нема зараде',
      'there are hours and no wage',
      'упишите бруто износ или изоставите ред',
      'write the gross amount, or leave the row out',
    )
  if (paidOn < `${month}-01`)
    add(
      'paid',
      'исплата је пре тог месеца',
      'the payment is before that month',
      'упишите дан коначне исплате за тај месец',
      'write the day of the final payment for that month',
    )
  if (paidOn > today) add('paid', 'дан исплате је у будућности', 'the day of payment is in the future', 'пошаљите после исплате', 'send it after the payment')
  return errors
}
