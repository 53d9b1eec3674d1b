import type { Config } from './config.ts'
import { type Keys, openKeys } from './keys.ts'
import type { Connection, Sql } from './sql.ts'
import { unwatchedRoom } from './room.ts'
import { makeLog, systemClock, type World } from './world.ts'

/** A world without a database, for commands that manage the database itself: touching sql in it is a bug. */
export function bareWorld(config: Config): World {
  const none = () => Promise.reject(new Error('this command opened no database'))
  const sql = Object.assign(none, { run: none, begin: none }) as unknown as Sql
  const connect = none as () => Promise<Connection>
  // Opened when first used: a restore into an empty folder must not find a new key there.
  let opened: Keys | undefined
  const keys: Keys = { derive: (label, bytes) => (opened ??= openKeys(config.DATA_DIR)).derive(label, bytes) }
  return { config, sql, connect, keys, room: unwatchedRoom, log: makeLog(config.LOG_LEVEL), ...systemClock } as World
}
