import { createReadStream, readFileSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { WrongUse } from '../../platform/cli.ts'
import { readTable } from '../../platform/table.ts'
import { type Given, problem, type Problem, type Row } from './list.ts'

const tableBytesMax = 64 * 1_048_576
const tableRowsMax = 200_000
const cellsMax = 100
const lineMax = 20_000

/** The records of a file: a table whose first row names the columns (`.csv`), or one object a line (`.ndjson`). The file may be of any length. */
export async function* recordsOf(file: string): AsyncGenerator<Given | Problem> {
  if (/\.csv$/i.test(file)) return yield* recordsOfTable(file)
  if (!/\.(?:ndjson|jsonl)$/i.test(file)) throw new WrongUse(`${file}: the name of a list ends in .csv or .ndjson`)
  let line = 0
  for await (const text of createInterface({ input: createReadStream(openable(file)), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    if (text.trim() !== '') yield recordOf(line, text.replace(/^\uFEFF/, ''))
  }
}

function recordOf(line: number, text: string): Given | Problem {
  const wrong = problem(line, 'line', 'is no JSON object of texts and numbers')
  if (text.length > lineMax) return problem(line, 'line', `is longer than ${lineMax} characters`)
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong
    const row: Row = {}
    for (const [name, cell] of Object.entries(value)) {
      if (cell === null || cell === '') continue
      if (typeof cell !== 'string' && typeof cell !== 'number') return wrong
      row[name] = String(cell).trim().normalize('NFC')
    }
    return { line, row }
  } catch {
    return wrong
  }
}

function* recordsOfTable(file: string): Generator<Given> {
  if (statSync(openable(file)).size > tableBytesMax) throw new WrongUse(`${file}: a table has at most 64 MB; more comes as .ndjson`)
  const bytes = readFileSync(file)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new WrongUse(`${file}: is not UTF-8; save it as "CSV UTF-8"`)
  }
  const table = readTable(text, { rows: tableRowsMax, cells: cellsMax, cell: lineMax })
  if (!Array.isArray(table)) throw new WrongUse(`${file}: cannot be read from row ${table.row} on (${table.unreadable})`)
  const [head, ...lines] = table
  const names = (head?.cells ?? []).map((name) => name.toLowerCase().replaceAll(' ', '_'))
  for (const { line, cells } of lines) {
    const row: Row = {}
    for (const [at, cell] of cells.entries()) if (cell !== '') row[names[at] ?? `column ${at + 1}`] = cell.normalize('NFC')
    yield { line, row }
  }
}

function openable(file: string): string {
  try {
    if (statSync(file).isFile()) return file
  } catch {
    // The error below tells it.
  }
  throw new WrongUse(`${file}: there is no such file`)
}
