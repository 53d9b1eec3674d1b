import pg from 'pg'
import type { Logger } from 'pino'
import { parse as parseConnectionString } from 'pg-connection-string'
import type { Config } from './config.ts'
import type { Keys } from './keys.ts'
import { migrate } from './migrate.ts'
import { type Launch, type Postgres, startPostgres } from './postgres.ts'
import { type Room, roomLimits, unwatchedRoom } from './room.ts'
import { type Connection, type Sql, sqlOnClient, sqlOnPool, typeParsers } from './sql.ts'

/** The open database as the server sees it: its own role only. The owner's credentials stay in the migration step. */
export type Database = {
  sql: Sql
  connect(): Promise<Connection>
  /** For migrations, backup and the operator's commands. */
  owner: pg.ClientConfig
  embedded: Postgres | null
  room: Room
  close(how?: { patient?: boolean }): Promise<void>
}

export const appRole = 'spona_app'
const poolMax = 12
/** What all processes together may take of the 80 connections of the embedded database; commands and the leader need some too. */
const connectionsMax = 64
const poolMin = 4
const steadyMax = 4
const statementLimitMs = 120_000
/** A database that stands still ends no statement itself. */
const answerLimitMs = statementLimitMs + 5_000

export async function openDatabase(config: Config, keys: Keys, log: Logger, launch: Launch): Promise<Database> {
  const embedded = config.DATABASE_URL ? null : await startPostgres(config.DATA_DIR, keys, { disk: { limits: roomLimits(config), log }, ...launch })
  const owner = embedded?.owner ?? fromUrl(config.DATABASE_URL)
  try {
    const password = keys.derive('database-app').toString('hex')
    await migrate(owner, { role: appRole, password: config.DATABASE_APP_URL ? null : password })
    const app = config.DATABASE_APP_URL ? fromUrl(config.DATABASE_APP_URL) : { ...owner, user: appRole, password }
    const opened = connectAs(app, Math.max(poolMin, Math.floor(connectionsMax / config.PROCESSES) - config.LANES))
    return {
      ...opened,
      owner,
      embedded,
      room: embedded?.room ?? unwatchedRoom,
      async close(how) {
        await opened.end()
        await embedded?.stop(how)
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/** Pooled and single connections under one role; `most` of the pooled ones, of which some plan each statement once. */
export function connectAs(client: pg.ClientConfig, most = poolMax): { sql: Sql; connect(): Promise<Connection>; end(): Promise<void> } {
  const options = { ...client, types: typeParsers, statement_timeout: statementLimitMs, application_name: 'spona', keepAlive: true }
  const pooled = { ...options, query_timeout: answerLimitMs, idleTimeoutMillis: 60_000, connectionTimeoutMillis: 10_000 }
  const ofSteady = Math.min(steadyMax, most >> 2)
  const pool = new pg.Pool({ ...pooled, max: Math.min(poolMax, most - ofSteady) })
  const steady = new pg.Pool({ ...pooled, max: ofSteady, onConnect: planOnce })
  for (const each of [pool, steady]) each.on('error', () => {}) // An idle connection that dies is replaced by the next query.
  return {
    sql: sqlOnPool(pool, steady),
    async connect() {
      const own = new pg.Client(options)
      own.on('error', () => {}) // The next statement on it fails and its user opens another.
      await own.connect()
      return { sql: sqlOnClient(own), client: own, end: () => own.end().catch(() => {}) }
    },
    end: async () => void (await Promise.all([pool.end(), steady.end()])),
  }
}

/**
 * PostgreSQL plans for the values at hand as long as that looks cheaper than a plan for any: with lists it always does, as it takes one of
 * unknown length for ten. For what is read by its key, planning took three to five times as long as reading.
 */
const planOnce = async (client: pg.ClientBase): Promise<void> => void (await client.query("set plan_cache_mode = 'force_generic_plan'"))

function fromUrl(url: string): pg.ClientConfig {
  const { host, port, user, password, database, ssl } = parseConnectionString(url)
  const plain: pg.ClientConfig = {}
  if (host) plain.host = host
  if (port) plain.port = Number(port)
  if (user) plain.user = user
  if (typeof password === 'string') plain.password = password
  if (database) plain.database = database
  if (ssl) plain.ssl = ssl as pg.ClientConfig['ssl'] & object
  return plain
}
