import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, type Fragment, fragment, join, type Transaction } from '../platform/sql.ts'
import type { World } from '../platform/world.ts'
import { type Head, link, type Links } from './chain.ts'
import { type Entry, writeEntry, type WrittenEntry } from './entry.ts'
import { insertEntries, isStored, locks, openStream } from './store.ts'

/** One connection that writes one stream. The chain's head stays in memory and moves only after a commit is known. */
export type Lane = {
  readonly stream: number
  readonly connection: Connection
  head: Head
  /** A commit that was sent and is not answered yet; recovery looks for it when the connection dies. Null: nothing can have been stored. */
  pending: Links | null
  isLost: boolean
}

export type AuditedTransaction = Transaction & {
  audit(entries: Entry[]): void
  /** Called when the transaction is stored, but not when that was found out only after its connection was lost: nothing may depend on the call. */
  whenStored(act: () => void): void
}

const statementLimitMs = 30_000
const lockLimitMs = 10_000
const answerLimitMs = statementLimitMs + 5_000
const settleLimitMs = 5_000
/** Longer than any act may take, bulk loading included. A lane whose transaction never ends would be lost to everybody. */
const transactionLimitMs = 600_000

export async function openLane(world: World): Promise<Lane> {
  const connection = await world.connect()
  try {
    await connection.client.query(`
      set statement_timeout = ${statementLimitMs};
      set lock_timeout = ${lockLimitMs};
      set idle_in_transaction_session_timeout = ${answerLimitMs};
      set timezone = 'UTC'`)
    // A server that answers before the commit is on its disk would make every promise of this slice false.
    await connection.client.query(`select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`)
    const lane: Lane = { ...(await openStream(world, connection)), connection, pending: null, isLost: false }
    connection.client.once('end', () => {
      lane.isLost = true
    })
    return lane
  } catch (error) {
    await connection.end()
    throw error
  }
}

/** The works' own rows and the audit rows in one statement: one round trip, one commit, both or neither. */
export async function writeBatch(lane: Lane, parts: readonly Fragment[], entries: readonly WrittenEntry[]): Promise<void> {
  const links = link(lane.head, lane.stream, entries)
  lane.pending = links
  const statement =
    parts.length === 0
      ? insertEntries(links)
      : fragment`with ${join(entries.length === 0 ? parts : [...parts, fragment`audit_entries as (${insertEntries(links)})`], ', ')} select 1 as done`
  await answered(lane, lane.connection.sql.run(statement))
  lane.head = links.head
  lane.pending = null
}

/** Runs begin, the act, its audit rows and commit. A connection that was lost before the commit was sent has certainly stored nothing. */
export async function runTransaction<T>(world: World, lane: Lane, act: (tx: AuditedTransaction) => Promise<T>): Promise<T> {
  const { client, sql } = lane.connection
  const collected: WrittenEntry[] = []
  const stored: (() => void)[] = []
  let isOpen = true
  const whileOpen = () => {
    if (!isOpen) throw new Error('a transaction was used after its end')
  }
  const tag = <R extends object>(strings: TemplateStringsArray, ...values: unknown[]) => {
    whileOpen()
    return sql<R>(strings, ...values)
  }
  const tx: AuditedTransaction = Object.assign(tag, {
    run<R extends object>(piece: Fragment) {
      whileOpen()
      return sql.run<R>(piece)
    },
    audit(entries: Entry[]) {
      whileOpen()
      for (const entry of entries) collected.push(writeEntry(entry, world.now()))
    },
    whenStored(act: () => void) {
      whileOpen()
      stored.push(act)
    },
  })
  lane.pending = null
  const tooLong = setTimeout(() => sever(lane), transactionLimitMs)
  try {
    await answered(lane, client.query('begin'))
    const result = await act(tx)
    isOpen = false
    const links = link(lane.head, lane.stream, collected)
    if (collected.length > 0) await answered(lane, sql.run(insertEntries(links)))
    lane.pending = links
    const { command } = await answered(lane, client.query('commit'))
    // PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error. An act that swallowed an error is found here.
    if (command !== 'COMMIT') throw new Error('the transaction had failed before its commit and was rolled back')
    lane.head = links.head
    lane.pending = null
    for (const act of stored) act()
    return result
  } catch (error) {
    if (!lane.isLost)
      await answered(lane, client.query('rollback')).catch(() => {
        lane.isLost = true
      })
    if (!lane.isLost) lane.pending = null
    throw error
  } finally {
    isOpen = false
    clearTimeout(tooLong)
  }
}

/** Cuts a connection that stays silent for longer than any statement may take, so that no caller waits for ever. */
async function answered<T>(lane: Lane, answer: Promise<T>): Promise<T> {
  const timer = setTimeout(() => sever(lane), answerLimitMs)
  try {
    return await answer
  } finally {
    clearTimeout(timer)
  }
}

export function sever(lane: Lane): void {
  lane.isLost = true
  const { connection } = lane.connection.client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}

export type Outcome = 'stored' | 'absent' | 'unknown'

/**
 * Finds out what became of a commit whose connection was lost. The backend of the lost lane holds a lock on its stream until it is gone. Once we get
 * that lock nothing can still commit there, so a look at the table gives the truth and not a guess.
 */
export async function establish(fresh: Lane, lost: Lane): Promise<Outcome> {
  if (!lost.pending) return 'absent'
  if (lost.pending.entries.length === 0) return 'unknown'
  const { sql } = fresh.connection
  const until = performance.now() + settleLimitMs
  try {
    while (performance.now() < until) {
      const [lock] = await sql<{ isFree: boolean }>`
        select pg_try_advisory_lock(${locks.held}::int4, ${lost.stream}::int4) as is_free`
      if (lock?.isFree) {
        const outcome = (await isStored(sql, lost.stream, lost.pending.head)) ? 'stored' : 'absent'
        await sql`select pg_advisory_unlock(${locks.held}::int4, ${lost.stream}::int4)`
        return outcome
      }
      await sleep(20)
    }
  } catch {
    // The second connection is gone too. Its next user replaces its lane; what became of the commit stays unknown.
  }
  return 'unknown'
}
