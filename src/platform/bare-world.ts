import type { Config } from './config.ts'
import { openKeys } from './keys.ts'
import type { Connection, Sql } from './sql.ts'
import { makeLog, systemClock, type World } from './world.ts'

/** A world without a database, for commands that manage the database itself: touching sql in it is a bug. */
export function bareWorld(config: Config): World {
  const none = () => Promise.reject(new Error('this command opened no database'))
  const sql = Object.assign(none, { run: none, begin: none }) as unknown as Sql
  const connect = none as () => Promise<Connection>
  return { config, sql, connect, keys: openKeys(config.DATA_DIR), log: makeLog(config.LOG_LEVEL), ...systemClock } as World
}
