// A file of earnings in the browser: decoded as offices save it, divided into the rows that the server counts, and joined again.

const utf16 = (bytes: Uint8Array) => (bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null)

/** Decodes UTF-8, UTF-16 with a byte order mark, or else windows-1250, as the server does. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder(utf16(bytes) ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1250').decode(bytes)
  }
}

/** Rows with their line ends. A row of a sheet may contain line ends inside quotes; in an XML document each line is a row. */
export function rowsOf(text: string, isSheet: boolean): string[] {
  const rows: string[] = []
  let [begin, isQuoted] = [0, false]
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at]
    if (isSheet && mark === '"') isQuoted = !isQuoted
    const isEnd = (mark === '\n' || (mark === '\r' && text[at + 1] !== '\n')) && !isQuoted
    if (isEnd) {
      rows.push(text.slice(begin, at + 1))
      begin = at + 1
    }
  }
  if (begin < text.length) rows.push(text.slice(begin))
  return rows
}

const endOf = (row: string) => /[\r\n]*$/.exec(row)?.[0] ?? ''
export const withoutEnd = (row: string): string => row.slice(0, row.length - endOf(row).length)

/** The whole file with some rows replaced; row 1 is the first. */
export const mended = (rows: readonly string[], changes: ReadonlyMap<number, string>): string =>
  rows.map((row, at) => (changes.has(at + 1) ? (changes.get(at + 1) as string) + endOf(row) : row)).join('')
