import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fhirFolder, portalsOfRun } from './made.ts'

/** A first start builds the portals and a country: seconds on an idle machine, minutes beside a dozen others. */
const readyLimitMs = 280_000
/** The environment that every process here needs: where programs are, and with `npm run test:pg` those of another PostgreSQL. */
const outside = () => ({
  PATH: process.env['PATH'] ?? '',
  POSTGRES_DIR: process.env['POSTGRES_DIR'] ?? '',
  ...(process.env['NODE_COMPILE_CACHE'] ? { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] } : {}),
})

/** `npm start` as a process of its own, seen from outside: what it prints, how it ends. */
export type ServerProcess = {
  child: ChildProcess
  /** Resolves with everything printed when it is ready; rejects when it ends before. */
  ready: Promise<string>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  errors(): string
  printed(): string
}

/** As `npm start` runs it: glibc keeps what is freed in small pieces otherwise, and a server would hold a body long after it. */
const startWords = (JSON.parse(readFileSync('package.json', 'utf8')).scripts.start as string).split(' ')
const memorySettings = Object.fromEntries(startWords.filter((word) => /^[A-Z_]+=[^$]+$/.test(word)).map((word) => word.split('=')))
const nodeOptions = startWords.filter((word) => word.startsWith('--'))

/**
 * Copies what every first start would make alike, the built portals and the compiled FHIR, when this run of tests has them. The server sees by
 * their stamps that it need not make them again. A start that `isWhole` makes all of it itself.
 */
function bringAlong(dataDir: string | undefined): void {
  if (dataDir === undefined || existsSync(dataDir)) return
  mkdirSync(dataDir, { mode: 0o711, recursive: true })
  bringDefinitions(dataDir)
  if (portalsOfRun !== null && existsSync(portalsOfRun)) cpSync(portalsOfRun, join(dataDir, 'portals'), { recursive: true })
}

export function bringDefinitions(dataDir: string): void {
  if (existsSync(fhirFolder)) cpSync(fhirFolder, join(dataDir, 'cache'), { recursive: true })
}

function keepForOthers(dataDir: string | undefined): void {
  if (dataDir === undefined || portalsOfRun === null || existsSync(portalsOfRun)) return
  const half = `${portalsOfRun}.${process.pid}`
  cpSync(join(dataDir, 'portals'), half, { recursive: true })
  if (!existsSync(portalsOfRun)) renameSync(half, portalsOfRun)
}

export function spawnServer(env: Record<string, string>, { isWhole = false } = {}): ServerProcess {
  if (!isWhole) bringAlong(env['DATA_DIR'])
  const child = spawn(process.execPath, [...nodeOptions, 'src/server.ts'], {
    env: { ...memorySettings, ...outside(), DEMO_PEOPLE: '20', LOG_LEVEL: 'error', DISK_RESERVE_MB: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  let errors = ''
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const ready = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL') // Or the test file would wait for it for ever.
      reject(new Error(`not ready in time\n${printed}${errors}`))
    }, readyLimitMs)
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      printed += more
      if (!printed.includes('Ctrl-C stops everything')) return
      clearTimeout(timer)
      keepForOthers(env['DATA_DIR'])
      resolve(printed)
    })
    child.stderr?.setEncoding('utf8').on('data', (more: string) => {
      errors += more
    })
    void ended.then(({ code }) => {
      clearTimeout(timer)
      reject(new Error(`ended with ${code}\n${printed}${errors}`))
    })
  })
  ready.catch(() => {}) // Whoever waits for it hears of it; a test of a refused start does not.
  return { child, ready, ended, errors: () => errors, printed: () => printed }
}

export async function stopServer(server: ServerProcess): Promise<void> {
  server.child.kill('SIGINT')
  await server.ended
}

/** `npm run spona -- words`, answered by its output and exit code. */
export function runCommand(words: string[], env: Record<string, string>): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, ['src/cli.ts', ...words], { env: { ...outside(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    output += more
  })
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    errors += more
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output, errors })))
}

/**
 * A database is 600 small files: ext4 looks for free inodes among those just deleted, and a run would spend a third of its time there. What is
 * killed by a signal loses nothing in memory that it would keep on a disk.
 */
function placeForDatabases(): string {
  const memory = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize > 2 ** 31 ? memory : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** A folder under which the database may lie also as root: a closed one would put it into /var/lib, where nobody removes it. */
export function openFolder(name: string): string {
  const folder = mkdtempSync(join(placeForDatabases(), `spona-${name}-`))
  chmodSync(folder, 0o755)
  return folder
}

/** Removes a data folder and, as root, the database that lies elsewhere because the folder was closed. */
export function removeData(dataDir: string): void {
  const pointer = join(dataDir, 'postgres.location')
  if (existsSync(pointer)) {
    const outside = readFileSync(pointer, 'utf8').trim()
    for (const path of [outside, `${outside}.reserve`]) rmSync(path, { recursive: true, force: true })
  }
  rmSync(dataDir, { recursive: true, force: true })
}

export const postmasterOf = (data: string) => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])

/** Gone, or dead and only not yet collected by whoever inherited it. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Where a link of /proc leads; nowhere when it is gone. */
export function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** A limit only ends a wait for something that will never come. Long trials get more, because others may use the machine for an hour. */
const patience = process.env['SPONA_LONG'] === '1' ? 8 : 1

export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  for (const end = performance.now() + limitMs * patience; !(await holds()); await sleep(20)) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`)
  }
}

/** Below the range from which the system takes ports for connections: one of those may be gone before a server has started. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
