import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { openKeys } from '../platform/keys.ts'
import { startPostgres } from '../platform/postgres.ts'
import { tokenOfSystem, withoutCountry } from './plain-server.ts'
import { freePort, openFolder, postmasterOf, removeData, type ServerProcess, spawnServer, stopServer, until } from './process.ts'
import { kept, noPromises, type Promises, workUntil } from './promises.ts'
import { currentTx, verifyKept, verifyRows } from './promises-kept.ts'
import type { Seeded } from './seeded.ts'

/** The real server on a durable database of its own, killed again and again in the middle of its work. */
export type FiredAt = {
  env: Record<string, string>
  headers: Record<string, string>
  /** The process id of the running server; it changes after a kill. */
  pid(): number
  base: string
  /** Does some work, kills something, starts it again if need be, and looks for everything that was promised so far. Answers what was killed. */
  round(random: Seeded): Promise<string>
  /** Stops the server as an operator does and starts it again on the same data. */
  restart(): Promise<void>
  errors(): string
  /** Halts every process of the database in the middle of what it does; the returned function lets them go on. */
  freeze(): () => void
  end(): Promise<void>
}

export async function startFiredAt(name: string): Promise<FiredAt> {
  const folder = openFolder(name)
  const dataDir = join(folder, 'var')
  const port = await freePort()
  const base = `http://127.0.0.1:${port}/fhir`
  // Seals are made often, so that a kill comes in the middle of sealing, too.
  const env = { ...withoutCountry(port), DATA_DIR: dataDir, PORT: String(port), SEAL_SECONDS: '1' }
  let server = spawnServer(env)
  await server.ready
  const headers = { authorization: `Bearer ${await tokenOfSystem(env)}`, 'content-type': 'application/fhir+json' }
  const at = { base, headers }
  const { owner } = await startPostgres(dataDir, openKeys(dataDir), { mode: 'share' })
  const sinceTx = await currentTx(owner)
  const said = noPromises()
  return {
    env,
    headers,
    base,
    pid: () => server.child.pid as number,
    errors: () => server.errors(),
    async round(random) {
      const before = kept(said)
      const what = await killInTheMiddle(server, join(dataDir, 'postgres'), at, said, random)
      if (server.child.exitCode !== null || server.child.signalCode !== null) {
        server = spawnServer(env)
        await server.ready
      }
      await untilItAnswers(at)
      assert.ok(kept(said) > before, 'something was acknowledged')
      await verifyKept(at, said)
      await verifyRows(owner as pg.ClientConfig, said, sinceTx)
      return `${what}; ${kept(said) - before} promises`
    },
    async restart() {
      await stopServer(server)
      server = spawnServer(env)
      await server.ready
    },
    freeze() {
      const postmaster = postmasterOf(join(dataDir, 'postgres'))
      const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ').map(Number)
      for (const pid of [postmaster, ...children]) process.kill(pid, 'SIGSTOP')
      return () => {
        for (const pid of [...children, postmaster]) process.kill(pid, 'SIGCONT')
      }
    },
    async end() {
      if (server.child.exitCode === null) await stopServer(server)
      removeData(dataDir)
      removeData(folder)
    },
  }
}

async function untilItAnswers({ base, headers }: { base: string; headers: Record<string, string> }): Promise<void> {
  const isThere = async () => {
    const answer = await fetch(`${base}/Patient?_count=1`, { headers }).catch(() => null)
    await answer?.text()
    return answer?.status === 200
  }
  await until('the record answers again', isThere, 60_000)
}

/** On a busy machine a round takes longer, but every round makes some promises. */
const promisesMin = 10

async function killInTheMiddle(
  server: ServerProcess,
  data: string,
  at: { base: string; headers: Record<string, string> },
  said: Promises,
  random: Seeded,
): Promise<string> {
  let isOver = false
  const working = workUntil(() => isOver, at, said, random)
  // A broken promise must end the round at once, not when the round is over.
  working.catch(() => {})
  const before = kept(said)
  await until('some promises are made', () => kept(said) - before >= promisesMin, 30_000)
  await sleep(random.below(700))
  const killServer = async () => {
    server.child.kill('SIGKILL')
    await server.ended
  }
  const killDatabase = () => {
    process.kill(postmasterOf(data), 'SIGKILL')
  }
  const kills: [string, () => Promise<void> | void][] = [
    ['the server', killServer],
    ['the database', killDatabase],
    [
      'one process of the database',
      () => {
        process.kill(random.pick(childrenOf(postmasterOf(data))), 'SIGKILL')
      },
    ],
    [
      'both at once',
      async () => {
        killDatabase()
        await killServer()
      },
    ],
    [
      'the database and a moment later the server',
      async () => {
        killDatabase()
        await sleep(random.below(300))
        await killServer()
      },
    ],
  ]
  const [what, kill] = random.pick(kills)
  await kill()
  await sleep(100)
  isOver = true
  await working
  return what
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]) === parent
      } catch {
        return false // The process has just ended.
      }
    })
    .map(Number)
}
