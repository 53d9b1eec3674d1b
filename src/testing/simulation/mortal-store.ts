import type { SQLInputValue } from 'node:sqlite'
import { Store } from '../../edge/store/store.ts'

/** A fault of an edge at a chosen statement: the edge is killed before the commit or right after it, or its disk has no room for that statement. */
export type EdgeFault = { what: 'killed before the commit' | 'killed after the commit' | 'no room'; statement: number }

/** SQLITE_FULL. */
const full = () => Object.assign(new Error('database or disk is full'), { errcode: 13 })
const never = new Promise<never>(() => {})

/**
 * The store of an edge that dies at a statement, as after kill -9 at this place: uncommitted changes are rolled back, committed ones stay, and nobody
 * hears of either. Statements are counted so that a seed repeats the same place.
 */
export class MortalStore extends Store {
  readonly #dying = Promise.withResolvers<null>()
  readonly dead: Promise<null> = this.#dying.promise
  isDead = false
  #fault: EdgeFault | null = null
  #diesAfter = false
  #isFull = false
  #count = 0

  arm(fault: EdgeFault): void {
    this.#fault = fault
    this.#count = 0
  }

  disarm(): void {
    this.#isFull = false
    this.#fault = null
  }

  die(): void {
    this.isDead = true
    this.#dying.resolve(null)
  }

  override run(text: string, ...values: SQLInputValue[]): { changes: number; seq: number } {
    if (this.isDead) throw new Error('killed')
    if (this.#isFull) {
      this.#isFull = false
      throw full()
    }
    if (this.#fault && ++this.#count >= this.#fault.statement) {
      const { what } = this.#fault
      this.#fault = null
      // The other statements of the same transaction are rolled back too. Each then gets a transaction of its own, and the first of these finds no
      // room either.
      if (what === 'no room') {
        this.#isFull = true
        throw full()
      }
      if (what === 'killed before the commit') {
        this.die()
        throw new Error('killed')
      }
      this.#diesAfter = true
    }
    return super.run(text, ...values)
  }

  override write<T>(act: () => T): Promise<T> {
    return super.write(act).then(
      (answer) => {
        if (this.#diesAfter) this.die()
        return this.isDead ? never : answer
      },
      (error: unknown) => {
        if (this.isDead) return never
        throw error
      },
    )
  }
}
