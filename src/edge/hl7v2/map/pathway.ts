import { table } from '../../draft/table.ts'
import { put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, momentIn, rowsOf } from './mapping.ts'
import { practitioner } from './people.ts'
import { codeableConcept, dateTime, entity } from './types.ts'

const statuses = table<string>({
  A: 'active',
  ACTIVE: 'active',
  COMPLETE: 'completed',
  COMPLETED: 'completed',
  CANCELLED: 'revoked',
  'ON HOLD': 'on-hold',
  SUSPENDED: 'on-hold',
  PROPOSED: 'draft',
  PLANNED: 'draft',
})

const rows = rowsOf([
  [2, 'category[]', codeableConcept],
  [3, 'identifier[]', entity()],
  [4, 'created', dateTime],
])

/** PTH: the clinical pathway of the patient, as a care plan. */
export function pathway(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('CarePlan', segment)
  if (entry === undefined) return
  const { resource } = entry
  fill(entry, segment, rows, mapping)
  const said = segment.first(5)
  const [code, words] = [said?.part(1)?.toUpperCase() ?? '', said?.words(2)?.toUpperCase() ?? '']
  said?.skip(3)
  const isTakenBack = /^DE?$/i.test(segment.text(1) ?? '')
  resource['status'] = isTakenBack ? 'entered-in-error' : (statuses[code] ?? statuses[words] ?? 'unknown')
  resource['intent'] = 'plan'
  const title = segment.first(2)?.words(2)
  if (title !== undefined) resource['title'] = title
  if (mapping.encounter !== undefined) resource['encounter'] = mapping.encounter.reference
  mapping.noted = entry
}

/** VAR: a deviation of the care from the problem, goal or pathway before it; becomes a note on that, with author and time. */
export function variance(segment: Segment, mapping: Mapping): void {
  const { noted } = mapping
  const classified = segment.first(5)
  const [code, name] = [classified?.part(1), classified?.words(2)]
  classified?.skip(3)
  const words = segment.all(6).map((value) => value.whole())
  const text = [name ?? code, words.join('\n')].filter(Boolean).join(': ')
  if (text === '') return
  if (noted === undefined) return mapping.draft.lose(segment.place, 'is of a problem, a goal or a pathway, and none stands before it')
  // The number of the variance belongs to the exchange of messages.
  segment.skip(1)
  const author = segment.first(4) && practitioner(segment.first(4) as Value, mapping, `${segment.place}-4`)
  put(noted.resource, 'note[]', some({ text, time: momentIn(segment, 2, mapping), authorReference: author }))
  noted.comesFrom(`${segment.place} note<6`)
}
