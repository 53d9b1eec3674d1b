import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** The folder of third-party test data, which is never part of the repository: `CORPORA`, by default beside the repository. */
export const corpora = process.env['CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora')

/** The folder of a corpus. Null, after a line that says why the test is skipped, when it is not here. */
export function corpus(t: TestContext, name: string): string | null {
  const folder = join(corpora, name)
  if (existsSync(folder)) return folder
  t.skip(`third-party data ${name} is not here (set CORPORA)`)
  return null
}

export const jsonFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => join(folder, file))
/** The files of a kind in a folder and all folders below it. */
export const filesIn = (folder: string, kind: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => kind.test(file))
    .sort()
    .map((file) => join(folder, file))

export const readText = (file: string): string => readFileSync(file, 'utf8')
