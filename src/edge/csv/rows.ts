import { Refusal } from '../../platform/refusal.ts'

export type Row = {
  /** The line in which the row begins; the header is line 1. */
  line: number
  cells: string[]
}

const cellsMax = 2000
const cellCharactersMax = 1_000_000

/**
 * Rows of RFC 4180 with the delimiter that the mapping declares: quoted cells may hold delimiters, line ends and doubled quotes. A quote inside an
 * unquoted cell is an ordinary character, as the programs that write such files mean it.
 */
export function* rowsOf(text: string, delimiter: string, quote: string): Generator<Row> {
  let at = text.startsWith('\ufeff') ? 1 : 0
  let line = 1
  while (at < text.length) {
    const begin = line
    const cells: string[] = []
    for (;;) {
      const cell = text[at] === quote && quote !== '' ? quoted(text, at, quote, line) : bare(text, at, delimiter)
      if (cell.value.length > cellCharactersMax || cells.length >= cellsMax)
        throw new Refusal('too-large', `line ${begin}: a row may have ${cellsMax} cells of ${cellCharactersMax} characters`, {
          hint: 'Check the delimiter and the quotes.',
        })
      cells.push(cell.value)
      line += cell.lines
      at = cell.next
      if (text[at] !== delimiter) break
      at++
    }
    at = lineEnd(text, at, begin)
    line++
    if (cells.length > 1 || cells[0]?.trim() !== '') yield { line: begin, cells }
  }
}

type Cell = { value: string; next: number; lines: number }

function quoted(text: string, start: number, quote: string, line: number): Cell {
  let value = ''
  let at = start + 1
  for (;;) {
    const end = text.indexOf(quote, at)
    if (end < 0)
      throw new Refusal('incorrect', `line ${line}: a quoted cell is never closed`, {
        hint: `Close it with ${quote}, or declare another quote in the mapping.`,
      })
    value += text.slice(at, end)
    if (text[end + 1] !== quote) return { value, next: end + 1, lines: value.match(/\r\n?|\n/g)?.length ?? 0 }
    value += quote
    at = end + 2
  }
}

function bare(text: string, start: number, delimiter: string): Cell {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
  return { value: text.slice(start, end), next: end, lines: 0 }
}

function lineEnd(text: string, at: number, line: number): number {
  if (at >= text.length) return at
  if (text[at] === '\r') return text[at + 1] === '\n' ? at + 2 : at + 1
  if (text[at] === '\n') return at + 1
  throw new Refusal('incorrect', `line ${line}: text stands between the end of a quoted cell and the delimiter`, {
    hint: 'Double the quotes that belong to the text.',
  })
}
