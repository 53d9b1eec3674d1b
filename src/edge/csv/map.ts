import { Refusal } from '../../platform/refusal.ts'
import { hasControls, withoutControls } from '../draft/characters.ts'
import { dateTimeOf } from '../draft/dates.ts'
import { parseShallow } from '../draft/shallow-json.ts'
import { Draft, type Entry, type Json, type Mapped } from '../draft/draft.ts'
import { exactNumber } from '../draft/numbers.ts'
import { keepOriginal, tellProvenance } from '../draft/provenance.ts'
import type { Declared, DeclaredResource, Source, Step } from './declared.ts'
import { type Row, rowsOf } from './rows.ts'
import { textOfTable } from './text.ts'

export type MappedRow = { line: number } & ({ mapped: Mapped } | { refusal: Refusal })

/**
 * Maps a table row by row by a declared mapping. A row that cannot be mapped is refused alone, with its line and column, and the others go on. `file`
 * names the delivery; the same row of the same file keeps its names.
 */
export function* mapCsv(bytes: Uint8Array, declared: Declared, file: string): Generator<MappedRow> {
  const text = textOfTable(bytes, declared.charset)
  const rows = rowsOf(text, declared.delimiter, declared.quote)
  const header = headerOf(rows.next().value ?? undefined, declared)
  for (const row of rows) {
    try {
      yield { line: row.line, mapped: mapRow(row, header, declared, file) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      yield { line: row.line, refusal: error }
    }
  }
}

function checkHeader(header: string[], declared: Declared): void {
  const wanted = declared.resources.flatMap(({ when, set }) => [...(when === undefined ? [] : [when]), ...set.flatMap(({ source }) => columnsOf(source))])
  const missing = [...new Set(wanted)].filter((name) => !header.includes(name))
  const twice = header.filter((name, index) => name !== '' && header.indexOf(name) !== index)
  if (missing.length === 0 && twice.length === 0) return
  const what = missing.length > 0 ? `these columns are missing: ${missing.join(', ')}` : `these columns are there twice: ${twice.join(', ')}`
  throw new Refusal('unprocessable', what, {
    expression: 'line 1',
    hint: `${whatStands(header, wanted)} ${otherDelimiter(header, declared) ?? 'Check the delimiter and the character set of the mapping too.'}`,
  })
}

/** Lists the columns when the first row has any of the wanted ones. Otherwise it may be a row of data, and a reason may hold no value of the input. */
function whatStands(header: string[], wanted: string[]): string {
  const written = header.join(' ')
  if (wanted.some((name) => written.includes(name))) return `The header has: ${header.slice(0, 50).join(', ')}.`
  return 'The first row has no name of a column: write the names above the data.'
}

/** A header of one cell that contains another delimiter was most likely written with that delimiter. */
function otherDelimiter(header: string[], declared: Declared): string | undefined {
  const [only = ''] = header
  const found =
    header.filter((name) => name !== '').length === 1
      ? Object.entries(delimiters).find(([mark]) => mark !== declared.delimiter && only.includes(mark))
      : undefined
  return (
    found &&
    `The mapping's delimiter is ${delimiters[declared.delimiter] ?? declared.delimiter}, and the header looks as if it were ${found[1]}: mend format.delimiter, or the file.`
  )
}
const delimiters: Record<string, string> = { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a bar' }

export const columnsOf = (source: Source): string[] => source.columns ?? (source.column === undefined ? [] : [source.column])

/** Maps one row that was cut out of a file, beneath the header; the row is named by its line in the file. */
export function mapCsvRow(bytes: Uint8Array, declared: Declared, file: string, line: number): Mapped {
  const text = textOfTable(bytes, declared.charset)
  const rows = rowsOf(text, declared.delimiter, declared.quote)
  const header = headerOf(rows.next().value ?? undefined, declared)
  const found: Row[] = []
  try {
    found.push(...rows)
  } catch (error) {
    // The line in the error counts only these few bytes.
    if (error instanceof Refusal) throw placed(error, line)
    throw error
  }
  const [row] = found
  if (row === undefined) throw new Refusal('incorrect', `line ${line} is empty`)
  return mapRow({ line, cells: row.cells }, header, declared, file)
}

const placed = (error: Refusal, line: number): Refusal =>
  new Refusal(error.kind, error.message.replace(/^line \d+/, `line ${line}`), { expression: `line ${line}`, ...(error.hint ? { hint: error.hint } : {}) })

/** The first row, when it has the columns that the mapping needs. */
export function headerOf(first: Row | undefined, declared: Declared): string[] {
  if (first === undefined) throw new Refusal('incorrect', 'the file is empty, and a header is expected in its first line')
  const header = first.cells.map((cell) => cell.trim())
  checkHeader(header, declared)
  return header
}

/** Maps one line of NDJSON. Inner values are named with points, as in `patient.jmbg` or `results.0.value`. */
export function mapJsonRow(bytes: Uint8Array, declared: Declared, file: string, line: number): Mapped {
  return mapCells({ line, cells: cellsOf(bytes, line), original: { bytes, contentType: 'application/json' } }, declared, file)
}

/** The values of one object by their names. */
export function cellsOf(bytes: Uint8Array, line = 1): Map<string, string> {
  let value: unknown
  try {
    value = parseShallow(bytes)
  } catch (error) {
    if (error instanceof Refusal) throw error
    value = undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('incorrect', `line ${line} is no JSON object in UTF-8`, { expression: `line ${line}`, hint: 'NDJSON has one whole object in each line.' })
  const cells = new Map<string, string>()
  flatten(value as Json, '', cells, 0)
  return cells
}

const cellsMax = 2000
const depthMax = 20
function flatten(value: Json, path: string, into: Map<string, string>, depth: number): void {
  for (const [name, inner] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if (typeof inner === 'object' && inner !== null && depth < depthMax) flatten(inner as Json, at, into, depth + 1)
    else if (inner !== null && inner !== undefined && into.size < cellsMax)
      into.set(at, (typeof inner === 'object' ? JSON.stringify(inner) : String(inner)).trim())
  }
}

function mapRow(row: Row, header: string[], declared: Declared, file: string): Mapped {
  if (row.cells.length > header.length && row.cells.slice(header.length).some((cell) => cell.trim() !== ''))
    throw new Refusal('unprocessable', `line ${row.line} has ${row.cells.length} cells, and the header ${header.length}`, {
      hint: 'A delimiter stands in a cell that is not quoted.',
    })
  // A row that was cut off would be filed as final, without its unit or its date.
  if (row.cells.length <= header.findLastIndex((name) => name !== ''))
    throw new Refusal('unprocessable', `line ${row.line} has only ${row.cells.length} cells, and the header ${header.length}`, {
      hint: 'The line was cut off, or a quote swallowed its delimiters. Write every cell, the empty ones too.',
    })
  const cells = new Map(header.map((name, index) => [name, (row.cells[index] ?? '').trim()]))
  const original = [header, header.map((_, index) => row.cells[index] ?? '')].map((line) => line.map(asCell).join(',')).join('\r\n')
  return mapCells({ line: row.line, cells, original: { bytes: Buffer.from(original), contentType: 'text/csv' } }, declared, file)
}

type Cells = { line: number; cells: Map<string, string>; original: { bytes: Uint8Array; contentType: string } }

function mapCells({ line, cells, original }: Cells, declared: Declared, file: string): Mapped {
  const odd = [...cells].filter(([, cell]) => hasControls(cell)).map(([name]) => name)
  for (const name of odd) cells.set(name, withoutControls(cells.get(name) as string))
  for (const [name, cell] of cells) if (declared.empty.has(cell)) cells.set(name, '')
  const draft = new Draft(`${declared.name}\u0000${file}\u0000${line}\u0000${[...cells.values()].join('\u0000')}`)
  for (const name of odd) draft.lose(`line ${line}, column ${name}`, 'has control characters, which were left out')
  const made = new Map<string, Entry>()
  const read = new Set<string>()
  for (const resource of declared.resources) {
    if (resource.when !== undefined) read.add(resource.when)
    if (resource.when !== undefined && (cells.get(resource.when) ?? '') === '') continue
    const entry = draft.add(resource.type, `line ${line}`, resource.isAbout)
    made.set(resource.as, entry)
    fillFrom(entry, resource, { cells, made, read, line, declared })
  }
  for (const [name, cell] of cells) if (cell !== '' && !read.has(name)) draft.lose(`line ${line}, column ${name}`, 'is of no resource in the mapping')
  const version = `${declared.name}/${declared.version}`
  const patient = [...made.values()].find(({ resource }) => resource.resourceType === 'Patient')
  keepOriginal(draft, original.bytes, {
    contentType: original.contentType,
    title: `${file}, line ${line}`,
    subject: patient?.reference,
    number: `${file}:${line}`,
    source: `line ${line}`,
  })
  tellProvenance(draft, { number: `${file}:${line}`, version, time: undefined, occurred: undefined, activity: declared.name, agent: undefined })
  return { bundle: draft.bundle(), losses: draft.losses, mapping: version }
}

const asCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

type Context = { cells: Map<string, string>; made: Map<string, Entry>; read: Set<string>; line: number; declared: Declared }

function fillFrom(entry: Entry, resource: DeclaredResource, context: Context): void {
  const sources: string[] = []
  for (const { path, text, source, form } of resource.set) {
    const names = columnsOf(source)
    for (const name of names) context.read.add(name)
    const isAmount = source.number === true && path.length > 1 && path.at(-1) === 'value'
    const value = valueOf(source, form, names, context, isAmount)
    if (value === undefined) continue
    setAt(entry.resource, path, value)
    if (isAmount) compared(entry.resource, path, names, context)
    if (names.length > 0) sources.push(`${text}<${names.join('+')}`)
  }
  prune(entry.resource)
  if (sources.length > 0) entry.comesFrom(sources.join(' '))
}

function valueOf(source: Source, form: RegExp | undefined, names: string[], context: Context, isAmount: boolean): unknown {
  if (source.value !== undefined) return source.value
  if (source.reference !== undefined) return context.made.get(source.reference)?.reference
  const cell = names
    .map((name) => context.cells.get(name) ?? '')
    .filter((one) => one !== '')
    .join(source.join ?? ' ')
  const refuse = (what: string): never => {
    throw new Refusal('unprocessable', `line ${context.line}, column ${names.join('+')}: ${what}`, {
      expression: `line ${context.line}`,
      hint: 'Correct the cell, or the mapping, and send the row again.',
    })
  }
  if (cell === '') return source.required ? refuse('is empty, and the mapping demands a value') : undefined
  if (form !== undefined && !form.test(cell)) return refuse('has not the form that the mapping demands')
  if (source.codes !== undefined) return source.codes[cell] ?? refuse('holds a code that the mapping does not translate')
  if (source.number) return numberIn(isAmount ? cell.replace(comparison, '') : cell, context.declared.decimal) ?? refuse('is no number')
  if (source.boolean !== undefined)
    return source.boolean.true.includes(cell) ? true : source.boolean.false.includes(cell) ? false : refuse('is neither of the words for yes and no')
  if (source.date !== undefined) return dateIn(cell, source.date) ?? refuse(`is no date of the form ${source.date}`)
  return cell
}

/** `<0,5`: laboratories write values outside their range so. The amount is the bound, with its comparator. In other places such a text is not a number. */
function compared(resource: Json, path: Step[], names: string[], { cells }: Context): void {
  const [found] = comparison.exec(cells.get(names[0] ?? '') ?? '') ?? []
  if (found !== undefined) setAt(resource, [...path.slice(0, -1), 'comparator'], found.trim().replace('≤', '<=').replace('≥', '>='))
}
const comparison = /^(?:<=|>=|<|>|≤|≥)\s*(?=\d)/

// Thousands in groups of three. The first digit is not a zero: nobody writes 125 as `0,125`.
const grouped = { ',': /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/, '.': /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/ }
/** Longer numbers have more digits than a number in the computer keeps, so they are not read. */
const numberMax = 16

/** With a decimal comma, a point separates thousands. */
function numberIn(cell: string, decimal: '.' | ','): number | undefined {
  const whole = grouped[decimal].test(cell) ? cell.replaceAll(decimal === ',' ? '.' : ',', '') : cell
  const plain = decimal === ',' ? whole.replace(',', '.') : whole
  return plain.length <= numberMax && /^[+-]?\d+(?:\.\d+)?$/.test(plain) ? exactNumber(plain) : undefined
}

/** Reads the parts of a date by the letters of the form; one digit may stand for two. */
function dateIn(cell: string, form: string): string | undefined {
  const names: string[] = []
  const pattern = form.replace(/YYYY|MM|DD|HH|mm|ss|[./]/g, (part) => {
    if (part === '.' || part === '/') return `\\${part}`
    names.push(part)
    return part === 'YYYY' ? '(\\d{4})' : '(\\d{1,2})'
  })
  const found = new RegExp(`^${pattern}\\.?$`).exec(cell)
  if (found === null) return undefined
  const part = (name: string) => (names.includes(name) ? (found[names.indexOf(name) + 1] ?? '').padStart(2, '0') : '')
  return dateTimeOf(['YYYY', 'MM', 'DD', 'HH', 'mm', 'ss'].map(part).join(''))
}

function setAt(target: Json, path: Step[], value: unknown): void {
  let at: any = target
  for (const [index, step] of path.entries()) {
    if (index === path.length - 1) at[step] = value
    else at = at[step] ??= typeof path[index + 1] === 'number' ? [] : {}
  }
}

/** Removes parts with only constants (a system without its value, a unit without its number): they say nothing. */
function prune(value: any): void {
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner !== 'object' || inner === null) continue
    prune(inner)
    if (Array.isArray(inner)) value[name] = inner.filter((one) => one !== undefined && !isBare(one))
    if (isBare(inner) || (Array.isArray(value[name]) && value[name].length === 0)) delete value[name]
  }
}

function isBare(value: any): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  const isIdentifier = 'system' in value && !('value' in value) && !('code' in value) && !('display' in value)
  const isQuantity = 'unit' in value && !('value' in value)
  return names.length === 0 || isIdentifier || isQuantity
}
