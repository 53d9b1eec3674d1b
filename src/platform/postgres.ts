import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { type Engine, locateEngine } from './engine.ts'
import { type Hold, takeHold } from './hold.ts'
import { initialise } from './initialise.ts'
import type { Keys } from './keys.ts'
import { watchLog } from './postgres-log.ts'
import { endOrphan } from './postmaster.ts'
import { type Room, type RoomLimits, unwatchedRoom } from './room.ts'
import { superviseServer } from './supervise.ts'
import { watchRoom } from './watch-room.ts'

/** The embedded PostgreSQL 18, reached by a unix socket only, with every write on disk before its commit is answered. */
export type Postgres = {
  /** Connection settings of the owner, for migrations. */
  owner: pg.ClientConfig
  data: string
  /** What is left of the disk it lies on. */
  room: Room
  /** Stops the database if this process started it; `patient` waits for other users of it to leave first. */
  stop(how?: { patient?: boolean }): Promise<void>
  /** Pid of the postmaster; 0 when another process runs it. It changes when the database died and was started again. */
  readonly pid: number
}

export type Launch = {
  /** own: this process runs the database and nobody else does. share: use a running one, else start it. */
  mode: 'own' | 'share'
  settings?: Record<string, string>
  /** Called while another process creates the database: a good moment for work that blocks this one. */
  meanwhile?: () => void
  /** How much of the disk is kept for the audit of reads; without it nobody looks. */
  disk?: { limits: RoomLimits; log: Logger }
  /** Called when the database keeps dying and is given up; ends the process with a sentence unless said otherwise. */
  onLost?: (sentence: string) => void
}

const database = 'spona'
const ownerName = 'spona_owner'
const commandLimitMs = 20_000 // How long a server waits for a command that has the database.
const shareLimitMs = 60_000 // How long a command waits for a server that is starting.

export async function startPostgres(dataDir: string, keys: Keys, launch: Launch): Promise<Postgres> {
  const engine = await locateEngine(dataDir)
  const owner: pg.ClientConfig = {
    host: engine.socket,
    port: 5432,
    user: ownerName,
    database,
    password: keys.derive('database-owner').toString('hex'),
  }
  const hold = await holdOrShare(engine, owner, keys, launch.mode)
  if (!hold) {
    const room = await roomOf(engine, launch, false)
    return { owner, data: engine.data, room, pid: 0, stop: () => room.end() }
  }
  let room = unwatchedRoom
  try {
    await endOrphan(engine)
    if (!existsSync(join(engine.data, 'PG_VERSION'))) await initialise(engine, ownerName, owner.password as string, launch.meanwhile ?? (() => {}))
    const log = watchLog(engine.data)
    room = await roomOf(engine, launch, true)
    const server = await superviseServer(engine, launch, room)
    await ensureDatabase(owner).catch(async (error: unknown) => {
      await server.stop()
      throw error
    })
    return {
      owner,
      data: engine.data,
      room,
      get pid() {
        return server.pid
      },
      async stop(how = {}) {
        if (how.patient) await untilAlone(owner)
        await server.stop()
        log.end()
        await room.end()
        await hold.free()
      },
    }
  } catch (error) {
    await room.end()
    await hold.free()
    throw error
  }
}

async function roomOf({ data }: Engine, { disk }: Launch, isKeeper: boolean): Promise<Room> {
  return disk ? watchRoom({ folder: data, ...disk, isKeeper }) : unwatchedRoom
}

/** For whoever replaces the data folder: nobody may run or start the database meanwhile. */
export function holdDatabase(engine: Engine, keys: Keys): Promise<Hold> {
  return holdOrShare(engine, null, keys, 'own') as Promise<Hold>
}

/** The hold when the database is ours to start; null when somebody runs it and it may be shared. */
async function holdOrShare(engine: Engine, owner: pg.ClientConfig | null, keys: Keys, mode: Launch['mode']): Promise<Hold | null> {
  const until = performance.now() + (mode === 'own' ? commandLimitMs : shareLimitMs)
  for (;;) {
    const taken = await takeHold(engine.data, keys.derive('database-hold'), mode)
    if ('free' in taken) return taken
    if (mode === 'share' && owner && (await canConnect(owner)) === true) return null
    const { holder } = taken
    const isServer = mode === 'own' && holder?.mode === 'own'
    if (isServer || performance.now() > until) {
      const what = holder?.mode === 'share' ? 'a command' : 'another server'
      const which = holder ? ` (process ${holder.pid})` : ''
      throw new Error(`${what}${which} is using the database in ${engine.data}; stop it first, or set another DATA_DIR`)
    }
    await sleep(50)
  }
}

async function canConnect(owner: pg.ClientConfig, name = database): Promise<boolean | 'missing'> {
  const client = new pg.Client({ ...owner, database: name, connectionTimeoutMillis: 5000 })
  client.on('error', () => {}) // The answer is no.
  try {
    await client.connect()
    return true
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === '28P01') throw new Error('the master key in DATA_DIR/keys is not the one this database was made with; restore the right one')
    return code === '3D000' ? 'missing' : false
  } finally {
    await client.end().catch(() => {})
  }
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
  client.on('error', () => {}) // It is going down already.
  try {
    await client.connect()
    for (;;) {
      const { rows } = await client.query(
        `select count(*)::int as others from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      if (rows[0].others === 0) return
      await sleep(200)
    }
  } catch {
    // It is going down already.
  } finally {
    await client.end().catch(() => {})
  }
}
