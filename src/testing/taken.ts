import { readFileSync } from 'node:fs'

/** What a test file took: seconds by the clock, and processor seconds in its own process and in ended processes that it started. */
export type Taken = { file: string; seconds: number; own: number; started: number }

/** Processor time of a process and of its ended children, which /proc gives in hundredths of a second. */
export function secondsOf(pid: number | 'self'): { own: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12).map(Number)
  return { own: (user + system) / 100, ended: (endedUser + endedSystem) / 100 }
}
