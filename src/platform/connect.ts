import pg from 'pg'
import { type Connection, type Sql, sqlOnClient, sqlOnPool, typeParsers } from './sql.ts'

const poolMax = 12
const steadyMax = 4
const statementLimitMs = 120_000
/** The client's own limit, for a database that hangs and does not end statements by itself. */
const answerLimitMs = statementLimitMs + 5_000

/** Pooled and single connections under one role: at most `most` pooled ones, up to four of which plan each statement once (`steady`). */
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
 * PostgreSQL plans a statement anew for the values at hand as long as that looks cheaper than one plan for all values. With arrays it always
 * looks cheaper, because the general plan assumes ten elements. For reads by key, planning took three to five times as long as reading.
 */
const planOnce = async (client: pg.ClientBase): Promise<void> => void (await client.query("set plan_cache_mode = 'force_generic_plan'"))
