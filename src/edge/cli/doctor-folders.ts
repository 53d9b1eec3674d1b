import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { sentenceOf } from '../../platform/cli.ts'
import { readMapping } from '../csv/mapping-file.ts'
import { wrongColumns } from '../csv/newest.ts'
import { type WrongPath, wrongPaths } from '../csv/paths.ts'
import type { EdgeConfig } from '../process/config.ts'
import type { Finding } from './doctor.ts'

type Folder = EdgeConfig['folders'][number]

const shownMax = 20

/** Checks a folder. Files are moved when they are taken, so the folder must be writable; a table also needs its mapping. */
export function ofFolder(folder: Folder): Finding[] {
  return folder.mapping === undefined ? [ofPath(folder)] : [...ofMapping(folder, folder.mapping), ofPath(folder)]
}

/** Checks the folder into which files for a local system are put. */
export function ofOut(check: string, path: string): Finding {
  const use = { made: 'is made with the first file', todo: 'Whoever runs the edge must be able to put files into it.' }
  return unlessOpen(check, path, use) ?? { check, ok: true, found: `files are put into ${path}` }
}

/** The finding for a folder that does not exist or cannot be used; null when it is usable. */
function unlessOpen(check: string, path: string, { made, todo }: { made: string; todo: string }): Finding | null {
  if (!existsSync(path)) return { check, ok: true, found: `${path} ${made}` }
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return null
  } catch {
    return { check, ok: false, found: `${path} cannot be read and written`, todo }
  }
}

function ofPath({ name, path, format }: Folder): Finding {
  const check = `folder ${name}`
  const use = { made: 'is made by the first start', todo: 'Whoever runs the edge must be able to take files out of it.' }
  const closed = unlessOpen(check, path, use)
  if (closed) return closed
  const isAlone = (statSync(path).mode & 0o077) === 0
  return { check, ok: true, found: `${path} is read as ${format}${isAlone ? '; only the account that owns it can put files there' : ''}` }
}

/** Names each wrong line: otherwise the mistakes would show one at a time, as rows refused by the record or as files refused by the folder. */
function ofMapping(folder: Folder, file: string): Finding[] {
  const check = `mapping of ${folder.name}`
  let mapping: ReturnType<typeof readMapping>
  try {
    mapping = readMapping(file)
  } catch (error) {
    return [{ check, ok: false, found: sentenceOf(error), todo: 'The edge starts when it can be read; docs/guides/edge-csv.md has one to begin with.' }]
  }
  const { declared, lineOf } = mapping
  const lines = (wrong: readonly WrongPath[]) => wrong.map(({ place, what }) => `${basename(file)}:${lineOf(place)}: ${String(place.at(-1))} ${what}`)
  const paths = lines(wrongPaths(declared))
  if (paths.length > 0)
    return [
      {
        check,
        ok: false,
        found: listed(paths),
        todo: 'Mend these lines: the record refuses every row for them. A running edge reads the file again by itself.',
      },
    ]
  return [ofColumns(folder, check, lines, () => wrongColumns(folder, declared))]
}

function ofColumns(folder: Folder, check: string, lines: (wrong: readonly WrongPath[]) => string[], look: () => ReturnType<typeof wrongColumns>): Finding {
  try {
    const found = look()
    if (found === null) return { check, ok: true, found: 'every path is one of R4; its columns are looked at when a file has come' }
    if (found.wrong.length === 0) return { check, ok: true, found: `every path is one of R4, and every column is in ${basename(found.file)}` }
    const has = `${basename(found.file)}, the newest file, has: ${found.has.slice(0, 50).join(', ')}.`
    // An object of NDJSON need not have everything that others have.
    const ok = folder.format === 'ndjson'
    const todo = ok ? 'Mend these lines when they should have been there.' : 'Mend these lines, or the header; check delimiter and character set (format) too.'
    return { check, ok, found: listed(lines(found.wrong)), todo: `${has} ${todo}` }
  } catch (error) {
    return {
      check,
      ok: false,
      found: `the newest file of ${folder.path}: ${sentenceOf(error)}`,
      todo: 'Mend the file, or what the mapping says of its format.',
    }
  }
}

const listed = (lines: readonly string[]): string =>
  [...lines.slice(0, shownMax), ...(lines.length > shownMax ? [`and ${lines.length - shownMax} more`] : [])].join('\n       ')
