import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Processor time of the measured processes in microseconds. Other work on the machine hardly changes it. */
export type Cpu = { server: number; database: number; load: number }

const tickUs = 10_000 // USER_HZ is 100 on every Linux that Node runs on.

/** `folder` is the folder of the database's files, null when the database is not ours; `workers` are the processes that serve. */
export function cpuOf(folder: string | null, workers: readonly number[]): Cpu {
  const { user, system } = process.cpuUsage()
  return { server: workers.reduce((sum, pid) => sum + (statOf(pid)?.own ?? 0), 0), database: folder === null ? 0 : databaseOf(folder), load: user + system }
}

function databaseOf(folder: string): number {
  const leader = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
  let sum = 0
  for (const name of readdirSync('/proc')) {
    const one = /^\d+$/.test(name) ? statOf(Number(name)) : null
    if (one && (one.parent === leader || Number(name) === leader)) sum += one.own + (Number(name) === leader ? one.ended : 0)
  }
  return sum
}

export const cpuEach = (before: Cpu, after: Cpu, count: number): Cpu => ({
  server: Math.round((after.server - before.server) / count),
  database: Math.round((after.database - before.database) / count),
  load: Math.round((after.load - before.load) / count),
})

/** Processor time of processes that this process started and that have ended. */
export const endedUs = (): number => statOf(process.pid)?.ended ?? 0

/** Fields 14 to 17 of proc(5) stat: the process's own time and that of its children that have ended. */
function statOf(pid: number): { parent: number; own: number; ended: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15)
    return { parent: fields[1] ?? 0, own: (user + system) * tickUs, ended: (endedUser + endedSystem) * tickUs }
  } catch {
    return null // The process ended between the listing and the reading.
  }
}
