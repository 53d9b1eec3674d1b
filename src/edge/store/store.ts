import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Refusal } from '../../platform/refusal.ts'
import { migrations } from './schema.ts'

/** At most this many changes share one commit: with more, one would wait too long for its answer. */
const togetherMax = 500
// 16 MB of log between checkpoints: each checkpoint costs two more flushes of the disk.
const checkpointPages = 4000

type Act = { run: () => unknown; resolve(value: unknown): void; reject(error: unknown): void }

/**
 * The durable memory of an edge. All writes of one turn of the event loop, by all connections and by the sender, become one transaction and one flush
 * of the disk (`synchronous = full`); each caller is answered only when its write is on the disk.
 */
export class Store {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #acts: Act[] = []
  #isPlanned = false
  #isClosed = false

  constructor(data: string) {
    const folder = join(data, 'store')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, 'edge.db')
    this.#database = new DatabaseSync(file)
    chmodSync(file, 0o600)
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000; pragma temp_store = memory')
    this.#database.exec(`pragma wal_autocheckpoint = ${checkpointPages}; pragma cache_size = -16000; pragma foreign_keys = on`)
    this.#migrate()
  }

  #migrate(): void {
    const { user_version: done } = this.#database.prepare('pragma user_version').get() as { user_version: number }
    if (done > migrations.length)
      throw new Refusal('conflict', 'the store was written by a newer version of this program', { hint: 'Start the newer version.' })
    for (const [at, text] of migrations.entries()) {
      if (at < done) continue
      this.#database.exec(`begin immediate; ${text}; pragma user_version = ${at + 1}; commit`)
    }
  }

  #prepared(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (!statement) this.#statements.set(text, (statement = this.#database.prepare(text)))
    return statement
  }

  all<T>(text: string, ...values: SQLInputValue[]): T[] {
    return this.#prepared(text).all(...values) as T[]
  }

  one<T>(text: string, ...values: SQLInputValue[]): T | undefined {
    return this.#prepared(text).get(...values) as T | undefined
  }

  /** Only inside `write`: outside it every statement would be its own commit. */
  run(text: string, ...values: SQLInputValue[]): { changes: number; seq: number } {
    const { changes, lastInsertRowid } = this.#prepared(text).run(...values)
    return { changes: Number(changes), seq: Number(lastInsertRowid) }
  }

  /** Runs the act inside the next commit; resolves with its result when that is on the disk. */
  write<T>(act: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) return reject(new Refusal('busy', 'the edge is stopping', { retryAfterSeconds: 5 }))
      this.#acts.push({ run: act, resolve: resolve as (value: unknown) => void, reject })
      this.#plan()
    })
  }

  #plan(): void {
    if (this.#isPlanned || this.#acts.length === 0) return
    this.#isPlanned = true
    // After all ready sockets have been read, so that their arrivals share the commit.
    setImmediate(() => {
      this.#isPlanned = false
      this.#commit(this.#acts.splice(0, togetherMax))
      this.#plan()
    })
  }

  #commit(acts: Act[]): void {
    if (acts.length === 0) return
    try {
      const answers = this.#transaction(() => acts.map(({ run }) => run()))
      acts.forEach((act, at) => act.resolve(answers[at]))
    } catch (error) {
      // One act failed, and it is unknown which: each gets its own transaction.
      if (acts.length > 1) for (const act of acts) this.#commit([act])
      else acts[0]?.reject(isNoRoom(error) ? noRoom() : error)
    }
  }

  #transaction<T>(act: () => T): T {
    this.#database.exec('begin immediate')
    try {
      const answer = act()
      this.#database.exec('commit')
      return answer
    } catch (error) {
      // With a full disk SQLite rolls back by itself.
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  fact(name: string): string | undefined {
    return this.one<{ value: string }>('select value from fact where name = ?', name)?.value
  }

  setFact(name: string, value: string): void {
    this.run('insert into fact (name, value) values (?, ?) on conflict (name) do update set value = excluded.value', name, value)
  }

  /** Commits the waiting acts, then closes. */
  close(): void {
    if (this.#isClosed) return
    while (this.#acts.length > 0) this.#commit(this.#acts.splice(0, togetherMax))
    this.#isClosed = true
    this.#database.close()
  }
}

// SQLITE_FULL, and the input and output errors that a full disk or a quota gives instead.
const isNoRoom = (error: unknown): boolean => {
  const { errcode } = (error ?? {}) as { errcode?: number }
  return errcode !== undefined && [10, 13].includes(errcode & 0xff)
}

export const noRoom = (): Refusal =>
  new Refusal('full', 'the disk of the edge is full: nothing more can be taken, and nothing of this was', {
    hint: 'Make room on the disk of the edge; it goes on by itself then.',
    retryAfterSeconds: 60,
  })
