import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { FolderSettings } from '../folder/shape.ts'
import type { Declared } from './declared.ts'
import { cellsOf, columnsOf } from './map.ts'
import type { WrongPath } from './paths.ts'
import { rowsOf } from './rows.ts'
import { textOfTable } from './text.ts'

/** Enough bytes for any header, and for the names in the first objects of NDJSON. */
const beginningBytes = 262_144
const filesMax = 5000

/**
 * Columns that the mapping names and the newest file of the folder lacks, whether the file waits, was taken or was set aside: only a file of the
 * local system shows its columns. Null when there is no file.
 */
export function wrongColumns({ path, ending, format }: Pick<FolderSettings, 'path' | 'ending' | 'format'>, declared: Declared): Found | null {
  const file = newestIn(path, ending ?? '')
  if (file === null) return null
  const bytes = beginningOf(file)
  const has = format === 'csv' ? headerIn(bytes, declared) : fieldsIn(bytes)
  const what = format === 'csv' ? 'is no column of its header' : 'is in none of its first objects'
  const wrong = declared.resources.flatMap(({ when, set }, index) => [
    ...(when === undefined || has.has(when) ? [] : [{ place: ['resources', index, 'when'], what: `${when} ${what}` }]),
    ...set.flatMap(({ text, source }) =>
      columnsOf(source)
        .filter((column) => !has.has(column))
        .map((column) => ({ place: ['resources', index, 'set', text], what: `${column} ${what}` })),
    ),
  ])
  return { file, has: [...has], wrong }
}

export type Found = { file: string; has: string[]; wrong: WrongPath[] }

function newestIn(folder: string, ending: string): string | null {
  let newest: { file: string; at: number } | null = null
  for (const below of ['.', 'done', 'failed'])
    for (const name of namesIn(join(folder, below))) {
      // Tables of the contract tests have their own columns.
      if (name.startsWith('.') || name.startsWith('certify-') || !name.endsWith(ending) || name.endsWith('.reason.txt')) continue
      const file = join(folder, below, name)
      const found = statSync(file, { throwIfNoEntry: false })
      if (found?.isFile() && found.size > 0 && (newest === null || found.mtimeMs > newest.at)) newest = { file, at: found.mtimeMs }
    }
  return newest?.file ?? null
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, filesMax)
  } catch {
    return []
  }
}

function beginningOf(file: string): Buffer {
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(beginningBytes)
    return bytes.subarray(0, readSync(handle, bytes, 0, beginningBytes, 0))
  } finally {
    closeSync(handle)
  }
}

/** Decodes only the header line: the last character of a partly read file may be cut in two. */
function headerIn(bytes: Buffer, { charset, delimiter, quote }: Declared): Set<string> {
  // Excel's own first line is not the header.
  const begin = /^(?:\u00ef\u00bb\u00bf)?"?sep=./i.test(bytes.toString('latin1', 0, 10)) ? bytes.indexOf(0x0a) + 1 : 0
  const end = bytes.indexOf(0x0a, begin)
  const text = textOfTable(bytes.subarray(begin, end < 0 ? undefined : end + 1), charset)
  const [first] = rowsOf(text, delimiter, quote)
  return new Set((first?.cells ?? []).map((cell) => cell.trim()))
}

/** The fields in the complete lines. */
function fieldsIn(bytes: Buffer): Set<string> {
  const text = bytes.toString('utf8')
  const lines = text.slice(0, bytes.length < beginningBytes ? undefined : text.lastIndexOf('\n') + 1).split('\n')
  return new Set(lines.filter((line) => line.trim() !== '').flatMap((line) => [...cellsOf(Buffer.from(line)).keys()]))
}
