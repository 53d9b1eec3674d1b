import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { asEngineUser, cleanEnv, type Engine, makeSocketFolder, removeSocketFolder } from './engine.ts'
import { lastLines, logFile } from './postgres-log.ts'
import { serverSettings } from './postgres-settings.ts'

/** One life of the database server; `watchdog` stops it when this process dies in any way. */
export type Life = { engine: Engine; child: ChildProcess; watchdog: ChildProcess }

const startLimitMs = 60_000
const stopLimitMs = 20_000

/** Starts the server and waits until it takes connections. */
export async function startServer(engine: Engine, extra: Record<string, string>): Promise<Life> {
  makeSocketFolder(engine)
  const child = spawnServer(engine, extra)
  let failed: Error | undefined
  child.once('error', (error) => {
    failed = error
  })
  const life = { engine, child, watchdog: watch(child) }
  const until = performance.now() + startLimitMs
  while (performance.now() < until) {
    if (failed || isOver(child)) {
      life.watchdog.kill('SIGKILL')
      throw new Error(`the embedded database stopped at its start: ${failed?.message ?? ''}\n${lastLines(engine.data)}`)
    }
    if (isReady(engine.data, child.pid)) return life
    await sleep(5)
  }
  await stopServer(life)
  throw new Error('the embedded database did not become ready within a minute')
}

const isOver = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/** The postmaster writes its state into the eighth line of its file. */
function isReady(data: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
  } catch {
    return false
  }
}

function spawnServer(engine: Engine, extra: Record<string, string>): ChildProcess {
  const options = Object.entries({ ...serverSettings, ...extra }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = openSync(logFile(engine.data), 'a', 0o600)
  const child = spawn(engine.bin('postgres'), ['-D', engine.data, '-k', engine.socket, ...options], {
    ...asEngineUser(engine),
    cwd: '/',
    env: cleanEnv(),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  return child
}

/** If this process dies its end of the pipe closes, and the shell that waits on it stops the database: no orphan. */
function watch(child: ChildProcess): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', 'read nothing; kill -INT "$0"', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: cleanEnv(),
    cwd: '/',
  })
  shell.on('error', () => {})
  shell.unref()
  const pipe = shell.stdin as unknown as { unref?(): void; on(name: string, act: () => void): void } | null
  pipe?.on('error', () => {})
  pipe?.unref?.()
  return shell
}

/** Fast shutdown: what is open is rolled back, a checkpoint is written. */
export async function stopServer({ engine, child, watchdog }: Life): Promise<void> {
  if (!isOver(child)) {
    child.ref() // Or the process would end before its database does.
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGINT')
    const late = sleep(stopLimitMs, 'late', { ref: false })
    if ((await Promise.race([gone, late])) === 'late') child.kill('SIGQUIT')
    await gone
  }
  watchdog.kill('SIGKILL')
  removeSocketFolder(engine)
}
