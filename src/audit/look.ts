import type { Runner } from '../platform/sql.ts'
import { foldIn, type Folding, linesOf } from './looks-fold.ts'
import { type EntryRow, textOf } from './row.ts'
import type { Look } from './wire.ts'

export type OneLook = { look: Look; patient: number; institution: number | null }

/** One look at one of these keys, by the id and the moment that `looksAt` gave; null when there is no such look. */
export async function lookAt(world: { sql: Runner }, keys: readonly number[], { id, at }: Pick<Look, 'id' | 'at'>): Promise<OneLook | null> {
  const [, stream, seq] = /^(\d{1,9})-(\d{1,15})$/.exec(id) ?? []
  if (stream === undefined || seq === undefined || Number.isNaN(Date.parse(at))) return null
  const [row] = await world.sql<EntryRow & { patient: number }>`
    select patient, stream, seq, at, entry
      from audit.entry
     where patient = any(${[...keys]}::int8[]) and patient <> 0 and at = ${new Date(at)} and stream = ${Number(stream)} and seq = ${Number(seq)}
     limit 1`
  if (!row) return null
  const folding: Folding = { lines: new Map() }
  foldIn(folding, row)
  const [look] = linesOf(folding)
  return look ? { look, patient: row.patient, institution: textOf(row).who.institution ?? null } : null
}
