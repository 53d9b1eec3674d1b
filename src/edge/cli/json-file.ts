import { existsSync, readFileSync } from 'node:fs'
import { WrongUse } from '../../platform/cli.ts'

/** Reads a file that was named on the command line. */
export function readJson(file: string): unknown {
  if (!existsSync(file)) throw new WrongUse(`${file} is not there`)
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new WrongUse(`${file} cannot be read as JSON`)
  }
}
