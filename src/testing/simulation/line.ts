import { callbackify } from 'node:util'
import pg from 'pg'
import { type Connection, type Sql, sqlOnClient, sqlOnPool, typeParsers } from '../../platform/sql.ts'

/**
 * The line between a centre and its database. It fails at a chosen statement: before the statement is sent, or after it was done and before its
 * answer came. `cut` ends one connection; `crash` ends all of them and allows no new one, as if the process had died here. Statements are counted,
 * not milliseconds, so that a seed repeats the same place.
 */
export type Fault = { what: 'cut' | 'crash'; when: 'before' | 'after'; statement: number }
export type Line = {
  sql: Sql
  connect(): Promise<Connection>
  arm(fault: Fault): void
  /** Whether the fault came; from now on it does not come. */
  disarm(): boolean
  die(): void
  readonly isDead: boolean
  readonly dead: Promise<null>
  end(): Promise<void>
}

// Only these statements count: a process sends others merely because time has passed, and they would move the place of a fault from run to run.
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
      this.on('error', () => {}) // The next statement on it fails, and that is what is tested.
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

    /** A statement with a callback of its own learns of the fault by that callback; nobody would await a promise of ours. */
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
