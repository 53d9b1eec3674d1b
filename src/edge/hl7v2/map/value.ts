import { dateTimeOf } from '../../draft/dates.ts'
import { codingOf } from '../../draft/displays.ts'
import { type Entry, type Json, some } from '../../draft/draft.ts'
import { exactNumber, withPoint } from '../../draft/numbers.ts'
import type { Segment, Value } from '../message.ts'
import type { Mapping } from './mapping.ts'
import { commaTold, concept, decimal, decimalIn, period, quantity, units } from './types.ts'

export function unitOf(segment: Segment): Json {
  const given = segment.first(6)
  return units(given?.part(1), given?.part(2), given?.part(3))
}

// Types without a form of their own in an Observation become text.
const texts = new Set('ST TX FT ED RP XAD XPN XTN ID IS CX XCN EI HD NA MA AD PN CN TN MO CP CK CD XON PL SI'.split(' '))

/** OBX-5, read by the type in OBX-2, with its unit. */
export function setValue(entry: Entry, segment: Segment, mapping: Mapping): void {
  const { unit } = unitOf(segment)
  given(entry, segment, mapping)
  if (segment.first(5) !== undefined && isWithoutUnit(entry.resource, unit))
    mapping.draft.lose(`${segment.place}-6`, 'is a unit beside a value that is no amount')
}

/** Whether the unit was not used: codes, moments and words have no place for a unit; an amount has one, and a text that may be one ends with it. */
function isWithoutUnit(resource: Json, unit: unknown): boolean {
  if (typeof unit !== 'string' || resource['valueQuantity'] !== undefined || resource['valueRange'] !== undefined) return false
  const [text, components] = [resource['valueString'], (resource['component'] ?? []) as Json[]]
  return !(typeof text === 'string' && text.endsWith(unit)) && components.every((one) => one['valueQuantity'] === undefined && one['valueRange'] === undefined)
}

function given(entry: Entry, segment: Segment, mapping: Mapping): void {
  const values = segment.all(5)
  const { resource } = entry
  const [first] = values
  if (first === undefined) {
    // obs-6: a reason for a missing value only when the value is missing.
    if (/^[NXI]$/i.test(segment.text(11) ?? ''))
      resource['dataAbsentReason'] = {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: /^N$/i.test(segment.text(11) ?? '') ? 'not-performed' : 'unknown' },
        ],
      }
    return
  }
  entry.comesFrom(`${segment.place} value<5`)
  const type = segment.text(2)?.toUpperCase() ?? ''
  if (values.length === 1) {
    if (untyped.has(type) && measured(resource, first, segment)) return
    if ((type === 'NM' || untyped.has(type)) && marked(resource, first, segment, mapping)) return
    if (!setOne(resource, type, first, segment, mapping)) resource['valueString'] = first.whole()
    withUnit(resource, segment)
    return
  }
  if (type === 'TX' || type === 'FT' || type === 'ST' || !typed.has(type)) {
    resource['valueString'] = values.map((value) => value.whole()).join('\n')
    return
  }
  resource['component'] = values.map((value) => {
    const component: Json = { code: resource['code'] }
    if (!setOne(component, type, value, segment, mapping)) component['valueString'] = value.whole()
    return component
  })
}
const untyped = new Set(['', 'ST'])

/**
 * Many laboratories send everything as text. A number with a unit is an amount: as a text it would lose the unit and be missing from every course of
 * values.
 */
function measured(resource: Json, value: Value, segment: Segment): boolean {
  const given = value.length === 1 ? value.part(1) : undefined
  const unit = unitOf(segment)
  // A text that is not a unit of measure (`титар`, `датум`) does not make an amount.
  if (given === undefined || unit['code'] === undefined) return false
  const text = withPoint(given) ?? given
  const number = decimalIn(text)
  const made = number === undefined ? comparedIn(text, unit) : { valueQuantity: { value: number, ...unit } }
  if (made !== null) Object.assign(resource, made)
  return made !== null
}

/** `12,5 H` and `150*`: analysers print the flag of OBX-8 beside the number. */
function marked(resource: Json, value: Value, segment: Segment, mapping: Mapping): boolean {
  const unit = unitOf(segment)
  const [, number, mark] =
    value.length === 1 && unit['code'] !== undefined ? (/^([<>]?=?\s*\d+(?:[.,]\d+)?)\s*(HH?|LL?|\*)$/.exec(value.part(1) ?? '') ?? []) : []
  if (number === undefined || mark === undefined) return false
  const text = withPoint(number) ?? number
  const plain = decimalIn(text)
  const made = plain === undefined ? comparedIn(text, unit) : { valueQuantity: { value: plain, ...unit } }
  if (made === null) return false
  Object.assign(resource, made)
  const code = mark === '*' ? 'A' : mark
  resource['interpretation'] ??= [{ coding: [codingOf('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code)] }]
  mapping.draft.lose(`${segment.place}-5`, 'has a mark beside the number, and was read as both')
  return true
}

/** `1 250` and `5-10` are not amounts, and mean nothing without the unit beside them. */
function withUnit(resource: Json, segment: Segment): void {
  const [text, { unit }] = [resource['valueString'], unitOf(segment)]
  if (typeof text === 'string' && typeof unit === 'string' && /^[\d\s.,<>=+-]*\d[\d\s.,<>=+-]*$/.test(text)) resource['valueString'] = `${text} ${unit}`
}

const typed = new Set(['NM', 'SN', 'CE', 'CWE', 'CNE', 'CF', 'TS', 'DTM', 'DT', 'NR', 'DR', 'CQ'])

/** False when the value does not fit its type: then it becomes text, and the loss report says so. */
function setOne(resource: Json, type: string, value: Value, segment: Segment, mapping: Mapping): boolean {
  const made = valueOf(type, value, segment) ?? (type === 'NM' ? withComma(value, segment, mapping) : null)
  if (made === null) return texts.has(type) || type === '' ? saved(resource, value) : lostType(type, segment, mapping)
  Object.assign(resource, made)
  return true
}
/** Laboratories here write a decimal comma, although the standard allows only the point: it is read as a number, and the loss report says how. */
function withComma(value: Value, segment: Segment, mapping: Mapping): Json | null {
  const text = withPoint(value.part(1) ?? '')
  const number = decimalIn(text)
  const made = text === undefined ? null : number === undefined ? comparedIn(text, unitOf(segment)) : { valueQuantity: { value: number, ...unitOf(segment) } }
  if (made !== null) mapping.draft.lose(`${segment.place}-5`, commaTold)
  return made
}
function saved(resource: Json, value: Value): boolean {
  resource['valueString'] = value.whole()
  return true
}
function lostType(type: string, segment: Segment, mapping: Mapping): boolean {
  mapping.draft.lose(`${segment.place}-5`, `is not what its type ${type.slice(0, 3)} says, and is kept as text`)
  return false
}

function valueOf(type: string, value: Value, segment: Segment): Json | null {
  switch (type) {
    case 'NM': {
      const number = decimal(value)
      return number === undefined ? compared(value, unitOf(segment)) : { valueQuantity: { value: number, ...unitOf(segment) } }
    }
    case 'SN':
      return structured(value, unitOf(segment))
    case 'NR':
      return ranged(value.part(1), value.part(2), unitOf(segment))
    case 'CE':
    case 'CWE':
    case 'CNE':
    case 'CF': {
      const valueCodeableConcept = concept(value)
      return valueCodeableConcept === undefined ? null : { valueCodeableConcept }
    }
    case 'DR': {
      const valuePeriod = period(value.part(1), value.part(2))
      return valuePeriod === undefined ? null : { valuePeriod }
    }
    case 'CQ': {
      const valueQuantity = quantity(value)
      return valueQuantity === undefined ? null : { valueQuantity }
    }
    case 'TS':
    case 'DTM':
    case 'DT': {
      const valueDateTime = dateTimeOf(value.part(1) ?? '')
      return valueDateTime === undefined ? null : { valueDateTime }
    }
    case 'TM': {
      const [, hour, minute, second = '00'] = /^(\d{2})(\d{2})(\d{2})?/.exec(value.part(1) ?? '') ?? []
      return hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 ? null : { valueTime: `${hour}:${minute}:${second}` }
    }
    default:
      return null
  }
}

/** `<0.5`: not a number by the standard, but written by laboratories everywhere. */
const compared = (value: Value, unit: Json): Json | null => comparedIn(value.part(1) ?? '', unit)
function comparedIn(text: string, unit: Json): Json | null {
  const [, comparator, number] = /^(<=|>=|<|>)\s*(-?\d{1,15}(?:\.\d{1,15})?)$/.exec(text) ?? []
  return number === undefined ? null : { valueQuantity: { value: exactNumber(number), comparator, ...unit } }
}

/** SN: a comparison, a range, a ratio, or a grade with a plus (2+), which is no number. */
function structured(value: Value, unit: Json): Json | null {
  const [comparator, first, separator, second] = [value.part(1), value.part(2), value.part(3), value.part(4)]
  // Written like an NM: `>500`, `500`.
  if (value.length === 1) {
    const alone = decimalIn(comparator)
    return alone === undefined ? comparedIn(comparator ?? '', unit) : { valueQuantity: { value: alone, ...unit } }
  }
  const [number, other] = [decimalIn(first), decimalIn(second)]
  if (number === undefined) return null
  if (separator === '-') return ranged(first, second, unit)
  if ((separator === '/' || separator === ':') && other !== undefined) return { valueRatio: { numerator: { value: number }, denominator: { value: other } } }
  if (separator === '+' && second === undefined && comparator === undefined) return { valueString: `${first}+` }
  if (separator !== undefined) return null
  if (comparator !== undefined && !['<', '<=', '>=', '>', '='].includes(comparator)) return null
  return { valueQuantity: some({ value: number, comparator: comparator === '=' ? undefined : comparator, ...unit }) }
}
function ranged(low: string | undefined, high: string | undefined, unit: Json): Json | null {
  const bound = (text: string | undefined) => {
    const value = decimalIn(text)
    return value === undefined ? undefined : { value, ...unit }
  }
  const valueRange = some({ low: bound(low), high: bound(high) })
  return valueRange === undefined ? null : { valueRange }
}
