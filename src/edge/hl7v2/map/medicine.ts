import { type Entry, type Json, put, some } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import type { Mapping } from './mapping.ts'
import { codeableConcept, concept, date, numberOf, units } from './types.ts'

export function numberIn(segment: Segment, field: number, mapping: Mapping): number | undefined {
  const value = segment.first(field)
  return value && numberOf(value, mapping, `${segment.place}-${field}`)
}
export function unitsIn(segment: Segment, field: number): Json {
  const unit = segment.first(field)
  return units(unit?.part(1), unit?.part(2), unit?.part(3))
}
export function amountIn(segment: Segment, amount: number, unit: number, mapping: Mapping): Json | undefined {
  const value = numberIn(segment, amount, mapping)
  return value === undefined ? undefined : { value, ...unitsIn(segment, unit) }
}

/**
 * A code alone identifies the medicine, and a reader of the prescription needs no second look-up. Ingredients and a lot do not fit into a code: with
 * these the medicine becomes a Medication of its own.
 */
function asMedication({ resource, sources }: Entry, mapping: Mapping): Entry {
  const known = mapping.draft.find(resource['medicationReference'] as Json | undefined)
  if (known !== undefined) return known
  const code = resource['medicationCodeableConcept'] as Json
  const made = mapping.draft.add('Medication', sources[0] as string)
  Object.assign(made.resource, { code, status: 'active' })
  delete resource['medicationCodeableConcept']
  const [first] = (code['coding'] ?? []) as Json[]
  resource['medicationReference'] = Object.assign(made.reference, { display: code['text'] ?? first?.['display'] ?? first?.['code'] })
  return made
}

/** RXC: an ingredient, base or additive, and its amount. */
export function component(segment: Segment, mapping: Mapping): void {
  const { medication, draft } = mapping
  const itemCodeableConcept = segment.first(2) && codeableConcept(segment.first(2) as Value)
  if (medication === undefined || mapping.immunization !== undefined) return draft.lose(segment.place, 'a part of no medicine that stands before it')
  if (itemCodeableConcept === undefined) return draft.lose(`${segment.place}-2`, 'names nothing that a medicine could be mixed of')
  // R4 has no word for base or additive; the amounts show it.
  segment.skip(1)
  const numerator = amountIn(segment, 3, 4, mapping) ?? amountIn(segment, 5, 6, mapping)
  const made = asMedication(medication, mapping)
  put(made.resource, 'ingredient[]', some({ itemCodeableConcept, strength: numerator && { numerator, denominator: { value: 1 } } }))
  made.comesFrom(`${segment.place} ingredient<2`)
}

/** RXA-15 and 16, RXD-18 and 19: the lot, by which a recalled medicine is found. */
export function batchOf(entry: Entry, segment: Segment, at: { lot: number; expires: number }, mapping: Mapping): void {
  const lotNumber = segment.text(at.lot)
  const expirationDate = segment.first(at.expires) && date(segment.first(at.expires) as Value)
  const batch = some({ lotNumber, expirationDate })
  if (batch === undefined) return
  const made = asMedication(entry, mapping)
  made.resource['batch'] = batch
  made.comesFrom(`${segment.place} batch<${at.lot}`)
}

/** RXG-4, RXO-1 …: the medicine; undefined when none is named. */
export function medicineIn(segment: Segment, field: number): Json | undefined {
  return segment.first(field) && concept(segment.first(field) as Value)
}

/** RXO-23, RXE-19, RXD-12: the maximum in a day, an amount with its unit. */
export function mostInDay(segment: Segment, field: number, unitOfDose: Json, mapping: Mapping): Json | undefined {
  const given = segment.first(field)
  const value = numberIn(segment, field, mapping)
  if (given === undefined || value === undefined) return undefined
  const unit = given.inside(2)
  const own = units(unit?.part(1), unit?.part(2), unit?.part(3))
  return {
    numerator: { value, ...(Object.keys(own).length === 0 ? unitOfDose : own) },
    denominator: { value: 1, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
  }
}
