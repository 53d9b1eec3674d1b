import { packed, unpacked } from '../../platform/packed.ts'
import { partsOf } from '../../platform/signed-batch.ts'
import type { Store } from './store.ts'

/** What the centre signed for one batch: its verdict on each message, all under one signature (docs/bus.md). */
export type BatchReceipts = { texts: string[]; kid: string; base: string; signature: string }
/** The receipt of one item: a text of its own, or its place among those of a batch. */
export type Receipt = { text: string } | { batch: number; at: number }

const bytesMax = 16 * 1_048_576

/**
 * Stores the receipts of one batch together, without the paths to their root: these are two thirds of a receipt and can be computed from the texts.
 * Call it in the transaction that marks the items. `seqs`: all items of the batch, whatever the verdict.
 */
export function putReceipts(store: Store, receipts: BatchReceipts, seqs: readonly number[]): number {
  const signed = packed(Buffer.from(JSON.stringify(receipts)))
  return store.run('insert into receipts (first, last, signed) values (?, ?, ?)', Math.min(...seqs), Math.max(...seqs), signed).seq
}

/** Removes receipts when no item has one of them any more. */
export function dropReceipts(store: Store, batch: number): void {
  store.run('delete from receipts where id = ? and not exists (select 1 from item where seq between first and last and receipt_batch = receipts.id)', batch)
}

/** What the centre signed when it took the item, as JSON that `bus verify` checks; null when the item has not been sent yet. */
export function receiptOf(store: Store, seq: number): string | null {
  const row = store.one<{ receipt: string | null; at: number | null; signed: Uint8Array | null }>(
    'select item.receipt, item.receipt_at as at, receipts.signed from item left join receipts on receipts.id = item.receipt_batch where item.seq = ?',
    seq,
  )
  if (!row || row.signed === null || row.at === null) return row?.receipt ?? null
  const { texts, ...proof } = JSON.parse(unpacked(Buffer.from(row.signed), bytesMax).toString('utf8')) as BatchReceipts
  return JSON.stringify({ format: 'spona-bus-receipts-1', verdicts: [partsOf(texts).parts[row.at]], ...proof })
}
