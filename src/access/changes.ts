import type { Transaction, World } from '../platform/world.ts'
import { staleMsMax } from './fresh.ts'

/**
 * How one process tells the others to forget: a row. Each process reads the new rows before it answers, at most every 450 ms,
 * so a revocation holds everywhere within a second, and a process that nobody asks does not poll at all.
 */
export type ChangeKind = 'key' | 'client' | 'account' | 'session'
export type Change = { kind: ChangeKind; subject: string }

export async function announce(tx: Transaction, kind: ChangeKind, subject: string): Promise<void> {
  await tx`insert into access.change (kind, subject) values (${kind}, ${subject})`
}

const changesMax = 10_000

export class Changes {
  // Every transaction below this number had ended when we last read, so its rows are known.
  #watermark: string | null = null
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | null = null
  readonly #onChange: (change: Change) => void

  constructor(onChange: (change: Change) => void) {
    this.#onChange = onChange
  }

  /** Resolves when what is known is fresh enough; callers that come together share one read. */
  async catchUp(world: World): Promise<void> {
    if (performance.now() - this.#readAt < staleMsMax) return
    this.#reading ??= this.#read(world).finally(() => {
      this.#reading = null
    })
    await this.#reading
  }

  async #read(world: World): Promise<void> {
    const startedAt = performance.now()
    if (this.#watermark === null) {
      const [first] = await world.sql<{ xmin: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`
      this.#watermark = first?.xmin ?? '0'
    } else {
      const rows = await world.sql<{ kind: ChangeKind | null; subject: string; xmin: string }>`
        select change.kind, change.subject, snapshot.xmin
          from (select pg_snapshot_xmin(pg_current_snapshot())::text as xmin) as snapshot
          left join access.change as change on change.xid >= ${this.#watermark}::xid8
         limit ${changesMax}`
      for (const { kind, subject } of rows) if (kind !== null) this.#onChange({ kind, subject })
      // A reading that was cut short keeps its mark; the rest would be lost otherwise.
      if (rows.length < changesMax) this.#watermark = rows[0]?.xmin ?? this.#watermark
      else this.#onChange({ kind: 'key', subject: '*' })
    }
    this.#readAt = startedAt
  }
}
