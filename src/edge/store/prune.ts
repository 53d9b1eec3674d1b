import { dropMapped, unpackOld } from './mapped.ts'
import { dropReceipts } from './receipts.ts'
import type { Store } from './store.ts'
import type { Vault } from './vault.ts'

const atOnce = 500
const dayMs = 86_400_000
/** The bus knows a number for this long; the edge knows an arrival for as long, so that it is not taken twice. */
const seenDays = 30

/** Removes items that ended long ago, a few at a time; items that stand aside stay until a person decides. Answers whether there is more. */
export function pruneSome(store: Store, vault: Vault, now: number, keepDays: number): Promise<boolean> {
  return store.write(() => {
    const old = store.all<{ seq: number; batch: number | null }>(
      'select seq, receipt_batch as batch from item where ended_at < ? limit ?',
      now - keepDays * dayMs,
      atOnce,
    )
    for (const { seq } of old) {
      dropMapped(store, seq)
      for (const table of ['original', 'step', 'item'] as const) store.run(`delete from ${table} where seq = ?`, seq)
    }
    for (const batch of new Set(old.map((one) => one.batch))) if (batch !== null) dropReceipts(store, batch)
    const hasMorePacks = unpackOld(store, vault, now - keepDays * dayMs)
    // A row for a removed item would answer "taken before" for something that no longer exists.
    const seen = store.run(
      `delete from seen where (source, digest) in (select source, digest from seen where at < ? and not exists (select 1 from item where item.seq = seen.seq
          and item.state not in ('acknowledged', 'discarded')) limit ?)`,
      now - Math.max(seenDays, keepDays) * dayMs,
      atOnce,
    )
    // Deliveries that are no longer tried and were settled elsewhere, unknown to this edge.
    store.run('delete from undelivered where max(last_try, since) < ?', now - keepDays * dayMs)
    return hasMorePacks || old.length === atOnce || seen.changes === atOnce
  })
}
