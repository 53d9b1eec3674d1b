import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, periodOf, put, some } from '../../draft/draft.ts'
import { table } from '../../draft/table.ts'
import type { Segment, Value } from '../message.ts'
import { fill, type Mapping, momentIn, rowsOf } from './mapping.ts'
import { amountIn } from './medicine.ts'
import { practitioner } from './people.ts'
import { coded, concept, dateTime, entity, entityIdentifier, identifier, quantity } from './types.ts'

/** The specimen in OBR itself, from before SPM existed: fields 7, 9, 10, 14, 15 and 39. */
export function collected(segment: Segment, mapping: Mapping): void {
  const collector = segment.first(10) && practitioner(segment.first(10) as Value, mapping, `${segment.place}-10`)
  const source = segment.first(15)
  if (collector === undefined && source === undefined && segment.first(14) === undefined) return
  const entry = mapping.draft.add('Specimen', `${segment.place} collection<10 type<15`, true)
  const { resource } = entry
  if (mapping.patient !== undefined) resource['subject'] = mapping.patient.reference
  const isCode = source !== undefined && isOfCode(source)
  const [kind, additives, method, site] = isCode ? [source] : [1, 2, 3, 4].map((part) => source?.inside(part))
  const [type, additive, bodySite, way] = [kind && concept(kind), additives && concept(additives), site && concept(site), method?.whole()]
  if (type !== undefined) resource['type'] = type
  if (additive !== undefined) resource['container'] = [{ additiveCodeableConcept: additive }]
  const collection = some({
    collector,
    collectedDateTime: dateTimeOf(segment.text(7) ?? ''),
    quantity: segment.first(9) && quantity(segment.first(9) as Value, mapping, `${segment.place}-9`),
    method: way === undefined ? undefined : { text: way },
    bodySite,
  })
  if (collection !== undefined) resource['collection'] = collection
  const received = momentIn(segment, 14, mapping)
  if (received !== undefined) resource['receivedTime'] = received
  for (const value of segment.all(39)) put(resource, 'note[]', { text: value.part(2) ?? value.whole() })
  mapping.order.collected = entry
  attach(entry, mapping)
}

/** Whether OBR-15 holds a code with its words instead of a code, an additive and a method: `SER^Serum^L`, `BLOOD^Blood`. */
function isOfCode(source: Value): boolean {
  const [code, words, system] = [source.inside(1), source.part(2), source.part(3)]
  if (code === undefined || words === undefined || code.length > 1 || source.length > 6) return false
  return code.part(1)?.toUpperCase() === words.toUpperCase() || /^(?:L|LN|SCT|HL7\d{4}|99\w+)$/.test(system ?? '')
}

const specimenRows = rowsOf([
  [4, 'type', coded('0487')],
  [8, 'collection.bodySite', coded('0163')],
  [7, 'collection.method', coded('0488')],
  [15, 'collection.extension[]', handling],
  [12, 'collection.quantity', quantity],
  [14, 'note[]', (value) => ({ text: value.whole() })],
  [18, 'receivedTime', dateTime],
  [24, 'condition[]', coded('0493')],
  [30, 'accessionIdentifier', identifier],
  [31, 'identifier[]', identifier],
  [32, 'identifier[]', entity()],
  [27, 'container[]', container],
  [6, 'container[]', additive],
])
function container(value: Value): Json | undefined {
  const type = concept(value)
  return type && { type }
}
function handling(value: Value): Json | undefined {
  const valueCodeableConcept = coded('0376')(value)
  return valueCodeableConcept && { url: 'http://hl7.org/fhir/StructureDefinition/specimen-specialHandling', valueCodeableConcept }
}
function additive(value: Value): Json | undefined {
  const additiveCodeableConcept = coded('0371')(value)
  return additiveCodeableConcept && { additiveCodeableConcept }
}
// HL7 table 0136: whether the specimen can be used.
const usable = table<string>({ Y: 'available', N: 'unavailable' })

/** SPM: a specimen. */
export function specimen(segment: Segment, mapping: Mapping): void {
  const isFirst = specimenFirst.has(mapping.message.event)
  // The specimen that OBR described before is the same: as two, one would have the collector and the other the number.
  const told = isFirst ? undefined : mapping.order.collected
  mapping.order.collected = undefined
  const entry = told ?? mapping.draft.add('Specimen', segment.place, true)
  const before = { ...entry.resource }
  for (const name of ['type', 'receivedTime', 'collection']) delete entry.resource[name]
  const { resource } = entry
  segment.skip(1)
  if (mapping.patient !== undefined) resource['subject'] = mapping.patient.reference
  numbers(resource, segment, mapping)
  fill(entry, segment, specimenRows, mapping)
  taken(resource, segment, isFirst ? undefined : mapping.order.takenAt)
  const { type, receivedTime, collection } = before as Record<string, Json | undefined>
  resource['type'] ??= type
  resource['receivedTime'] ??= receivedTime
  const { collectedDateTime: _, ...rest } = collection ?? {}
  if (some(rest) !== undefined) resource['collection'] = { ...rest, ...(resource['collection'] as Json | undefined) }
  // Taken from a patient, as nearly all are.
  if (/^P$/i.test(segment.text(11) ?? '')) segment.skip(11)
  const status = usable[segment.text(20)?.toUpperCase() ?? '']
  if (status !== undefined) resource['status'] = status
  rejected(entry, segment)
  parents(entry, segment, mapping)
  if (isFirst) {
    mapping.order = {}
    mapping.specimenOfGroup = entry
  }
  if (told === undefined) attach(entry, mapping)
  mapping.noted = entry
}

/** SPM-2: the placer's number and the laboratory's number. */
function numbers(resource: Json, segment: Segment, mapping: Mapping): void {
  const pair = segment.first(2)
  for (const [part, code] of [
    [1, 'PLAC'],
    [2, 'FILL'],
  ] as const) {
    const inner = pair?.inside(part)
    const made = inner && entity(code)(inner, mapping)
    if (made !== undefined) put(resource, 'identifier[]', made)
  }
}

/** The time of collection: SPM-17, or the time of the examination (OBR-7). */
function taken(resource: Json, segment: Segment, byOrder: string | undefined): void {
  const range = segment.first(17)
  const [start, end] = [dateTimeOf(range?.part(1) ?? ''), dateTimeOf(range?.part(2) ?? '')]
  if (end !== undefined) put(resource, 'collection.collectedPeriod', periodOf(start, end))
  else if ((start ?? byOrder) !== undefined) put(resource, 'collection.collectedDateTime', start ?? byOrder)
}

/** SAC: the container, and the amount in it. */
export function vessel(segment: Segment, mapping: Mapping): void {
  const entry = mapping.specimen
  if (entry === undefined) return mapping.draft.lose(segment.place, 'is a vessel of no specimen that stands before it')
  const { resource } = entry
  segment.skip(1)
  const accession = segment.first(2) ?? segment.first(1)
  const accessionIdentifier = accession && entityIdentifier(accession, mapping)
  if (accessionIdentifier !== undefined) resource['accessionIdentifier'] ??= accessionIdentifier
  const number = segment.first(3) && entityIdentifier(segment.first(3) as Value, mapping)
  const made = some({ identifier: number && [number], capacity: amountIn(segment, 21, 24, mapping), specimenQuantity: amountIn(segment, 22, 24, mapping) })
  if (made === undefined) return
  const all = (resource['container'] ??= []) as Json[]
  const known = all.find((one) => one['identifier'] === undefined && one['type'] !== undefined)
  if (known === undefined) all.push(made)
  else Object.assign(known, made)
  entry.comesFrom(`${segment.place} container<3`)
}

/** SPM-21: why the specimen was rejected. */
function rejected({ resource }: Entry, segment: Segment): void {
  for (const value of segment.all(21)) {
    const why = concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0490')
    if (why === undefined) continue
    resource['status'] = 'unsatisfactory'
    const [first] = (why['coding'] ?? []) as Json[]
    put(resource, 'note[]', { text: String(why['text'] ?? first?.['display'] ?? first?.['code']) })
  }
}

/** SPM-3: the specimen that this one was taken from, by its number. */
function parents({ resource }: Entry, segment: Segment, mapping: Mapping): void {
  for (const value of segment.all(3)) {
    const [own, other] = [value.inside(1), value.inside(2)]
    const identifier = (own && entity('PLAC')(own, mapping)) ?? (other && entity('FILL')(other, mapping))
    if (identifier !== undefined) put(resource, 'parent[]', { type: 'Specimen', identifier })
    other?.skip(2, 3, 4)
    other?.part(1)
  }
}

// In these messages a specimen stands before the orders that it is for (HL7 2.8, 4.4 and 7.3); in others after its order.
const specimenFirst = new Set(['R22', 'R23', 'O33', 'O35'])

export function attach(entry: Entry, mapping: Mapping): void {
  mapping.specimen = entry
  const { request, report } = mapping.order
  if (report !== undefined) put(report.resource, 'specimen[]', entry.reference)
  if (request !== undefined) {
    put(request.resource, 'specimen[]', entry.reference)
    put(entry.resource, 'request[]', request.reference)
  }
}
