import { randomBytes } from 'node:crypto'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import type { Keys } from './keys.ts'
import type { Room } from './room.ts'
import { safeError } from './safe-error.ts'
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
  /** What is left of the database's disk. */
  room: Room
}

export function makeLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // An address may hold a question about a person, and an error may hold their data.
    serializers: { err: safeError, error: safeError, req: (request: { method?: string }) => ({ method: request.method }), res: () => undefined },
  }
  return destination ? pino(options, destination) : pino(options)
}

const poolBytes = 8192
let pool = Buffer.alloc(0)

/** Ids need a few bytes each, thousands at a time: one call to the system fills many of them. Bytes are given out once. */
function pooledRandom(bytes: number): Buffer {
  if (bytes > poolBytes / 8) return randomBytes(bytes)
  if (pool.length < bytes) pool = randomBytes(poolBytes)
  const given = Buffer.from(pool.subarray(0, bytes))
  pool.fill(0, 0, bytes)
  pool = pool.subarray(bytes)
  return given
}

export const systemClock = { now: () => new Date(), random: pooledRandom }
