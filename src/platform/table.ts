// Tables as clerks' programs write and read them (RFC 4180): comma, semicolon or tab, quoted cells, a mark at the beginning, any line end.

/** `row` as a spreadsheet counts, `line` as an editor does: a quoted cell may hold line ends. */
export type Line = { row: number; line: number; cells: string[] }
export type Limits = { rows: number; cells: number; cell: number }
/** Why a table cannot be read, and the row in which the trouble begins. */
export type Unreadable = { unreadable: 'open-quote' | 'too-many-rows' | 'too-long'; row: number }

const separators = [';', ',', '\t'] as const

/** The separator that divides the first line into the most cells. */
function separatorOf(text: string): string {
  const head = text.slice(0, Math.max(0, text.search(/[\r\n]|$/)))
  return separators.reduce((most, one) => (head.split(one).length > head.split(most).length ? one : most))
}

/** The rows that are not empty. Empty ones are left out, and row numbers count them. */
export function readTable(given: string, limits: Limits): Line[] | Unreadable {
  const text = given.replace(/^\uFEFF/, '')
  const separator = separatorOf(text)
  const lines: Line[] = []
  let [cells, cell, at, row, line, start] = [[] as string[], '', 0, 1, 1, 1]
  const endRow = () => {
    cells.push(cell.trim())
    if (cells.some((one) => one !== '')) lines.push({ row, line: start, cells })
    cells = []
    cell = ''
    row++
  }
  while (at < text.length) {
    if (cell.length > limits.cell || cells.length >= limits.cells) return { unreadable: 'too-long', row }
    if (lines.length > limits.rows + 1) return { unreadable: 'too-many-rows', row: row - 1 }
    const sign = text[at] as string
    if (sign === '"' && cell.trim() === '') {
      const end = closingQuote(text, at + 1)
      if (end < 0) return { unreadable: 'open-quote', row }
      cell = text.slice(at + 1, end).replaceAll('""', '"')
      line += breaksIn(cell)
      at = end + 1
      continue
    }
    if (sign === separator) {
      cells.push(cell.trim())
      cell = ''
    } else if (sign === '\n' || (sign === '\r' && text[at + 1] !== '\n')) {
      endRow()
      start = ++line
    } else if (sign !== '\r') cell += sign
    at++
  }
  if (cell.length > limits.cell) return { unreadable: 'too-long', row }
  endRow()
  return lines.length > limits.rows + 1 ? { unreadable: 'too-many-rows', row: row - 1 } : lines
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at
  return -1
}

const breaksIn = (text: string): number => text.split(/\r\n|\r|\n/).length - 1

/** A cell that a spreadsheet would run as a formula gets an apostrophe, which the spreadsheet does not show. */
const cellOf = (value: string | number | null): string => {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A table with the byte order mark and the semicolons that spreadsheets of this country expect. */
export const writeTable = (rows: readonly (readonly (string | number | null)[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(cellOf).join(';')}\r\n`).join('')}`
