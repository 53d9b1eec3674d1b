import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, momentIn, rowsOf } from './mapping.ts'
import { attachment } from './attachment.ts'
import { isAttachment } from './observation.ts'
import { practitioner } from './people.ts'
import { byTable, coded, codeableConcept, entity, entityIdentifier } from './types.ts'
import { table } from '../../draft/table.ts'

// HL7 table 0271 to R4 composition-status, table 0273 to document-reference-status.
const docStatuses = table<string>({
  AU: 'final',
  DI: 'preliminary',
  DO: 'preliminary',
  IN: 'preliminary',
  IP: 'preliminary',
  LA: 'final',
  PA: 'preliminary',
})
const statuses = table<string>({ AV: 'current', CA: 'entered-in-error', OB: 'superseded', UN: 'current' })
// HL7 table 0272 to v3 Confidentiality.
const secrets = table<string>({ '1': 'U', '2': 'N', '3': 'R', '4': 'R', '5': 'V', V: 'V', R: 'R', U: 'U' })

const rows = rowsOf([
  [2, 'type', coded('0270')],
  [5, 'author[]', practitioner],
  [9, 'author[]', practitioner],
  [10, 'authenticator', practitioner],
  [22, 'authenticator', practitioner],
  [16, 'description', (value) => value.whole()],
  [17, 'docStatus', byTable(docStatuses)],
  [19, 'status', byTable(statuses)],
])

/** TXA and the OBX after it: a document. */
export function document(segment: Segment, mapping: Mapping): void {
  const entry = mapping.aboutPatient('DocumentReference', segment)
  if (entry === undefined) return
  // The contents themselves show how it is presented (3).
  segment.skip(1, 3)
  const { resource } = entry
  fill(entry, segment, rows, mapping)
  const authors = (resource['author'] ?? []) as Json[]
  if (authors.length > 1) resource['author'] = authors.filter(({ reference }, at) => authors.findIndex((one) => one['reference'] === reference) === at)
  // T11 takes the document back, whatever TXA says.
  if (mapping.message.event === 'T11') resource['status'] = 'entered-in-error'
  resource['status'] ??= 'current'
  const master = segment.first(12) && entity()(segment.first(12) as Value, mapping)
  if (master !== undefined) {
    resource['masterIdentifier'] = master
    put(resource, 'identifier[]', { ...master })
  }
  const parent = segment.first(13) && entityIdentifier(segment.first(13) as Value, mapping)
  if (parent !== undefined) resource['relatesTo'] = [{ code: replaces(mapping.message.event), target: { type: 'DocumentReference', identifier: parent } }]
  const orders = [
    [14, 'PLAC'],
    [15, 'FILL'],
  ] as const
  const related = orders.flatMap(([field, type]) => segment.all(field).flatMap((value) => entity(type)(value, mapping) ?? []))
  const date = momentIn(segment, segment.text(7) === undefined ? 6 : 7, mapping)
  if (date?.includes('T')) resource['date'] = date
  const start = momentIn(segment, 4, mapping)
  const context = some({
    period: start === undefined ? undefined : { start },
    encounter: mapping.encounter === undefined ? [] : [mapping.encounter.reference],
    // The order's number is only a related number and does not identify the document: otherwise two documents of one order were one, and the second
    // replaced the first.
    related: related.map((identifier) => ({ type: 'ServiceRequest', identifier })),
  })
  if (context !== undefined) resource['context'] = context
  const secrecy = secrets[segment.text(18)?.toUpperCase() ?? '']
  if (secrecy !== undefined) resource['securityLabel'] = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: secrecy }] }]
  mapping.document = entry
  mapping.noted = undefined
  content(entry, mapping)
}

/** T10 replaces, T04 and T08 change; a new document adds to its parent. */
const replaces = (event: string): string => (event === 'T09' || event === 'T10' ? 'replaces' : changes.has(event) ? 'transforms' : 'appends')
const changes = new Set(['T03', 'T04', 'T07', 'T08'])

/** Files stay files; lines of text become one text. R4 demands contents: when there are none, that is stated. */
function content(entry: Entry, mapping: Mapping): void {
  const segments = mapping.message.segments.filter(({ name }) => name === 'OBX')
  const files = segments.filter(isAttachment)
  const lines = segments.filter((segment) => !isAttachment(segment) && /^(?:TX|FT|ST)$/i.test(segment.text(2) ?? ''))
  const all: Json[] = []
  for (const segment of files) {
    const made = segment.all(5).flatMap((value) => attachment(segment, value, mapping) ?? [])
    if (made.length === 0) mapping.draft.lose(`${segment.place}-5`, 'holds no file that could be read')
    for (const one of made) all.push({ attachment: one })
  }
  // An empty line separates the text before it from the text after it.
  const text = lines.flatMap((segment) => (segment.first(5) === undefined ? [''] : segment.all(5).map((value) => value.whole()))).join('\n')
  if (text.trim() !== '') all.push({ attachment: { contentType: 'text/plain; charset=utf-8', data: Buffer.from(text, 'utf8').toString('base64') } })
  for (const segment of [...files, ...lines]) {
    entry.comesFrom(`${segment.place} content<5`)
    segment.skip(1, 2, 3, 4, 11)
  }
  called(entry, [...files, ...lines], mapping)
  entry.resource['content'] = all.length > 0 ? all : [{ attachment: { title: 'no content was sent' } }]
}

/**
 * OBX-3 repeats the type of the document, often in LOINC beside the local code in TXA-2. When its parts have different names these are lost, because
 * the text is one.
 */
function called(entry: Entry, segments: Segment[], mapping: Mapping): void {
  const named = segments.filter((segment) => segment.raw(3) !== '')
  const [first] = named
  if (first === undefined) return
  if (named.some((segment) => segment.raw(3) !== first.raw(3))) {
    for (const { place } of named) mapping.draft.lose(`${place}-3`, 'names a part of the document, whose text is one')
    return
  }
  const said = codeableConcept(first.first(3) as Value)
  const [known, more] = [(entry.resource['type'] ?? {}) as Json, ((said?.['coding'] ?? []) as Json[]).filter((one) => one['system'] !== undefined)]
  const codings = (known['coding'] ?? []) as Json[]
  const added = more.filter((one) => !codings.some(({ system, code }) => system === one['system'] && code === one['code']))
  const text = known['text'] ?? first.first(3)?.words(2)
  const type = some({ ...known, coding: [...codings, ...added], text })
  if (type !== undefined) entry.resource['type'] = type
  entry.comesFrom(`${first.place} type<3`)
}
