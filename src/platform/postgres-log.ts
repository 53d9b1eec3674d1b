import { copyFileSync, existsSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

// The engine appends to one file. It says little, and what it says is kept within twice this size.
const sizeMax = 8 * 1_048_576
const lookEveryMs = 600_000

export const logFile = (data: string) => join(data, 'server.log')

/** Keeps one older file beside the current one. The engine writes at the end of the file, wherever that is, so it may be cut under it. */
export function keepLogSmall(data: string): void {
  const file = logFile(data)
  if (!existsSync(file) || statSync(file).size <= sizeMax) return
  copyFileSync(file, `${file}.1`)
  truncateSync(file)
}

export function watchLog(data: string): { end(): void } {
  keepLogSmall(data)
  const timer = setInterval(() => keepLogSmall(data), lookEveryMs)
  timer.unref()
  return { end: () => clearInterval(timer) }
}

export function lastLines(data: string): string {
  return existsSync(logFile(data)) ? readFileSync(logFile(data), 'utf8').trim().split('\n').slice(-5).join('\n') : ''
}
