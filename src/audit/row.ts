import { type Fragment, fragment, type Runner } from '../platform/sql.ts'
import type { EntryText } from './entry.ts'

/** A stored entry as queries read it. */
export type EntryRow = { stream: number; seq: number; at: Date; entry: string }

/** The place of an entry in a list, newest first: the time, and stream and seq to tell entries of one millisecond apart. */
export type Place = { at: Date; stream: number; seq: number }

export const textOf = (row: EntryRow) => JSON.parse(row.entry) as EntryText

/** `2026-11-23T01:12:01.123Z~4~512`; an instant alone is accepted too. */
export const printPlace = (place: Place) => `${place.at.toISOString()}~${place.stream}~${place.seq}`

export function parsePlace(text: string): Place | null {
  const found = /^(\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))(?:~(\d{1,10})~(\d{1,15}))?$/.exec(text)
  const at = new Date(found?.[1] ?? Number.NaN)
  if (!found || Number.isNaN(at.getTime())) return null
  // An instant alone stands before all entries of its millisecond.
  return { at, stream: Number(found[2] ?? 0), seq: Number(found[3] ?? 0) }
}

/** Rows that follow a place when the newest come first. */
export const olderThan = (place: Place): Fragment => fragment`(at, stream, seq) < (${place.at}::timestamptz, ${place.stream}::int4, ${place.seq}::int8)`

/** The newest entries of these patients. Each key has its own stretch of the index, and the newest of all are among the newest of each. */
export function newestOf(sql: Runner, keys: readonly number[], where: Fragment, limit: number): Promise<EntryRow[]> {
  return sql<EntryRow>`
    select e.stream, e.seq, e.at, e.entry
      from unnest(${keys}::int8[]) as k (patient)
     cross join lateral (
           select stream, seq, at, entry
             from audit.entry
            where patient = k.patient and patient <> 0 and ${where}
            order by at desc, stream desc, seq desc
            limit ${limit}
         ) e
     order by e.at desc, e.stream desc, e.seq desc
     limit ${limit}`
}
