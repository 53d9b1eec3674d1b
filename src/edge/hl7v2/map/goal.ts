import { put } from '../../draft/draft.ts'
import { table } from '../../draft/table.ts'
import type { Segment } from '../message.ts'
import { fill, type Mapping, rowsOf } from './mapping.ts'
import { codeableConcept, date, entity } from './types.ts'

const statuses = table<string>({
  ACTIVE: 'active',
  A: 'active',
  PROPOSED: 'proposed',
  PLANNED: 'planned',
  COMPLETE: 'completed',
  COMPLETED: 'completed',
  ACHIEVED: 'completed',
  C: 'completed',
  CANCELLED: 'cancelled',
  'ON HOLD': 'on-hold',
  SUSPENDED: 'on-hold',
})

const rows = rowsOf([
  [4, 'identifier[]', entity()],
  [3, 'description', codeableConcept],
  [9, 'category[]', codeableConcept],
  [7, 'startDate', date],
  [19, 'statusDate', date],
  [17, 'note[]', (value) => ({ text: value.whole() })],
])
const dueRows = rowsOf([[8, 'dueDate', date]])

/** GOL: a goal, and by when it is to be reached. */
export function goal(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('Goal', segment)
  if (entry === undefined) return
  segment.skip(1)
  const { resource } = entry
  fill(entry, segment, rows, mapping)
  const isTakenBack = /^DE?$/i.test(segment.text(1) ?? '')
  resource['lifecycleStatus'] = isTakenBack ? 'entered-in-error' : (statuses[segment.text(18)?.toUpperCase() ?? ''] ?? 'active')
  resource['description'] ??= { text: 'unknown' }
  const target = {}
  fill(entry, segment, dueRows, mapping, target)
  if ('dueDate' in target) put(resource, 'target[]', target)
  mapping.noted = entry
}
