import type { Reason } from '../store/items.ts'
import type { Store } from '../store/store.ts'

/** An item that waits for a person: quarantined or parked. */
export type Aside = { id: string; source: string; protocol: string; name: string; state: string; receivedAt: string; reason: Reason }

type Row = Omit<Aside, 'reason' | 'receivedAt'> & { receivedAt: number; reason: string | null }

export function asideOf(store: Store, most: number): Aside[] {
  const rows = store.all<Row>(
    `select id, source, protocol, name, state, received_at as receivedAt, reason from item where state in ('quarantined', 'parked') order by seq desc limit ?`,
    most,
  )
  return rows.map((row) => ({
    ...row,
    receivedAt: new Date(row.receivedAt).toISOString(),
    reason: JSON.parse(row.reason ?? '{"by":"edge","sentence":""}') as Reason,
  }))
}
