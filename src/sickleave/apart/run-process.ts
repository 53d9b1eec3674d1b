import { type ChildProcess, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Given } from './given.ts'

// Starts the employers' process and starts it again when it dies. The record goes on meanwhile, so this is repeated for ever, at growing intervals.

const farewellMs = 8_000
const steadyMs = 30_000
const pausesMs = [200, 500, 1_000, 5_000, 15_000, 60_000]
const heapMb = 96
/** The process says this when it listens; every other line belongs to its log. */
const readyWord = 'ready'

export type Running = {
  /** Resolves when the process listens for the first time. */
  ready: Promise<void>
  pid(): number | undefined
  stop(): Promise<void>
}
export type Told = { say(sentence: string): void; log?: (line: string) => void; onAway?: (how: string) => void; onBack?: () => void }

export function runProcess(given: Given, { say, log = (line) => process.stdout.write(`${line}\n`), onAway, onBack }: Told): Running {
  let child: ChildProcess | undefined
  let isStopping = false
  let deaths = 0
  let isFirst = true
  const gone = new AbortController()
  const first = Promise.withResolvers<void>()

  const start = (): void => {
    const since = performance.now()
    const started = spawn(process.execPath, [...flags(), join(import.meta.dirname, 'process.ts')], {
      // Nothing of our environment: settings and secrets go over the pipe, which also ends the process when we are gone.
      env: { MALLOC_ARENA_MAX: '2', ...(process.env['TZ'] ? { TZ: process.env['TZ'] } : {}) },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child = started
    started.stdin?.on('error', () => {}) // It died before it read; its exit code tells.
    started.stdin?.write(`${JSON.stringify(given)}\n`)
    createInterface({ input: started.stdout as Readable }).on('line', (line) => {
      if (line !== readyWord) return log(line)
      if (!isFirst) say('The employers’ process is back.')
      isFirst = false
      onBack?.()
      first.resolve()
    })
    started.once('exit', (code, signal) => {
      if (isStopping) return
      if (performance.now() - since > steadyMs) deaths = 0
      const how = signal ?? `exit code ${code}`
      say(`The employers’ process died (${how}) and is started again; employers get 503 meanwhile.`)
      onAway?.(how)
      void again(pausesMs[Math.min(deaths++, pausesMs.length - 1)] as number)
    })
  }
  const again = async (pauseMs: number): Promise<void> => {
    await sleep(pauseMs, undefined, { signal: gone.signal }).catch(() => {})
    if (!isStopping) start()
  }

  start()
  return {
    ready: first.promise,
    pid: () => child?.pid,
    async stop() {
      isStopping = true
      gone.abort()
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child?.once('exit', resolve))
      const timer = setTimeout(() => child?.kill('SIGKILL'), farewellMs)
      child.stdin?.end()
      await ended
      clearTimeout(timer)
    },
  }
}

/**
 * Node's own permissions. The process reads its program and nothing else of the disk (not the master key, mails or exports), writes nothing, starts
 * nothing, and loads no native code. It may open connections: to the database, the door, addresses that employers named, the mail server.
 */
function flags(): string[] {
  const root = join(import.meta.dirname, '../../..')
  const modules = join(root, 'node_modules')
  const readable = [join(root, 'src'), join(root, 'package.json'), modules, realpathSync(modules)]
  return [
    `--max-old-space-size=${heapMb}`,
    '--max-semi-space-size=4',
    '--disable-warning=ExperimentalWarning',
    '--permission',
    '--allow-net',
    ...readable.map((path) => `--allow-fs-read=${path}`),
  ]
}
