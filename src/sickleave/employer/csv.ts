// Tables as clerks' programs write and read them: comma, semicolon or tab, quoted fields, a mark at the beginning, any line end.

export type Line = { line: number; cells: string[] }

const separators = [';', ',', '\t'] as const

/** Lines with the number they have in the file; empty ones are left out. Null when a quoted field does not end. */
export function readTable(text: string): Line[] | null {
  const plain = text.replace(/^\uFEFF/, '')
  const head = plain.slice(0, plain.search(/[\r\n]|$/))
  const separator = separators.reduce((most, one) => (head.split(one).length > head.split(most).length ? one : most))
  const lines: Line[] = []
  let [cells, cell, line, start, isQuoted] = [[] as string[], '', 1, 1, false]
  const endLine = () => {
    cells.push(cell.trim())
    if (cells.some((one) => one !== '')) lines.push({ line: start, cells })
    cells = []
    cell = ''
  }
  for (let at = 0; at < plain.length; at++) {
    const sign = plain[at] as string
    const isBreak = sign === '\n' || (sign === '\r' && plain[at + 1] !== '\n')
    if (isBreak) line++
    if (isQuoted) {
      if (sign !== '"') cell += sign
      else if (plain[at + 1] === '"') cell += plain[++at]
      else isQuoted = false
    } else if (sign === '"' && cell.trim() === '') {
      isQuoted = true
      cell = ''
    } else if (sign === separator) {
      cells.push(cell.trim())
      cell = ''
    } else if (isBreak) {
      endLine()
      start = line
    } else if (sign !== '\r') cell += sign
  }
  if (isQuoted) return null
  endLine()
  return lines
}

/** A cell that a spreadsheet would run as a formula gets an apostrophe, which the spreadsheet does not show. */
const cellOf = (value: string | number | null): string => {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** With the mark and the semicolon that spreadsheets of this country expect. */
export const writeTable = (rows: readonly (readonly (string | number | null)[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(cellOf).join(';')}\r\n`).join('')}`
