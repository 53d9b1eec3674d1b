import type pg from 'pg'
import type { Logger } from 'pino'
import { parse as parseConnectionString } from 'pg-connection-string'
import type { Config } from './config.ts'
import { connectAs } from './connect.ts'
import type { Keys } from './keys.ts'
import { migrate } from './migrate.ts'
import { type Launch, type Postgres, startPostgres } from './postgres.ts'
import { type Room, roomLimits, unwatchedRoom } from './room.ts'
import type { Connection, Sql } from './sql.ts'

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
/** What all processes together may take of the 80 connections of the embedded database; commands and the leader need some too. */
const connectionsMax = 64
const poolMin = 4

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

export function fromUrl(url: string): pg.ClientConfig {
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
