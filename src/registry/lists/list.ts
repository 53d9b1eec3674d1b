import type { Transaction, World } from '../../platform/world.ts'

// The lists that registers of other bodies send, as an operator loads them: one record a line, columns by their names, people and institutions by
// their public numbers. A known record is brought up to date, so a list may come again.

export type Row = Record<string, string>
/** A record with its line in the file. */
export type Given = { line: number; row: Row }
/** A record that could not be taken. It quotes no value of a person. */
export type Problem = { line: number; column: string; sentence: string }
export const problem = (line: number, column: string, sentence: string): Problem => ({ line, column, sentence })

/** `fits` tests whether a value is valid in this column; `says` puts the condition in words that follow "must be". */
export type Column = { fits(value: string): boolean; says: string; isNeeded: boolean; about: string }
export type Columns = Record<string, Column>

export type List = {
  about: string
  columns: Columns
  /** Stores the records and answers the problems of those that it left out. With `isTrial` nothing is stored. */
  store(tx: Transaction, world: World, given: readonly Given[], isTrial: boolean): Promise<Problem[]>
}

const column = (form: RegExp, says: string, about: string): Column => ({ fits: (value) => form.test(value), says, isNeeded: false, about })
/** The day that the text begins with must exist in the calendar. */
const ofCalendar = (one: Column): Column => ({ ...one, fits: (value) => one.fits(value) && isDay(value.slice(0, 10)) })
export const text = (about: string, most = 300): Column => column(new RegExp(`^[^\\0-\\x1f\\x7f]{1,${most}}$`), `text of 1 to ${most} characters`, about)
export const day = (about: string): Column => ofCalendar(column(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-11-23', about))
export const moment = (about: string): Column =>
  ofCalendar(column(/^\d{4}-\d{2}-\d{2}[T ](?:[01]\d|2[0-3]):[0-5]\d$/, 'a moment such as 2026-11-23T07:00', about))
export const word = (about: string): Column => column(/^[a-z]+(?:-[a-z]+)*$/, 'a word of small letters such as health-center', about)
export const digits = (count: number, about: string): Column => column(new RegExp(`^\\d{${count}}$`), `${count} digits, with leading zeros`, about)
export const oneOf = (words: readonly string[], about: string): Column => column(new RegExp(`^(?:${words.join('|')})$`), `one of ${words.join(', ')}`, about)
export const needed = (one: Column): Column => ({ ...one, isNeeded: true })

/** The problem in the form of a record; null when the form is right. */
export function wrongForm({ columns }: List, { line, row }: Given): Problem | null {
  for (const [name, { fits, says, isNeeded }] of Object.entries(columns)) {
    const value = row[name]
    if (value === undefined ? isNeeded : !fits(value)) return problem(line, name, value === undefined ? 'is missing' : `must be ${says}`)
  }
  const unknown = Object.keys(row).find((name) => !(name in columns))
  return unknown === undefined ? null : problem(line, unknown.slice(0, 40), `is no column of this list; it has ${Object.keys(columns).join(', ')}`)
}

function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}

/** The last of the records with the same key: a statement may not update one row twice. */
export const lastOfEach = <T>(rows: readonly T[], key: (row: T) => string): T[] => [...new Map(rows.map((row) => [key(row), row])).values()]
