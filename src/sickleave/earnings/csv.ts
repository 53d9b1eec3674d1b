import { Refusal } from '../../platform/refusal.ts'
import { toLatin } from '../../platform/text.ts'
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
  const text = decoded(bytes)
  const [head = [], ...lines] = recordsOf(text, delimiterOf(text))
  const places = placesOf(head)
  const kind = places.has('jmbg') ? 'jmbg' : 'lbo'
  const raw: RawRow[] = []
  const errors: LineError[] = []
  for (const [at, line] of lines.entries()) {
    const row = at + 2
    if (line.every((cell) => cell.trim() === '')) continue
    if (line.length !== head.length) {
      errors.push(wrongLength(row, line.length, head.length))
      continue
    }
    const cell = (name: Column) => line[places.get(name) as number] as string
    const cells = Object.fromEntries(columns.map((name) => [name, cell(name)])) as RawRow['cells']
    raw.push({ row, kind, number: cell(kind).trim(), cells })
  }
  return { raw, errors }
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

/** Whichever separates the most cells of the head. */
function delimiterOf(text: string): string {
  const head = text.slice(0, Math.max(0, text.search(/[\r\n]|$/)))
  const counts = [';', ',', '\t'].map((mark) => ({ mark, count: head.split(mark).length }))
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark
}

/** RFC 4180, with any of the delimiters and any line end. */
function recordsOf(text: string, delimiter: string): string[][] {
  const records: string[][] = []
  let [record, cell, at] = [[] as string[], '', 0]
  const endCell = () => {
    if (cell.length > cellMax || record.length >= cellsMax) throw tooLong(records.length + 1)
    record.push(cell)
    cell = ''
  }
  const endRecord = () => {
    endCell()
    records.push(record)
    record = []
    if (records.length > rowsMax + 1) throw new Refusal('too-large', `a file may have ${rowsMax} rows`, { hint: 'Send it in parts.' })
  }
  while (at < text.length) {
    const mark = text[at] as string
    if (mark === '"' && cell === '') {
      const end = closingQuote(text, at + 1)
      if (end < 0 || end - at > 2 * cellMax)
        throw new Refusal('incorrect', `a quote that opens in row ${records.length + 1} does not close`, { expression: `row ${records.length + 1}` })
      cell = text.slice(at + 1, end).replaceAll('""', '"')
      at = end + 1
      continue
    }
    if (mark === delimiter) endCell()
    else if (mark === '\n' || mark === '\r') {
      if (mark === '\r' && text[at + 1] === '\n') at++
      endRecord()
    } else cell += mark
    at++
  }
  if (cell !== '' || record.length > 0) endRecord()
  return records
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at
  return -1
}

const tooLong = (row: number) =>
  new Refusal('incorrect', `row ${row} has a cell of more than ${cellMax} characters, or more than ${cellsMax} cells`, {
    expression: `row ${row}`,
    hint: 'Check the separating character and the quotes.',
  })
