import { readdirSync, readFileSync } from 'node:fs'
import { print } from './figures.ts'

/** The most memory that a process has taken so far, in bytes (proc(5), VmHWM); 0 when it has ended. */
export function peakOf(pid: number): number {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(read(pid, 'status')) ?? []
  return Number(kilobytes) * 1024
}

/** What one process took at most, beside what it may take. */
export const printPeak = (name: string, bytes: number): void => print({ name, value: bytes / 1_048_576, unit: 'MB', limit: 'allowed', limitValue: 512 })

/** Looking through all processes takes about a millisecond of the measured cores. */
const everyMs = 1000

/** Runs it, and says what the largest process with this word in its command took meanwhile. Only growth of its last second is missed. */
export async function withPeak<T>(word: string, act: () => Promise<T>): Promise<{ result: T; peakBytes: number }> {
  let peakBytes = 0
  const look = setInterval(() => {
    for (const pid of processesOf(word)) peakBytes = Math.max(peakBytes, peakOf(pid))
  }, everyMs)
  try {
    const result = await act()
    return { result, peakBytes }
  } finally {
    clearInterval(look)
  }
}

const processesOf = (word: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && read(pid, 'cmdline').split('\0').includes(word))

function read(pid: number, what: 'status' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8')
  } catch {
    return '' // It ended between the listing and the reading.
  }
}
