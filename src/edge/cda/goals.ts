import { type Entry, type Json, some } from '../draft/draft.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { authorOf, practitionerOnly } from './people.ts'
import { anyValue, concept, dateTime, identifiers } from './types.ts'
import { table } from '../draft/table.ts'

// v3 ActStatus to R4 goal-status.
const statuses = table<string>({
  active: 'active',
  completed: 'completed',
  aborted: 'cancelled',
  cancelled: 'cancelled',
  suspended: 'on-hold',
  held: 'on-hold',
  new: 'proposed',
  nullified: 'entered-in-error',
})
const details = ['Quantity', 'Range', 'CodeableConcept', 'String', 'Boolean', 'Integer', 'Ratio']

/** A goal observation: the goal, its amount, and the date by which to reach it. */
export function goal(element: Element, mapping: Mapping, place: string): Entry | undefined {
  const description = concept(element.first('code'), mapping.words)
  if (description === undefined) return undefined
  const entry = mapping.draft.add('Goal', place, true)
  const time = element.first('effectiveTime')
  const start = dateTime(time?.first('low')) ?? dateTime(time)
  const value = anyValue(element.first('value'), mapping.words)
  const text = value?.['valueString'] ?? (value?.['valueCodeableConcept'] as Json | undefined)?.['text']
  Object.assign(entry.resource, {
    lifecycleStatus: statuses[element.first('statusCode')?.attribute('code')?.toLowerCase() ?? ''] ?? 'active',
    description: text === undefined ? description : { ...description, text },
    subject: mapping.patient.reference,
    ...some({
      identifier: identifiers(element),
      startDate: start?.slice(0, 10),
      target: targetOf(value, description, dateTime(time?.first('high'))),
      expressedBy: practitionerOnly(authorOf(element, mapping, place))?.reference,
    }),
  })
  return entry
}

/** gol-1: a target with a detail needs its measure. */
function targetOf(value: Json | undefined, measure: Json, due: string | undefined): Json[] {
  const detail = details.find((one) => value?.[`value${one}`] !== undefined)
  const made = some({
    ...(detail === undefined || detail === 'String' ? {} : { measure, [`detail${detail}`]: value?.[`value${detail}`] }),
    dueDate: due?.slice(0, 10),
  })
  return made === undefined ? [] : [made]
}
