import type { Transaction } from '../../platform/sql.ts'

/** A change that others may hear of, as the writer's own transaction left it. */
export type OutboxRow = {
  id: string
  tx: number
  patient: number
  at: Date
  topic: string
  institution: number
  body: { count: number; resources?: string[]; types?: Record<string, number> }
}
/** The last row that a reader of the outbox has looked at. */
export type OutboxMark = Pick<OutboxRow, 'tx' | 'patient' | 'id'>

/** In the transaction that moves a reader's own mark: what it has still to read is kept for it. */
export async function markOutboxRead(tx: Transaction, reader: string, mark: Pick<OutboxRow, 'tx'>): Promise<void> {
  await tx`
    insert into bus.outbox_reader (name, tx) values (${reader}, ${mark.tx})
    on conflict (name) do update set tx = excluded.tx`
}

/**
 * The next rows in the order of their transactions, below the watermark: nothing that is still to commit can come before them, so
 * whoever numbers what it makes of them leaves no gaps.
 */
export const outboxAfter = (tx: Transaction, mark: OutboxMark, limit: number): Promise<OutboxRow[]> => tx<OutboxRow>`
  select id, tx, patient, at, topic, institution, body
    from bus.outbox
   where (tx, patient, id) > (${mark.tx}, ${mark.patient}, ${mark.id}::uuid) and tx < pg_snapshot_xmin(pg_current_snapshot())::text::int8
   order by tx, patient, id
   limit ${limit}`
