import { fragment, type Runner } from '../platform/sql.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Folding, foldIn, linesOf } from './looks-fold.ts'
import { type EntryRow, newestOf, olderThan, parsePlace, type Place, printPlace, textOf } from './row.ts'
import type { Looks } from './wire.ts'

export const looksLimits = { linesDefault: 50, lines: 200, rowsRead: 20_000, rowsAtOnce: 500, keys: 100 } as const

const beforeHint = 'Use next of the page before, or an instant such as 2026-11-23T10:00:00Z.'

type Ask = {
  before?: string | undefined
  limit?: number
  /** Only looks from this institution, for which its data officer answers. */
  institution?: number | undefined
}

/**
 * Who looked at a person's record, newest first, folded by day. A page ends with a whole day, so that no line is split; only a day with more entries
 * than one page may read continues on the next.
 */
export async function looksAt(world: { sql: Runner }, keys: readonly number[], { before, limit = looksLimits.linesDefault, institution }: Ask): Promise<Looks> {
  const folding: Folding = { lines: new Map() }
  let place = before === undefined ? null : parsePlace(before)
  if (before !== undefined && !place) throw new Refusal('incorrect', 'before is not a place in the list', { hint: beforeHint })
  if (keys.length > looksLimits.keys) throw new Refusal('too-large', 'this person has more charts than one list can show')

  const total = await countLooks(world.sql, keys, institution)
  let day: string | null = null
  for (let read = 0; ; ) {
    const rows = await looksPage(world.sql, keys, place, institution)
    for (const row of rows) {
      const today = textOf(row).atBelgrade.slice(0, 11)
      if (day !== null && today !== day && folding.lines.size >= limit) return { looks: linesOf(folding), next: place && printPlace(place), total }
      day = today
      foldIn(folding, row)
      place = row
    }
    read += rows.length
    if (rows.length < looksLimits.rowsAtOnce) return { looks: linesOf(folding), next: null, total }
    if (read >= looksLimits.rowsRead) return { looks: linesOf(folding), next: place && printPlace(place), total }
  }
}

function looksPage(sql: Runner, keys: readonly number[], before: Place | null, institution: number | undefined): Promise<EntryRow[]> {
  const from = institution === undefined ? fragment`true` : fragment`institution = ${institution}`
  const older = before ? olderThan(before) : fragment`true`
  return newestOf(sql, keys, fragment`${older} and ${from}`, looksLimits.rowsAtOnce)
}

async function countLooks(sql: Runner, keys: readonly number[], institution: number | undefined): Promise<number> {
  const from = institution === undefined ? fragment`true` : fragment`institution = ${institution}`
  const [counted] = await sql<{ total: number }>`
    select count(*) as total
      from audit.entry
     where patient = any(${keys}::int8[]) and patient <> 0 and ${from}`
  return counted?.total ?? 0
}
