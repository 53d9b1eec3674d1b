import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Engine, locateEngine } from './engine.ts'
import type { Keys } from './keys.ts'

/** The embedded PostgreSQL 18, reached by a unix socket only, with every write on disk before its commit is answered. */
export type Postgres = {
  /** Connection settings of the owner, for migrations. */
  owner: pg.ClientConfig
  data: string
  /** Stops the database if this process started it; `patient` waits for other users of it to leave first. */
  stop(how?: { patient?: boolean }): Promise<void>
  /** Pid of the postmaster; 0 when another process runs it. */
  pid: number
}

const startLimitMs = 60_000
const run = promisify(execFile)
const database = 'spona'
const ownerName = 'spona_owner'

export type Launch = {
  /** own: this process runs the database and nobody else does. share: use a running one, else start it. */
  mode: 'own' | 'share'
  settings?: Record<string, string>
}

export async function startPostgres(dataDir: string, keys: Keys, launch: Launch): Promise<Postgres> {
  const engine = await locateEngine(dataDir)
  const owner: pg.ClientConfig = {
    host: engine.socket, port: 5432, user: ownerName, database, password: keys.derive('database-owner').toString('hex'),
  }
  if (!existsSync(join(engine.data, 'PG_VERSION'))) await initialise(engine, owner.password as string)
  const running = await findRunning(engine, owner, launch.mode)
  if (running) return { owner, data: engine.data, pid: 0, stop: async () => {} }

  const child = spawnServer(engine, launch.settings ?? {})
  const watchdog = watch(child)
  await untilReady(child, owner, engine)
  await ensureDatabase(owner)
  return {
    owner,
    data: engine.data,
    pid: child.pid ?? 0,
    async stop(how = {}) {
      if (how.patient) await untilAlone(owner)
      await stopServer(child)
      watchdog.kill('SIGKILL')
    },
  }
}

async function initialise(engine: Engine, password: string): Promise<void> {
  rmSync(engine.data, { recursive: true, force: true }) // A half-made folder of an interrupted first start holds no data.
  mkdirSync(engine.data, { recursive: true, mode: 0o700 })
  const passwordFile = join(engine.socket, `.pw-${process.pid}`)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (engine.uid !== undefined) {
    chownSync(engine.data, engine.uid, engine.gid as number)
    chownSync(passwordFile, engine.uid, engine.gid as number)
  }
  try {
    await run(engine.bin('initdb'), [
      '-D', engine.data, '-U', ownerName, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--data-checksums', '--no-instructions',
    ], { ...who(engine), cwd: '/', env: cleanEnv() })
  } catch (error) {
    rmSync(engine.data, { recursive: true, force: true })
    throw new Error(`the embedded database could not be made: ${(error as { stderr?: string }).stderr ?? error}`)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

const who = (engine: Engine) => (engine.uid === undefined ? {} : { uid: engine.uid, gid: engine.gid as number })
/** The engine brings its own libraries and time zones; nothing of ours may reach it. */
const cleanEnv = () => ({ PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' })

/** Settings of `npm start`; docs/reference/database.md says why each. */
const serverSettings: Record<string, string> = {
  listen_addresses: '', max_connections: '80', shared_buffers: '512MB', work_mem: '16MB', maintenance_work_mem: '128MB',
  fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', wal_level: 'replica', max_wal_size: '4GB', min_wal_size: '256MB',
  checkpoint_timeout: '10min', checkpoint_completion_target: '0.9', wal_compression: 'pglz', effective_cache_size: '2GB',
  random_page_cost: '1.1', jit: 'off', timezone: 'UTC', log_timezone: 'UTC', log_min_messages: 'warning', log_statement: 'none',
  // A failed statement's text and parameters may hold a person's data: the log gets the error alone.
  log_min_error_statement: 'panic', log_parameter_max_length: '0', log_parameter_max_length_on_error: '0', log_error_verbosity: 'terse',
  unix_socket_permissions: '0700', password_encryption: 'scram-sha-256', autovacuum_naptime: '20s',
}

function spawnServer(engine: Engine, extra: Record<string, string>): ChildProcess {
  const options = Object.entries({ ...serverSettings, ...extra }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const logFile = openSync(join(engine.data, 'server.log'), 'a', 0o600)
  const child = spawn(engine.bin('postgres'), ['-D', engine.data, '-k', engine.socket, ...options], {
    ...who(engine), cwd: '/', env: cleanEnv(), detached: true, stdio: ['ignore', logFile, logFile],
  })
  closeSync(logFile)
  child.on('error', () => {}) // untilReady reports it.
  child.unref()
  return child
}

/** If this process dies in any way its end of the pipe closes, and the shell that waits on it stops the database: no orphan. */
function watch(child: ChildProcess): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', 'read nothing; kill -INT "$0"', String(child.pid)], {
    detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: cleanEnv(), cwd: '/',
  })
  shell.on('error', () => {})
  shell.unref()
  const pipe = shell.stdin as unknown as { unref?(): void; on(name: string, act: () => void): void } | null
  pipe?.on('error', () => {})
  pipe?.unref?.()
  return shell
}

async function canConnect(owner: pg.ClientConfig, name = database): Promise<boolean | 'missing'> {
  const client = new pg.Client({ ...owner, database: name, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    return (error as { code?: string }).code === '3D000' ? 'missing' : false
  } finally {
    await client.end().catch(() => {})
  }
}

function postmasterPid(engine: Engine): number | undefined {
  try {
    const pid = Number(readFileSync(join(engine.data, 'postmaster.pid'), 'utf8').split('\n')[0])
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? -1 : undefined
  }
}

/** A database left by a killed parent is on its way out: wait for it. A healthy one is shared, or refused to a second server. */
async function findRunning(engine: Engine, owner: pg.ClientConfig, mode: Launch['mode']): Promise<boolean> {
  const until = Date.now() + (mode === 'own' ? 20_000 : startLimitMs)
  while (postmasterPid(engine) !== undefined) {
    if (mode === 'share' && (await canConnect(owner)) === true) return true
    if (Date.now() > until) {
      throw new Error(`another process runs the database in ${engine.data}; stop it first, or set another DATA_DIR`)
    }
    await sleep(25)
  }
  return false
}

async function untilReady(child: ChildProcess, owner: pg.ClientConfig, engine: Engine): Promise<void> {
  const until = Date.now() + startLimitMs
  let failed: Error | undefined
  child.once('error', (error) => { failed = error })
  while (Date.now() < until) {
    if (failed || child.exitCode !== null || child.signalCode !== null) {
      const log = readFileSync(join(engine.data, 'server.log'), 'utf8').trim().split('\n').slice(-5).join('\n')
      throw new Error(`the embedded database stopped at its start: ${failed?.message ?? ''}\n${log}`)
    }
    if (existsSync(join(engine.socket, '.s.PGSQL.5432')) && (await canConnect(owner, 'postgres')) === true) return
    await sleep(10)
  }
  throw new Error('the embedded database did not become ready within a minute')
}

async function ensureDatabase(owner: pg.ClientConfig): Promise<void> {
  if ((await canConnect(owner)) !== 'missing') return
  const client = new pg.Client({ ...owner, database: 'postgres' })
  await client.connect()
  await client.query(`create database ${database} template template0`)
  await client.end()
}

async function untilAlone(owner: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(owner)
  try {
    await client.connect()
    for (;;) {
      const { rows } = await client.query(
        `select count(*)::int as others from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`)
      if (rows[0].others === 0) return
      await sleep(200)
    }
  } catch {
    // It is going down already.
  } finally {
    await client.end().catch(() => {})
  }
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGINT') // fast: roll back what is open, write a checkpoint
  const late = sleep(20_000, 'late', { ref: false })
  if ((await Promise.race([gone, late])) === 'late') child.kill('SIGQUIT')
  await gone
}
