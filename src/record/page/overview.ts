import type { Basis } from '../../access/access.ts'
import { typesHidden } from '../../access/access.ts'
import type { Overview, PersonHeader } from '../wire.ts'
import { allergiesOf, immunizationsOf, medicinesOf, problemsOf, therapyOf } from './clinical.ts'
import type { Item } from './pieces.ts'
import { resultsOf } from './results.ts'
import { timelineOf } from './timeline.ts'

/** The whole page of one person, composed once on the server: the reader's machine only draws it. Pure. */
export function overviewOf(items: readonly Item[], person: PersonHeader, basis: Basis, now: Date): Overview {
  const hidden = typesHidden(basis.view)
  return {
    person,
    basis: { kind: basis.kind, until: basis.until?.toISOString() ?? null },
    // Depends on the role alone, whether or not the record holds such data: the answer must not reveal that.
    withheld: hidden.length === 0 ? null : { reason: 'role', kinds: [...hidden] },
    ...allergiesOf(items),
    problems: problemsOf(items),
    therapy: therapyOf(items, medicinesOf(items)),
    results: resultsOf(items),
    immunizations: immunizationsOf(items),
    timeline: timelineOf(items),
    institutions: institutionsOf(items),
    counts: countsOf(items),
    at: now.toISOString(),
  }
}

function institutionsOf(items: readonly Item[]): Overview['institutions'] {
  const found = new Map<string, { name: string; lastReceivedAt: string; items: number }>()
  for (const { source } of items) {
    const known = found.get(source.institution) ?? { name: source.institution, lastReceivedAt: '', items: 0 }
    known.items++
    if (source.receivedAt > known.lastReceivedAt) known.lastReceivedAt = source.receivedAt
    found.set(source.institution, known)
  }
  return [...found.values()].sort((a, b) => b.items - a.items)
}

function countsOf(items: readonly Item[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { resource } of items) counts[resource.resourceType] = (counts[resource.resourceType] ?? 0) + 1
  return counts
}
