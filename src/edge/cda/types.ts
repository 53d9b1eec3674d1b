import { dateOf, dateTimeOf } from '../draft/dates.ts'
import { type Json, periodOf, some } from '../draft/draft.ts'
import { nationalSystem, plainCode } from '../draft/national.ts'
import { exactNumber } from '../draft/numbers.ts'
import { codeSystem, spaceOf } from '../draft/systems.ts'
import type { Element } from './element.ts'
import { table } from '../draft/table.ts'
import { ucumOf } from '../draft/ucum.ts'

const isOid = /^[0-2](?:\.(?:0|[1-9]\d*))+$/
const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** II: a root alone is the identifier; with an extension the root is its system. */
export function identifier(element: Element): Json | undefined {
  const [root, extension, authority] = [element.attribute('root'), element.attribute('extension'), element.attribute('assigningAuthorityName')]
  if (root === undefined && extension === undefined) return undefined
  const address = root === undefined ? undefined : isOid.test(root) ? `urn:oid:${root}` : isUuid.test(root) ? `urn:uuid:${root.toLowerCase()}` : undefined
  const assigner = authority === undefined ? undefined : { display: authority }
  if (extension === undefined) return some({ system: address === undefined ? undefined : 'urn:ietf:rfc:3986', value: address ?? root, assigner })
  const national = nationalSystem(extension, undefined, authority)
  const space = root !== undefined && isOid.test(root) ? spaceOf(root) : address
  return some({ system: national ?? space ?? (root === undefined ? undefined : `urn:id:${encodeURIComponent(root)}`), value: extension, assigner })
}

export const identifiers = (element: Element): Json[] =>
  element
    .all('id')
    .map(identifier)
    .filter((one) => one !== undefined)

/** CD, CE, CV: the code, its translations, and the text, which may be in the narrative. */
export function concept(element: Element | undefined, words: Words): Json | undefined {
  if (element === undefined) return undefined
  const all = [element, ...element.all('translation')].map(coding).filter((one) => one !== undefined)
  const original = wordsOf(element.first('originalText'), words)
  const text = original ?? (all.length === 0 ? element.attribute('displayName') : undefined)
  return some({ coding: all, text })
}

export function coding(element: Element): Json | undefined {
  const [code, display] = [element.attribute('code'), element.attribute('displayName')]
  if (code === undefined) return undefined
  const system = codeSystem(element.attribute('codeSystem') ?? element.attribute('codeSystemName'))
  return some({ system, code: plainCode(code.replace(/\s+/g, ' '), system), display })
}

/** The elements of the narrative by their ID. */
export type Words = ReadonlyMap<string, Element>

/** The text of an element, or of the narrative that it refers to. */
export function wordsOf(element: Element | undefined, words: Words): string | undefined {
  if (element === undefined) return undefined
  const reference = (element.first('reference') ?? element).attribute('value')
  const found = reference?.startsWith('#') ? words.get(reference.slice(1))?.text : undefined
  return found || element.text || undefined
}

/** A value that cannot be read counts as unread, so it becomes a loss. */
function readable<T>(element: Element | undefined, read: (value: string) => T | undefined): T | undefined {
  const value = element?.attribute('value')
  if (element === undefined || value === undefined) return undefined
  const made = read(value)
  if (made === undefined) element.isRead = false
  return made
}

export const dateTime = (element: Element | undefined): string | undefined => readable(element, dateTimeOf)
export const date = (element: Element | undefined): string | undefined => readable(element, dateOf)

/** IVL_TS: a moment, or an interval of low and high. */
export function period(element: Element | undefined): Json | undefined {
  if (element === undefined) return undefined
  const [low, high] = [element.first('low'), element.first('high')]
  const [start, end] = [dateTime(low), dateTime(high)]
  const made = periodOf(start, end)
  if (high !== undefined && end !== undefined && made?.['end'] === undefined) high.isRead = false
  return made
}

/** The moment itself, or else the beginning of the interval. */
export const moment = (element: Element | undefined): string | undefined =>
  dateTime(element) ?? dateTime(element?.first('low')) ?? dateTime(element?.first('center')) ?? dateTime(element?.first('high'))

/** The beginning; undefined when only the end is known. */
export const beginning = (element: Element | undefined): string | undefined =>
  dateTime(element) ?? dateTime(element?.first('low')) ?? dateTime(element?.first('center'))

/** `performedDateTime` for a moment, `performedPeriod` for an interval with an end. */
export function timeChoice(name: string, element: Element | undefined): Json {
  const high = dateTime(element?.first('high'))
  const whole = high === undefined ? undefined : period(element)
  if (whole !== undefined) return { [`${name}Period`]: whole }
  const at = moment(element)
  return at === undefined ? {} : { [`${name}DateTime`]: at }
}

// Longer numbers have more digits than a number in the computer keeps, so they are not read.
const numberMax = 16
const numberOf = (element: Element | undefined) =>
  readable(element, (value) => (value.length <= numberMax && /^[+-]?\d*\.?\d+$/.test(value) ? exactNumber(value) : undefined))

/** PQ. A unit that is not written in UCUM is kept as text only. */
export function quantity(element: Element | undefined): Json | undefined {
  const value = numberOf(element)
  if (value === undefined) return element === undefined ? undefined : otherwise(element)
  const unit = element?.attribute('unit')
  if (unit === undefined || unit === '1') return { value }
  // PQ demands UCUM, but many senders write mmHg and 10^9/L.
  const code = ucumOf(unit) ?? (isUcum.test(unit) ? unit : undefined)
  return code === undefined ? { value, unit } : { value, unit, system: 'http://unitsofmeasure.org', code }
}
/** A quantity in a unit that UCUM lacks: `OTH`, with the number and the words of the unit beside it (C-CDA 2.1, 5.2). */
function otherwise(element: Element): Json | undefined {
  const translation = element.first('translation')
  const value = numberOf(translation)
  if (translation === undefined || value === undefined) return undefined
  const unit = translation.first('originalText')?.text || translation.attribute('displayName') || translation.attribute('code')
  return some({ value, unit })
}
const isUcum = /^[A-Za-z0-9%[\]*/.'{}_^+-]+$/

export const integer = (element: Element | undefined): number | undefined => {
  const value = numberOf(element)
  return value !== undefined && Number.isInteger(value) ? value : undefined
}

const nameUses = table<string>({
  L: 'usual',
  C: 'official',
  OR: 'official',
  ASGN: 'usual',
  P: 'nickname',
  A: 'nickname',
  SRCH: 'usual',
  PHON: 'usual',
})

/** PN: parts by their names, the birth name by its qualifier; a name may also be plain text. */
export function humanName(element: Element): Json | undefined {
  const texts = (name: string) =>
    element
      .all(name)
      .map((part) => part.text)
      .filter((text) => text !== '')
  const isMaiden = element.elements.some((part) => part.name === 'family' && part.written('qualifier') === 'BR')
  const [family, given, prefix, suffix] = [texts('family'), texts('given'), texts('prefix'), texts('suffix')]
  const bare = family.length + given.length === 0 ? element.text : ''
  return some({
    use: isMaiden ? 'maiden' : nameUses[element.attribute('use') ?? ''],
    text: bare === '' ? undefined : bare,
    family: family.length === 0 ? undefined : family.join(' '),
    given,
    prefix,
    suffix,
    period: period(element.first('validTime')),
  })
}
export const names = (element: Element | undefined): Json[] =>
  (element?.all('name') ?? []).map(humanName).filter((one) => one !== undefined && Object.keys(one).some((key) => key !== 'use')) as Json[]

const addressUses = table<string>({ H: 'home', HP: 'home', HV: 'home', WP: 'work', DIR: 'work', PUB: 'work', TMP: 'temp', BAD: 'old' })

export function address(element: Element): Json | undefined {
  const text = (name: string) => element.first(name)?.text || undefined
  const line = [...element.all('streetAddressLine'), ...element.all('streetName'), ...element.all('houseNumber'), ...element.all('additionalLocator')]
    .map((one) => one.text)
    .filter((one) => one !== '')
  const made = some({
    line,
    city: text('city'),
    district: text('county'),
    state: text('state'),
    postalCode: text('postalCode'),
    country: text('country'),
    period: period(element.first('useablePeriod')),
  })
  const bare = made === undefined ? element.text : ''
  if (made === undefined && bare === '') return undefined
  const [use] = (element.attribute('use') ?? '').split(' ')
  const known = addressUses[use ?? '']
  return { ...(known === undefined ? {} : { use: known }), ...(made ?? { text: bare }) }
}
export const addresses = (element: Element): Json[] =>
  element
    .all('addr')
    .map(address)
    .filter((one) => one !== undefined)

const telecomUses = table<string>({ H: 'home', HP: 'home', HV: 'home', WP: 'work', DIR: 'work', PUB: 'work', MC: 'mobile', TMP: 'temp', BAD: 'old' })
const telecomSystems = table<string>({ tel: 'phone', fax: 'fax', mailto: 'email', http: 'url', https: 'url', sms: 'sms' })

export function telecom(element: Element): Json | undefined {
  const value = element.attribute('value')
  if (value === undefined) return undefined
  const [, scheme = '', rest = ''] = /^(tel|fax|mailto|sms):\s*(?:\/\/)?(.*)$/i.exec(value) ?? []
  const system = telecomSystems[scheme.toLowerCase()] ?? (/^https?:/i.test(value) ? 'url' : value.includes('@') ? 'email' : 'phone')
  const text = (rest || value).trim()
  if (text === '') return undefined
  return some({ system, value: text, use: telecomUses[(element.attribute('use') ?? '').split(' ')[0] ?? ''] })
}
export const telecoms = (element: Element): Json[] =>
  element
    .all('telecom')
    .map(telecom)
    .filter((one) => one !== undefined)

/** The value of an observation by its xsi:type, as a choice named `value`. */
export function anyValue(element: Element | undefined, words: Words): Json | undefined {
  if (element === undefined) return undefined
  const type = (element.attribute('type') ?? '').replace(/^.*:/, '')
  switch (type) {
    case 'MO': {
      const amount = quantity(element)
      const unit = element.attribute('currency')
      return amount === undefined
        ? asWritten(element)
        : { valueQuantity: unit === undefined ? amount : { ...amount, unit, system: 'urn:iso:std:iso:4217', code: unit } }
    }
    case 'II': {
      const valueString = [element.attribute('root'), element.attribute('extension')].filter(Boolean).join(' ')
      return valueString === '' ? undefined : { valueString }
    }
    case 'PQ':
    case 'REAL': {
      const valueQuantity = quantity(element)
      return valueQuantity === undefined ? asWritten(element) : { valueQuantity }
    }
    case 'INT': {
      const valueInteger = integer(element)
      return valueInteger === undefined ? asWritten(element) : { valueInteger }
    }
    case 'BL': {
      const said = element.attribute('value')
      return said === 'true' || said === 'false' ? { valueBoolean: said === 'true' } : undefined
    }
    case 'TS': {
      const valueDateTime = dateTime(element)
      return valueDateTime === undefined ? asWritten(element) : { valueDateTime }
    }
    case 'IVL_TS': {
      const valuePeriod = period(element)
      return valuePeriod && { valuePeriod }
    }
    case 'IVL_PQ':
    case 'IVL_INT':
    case 'IVL_REAL':
      return interval(element)
    case 'RTO':
    case 'RTO_PQ_PQ': {
      const [numerator, denominator] = [quantity(element.first('numerator')), quantity(element.first('denominator'))]
      return numerator && denominator && { valueRatio: { numerator, denominator } }
    }
    default:
      return coded(element, words)
  }
}

// The reason for a missing value (v3 NullFlavor) in R4's words.
const absences = table<string>({
  NI: 'unknown',
  UNK: 'unknown',
  NAV: 'temp-unknown',
  NASK: 'not-asked',
  ASKU: 'asked-unknown',
  MSK: 'masked',
  NA: 'not-applicable',
  NP: 'unknown',
  OTH: 'unsupported',
  NINF: 'negative-infinity',
  PINF: 'positive-infinity',
})
export const absenceOf = (element: Element | undefined): Json => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: absences[element?.attribute('nullFlavor') ?? ''] ?? 'unknown' }],
})

/** A value that does not fit its type is kept as it was written, and stays in the losses. */
function asWritten(element: Element): Json | undefined {
  const valueString = [element.attribute('value'), element.attribute('unit')].filter(Boolean).join(' ')
  return valueString === '' ? undefined : { valueString }
}

/** One open end is a comparison; two ends are a range. */
function interval(element: Element): Json | undefined {
  const [lowElement, highElement] = [element.first('low'), element.first('high')]
  const [low, high] = [quantity(lowElement), quantity(highElement)]
  if (low !== undefined && high !== undefined) return { valueRange: { low, high } }
  if (low !== undefined) return { valueQuantity: { ...low, comparator: lowElement?.attribute('inclusive') === 'false' ? '>' : '>=' } }
  return high && { valueQuantity: { ...high, comparator: highElement?.attribute('inclusive') === 'false' ? '<' : '<=' } }
}

function coded(element: Element, words: Words): Json | undefined {
  const valueCodeableConcept = element.attribute('code') === undefined && element.all('translation').length === 0 ? undefined : concept(element, words)
  if (valueCodeableConcept !== undefined) return { valueCodeableConcept }
  const valueString = wordsOf(element.first('originalText') ?? element, words) ?? element.attribute('value')
  return valueString === undefined ? undefined : { valueString }
}
