import { callbackify } from 'node:util'
import pg from 'pg'
import { type Connection, type Sql, sqlOnClient, sqlOnPool, typeParsers } from '../../platform/sql.ts'

/**
 * The line between a centre and its database, which fails at a chosen statement: before it is sent, or after it was done and before
 * its answer came. `cut` takes one connection; `crash` takes all of them and lets no new one be made, as when the process had died
 * at this place. Counting statements instead of milliseconds is what lets a seed come back to the same place.
 */
export type Fault = { what: 'cut' | 'crash'; when: 'before' | 'after'; statement: number }
export type Line = {
  sql: Sql
  connect(): Promise<Connection>
  arm(fault: Fault): void
  /** Whether the fault came; it does not come any more. */
  disarm(): boolean
  die(): void
  readonly isDead: boolean
  readonly dead: Promise<null>
  end(): Promise<void>
}

// What a process asks only because time has passed would move the place of a fault from run to run.
const counted = /\bbus\.(?!directory)|audit\.entry|\brecord\.|^commit$/
const lost = () => Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' })
const poolMax = 6

export function openLine(config: pg.ClientConfig): Line {
  const clients = new Set<pg.Client>()
  const dying = Promise.withResolvers<null>()
  let fault: Fault | null = null
  let count = 0
  let hasStruck = false
  let isDead = false

  const sever = (client: pg.Client) => (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
  const die = () => {
    isDead = true
    for (const client of clients) sever(client)
    dying.resolve(null)
  }
  const strikes = (text: string): Fault | null => {
    if (!fault || !counted.test(text) || ++count < fault.statement) return null
    const struck = fault
    fault = null
    hasStruck = true
    return struck
  }

  class LineClient extends pg.Client {
    override connect(callback?: unknown): any {
      if (isDead) {
        const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
        return typeof callback === 'function' ? callback(error) : Promise.reject(error)
      }
      clients.add(this)
      this.once('end', () => clients.delete(this))
      this.on('error', () => {}) // The next statement on it fails, and that is what is tried here.
      return super.connect(callback as never)
    }

    override query(...words: any[]): any {
      const [first] = words
      const struck = strikes(String(typeof first === 'string' ? first : first?.text))
      if (!struck) return super.query(...(words as [never]))
      const callback = words.find((word) => typeof word === 'function')
      if (typeof first?.submit === 'function') return this.#strikeOwn(struck, Object.assign(first, { callback: first.callback ?? callback }))
      const plain = words.filter((word) => word !== callback)
      if (!callback) return this.#strike(struck, plain)
      callbackify(() => this.#strike(struck, plain))(callback)
    }

    async #strike({ what, when }: Fault, words: unknown[]): Promise<never> {
      const done: unknown = when === 'after' ? super.query(...(words as [never])) : null
      await (done as Promise<unknown>)
      this.#end(what)
      throw lost()
    }

    /** A statement that answers by itself hears of it by its own callback; a promise of ours nobody would await. */
    #strikeOwn({ what, when }: Fault, statement: { callback?: (error: Error | null, rows?: unknown) => void }): unknown {
      const { callback } = statement
      const fail = () => {
        this.#end(what)
        callback?.(lost())
      }
      if (when === 'before') return void setImmediate(fail)
      statement.callback = fail
      return super.query(statement as never)
    }

    #end(what: Fault['what']): void {
      if (what === 'crash') die()
      else sever(this)
    }
  }

  const options = { ...config, types: typeParsers, application_name: 'simulated' }
  const pool = new pg.Pool({ ...options, Client: LineClient as unknown as typeof pg.Client & (new () => pg.PoolClient), max: poolMax })
  pool.on('error', () => {})
  return {
    sql: sqlOnPool(pool),
    async connect() {
      const client = new LineClient(options)
      await client.connect()
      return { sql: sqlOnClient(client), client, end: () => client.end().catch(() => {}) }
    },
    arm(wanted) {
      fault = wanted
      count = 0
      hasStruck = false
    },
    disarm() {
      fault = null
      return hasStruck
    },
    die,
    get isDead() {
      return isDead
    },
    dead: dying.promise,
    end: () => pool.end(),
  }
}
