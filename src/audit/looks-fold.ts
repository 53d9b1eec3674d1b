import { type EntryRow, textOf } from './row.ts'
import type { EntryText } from './entry.ts'
import type { Look } from './wire.ts'

// Turns entries into lines that a citizen understands: one line for everything that one person did on one day for one reason.

/** The types that tell most about a person stand first. Types that are not listed follow, sorted by name. */
const importance = [
  'Composition',
  'DocumentReference',
  'Condition',
  'DiagnosticReport',
  'Observation',
  'MedicationRequest',
  'MedicationStatement',
  'AllergyIntolerance',
  'Procedure',
  'Immunization',
  'Encounter',
  'EpisodeOfCare',
  'CarePlan',
  'ServiceRequest',
  'FamilyMemberHistory',
  'Coverage',
  'AuditEvent',
  'Patient',
]
const rankOf = (type: string) => (importance.includes(type) ? importance.indexOf(type) : importance.length)
const typesMax = 40

const writes = new Set(['create', 'update', 'delete', 'move', 'erase'])

export function kindOf(entry: EntryText): Look['kind'] {
  if (entry.decision === 'deny') return 'denied'
  if (entry.action === 'visit') return 'visit'
  if (entry.who.kind === 'system') return 'system'
  if (writes.has(entry.action)) return 'write'
  return entry.action === 'search' || entry.action === 'identify' ? 'search' : 'read'
}

/** `Observation/7f… Patient/$everything` → Observation, Patient; one of our own pages (`overview`) stays as it is. */
export function typesOf(what: string): string[] {
  const words = what.split(/[\s,;]+/).filter(Boolean)
  const types = words.map((word) => /^[A-Z][A-Za-z]+(?=$|[/?])/.exec(word)?.[0]).filter((type) => type !== undefined)
  if (types.length > 0) return types
  return words.length > 0 ? [what.trim()] : []
}

const inOrder = (types: Iterable<string>) => [...types].sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1)).slice(0, typesMax)

/** Entries with the same actor, institution, unit, basis, kind, purpose, reason and Belgrade day are one line. */
export function foldKey(entry: EntryText): string {
  const { who } = entry
  return JSON.stringify([entry.atBelgrade.slice(0, 11), kindOf(entry), who.id, who.institution, who.unit, entry.basis, entry.purpose, entry.reason])
}

export type Folding = { lines: Map<string, Look & { types: Set<string> }> }

/** Adds one row. Rows come newest first, and a line keeps the time of its newest look. */
export function foldIn(folding: Folding, row: EntryRow): void {
  const entry = textOf(row)
  const key = foldKey(entry)
  const known = folding.lines.get(key)
  if (known) {
    known.count++
    for (const type of typesOf(entry.what)) known.types.add(type)
    return
  }
  const { who } = entry
  folding.lines.set(key, {
    id: `${row.stream}-${row.seq}`,
    at: entry.at,
    atBelgrade: entry.atBelgrade,
    who: who.name,
    role: who.role,
    institution: who.institutionName ?? null,
    unit: who.unitName ?? null,
    kind: kindOf(entry),
    what: [],
    purpose: entry.purpose,
    basis: entry.basis,
    reason: entry.reason ?? null,
    allowed: entry.decision === 'permit',
    count: 1,
    types: new Set(typesOf(entry.what)),
  })
}

export function linesOf(folding: Folding): Look[] {
  return [...folding.lines.values()].map(({ types, ...look }) => ({ ...look, what: inOrder(types) }))
}
