import { dateOf, dateTimeOf, instantOf } from '../../draft/dates.ts'
import { codingOf, displayOf } from '../../draft/displays.ts'
import { type Json, periodOf, some } from '../../draft/draft.ts'
import { nationalSystem, plainCode } from '../../draft/national.ts'
import { exactNumber, withPoint } from '../../draft/numbers.ts'
import { codeSystem, identifierSystem } from '../../draft/systems.ts'
import { ucumOf } from '../../draft/ucum.ts'
import type { Value } from '../message.ts'
import { type Mapping, nameOfAuthority } from './mapping.ts'
import { typeOf } from './identifier-types.ts'
import { table } from '../../draft/table.ts'

// HL7's v2-to-FHIR maps of data types. Each is `(value, mapping, place)`, so that a table of fields can name it.

export const text = (value: Value): string | undefined => value.part(1)
/** The whole text field: a sender who forgot to escape a delimiter still wrote one text. */
export const wholeText = (value: Value): string | undefined => value.whole().trim() || undefined
export const dateTime = (value: Value): string | undefined => dateTimeOf(value.part(1) ?? '')
export const date = (value: Value): string | undefined => dateOf(value.part(1) ?? '')
export const instant = (value: Value): string | undefined => instantOf(value.part(1) ?? '')
export const yes = (value: Value): boolean | undefined => answers[value.part(1) ?? '']
const answers = table<boolean>({ Y: true, N: false })

// Longer numbers have more digits than a number in the computer keeps, so they are not read.
const numberMax = 16
export const decimal = (value: Value): number | undefined => decimalIn(value.part(1))
export function decimalIn(given: string | undefined): number | undefined {
  return given !== undefined && given.length <= numberMax && /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(given) ? exactNumber(given) : undefined
}

export const commaTold = 'has a decimal comma, and was read as the number with a point'
/**
 * A decimal that may have a comma, as it is written here. The loss report mentions the comma, and also a text that is no number: a dose is never left
 * out silently.
 */
export function numberOf(value: Value, mapping: Mapping, place: string): number | undefined {
  const number = decimal(value)
  const given = value.part(1)
  if (number !== undefined || given === undefined) return number
  const read = decimalIn(withPoint(given))
  mapping.draft.lose(place, read === undefined ? 'is no number, and was left out' : commaTold)
  return read
}

/** A count in any spelling: 2, 02, 2.0. */
export function positive(value: Value): number | undefined {
  const number = decimal(value) === undefined ? Number.NaN : Number(value.part(1))
  return Number.isInteger(number) && number > 0 ? number : undefined
}

/** A code by one of our tables; an unknown one is a loss, never a guess. */
export const byTable =
  <T>(table: Record<string, T>) =>
  (value: Value): T | undefined => {
    // The table knows the display and the system of the code better than the message.
    value.skip(2, 3)
    return table[value.part(1)?.toUpperCase() ?? '']
  }

/** A code of an HL7 table, when the field gives no other system. */
export const coded =
  (table: string) =>
  (value: Value): Json | undefined =>
    concept(value, `http://terminology.hl7.org/CodeSystem/v2-${table}`)

export const codeableConcept = (value: Value): Json | undefined => concept(value)

/** CWE: code, text and system twice, their versions, and the original text. */
export function concept(value: Value, fallback?: string): Json | undefined {
  const first = coding(value, 1, 7, fallback)
  const all = first === undefined ? [] : [first]
  const text = value.words(9) ?? (first?.['code'] === undefined ? (first?.['display'] as string | undefined) : undefined)
  if (value.length > 3) {
    const [second, third] = [coding(value, 4, 8), coding(value, 10, 13)]
    if (second !== undefined) all.push(second)
    if (third !== undefined) all.push(third)
  }
  if (all.length === 0) return text === undefined ? undefined : { text }
  return text === undefined ? { coding: all } : { coding: all, text }
}

/** `at` is the component of the code; display and system follow it. */
export function coding(value: Value, at = 1, versionAt = 7, fallback?: string): Json | undefined {
  const code = value.part(at)
  const display = value.words(at + 1)
  const system = codeSystem(value.part(at + 2))
  if (code === undefined && display === undefined) return undefined
  const used = system ?? (code === undefined ? undefined : fallback)
  const plain = code === undefined ? undefined : codeText(plainCode(code, used))
  const version = value.part(versionAt)
  const shown = displayOf(used, plain, display)
  const made: Json = {}
  if (used !== undefined) made['system'] = used
  if (version !== undefined) made['version'] = version
  if (plain !== undefined) made['code'] = plain
  if (shown !== undefined) made['display'] = shown
  return made
}

/** R4 code: no spaces at the ends, and no double ones. */
const codeText = (code: string) => (hasSpace.test(code) ? code.replace(/\s+/g, ' ').trim() : code)
const hasSpace = /\s/

/** CX: an identifier with its authority (component 4), type (5) and period (7, 8). */
export function identifier(value: Value, mapping: Mapping, place: string): Json | undefined {
  const number = value.part(1)
  const authority = value.inside(4)
  const [name, universal] = [authority?.part(1), authority?.part(2)]
  const kind = authority?.part(3)
  const type = value.part(5)
  if (number === undefined) return undefined
  // The check digit and its scheme repeat the number, and the facility repeats the authority.
  value.skip(2, 3, 6, 9, 10)
  const national = nationalSystem(number, type, name)
  if (national === null) mapping.draft.lose(place, 'has not the form of the national number that it says it is')
  const system = typeof national === 'string' ? national : (spaceOf(name, universal, mapping) ?? mapping.options.localSystem)
  const made: Json = {}
  if (type !== undefined) made['type'] = typeOf(type)
  if (system !== undefined) made['system'] = system
  made['value'] = number
  const held = period(value.part(7), value.part(8))
  if (held !== undefined) made['period'] = held
  if (name !== undefined && universal !== undefined) made['assigner'] = organizationNamed(mapping, place, name, universal, kind)
  return made
}

/** The system of a number: the one that the settings give for the name, in any spelling, else the universal one, else one made from the name. */
function spaceOf(name: string | undefined, universal: string | undefined, { options: { authorities } }: Mapping): string | undefined {
  const known = name === undefined ? undefined : authorities?.get(nameOfAuthority(name))
  return known ?? identifierSystem(name, universal)
}

/** A number alone, with the type that its field implies. */
export const numbered =
  (code: string) =>
  (value: Value): Json | undefined => {
    const number = value.part(1)
    return number === undefined ? undefined : { type: typeOf(code), value: number }
  }

/** EI: the number of an order or a document: value, name space, universal identifier. */
export function entityIdentifier(value: Value, mapping: Mapping, type?: string): Json | undefined {
  const number = value.part(1)
  const system = spaceOf(value.part(2), value.part(3), mapping) ?? mapping.options.localSystem
  value.skip(4)
  if (number === undefined) return undefined
  return some({ type: type === undefined ? undefined : typeOf(type), system, value: number })
}
export const entity =
  (type?: string) =>
  (value: Value, mapping: Mapping): Json | undefined =>
    entityIdentifier(value, mapping, type) ?? namedInTheWorld(value)
/** An EI without a number, whose universal identifier names the object itself. */
function namedInTheWorld(value: Value): Json | undefined {
  const universal = value.part(3)
  return universal === undefined ? undefined : worldly(universal, value.part(4))
}

export function period(start: string | undefined, end: string | undefined): Json | undefined {
  if (start === undefined && end === undefined) return undefined
  return periodOf(dateTimeOf(start ?? ''), dateTimeOf(end ?? ''))
}

// Codes that later versions of HL7 table 0200 added: masked, temporarily unavailable, no longer in use.
export const laterUses = table<string>({ MSK: 'anonymous', NAV: 'temp', TEMP: 'temp', BAD: 'old', NOUSE: 'old' })
const nameUses = table<string>({
  L: 'official',
  D: 'usual',
  M: 'maiden',
  N: 'nickname',
  S: 'anonymous',
  T: 'temp',
  B: 'official',
  C: 'official',
  ...laterUses,
})

/** XPN. */
export function humanName(value: Value): Json | undefined {
  const valid = value.inside(10)
  return name(value, 1, {
    use: nameUses[value.part(7)?.toUpperCase() ?? ''],
    period: period(value.part(12) ?? valid?.part(1), value.part(13) ?? valid?.part(2)),
    professional: value.part(14),
    called: value.part(15),
  })
}

/** Family, given, further given names, suffix, prefix and degree, from the component `at` on. */
export function name(
  value: Value,
  at: number,
  more: { use?: string | undefined; period?: Json | undefined; called?: string | undefined; professional?: string | undefined },
): Json | undefined {
  const family = value.part(at)
  // The other parts of FN only repeat parts of the surname, such as the surname at birth.
  value.skipSubs(at)
  const [first, further] = [value.part(at + 1), value.part(at + 2)]
  const given = further === undefined ? present(first, more.called) : present(first, ...further.split(' '), more.called)
  const prefix = value.part(at + 4)
  const suffix = present(value.part(at + 3), value.part(at + 5), more.professional)
  if (family === undefined && given.length === 0) return undefined
  const made: Json = {}
  if (more.use !== undefined) made['use'] = more.use
  if (family !== undefined) made['family'] = family
  if (given.length > 0) made['given'] = given
  if (prefix !== undefined) made['prefix'] = [prefix]
  if (suffix.length > 0) made['suffix'] = suffix
  if (more.period !== undefined) made['period'] = more.period
  return made
}
const present = (...texts: (string | undefined)[]): string[] => texts.filter((one) => one !== undefined && one !== '') as string[]

const addressUses = table<string>({ H: 'home', P: 'home', B: 'work', O: 'work', C: 'temp', BA: 'old', L: 'home' })

/** XAD: street (with its parts), other designation, city, state, postal code, country, use. */
export function address(value: Value): Json | undefined {
  const street = value.sub(1, 1)
  // Many senders repeat the street and the number in their own components, after the line that contains both.
  const parts = present(value.sub(1, 2), value.sub(1, 3)).filter((part) => street?.includes(part) !== true)
  const line = present(street, ...parts, value.part(2), value.part(19))
  const kind = value.part(7)?.toUpperCase()
  const use = kind === undefined ? undefined : addressUses[kind]
  const made: Json = {}
  if (use !== undefined) made['use'] = use
  if (kind === 'M') made['type'] = 'postal'
  if (line.length > 0) made['line'] = line
  // In later versions the county is a code with words; it may be words alone.
  const district = value.part(9) ?? value.sub(9, 2) ?? value.part(8)
  const [city, state, postalCode, country] = [value.part(3), value.part(4), value.part(5), value.part(6)]
  if (city !== undefined) made['city'] = city
  if (district !== undefined) made['district'] = district
  if (state !== undefined) made['state'] = state
  if (postalCode !== undefined) made['postalCode'] = postalCode
  if (country !== undefined) made['country'] = country
  const valid = value.inside(12)
  const held = period(value.part(13) ?? valid?.part(1), value.part(14) ?? valid?.part(2))
  if (held !== undefined) made['period'] = held
  return isEmpty(made) ? undefined : made
}
function isEmpty(object: Json): boolean {
  for (const _ in object) return false
  return true
}

const phoneUses = table<string>({ PRN: 'home', ORN: 'home', VHN: 'home', EMR: 'home', WPN: 'work', ASN: 'work', BPN: 'work', PRS: 'mobile' })
const phoneSystems = table<string>({
  PH: 'phone',
  CP: 'phone',
  SAT: 'phone',
  FX: 'fax',
  MD: 'other',
  TDD: 'other',
  TTY: 'other',
  BP: 'pager',
  INTERNET: 'email',
  'X.400': 'other',
  NET: 'email',
})

/** XTN: the old single number, or mail, country, area and local number, extension, text. */
export function telecom(value: Value): Json | undefined {
  const [kind, equipment] = [value.part(2)?.toUpperCase(), value.part(3)?.toUpperCase()]
  const mail = value.part(4)
  const country = value.part(5)
  const dialled = present(country === undefined ? undefined : `+${country.replace(/^\+/, '')}`, value.part(6), value.part(7)).join(' ')
  const extension = value.part(8)
  const isMail = kind === 'NET' || equipment === 'INTERNET' || equipment === 'X.400'
  const number = value.part(12) ?? value.part(1) ?? (dialled === '' ? undefined : dialled)
  const found = isMail ? (mail ?? number) : (number ?? mail)
  if (found === undefined) return undefined
  value.skip(1, 4, 9, 10, 11)
  const rank = value.part(18)
  const use = equipment === 'CP' ? 'mobile' : phoneUses[kind ?? '']
  const made: Json = {
    system: isMail || (number === undefined && mail?.includes('@')) ? 'email' : (phoneSystems[equipment ?? ''] ?? 'phone'),
    value: extension === undefined || isMail ? found : `${found} x${extension}`,
  }
  if (use !== undefined) made['use'] = use
  if (rank !== undefined && /^[1-9]\d*$/.test(rank)) made['rank'] = Number(rank)
  const held = period(value.part(13), value.part(14))
  if (held !== undefined) made['period'] = held
  return made
}

/** CQ, a number with a unit. */
export function quantity(value: Value, mapping?: Mapping, place = ''): Json | undefined {
  const number = mapping === undefined ? decimal(value) : numberOf(value, mapping, place)
  if (number === undefined) return undefined
  const unit = value.inside(2)
  return some({ value: number, ...units(unit?.part(1) ?? value.part(2), unit?.part(2), unit?.part(3)) })
}

/** CP: amount and currency are the subcomponents of its first component. */
export function money(value: Value, mapping?: Mapping, place = ''): Json | undefined {
  const given = value.sub(1, 1)
  // Older senders write amount and currency as components; a kind of price (HL7 table 0205) has two letters.
  const currency = value.sub(1, 2) ?? (/^[A-Z]{3}$/.test(value.part(2) ?? '') ? value.part(2) : undefined)
  const pointed = given === undefined ? undefined : withPoint(given)
  if (pointed !== undefined) mapping?.draft.lose(place, commaTold)
  const amount = pointed ?? given
  if (amount === undefined || !/^-?\d+(?:\.\d+)?$/.test(amount)) return undefined
  return some({ value: exactNumber(amount), currency: /^[A-Z]{3}$/.test(currency ?? '') ? currency : undefined })
}

/** A unit is UCUM when the sender says so, or when the sender names no system and the text can mean only one unit. */
export function units(code: string | undefined, display?: string, system?: string): Json {
  if (code === undefined) return {}
  const address = codeSystem(system)
  const isCode = /^[^\s]+(?: [^\s]+)*$/.test(code)
  // An unescaped `x10^9/L` is split into two components.
  if (system === undefined && display !== undefined && /^x?10$/i.test(code) && /^\d{1,2}\//.test(display)) return units(`${code}^${display}`)
  const ucum = address === undefined ? ucumOf(code) : undefined
  if (ucum !== undefined) return { unit: display ?? code, system: 'http://unitsofmeasure.org', code: ucum }
  return isCode && address !== undefined ? { unit: display ?? code, system: address, code } : { unit: display ?? code }
}

/** An organization of which only the name, as a name space, and an object identifier are known. */
export function organizationNamed(
  mapping: Mapping,
  place: string,
  name: string | undefined,
  universal: string | undefined,
  kindOfAuthority?: string,
): Json | undefined {
  if (name === undefined && universal === undefined) return undefined
  const entry = mapping.draft.once(`org ${name} ${universal}`, 'Organization', place, ({ resource }) => {
    const world = universal === undefined ? [] : [worldly(universal, kindOfAuthority)]
    resource['identifier'] = [...(name === undefined ? [] : [{ system: identifierSystem(name, undefined) as string, value: name }]), ...world]
    if (name !== undefined) resource['name'] = name
  })
  return entry.reference
}

/** The kind of a universal identifier (HL7 table 0301). */
export const universalType = (kind: string | undefined): Json | undefined =>
  kind === undefined ? undefined : { coding: [codingOf('http://terminology.hl7.org/CodeSystem/v2-0301', kind)] }
// Kinds whose identifiers are URIs. Those of any other kind (a register of codes, a domain) are unique only within their kind.
const areAddresses = new Set(['ISO', 'UUID', 'GUID', 'URI', undefined])

/** A universal identifier of HD and similar types as an Identifier. */
export function worldly(universal: string, kind: string | undefined): Json {
  const type = universalType(kind)
  const address = areAddresses.has(kind?.toUpperCase()) ? identifierSystem(undefined, universal) : undefined
  const system = address === undefined ? identifierSystem(kind, undefined) : 'urn:ietf:rfc:3986'
  return some({ type, system, value: address ?? universal }) as Json
}

/** HD as a field of its own. */
export function facility(value: Value, mapping: Mapping, place: string): Json | undefined {
  return organizationNamed(mapping, place, value.part(1), value.part(2), value.part(3))
}

/** XON: name, its identifier in component 10 (or 3), authority. */
export function organization(value: Value, mapping: Mapping, place: string): Json | undefined {
  const given = value.part(1)
  const number = value.part(10) ?? value.part(3)
  const authority = value.inside(6)
  const [space, universal] = [authority?.part(1), authority?.part(2)]
  authority?.skip(3)
  value.skip(2, 4, 5, 9, 8)
  const type = value.part(7)
  if (given === undefined && number === undefined) return undefined
  const entry = mapping.draft.once(`xon ${given} ${number} ${space}`, 'Organization', place, ({ resource }) => {
    if (given !== undefined) resource['name'] = given
    if (number === undefined) return
    const national = nationalSystem(number, type, space)
    resource['identifier'] = [
      some({ type: type === undefined ? undefined : typeOf(type), system: national ?? identifierSystem(space, universal), value: number }),
    ]
  })
  return entry.reference
}

/** CWE of an organization: code and name (a pharmacy). */
export function organizationCoded(value: Value, mapping: Mapping, place: string): Json | undefined {
  const [number, given] = [value.part(1), value.part(2)]
  const system = identifierSystem(value.part(3), undefined) ?? mapping.options.localSystem
  if (number === undefined && given === undefined) return undefined
  return mapping.draft.once(`coded org ${number} ${given} ${system}`, 'Organization', place, ({ resource }) => {
    if (number !== undefined && given !== undefined) resource['identifier'] = [some({ system, value: number })]
    resource['name'] = given ?? number
  }).reference
}
