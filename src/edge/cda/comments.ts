import { type Entry, type Json, put, some } from '../draft/draft.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { authorOf, practitionerOnly } from './people.ts'
import { concept, dateTime, identifiers, moment, wordsOf } from './types.ts'

/** Comment acts (48767-8) within an entry become notes on its resource. */
export function comments(element: Element, resource: Json, mapping: Mapping): void {
  for (const relationship of element.all('entryRelationship'))
    for (const act of relationship.elements.filter(({ name }) => name === 'act')) {
      if (act.elements.find(({ name }) => name === 'code')?.attribute('code') !== '48767-8') continue
      const text = wordsOf(act.first('text'), mapping.words)
      act.readAll()
      if (text !== undefined) put(resource, 'note[]', { text })
    }
}

/** A note activity: a doctor's text, as a document of its own beside the narrative (C-CDA on FHIR). */
export function noteActivity(element: Element, mapping: Mapping, place: string): Entry[] {
  const text = wordsOf(element.first('text'), mapping.words)
  if (text === undefined) return []
  const entry = mapping.draft.add('DocumentReference', place, true)
  const author = practitionerOnly(authorOf(element, mapping, place))
  const date = dateTime(element.first('author', 'time'))
  const start = moment(element.first('effectiveTime'))
  Object.assign(entry.resource, {
    status: 'current',
    type: concept(element.first('code'), mapping.words) ?? { text: 'note' },
    subject: mapping.patient.reference,
    content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: Buffer.from(text, 'utf8').toString('base64') } }],
    ...some({
      identifier: identifiers(element),
      date: date?.includes('T') ? date : undefined,
      author: author === undefined ? [] : [author.reference],
      context: some({ period: start && { start }, encounter: mapping.encounter === undefined ? [] : [mapping.encounter.reference] }),
    }),
  })
  return [entry]
}
