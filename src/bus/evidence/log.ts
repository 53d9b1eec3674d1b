import { hash } from 'node:crypto'
import { textArray, timestamptzArray, uuidArray } from '../../platform/arrays.ts'
import { type Fragment, fragment, identifier } from '../../platform/sql.ts'

/** One exchange as it will be proved: everything that was signed, and by whom. Its text is the leaf of the tree, exactly as stored. */
export type LogRow = { id: string; at: Date; kind: 'message' | 'call' | 'answer' | 'acknowledged' | 'parked'; entry: string; about?: string }

/** `name` is the CTE's: works of different kinds share a statement, and two of one name would make it fail. */
export function logRows(name: 'bus_log' | 'bus_log_answers' | 'bus_log_ends', rows: readonly LogRow[]): Fragment {
  return fragment`${identifier(name)} as (
    insert into bus.log (id, at, kind, entry, about)
    select id, at, kind, entry, about
      from unnest(${uuidArray(rows.map((row) => row.id))}::uuid[], ${timestamptzArray(rows.map((row) => row.at))}::timestamptz[],
                  ${textArray(rows.map((row) => row.kind))}::text[], ${textArray(rows.map((row) => row.entry))}::text[],
                  ${uuidArray(rows.map((row) => row.about ?? null))}::uuid[]) as l (id, at, kind, entry, about))`
}

export const sha256 = (text: string | Buffer): Buffer => hash('sha256', text, 'buffer')
