import { Refusal } from '../../platform/refusal.ts'
import { toLatin } from '../../platform/text.ts'
import { readTable, type Unreadable } from '../../platform/table.ts'
import { words } from './cells.ts'
import { type Column, columns, type LineError, type RawRow } from './rows.ts'

// Sheets as offices save them: comma, semicolon or tab, quotes, with or without a byte order mark, UTF-8, UTF-16 or windows-1250.

export const rowsMax = 20_000
const cellMax = 200
const cellsMax = 30
export type ReadFile = { raw: RawRow[]; errors: LineError[] }

const namesOf: Record<string, Column | 'name'> = {
  ...{ jmbg: 'jmbg', lbo: 'lbo', month: 'month', mesec: 'month', mesecgodina: 'month', hours: 'hours', casovi: 'hours', sati: 'hours', brojcasova: 'hours' },
  ...{ net: 'net', neto: 'net', gross: 'gross', bruto: 'gross', paid: 'paid', datumisplate: 'paid', isplaceno: 'paid' },
  ...{ name: 'name', ime: 'name', prezime: 'name', imeiprezime: 'name', prezimeiime: 'name' },
}
const plainName = (text: string): string =>
  toLatin(text.toLowerCase())
    .normalize('NFD')
    .replace(/[^a-z]/g, '')

export function readCsv(bytes: Uint8Array): ReadFile {
  const table = readTable(decoded(bytes), { rows: rowsMax, cells: cellsMax, cell: cellMax })
  if (!Array.isArray(table)) throw unreadable(table)
  const [head, ...lines] = table
  const names = head?.cells ?? []
  const places = placesOf(names)
  const kind = places.has('jmbg') ? 'jmbg' : 'lbo'
  const raw: RawRow[] = []
  const errors: LineError[] = []
  for (const { row, cells: line } of lines) {
    if (line.length !== names.length) {
      errors.push(wrongLength(row, line.length, names.length))
      continue
    }
    const cell = (name: Column) => line[places.get(name) as number] as string
    const cells = Object.fromEntries(columns.map((name) => [name, cell(name)])) as RawRow['cells']
    raw.push({ row, kind, number: cell(kind), cells })
  }
  return { raw, errors }
}

function unreadable({ unreadable: why, row }: Unreadable): Refusal {
  if (why === 'too-many-rows') return new Refusal('too-large', `a file may have ${rowsMax} rows`, { hint: 'Send it in parts.' })
  const expression = `row ${row}`
  if (why === 'open-quote') return new Refusal('incorrect', `a quote that opens in row ${row} does not close`, { expression })
  return new Refusal('incorrect', `row ${row} has a cell of more than ${cellMax} characters, or more than ${cellsMax} cells`, {
    expression,
    hint: 'Check the separating character and the quotes.',
  })
}

const wrongLength = (row: number, has: number, wants: number): LineError => ({
  row,
  column: '',
  wrong: words(`ред има ${has} поља, а заглавље ${wants}`, `the row has ${has} cells and the head has ${wants}`),
  right: words('ставите у наводнике поље у којем је знак за раздвајање', 'put a cell that holds the separating character in quotes'),
})

function placesOf(head: readonly string[]): Map<Column, number> {
  const places = new Map<Column, number>()
  for (const [at, written] of head.entries()) {
    const name = namesOf[plainName(written)]
    if (name === undefined) throw new Refusal('incorrect', `column ${at + 1} of the head is not known`, { expression: `row 1, column ${at + 1}`, hint })
    if (name === 'name') continue
    if (places.has(name)) throw new Refusal('incorrect', `the head has the column ${name} twice`, { expression: 'row 1', hint })
    places.set(name, at)
  }
  const missing = columns.filter((name) => !places.has(name))
  if (missing.length > 0 || places.has('jmbg') === places.has('lbo'))
    throw new Refusal('incorrect', `the head lacks ${missing.join(', ') || 'jmbg or lbo (one of them)'}`, { expression: 'row 1', hint })
  return places
}
const hint = 'The head is: jmbg (or lbo), month, hours, net, gross, paid; or: јмбг, месец, часови, нето, бруто, датум исплате. A column name is read over.'

function decoded(bytes: Uint8Array): string {
  const is16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  try {
    return new TextDecoder(is16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1250').decode(bytes)
  }
}
