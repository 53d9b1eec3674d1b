import { decide } from '../access/access.ts'
import { type AuditSearch, auditEvent, type EntryRow, searchAuditEvents } from '../audit/audit.ts'
import { keySets } from '../identity/identity.ts'
import { Refusal } from '../platform/refusal.ts'
import { type Asking, entryOf } from './asking.ts'
import { locate } from './read/read.ts'

const known = new Set(['patient', 'date', 'action', '_count', '_cursor', '_format', '_pretty'])
const actionOf: Record<string, AuditSearch['action']> = { C: 'create', R: 'read', U: 'update', D: 'delete' }

/**
 * The log as FHIR AuditEvent (IHE BALP). A person asks about their own record; the data officer about any named patient. Each such question is itself
 * logged.
 */
export async function searchAuditEvent(asking: Asking, pairs: readonly [string, string][]): Promise<string> {
  const query = new Map<string, string>()
  const dates: string[] = []
  for (const [name, value] of pairs) {
    if (!known.has(name))
      throw new Refusal('incorrect', `AuditEvent cannot be searched by ${name.slice(0, 40)}`, { hint: 'Supported: patient, date, action, _count.' })
    if (name === 'date') dates.push(value)
    else query.set(name, value)
  }
  const { keys, only } = await requireOwnPatient(asking, query.get('patient'))
  const action = query.get('action')
  if (action !== undefined && !actionOf[action]) throw new Refusal('incorrect', 'action is one of C, R, U, D')
  const page = await searchAuditEvents(asking.world, {
    patientKeys: keys,
    ...only,
    count: countOf(query.get('_count')),
    ...periodOf(dates),
    ...(action ? { action: actionOf[action] as NonNullable<AuditSearch['action']> } : {}),
    ...(query.get('_cursor') ? { cursor: query.get('_cursor') as string } : {}),
  })
  await asking.world.ledger.record([entryOf(asking, 'search', keys[0] ?? null, 'AuditEvent', { count: page.rows.length })])
  return bundleOf(asking, pairs, page.rows, page.next)
}

/** One row of the log by the id that the search gave. */
export async function readAuditEvent(asking: Asking, id: string): Promise<string> {
  const missing = new Refusal('not-found', 'no AuditEvent with this id')
  if (!/^\d{1,10}-\d{1,15}$/.test(id)) throw missing
  const {
    rows: [row],
  } = await searchAuditEvents(asking.world, { id, count: 1 })
  const key = row ? ((JSON.parse(row.entry) as { patient: number | null }).patient ?? null) : null
  if (!row || key === null) throw missing
  const { only } = await requireMayAudit(asking, [key])
  const from = (JSON.parse(row.entry) as { who: { institution: number | null } }).who.institution
  if (only.institution !== undefined && only.institution !== from) throw missing
  await asking.world.ledger.record([entryOf(asking, 'read', key, `AuditEvent/${id}`)])
  return JSON.stringify(auditEvent(row))
}

async function requireOwnPatient(asking: Asking, reference: string | undefined): Promise<Allowed> {
  if (reference === undefined) throw new Refusal('incorrect', 'name the patient', { expression: 'http.patient', hint: 'Add patient=Patient/id.' })
  const place = await locate(asking, 'Patient', reference.replace(/^Patient\//, ''))
  return requireMayAudit(asking, place ? [place.patient] : [])
}

/** The keys of the person; `only` limits a data officer to what was done from the own institution. */
type Allowed = { keys: number[]; only: { institution?: number } }

async function requireMayAudit(asking: Asking, named: readonly number[]): Promise<Allowed> {
  const { world, actor } = asking
  const [first] = named
  const keys = first === undefined ? [] : ((await keySets(world.sql, [first])).get(first) ?? [first])
  const [decision] = await decide(world, actor, 'read', [keys])
  const isOwn = decision?.permit === true && decision.basis.view === 'self'
  if (keys.length > 0 && isOwn) return { keys, only: {} }
  if (keys.length > 0 && actor.roles.includes('data-officer') && actor.institution !== null) return { keys, only: { institution: actor.institution } }
  await world.ledger.record([entryOf(asking, 'search', keys[0] ?? null, 'AuditEvent', { decision: 'deny' })])
  throw new Refusal('forbidden', 'the log is open to the person it is about and to the data officer')
}

function countOf(text: string | undefined): number {
  if (text === undefined) return 50
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > 1000) throw new Refusal('incorrect', '_count is a whole number from 1 to 1000')
  return Number(text)
}

function periodOf(dates: readonly string[]): Pick<AuditSearch, 'from' | 'to'> {
  const period: Pick<AuditSearch, 'from' | 'to'> = {}
  for (const date of dates) {
    const found = /^(ge|gt|le|lt)(\d{4}-\d{2}-\d{2}(?:T.*)?)$/.exec(date)
    const at = found ? new Date(found[2] as string) : null
    if (!found || !at || Number.isNaN(at.getTime())) throw new Refusal('incorrect', 'date is written like ge2026-11-01 and lt2026-12-01')
    if (found[1] === 'ge' || found[1] === 'gt') period.from = at
    else period.to = at
  }
  return period
}

function bundleOf(asking: Asking, pairs: readonly [string, string][], rows: readonly EntryRow[], next: string | null): string {
  const query = (more: [string, string][]) => new URLSearchParams([...pairs.filter(([name]) => name !== '_cursor'), ...more] as [string, string][]).toString()
  const links = [{ relation: 'self', url: `${asking.base}/AuditEvent?${new URLSearchParams(pairs as [string, string][])}` }]
  if (next !== null) links.push({ relation: 'next', url: `${asking.base}/AuditEvent?${query([['_cursor', next]])}` })
  const entry = rows.map((row) => {
    const resource = auditEvent(row)
    return { fullUrl: `${asking.base}/AuditEvent/${resource.id}`, resource, search: { mode: 'match' } }
  })
  return JSON.stringify({ resourceType: 'Bundle', type: 'searchset', link: links, ...(entry.length > 0 ? { entry } : {}) })
}
