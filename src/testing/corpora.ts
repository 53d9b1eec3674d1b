import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Third-party test data, never part of the repository: `CORPORA`, by default beside it. */
export const corpora = process.env['CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora')

/** The folder, or null after a plain line that says why the test is skipped. */
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
/** In all the folders below, too. */
export const filesIn = (folder: string, kind: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => kind.test(file))
    .sort()
    .map((file) => join(folder, file))

export const readText = (file: string): string => readFileSync(file, 'utf8')
