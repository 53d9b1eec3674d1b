import { type Fragment, fragment, join, type Runner } from '../platform/sql.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Action, Decision } from './entry.ts'
import { type EntryRow, newestOf, olderThan, parsePlace, printPlace } from './row.ts'

export type AuditSearch = {
  /** Entries about these patients. Left out, it means all patients, and an actor or a period must be named. */
  patientKeys?: readonly number[]
  actor?: string
  /** Only entries of people and systems of this institution. */
  institution?: number
  /** From this instant (inclusive) until `to` (exclusive). */
  from?: Date
  to?: Date
  action?: Action
  decision?: Decision
  /** `stream-seq`, the id of a single AuditEvent. */
  id?: string
  count?: number
  cursor?: string
}
export type AuditPage = { rows: EntryRow[]; next: string | null }

const countMax = 1_000
const keysMax = 100
const openPeriodMs = 31 * 86_400_000

/** Finds entries, newest first, by the index that fits. Each row becomes a resource by `auditEvent`. */
export async function searchAuditEvents(world: { sql: Runner }, search: AuditSearch): Promise<AuditPage> {
  const { patientKeys, count = 50 } = search
  if (!Number.isInteger(count) || count < 1 || count > countMax) throw new Refusal('incorrect', `a page has from 1 to ${countMax} audit events`)
  if (patientKeys && patientKeys.length > keysMax) throw new Refusal('too-large', `at most ${keysMax} patient keys may be searched at once`)
  requireNarrow(search)

  const where = join(conditionsOf(search), ' and ')
  const rows = patientKeys
    ? await newestOf(world.sql, patientKeys, where, count + 1)
    : await world.sql<EntryRow>`
        select stream, seq, at, entry
          from audit.entry
         where ${where}
         order by at desc, stream desc, seq desc
         limit ${count + 1}`
  const page = rows.slice(0, count)
  const last = page.at(-1)
  return { rows: page, next: rows.length > count && last ? printPlace(last) : null }
}

/** Without a patient, an actor or an id only the index on time helps, and it reads the whole period. */
function requireNarrow(search: AuditSearch): void {
  if (search.patientKeys || search.actor !== undefined || search.id !== undefined) return
  const length = search.from ? (search.to ?? new Date(8.64e15)).getTime() - search.from.getTime() : Number.POSITIVE_INFINITY
  if (length <= openPeriodMs) return
  throw new Refusal('incorrect', 'name a patient, an agent or a period of at most 31 days', {
    hint: 'Add patient, agent, or date=ge… with date=lt….',
  })
}

function conditionsOf(search: AuditSearch): Fragment[] {
  const conditions: Fragment[] = [fragment`true`]
  if (search.actor !== undefined) conditions.push(fragment`actor = ${search.actor}`)
  if (search.institution !== undefined) conditions.push(fragment`institution = ${search.institution}`)
  if (search.from) conditions.push(fragment`at >= ${search.from}::timestamptz`)
  if (search.to) conditions.push(fragment`at < ${search.to}::timestamptz`)
  if (search.action) conditions.push(fragment`action = ${search.action}`)
  if (search.decision) conditions.push(fragment`decision = ${search.decision}`)
  if (search.id !== undefined) conditions.push(hasId(search.id))
  if (search.cursor !== undefined) {
    const place = parsePlace(search.cursor)
    if (!place) throw new Refusal('incorrect', 'this page link is not one of ours')
    conditions.push(olderThan(place))
  }
  return conditions
}

function hasId(id: string): Fragment {
  const [, stream, seq] = /^(\d{1,9})-(\d{1,15})$/.exec(id) ?? []
  return stream && seq ? fragment`stream = ${Number(stream)} and seq = ${Number(seq)}` : fragment`false`
}
