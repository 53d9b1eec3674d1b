import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from './engine.ts'

// A PostgreSQL that nobody of ours runs any more, found by the file it leaves in its data folder.

const watchdogMs = 3_000 // The watchdog of a killed server needs this long at most to stop its database.
const stopLimitMs = 20_000

const pidFile = (data: string) => join(data, 'postmaster.pid')

/** Pid of the live postmaster of this folder; undefined when the pid file names a process that is dead, a zombie or no PostgreSQL. */
export function postmasterPid(data: string): number | undefined {
  let pid: number
  try {
    pid = Number(readFileSync(pidFile(data), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
  return pid > 1 && isPostgres(pid) ? pid : undefined
}

/** Asks the kernel what the process is: in a container zombies may stay for ever, and pids are soon used again. */
function isPostgres(pid: number): boolean {
  try {
    const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return name === 'postgres' && state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}

/** Waits until a database left by a killed parent has gone, and helps it along; its data are never touched. */
export async function endOrphan({ data, socket }: Engine): Promise<void> {
  const since = performance.now()
  let asked: NodeJS.Signals | undefined
  for (let pid = postmasterPid(data); pid !== undefined; pid = postmasterPid(data)) {
    const waited = performance.now() - since
    const signal = waited > watchdogMs + stopLimitMs ? 'SIGQUIT' : waited > watchdogMs ? 'SIGINT' : undefined
    if (signal && signal !== asked) kill(pid, (asked = signal))
    if (waited > watchdogMs + 2 * stopLimitMs) throw new Error(`process ${pid} runs the database in ${data} and does not stop; end it first`)
    await sleep(25)
  }
  // PostgreSQL takes a dead process that nobody has collected for a live one, so its files go too. It still checks by its shared
  // memory that no backend of the dead one writes.
  for (const file of [pidFile(data), join(socket, '.s.PGSQL.5432.lock'), join(socket, '.s.PGSQL.5432')]) rmSync(file, { force: true })
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') throw new Error(`process ${pid} of another user runs this database; end it first`)
  }
}
