import { packed, unpacked } from '../../platform/packed.ts'
import { partsOf } from '../../platform/signed-batch.ts'
import type { Store } from './store.ts'

/** What the centre signed for the messages of one batch: what it says of each, all under one signature (docs/bus.md). */
export type BatchReceipts = { texts: string[]; kid: string; base: string; signature: string }
/** The receipt of one item: a text of its own, or its place among those of a batch. */
export type Receipt = { text: string } | { batch: number; at: number }

const bytesMax = 16 * 1_048_576

/**
 * Receipts of one batch lie together, without the ways to their root: those are two thirds of a receipt, and are made of the texts when somebody asks for one.
 * Call it in the transaction that marks the items. `seqs`: the items of the batch, whatever is said of them.
 */
export function putReceipts(store: Store, receipts: BatchReceipts, seqs: readonly number[]): number {
  const signed = packed(Buffer.from(JSON.stringify(receipts)))
  return store.run('insert into receipts (first, last, signed) values (?, ?, ?)', Math.min(...seqs), Math.max(...seqs), signed).seq
}

/** They go with the last item that has one of them. */
export function dropReceipts(store: Store, batch: number): void {
  store.run('delete from receipts where id = ? and not exists (select 1 from item where seq between first and last and receipt_batch = receipts.id)', batch)
}

/** What the centre signed when it took the item, as JSON that `bus verify` checks; null when it has not gone yet. */
export function receiptOf(store: Store, seq: number): string | null {
  const row = store.one<{ receipt: string | null; at: number | null; signed: Uint8Array | null }>(
    'select item.receipt, item.receipt_at as at, receipts.signed from item left join receipts on receipts.id = item.receipt_batch where item.seq = ?',
    seq,
  )
  if (!row || row.signed === null || row.at === null) return row?.receipt ?? null
  const { texts, ...proof } = JSON.parse(unpacked(Buffer.from(row.signed), bytesMax).toString('utf8')) as BatchReceipts
  return JSON.stringify({ format: 'spona-bus-receipts-1', verdicts: [partsOf(texts).parts[row.at]], ...proof })
}
