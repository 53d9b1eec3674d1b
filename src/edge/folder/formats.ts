import { Refusal } from '../../platform/refusal.ts'
import { mappingOf } from '../csv/mapping-file.ts'
import type { Cutter, Piece } from './pieces.ts'
import { Lines, Messages, TableRows } from './pieces.ts'
import type { FolderSettings } from './shape.ts'

/** The most that the bus carries with the original beside it. */
export const pieceBytesMax = 5 * 1_048_576
const rowBytesMax = 1_048_576

export type Cut = {
  protocol: string
  cutter: Cutter
  /** The text above every row: the header of a table. */
  head: Buffer | null
  /** Whether equal pieces at two places of a file are two items; equal messages are one. */
  isByPlace: boolean
  problems(): string[]
}

/** How a file with many items is cut; null for a file that is one item. */
export function cutOf({ format, mapping }: FolderSettings): Cut | null {
  const none = () => []
  if (format === 'hl7v2') {
    const cutter = new Messages(pieceBytesMax)
    return { protocol: 'hl7v2', cutter, head: null, isByPlace: false, problems: () => cutter.problems }
  }
  if (format === 'ndjson')
    return { protocol: mapping === undefined ? 'fhir' : 'ndjson', cutter: new Lines(pieceBytesMax), head: null, isByPlace: true, problems: none }
  if (format !== 'csv') return null
  const { delimiter, quote } = mappingOf(mapping as string)
  return { protocol: 'csv', cutter: new TableRows(rowBytesMax, delimiter, quote), head: Buffer.alloc(0), isByPlace: true, problems: none }
}

/** Checks the header of a table once, before anything is taken: it is above the rows and not a row. */
export async function checkHead(settings: FolderSettings, { bytes }: Piece): Promise<void> {
  const [{ headerOf }, { rowsOf }, { textOfTable }] = await Promise.all([import('../csv/map.ts'), import('../csv/rows.ts'), import('../csv/text.ts')])
  const declared = mappingOf(settings.mapping as string)
  const text = textOfTable(bytes, declared.charset)
  headerOf(rowsOf(text, declared.delimiter, declared.quote).next().value ?? undefined, declared)
}

/** Whether this is Excel's own first line, which names the delimiter and is not the header. */
export const isOfExcel = ({ line, bytes }: Piece): boolean =>
  line === 1 && bytes.length < 10 && /^(?:\u00ef\u00bb\u00bf)?"?sep=./i.test(bytes.toString('latin1'))

/** Refuses a file that cannot be of its format as a whole, with what to do: row by row the reasons would be a thousand riddles. */
export async function checkBeginning(settings: FolderSettings, beginning: Buffer): Promise<void> {
  const [first, second] = beginning
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (isMarked || beginning.subarray(0, 200).filter((byte) => byte === 0).length > 20)
    throw new Refusal('incorrect', 'the file is written in UTF-16, or is no text', { hint: 'Write it in UTF-8: Excel saves it as "CSV UTF-8".' })
  if (settings.format === 'ndjson' && /^\s*(?:\[|\{\s*[\r\n])/.test(withoutMark(beginning.toString('utf8', 0, 2000))))
    throw new Refusal('incorrect', 'the file is JSON, and not one object in each line', {
      hint: 'Write each object whole into a line of its own, without a list around them and without line ends inside of it.',
    })
  await checkLetters(settings, beginning)
}
const withoutMark = (text: string) => (text.startsWith('\ufeff') ? text.slice(1) : text)

/**
 * Refuses a table in another character set as a whole instead of row by row: when most of the first rows with letters beyond ASCII cannot be in the
 * declared one. A single such row is set aside alone.
 */
async function checkLetters({ format, mapping }: FolderSettings, beginning: Buffer): Promise<void> {
  if (format !== 'csv') return
  const [{ textOfTable }, { charset }] = [await import('../csv/text.ts'), mappingOf(mapping as string)]
  let rows = 0
  const refusals: Refusal[] = []
  const end = beginning.lastIndexOf(0x0a)
  for (let from = 0; from < end && rows < rowsLooked; ) {
    const to = beginning.indexOf(0x0a, from)
    const row = beginning.subarray(from, to)
    from = to + 1
    if (!row.some((byte) => byte > 0x7f)) continue
    rows++
    try {
      textOfTable(row, charset)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusals.push(error)
    }
  }
  if (refusals.length > 1 && refusals.length > rows / 2) throw refusals[0]
}
const rowsLooked = 200

/** Checks a file that is one item; refuses it when nothing could ever be mapped from it. */
export async function checkWhole({ format }: FolderSettings, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) throw new Refusal('incorrect', 'the file is empty')
  if (format === 'cda') {
    const { parseDocument } = await import('../cda/document.ts')
    if (parseDocument(bytes).root.name === 'ClinicalDocument') return
    throw new Refusal('unprocessable', 'the file is XML, but no ClinicalDocument', { hint: 'Put whole CDA documents into this folder.' })
  }
  const { checkDocument } = await import('../rest/checked.ts')
  checkDocument(bytes)
}

/** Whether the end of a file looks like one: a program that is still writing has not written it. */
export function looksWhole({ format }: FolderSettings, head: string, tail: string): boolean {
  if (format === 'cda') return /<\/(?:[\w-]+:)?ClinicalDocument\s*>\s*(?:<!--[\s\S]*-->\s*)?$/.test(tail)
  if (format === 'fhir') return /\}\s*$/.test(tail)
  if (format === 'hl7v2') return head.startsWith('FHS') ? /(?:^|[\r\n])FTS/.test(tail) : /[\r\n\u001c]\s*$/.test(tail)
  return /[\r\n]\s*$/.test(tail)
}
