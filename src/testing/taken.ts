import { readFileSync } from 'node:fs'

/** What a file took: seconds by the clock, and of the processor in its own process and in those that it started and that have ended. */
export type Taken = { file: string; seconds: number; own: number; started: number }

/** Processor time of a process and of its children that have ended, as /proc tells it in hundredths of a second. */
export function secondsOf(pid: number | 'self'): { own: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12).map(Number)
  return { own: (user + system) / 100, ended: (endedUser + endedSystem) / 100 }
}
