import { createHash } from 'node:crypto'
import pg from 'pg'
import { PreparedQuery, type Row } from './prepared-query.ts'

/**
 * SQL as tagged templates. `fragment` builds a piece; values become parameters, nested fragments are spliced in.
 * A `Sql` runs a template and answers rows with camelCase keys. Text never comes from outside, so there is nothing to escape.
 */
export class Fragment {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings
    this.values = values
  }
}

export function fragment(strings: TemplateStringsArray, ...values: unknown[]): Fragment {
  return new Fragment(strings, values)
}

/** Fragments side by side with a separator that is our own text, for example `', '` or `' and '`. */
export function join(parts: readonly Fragment[], separator: string): Fragment {
  if (parts.length === 0) return new Fragment([''], [])
  const strings = ['', ...parts.slice(1).map(() => separator), '']
  return new Fragment(strings, parts)
}

/** A name that is our own constant, for example a table or a role; refused when it is not a plain identifier. */
export function identifier(name: string): Fragment {
  if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name)) throw new Error('not a plain SQL identifier')
  return new Fragment([name], [])
}

export type Statement = { text: string; values: unknown[] }

export function statementOf(root: Fragment): Statement {
  let text = ''
  const values: unknown[] = []
  const write = (piece: Fragment) => {
    for (let at = 0; at < piece.strings.length; at++) {
      text += piece.strings[at]
      if (at < piece.values.length) {
        const value = piece.values[at]
        if (value instanceof Fragment) write(value)
        else {
          values.push(value)
          text += `$${values.length}`
        }
      }
    }
  }
  write(root)
  return { text, values }
}

export type Runner = {
  <R extends object = Row>(strings: TemplateStringsArray, ...values: unknown[]): Promise<R[]>
  /** Runs a fragment that was put together elsewhere. */
  run<R extends object = Row>(piece: Fragment): Promise<R[]>
}
export type Transaction = Runner
export type Sql = Runner & {
  /** One transaction on one connection; an error rolls it back and goes on to the caller. */
  begin<T>(act: (tx: Transaction) => Promise<T>): Promise<T>
  /** For statements whose plan never depends on their values: on these connections each is planned once, not every time. */
  steady: Runner
}
/** A connection of one's own, for whoever must hold state on it. */
export type Connection = { sql: Sql; client: pg.Client; end(): Promise<void> }

const types = new pg.TypeOverrides()
// Patient keys have 48 bits and transaction numbers stay far below 2^53 for centuries; a larger one is a bug.
function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error('an int8 does not fit a safe integer')
  return value
}
types.setTypeParser(20, safeInteger)
types.setTypeParser(1082, (text: string) => text) // date stays text
types.setTypeParser(23, Number)
types.setTypeParser(21, Number)
const timestamptzOid = 1184
const anyInstant = pg.types.getTypeParser(timestamptzOid) as (text: string) => Date | number | null
/** `2026-11-23 01:12:01.123456+00`, as nearly every instant comes, is read digit by digit: a regular expression takes ten times as long. */
function instantOf(text: string): Date | number | null {
  const { length } = text
  if (length < 22 || text.charCodeAt(4) !== 45 || text.charCodeAt(length - 3) !== 43 || !text.endsWith('+00')) return anyInstant(text)
  const two = (at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528
  let thousandths = 0
  for (let at = 20, worth = 100; at < length - 3 && worth >= 1; at++, worth /= 10) thousandths += (text.charCodeAt(at) - 48) * worth
  const year = two(0) * 100 + two(2)
  if (year < 1000) return anyInstant(text) // Date.UTC takes 99 for 1999.
  return new Date(Date.UTC(year, two(5) - 1, two(8), two(11), two(14), two(17), thousandths))
}
types.setTypeParser(timestamptzOid, instantOf)
const int8ArrayOid = 1016 as number as Parameters<typeof pg.types.getTypeParser>[0]
const int8Array = pg.types.getTypeParser(int8ArrayOid)
types.setTypeParser(int8ArrayOid, (text: string) => (int8Array(text) as (string | null)[]).map((one) => (one === null ? null : safeInteger(one))))
export const typeParsers = types

// Prepared statements are named by their text. Dynamic search SQL has too many shapes to keep them all.
const names = new Map<string, string>()
const namesMax = 400
function nameOf(text: string): string | undefined {
  let name = names.get(text)
  if (name === undefined && names.size < namesMax && text.length < 20_000) {
    name = `s${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
    names.set(text, name)
  }
  return name
}

type Execute = <R>(piece: Fragment) => Promise<R[]>

function queryOf(piece: Fragment): PreparedQuery {
  const { text, values } = statementOf(piece)
  return new PreparedQuery({ text, values, name: nameOf(text) }, types)
}

// The pool answers a promise for whatever it is given; its types know that of plain queries only.
const onPool = (pool: pg.Pool): Execute =>
  async function execute<R>(piece: Fragment): Promise<R[]> {
    return pool.query(queryOf(piece)) as unknown as Promise<R[]>
  }

const onClient =
  (client: pg.ClientBase): Execute =>
  async <R>(piece: Fragment) =>
    answerTo<R>(client, queryOf(piece))

/** Apart, so that the query does not hold the piece that it was made of. */
const answerTo = <R>(client: pg.ClientBase, query: PreparedQuery): Promise<R[]> =>
  new Promise<R[]>((resolve, reject) => {
    query.callback = (error, rows) => (rows ? resolve(rows as R[]) : reject(error as Error))
    client.query(query)
  })

/** The template and the fragment form of one way to run statements. */
export function runnerOn(execute: Execute): Runner {
  const tag = <R extends object>(strings: TemplateStringsArray, ...values: unknown[]) => execute<R>(new Fragment(strings, values))
  return Object.assign(tag, { run: <R extends object>(piece: Fragment) => execute<R>(piece) })
}

async function within<T>(client: pg.ClientBase, act: (tx: Transaction) => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await act(runnerOn(onClient(client)))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {}) // A dead connection has rolled back already.
    throw error
  }
}

export function sqlOnPool(pool: pg.Pool, steady = pool): Sql {
  return Object.assign(runnerOn(onPool(pool)), {
    steady: runnerOn(onPool(steady)),
    async begin<T>(act: (tx: Transaction) => Promise<T>): Promise<T> {
      const client = await pool.connect()
      // A connection that dies between two statements says so by an event, which would end the process; the next statement fails anyway.
      const heard = () => {}
      client.on('error', heard)
      let broken: Error | undefined
      try {
        return await within(client, act)
      } catch (error) {
        if (isConnectionLost(error)) broken = error as Error
        throw error
      } finally {
        client.release(broken)
        client.off('error', heard)
      }
    },
  })
}

export function sqlOnClient(client: pg.Client): Sql {
  const runner = runnerOn(onClient(client))
  return Object.assign(runner, {
    steady: runner,
    begin: <T>(act: (tx: Transaction) => Promise<T>) => within(client, act),
  })
}

/** Where such a statement runs: inside a transaction it stays there. */
export const steadyOn = (sql: Runner): Runner => (sql as Partial<Sql>).steady ?? sql

/** SQLSTATE sets the rest of the house branches on (PostgreSQL, appendix A). */
export const sqlstate = (error: unknown): string => (error as { code?: string } | null)?.code ?? ''
export const isUniqueViolation = (error: unknown) => sqlstate(error) === '23505'
export const isRetryable = (error: unknown) => ['40001', '40P01'].includes(sqlstate(error))
/** The disk of the database, or ours. */
export const isDiskFull = (error: unknown) => ['53100', 'ENOSPC', 'EDQUOT'].includes(sqlstate(error))
/** A text that PostgreSQL cannot hold at all: U+0000. What comes from outside may contain it. */
export const isUnstorableText = (error: unknown) => ['22021', '22P05'].includes(sqlstate(error))
/** The database is there and cannot now: time limits, locks, connections, memory. */
export const isOverloaded = (error: unknown) => ['57014', '55P03', '53300', '53400', '53200', '40001', '40P01', '25P03'].includes(sqlstate(error))

const lostCodes = new Set(['57P01', '57P02', '57P03', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])
export function isConnectionLost(error: unknown): boolean {
  const code = sqlstate(error)
  if (/^08...$/.test(code) || lostCodes.has(code)) return true
  // A missing socket file; a missing file of another kind is a fault of ours.
  if (code === 'ENOENT') return (error as NodeJS.ErrnoException).syscall === 'connect'
  return (
    error instanceof Error &&
    /Connection terminated|connection error|not queryable|Client was closed|Query read timeout|timeout exceeded when trying to connect/i.test(error.message)
  )
}
