import { randomBytes } from 'node:crypto'
import { type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import type { Keys } from './keys.ts'
import type { Connection, Sql } from './sql.ts'

export type { Sql, Transaction } from './sql.ts'

/**
 * Everything from outside comes in by the World: clock, randomness, the database, secrets, the log.
 * The simulator gives another one and replays a run from its seed. Slices hang their running parts here
 * (`world.ledger`, `world.fhir`) through declaration merging in their own files.
 */
export interface World {
  config: Config
  sql: Sql
  /** A connection of one's own as the server's role; the caller ends it. */
  connect(): Promise<Connection>
  now(): Date
  random(bytes: number): Buffer
  log: Logger
  keys: Keys
}

export function makeLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers.authorization', 'req.headers.cookie'],
  })
}

export const systemClock = { now: () => new Date(), random: (bytes: number) => randomBytes(bytes) }
