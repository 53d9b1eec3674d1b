import { SaxesParser } from 'saxes'
import { Refusal } from '../../platform/refusal.ts'
import { type ReadFile, rowsMax } from './csv.ts'
import { words } from './cells.ts'
import { columns, type LineError, type RawRow } from './rows.ts'

export const namespace = 'urn:spona:sickleave:earnings:1'
const valueMax = 200

type Tag = { local: string; uri: string; attributes: Record<string, { value: string; uri: string }> }

/**
 * A document by the schema `earnings.xsd`, read as a stream. It may have no document type, so there are no entities but the five of XML, and nothing
 * that it names is ever fetched.
 */
export function readXml(bytes: Uint8Array, pib: string): ReadFile {
  const parser = new SaxesParser({ xmlns: true, position: true })
  const reader = new Reader(pib)
  parser.on('doctype', () => refuse(parser.line, 'a document type is not read', 'Send the document without <!DOCTYPE …>.'))
  parser.on('error', () => refuse(parser.line, 'the document is no well-formed XML', 'Check that every element is closed and every & is written &amp;.'))
  parser.on('opentag', (tag) => reader.open(tag as Tag, parser.line))
  parser.on('closetag', () => reader.close())
  parser.on('text', (text) => {
    if (text.trim() !== '') refuse(parser.line, 'text stands between the elements', 'All values are attributes.')
  })
  parser.write(decoded(bytes)).close()
  return { raw: reader.raw, errors: reader.errors }
}

class Reader {
  readonly raw: RawRow[] = []
  readonly errors: LineError[] = []
  readonly #pib: string
  #depth = 0
  #who: { kind: 'jmbg' | 'lbo'; number: string } | null = null

  constructor(pib: string) {
    this.#pib = pib
  }

  open({ local, uri, attributes }: Tag, line: number): void {
    const wanted = ['earnings', 'employee', 'month'][this.#depth]
    if (uri !== namespace || local !== wanted)
      refuse(
        line,
        wanted ? `an element <${wanted}> of the namespace ${namespace} is expected here` : 'nothing may stand within a month',
        'See /sickleave/schemas/earnings.xsd.',
      )
    this.#depth++
    const values = Object.fromEntries(
      Object.entries(attributes)
        .filter(([name]) => !name.startsWith('xmlns') && !name.includes(':'))
        .map(([name, { value }]) => [name, value]),
    )
    if (Object.values(values).some((value) => value.length > valueMax))
      refuse(line, `a value has more than ${valueMax} characters`, 'Check how the document was made.')
    if (local === 'earnings') this.#root(values, line)
    else if (local === 'employee') this.#employee(values, line)
    else this.#month(values, line)
  }

  close(): void {
    this.#depth--
  }

  #root(values: Record<string, string>, line: number): void {
    only(values, ['employer'], line)
    if (values['employer'] !== this.#pib)
      refuse(line, 'the document is of another employer than the one it is sent for', 'employer is the tax number (PIB) of the firm you act for.')
  }

  #employee(values: Record<string, string>, line: number): void {
    only(values, ['jmbg', 'lbo'], line)
    const kind = values['jmbg'] === undefined ? 'lbo' : 'jmbg'
    if (Object.keys(values).length !== 1) refuse(line, 'an employee has either jmbg or lbo', 'Leave one of them out.')
    this.#who = { kind, number: (values[kind] as string).trim() }
  }

  #month(values: Record<string, string>, line: number): void {
    only(values, ['name', ...columns.slice(1)], line)
    if (this.raw.length >= rowsMax) throw new Refusal('too-large', `a file may have ${rowsMax} rows`, { hint: 'Send it in parts.' })
    const given: Record<string, string | undefined> = { ...values, month: values['name'] }
    const missing = columns.filter((name) => given[name] === undefined)
    for (const name of missing)
      this.errors.push({
        row: line,
        column: name,
        wrong: words('недостаје', 'is missing'),
        right: words('додајте атрибут елементу month', 'add the attribute to the element month'),
      })
    if (missing.length === 0 && this.#who) this.raw.push({ row: line, ...this.#who, cells: given as RawRow['cells'] })
  }
}

function only(values: Record<string, string>, known: readonly string[], line: number): void {
  if (Object.keys(values).some((name) => !known.includes(name)))
    refuse(line, `an attribute is not known here; known are ${known.map((name) => `${name}=`).join(' ')}`, 'See /sickleave/schemas/earnings.xsd.')
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('incorrect', 'the document is not UTF-8', { hint: 'Save it as UTF-8; other encodings are taken as CSV only.' })
  }
}

function refuse(line: number, message: string, hint: string): never {
  throw new Refusal('incorrect', `line ${line}: ${message}`, { expression: `line ${line}`, hint })
}
