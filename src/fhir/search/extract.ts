import { fold } from '../../platform/text.ts'
import type { Extracted } from '../types.ts'
import { beginningOfTime, dateBounds, endOfTime } from './dates.ts'
import { numberOf } from './numbers.ts'
import { firstWord, nearForms, soundsOfName } from './sounds.ts'

/**
 * Turns an element into the values that a search compares, by the tables of https://hl7.org/fhir/R4/search.html. The functions are named
 * parameter type _ element type; the generated extractors call them with validated elements.
 */
type Out = Extracted[]
type ExtractedReference = Extract<Extracted, { kind: 'reference' }>
type Coding = { system?: string; code?: string; display?: string }
type Concept = { coding?: Coding[]; text?: string }
type Identifier = { system?: string; value?: string; type?: Concept }
type Period = { start?: string; end?: string }
type Reference = { reference?: string; identifier?: Identifier; type?: string; display?: string }
type Quantity = { value?: unknown; comparator?: string; system?: string; code?: string; unit?: string }

function coding(out: Out, code: string, { system, code: value, display }: Coding, conceptText?: string): void {
  const text = display ?? conceptText
  if (value === undefined && system === undefined && text === undefined) return
  out.push({ code, kind: 'token', system: system ?? null, value: value ?? null, ...(text === undefined ? {} : { text }) })
}

function concept(out: Out, code: string, { coding: codings, text }: Concept): void {
  if (codings !== undefined) for (const one of codings) coding(out, code, one, text)
  const isSaid = codings?.some((one) => one.display === undefined || one.display === text)
  if (text !== undefined && !isSaid) out.push({ code, kind: 'token', system: null, value: null, text })
}

function string(out: Out, code: string, text: unknown): void {
  if (typeof text !== 'string') return
  const value = fold(text)
  out.push(value === text ? { code, kind: 'string', value } : { code, kind: 'string', value, exact: text })
}

function strings(out: Out, code: string, texts: (string | null)[] | undefined, joined: string[]): void {
  for (const text of texts ?? []) {
    if (text === null) continue
    string(out, code, text)
    joined.push(text)
  }
}

type NameParts = { text?: string; family?: string; given?: (string | null)[]; prefix?: string[]; suffix?: string[] }

const isText = (one: string | null | undefined) => typeof one === 'string'

/** The words of a person's name in the form that compares sounds, and those with which its parts begin. */
function sounds(out: Out, code: string, { text, family, given, prefix, suffix }: NameParts): void {
  const heard = [...(given ?? []), family, text].filter(isText)
  const unheard = [...(prefix ?? []), ...(suffix ?? [])].filter(isText)
  const words = soundsOfName(heard.join(' '))
  const firsts = [...heard, ...unheard].map(firstWord).filter((one) => one !== null)
  if (words.length + firsts.length > 0) out.push({ code, kind: 'sounds', words, near: words.map(nearForms), firsts })
}

/** The parts of a name, each alone and all joined, so that both "Ana" and "Ana Petrović" find it. */
function name(out: Out, code: string, value: NameParts): void {
  if (code === 'phonetic') return sounds(out, code, value)
  const joined: string[] = []
  strings(out, code, value.prefix, [])
  strings(out, code, value.given, joined)
  if (value.family !== undefined) strings(out, code, [value.family], joined)
  strings(out, code, value.suffix, [])
  const whole = joined.join(' ')
  if (joined.length > 1) string(out, code, whole)
  if (value.text !== undefined && value.text !== whole) string(out, code, value.text)
}

const addressParts = ['city', 'district', 'state', 'postalCode', 'country', 'text'] as const

function address(out: Out, code: string, value: { line?: string[] } & Partial<Record<(typeof addressParts)[number], string>>): void {
  strings(out, code, value.line, [])
  for (const part of addressParts) string(out, code, value[part])
}

function date(out: Out, code: string, text: string): void {
  const bounds = dateBounds(text)
  if (bounds !== null) out.push({ code, kind: 'date', low: bounds.low, high: bounds.high })
}

function period(out: Out, code: string, { start, end }: Period): void {
  const low = start === undefined ? undefined : dateBounds(start)?.low
  const high = end === undefined ? undefined : dateBounds(end)?.high
  if (low === undefined && high === undefined) return
  out.push({ code, kind: 'date', low: low ?? beginningOfTime, high: high ?? endOfTime })
}

/** The events of a schedule and the bounds of its repetition: a schedule matches the time that it spans. */
function timing(out: Out, code: string, { event, repeat }: { event?: (string | null)[]; repeat?: { boundsPeriod?: Period } }): void {
  for (const one of event ?? []) if (one !== null) date(out, code, one)
  if (repeat?.boundsPeriod !== undefined) period(out, code, repeat.boundsPeriod)
}

/** Removes the version: a search on a reference finds it with any version. */
export function withoutVersion(reference: string): string {
  const at = reference.indexOf('/_history/')
  return at < 0 ? reference : reference.slice(0, at)
}

function reference(out: Out, code: string, { reference: literal, identifier, display }: Reference): void {
  const hasIdentifier = identifier?.value !== undefined
  if (literal === undefined && !hasIdentifier && display === undefined) return
  const made: ExtractedReference = { code, kind: 'reference', reference: literal === undefined ? null : withoutVersion(literal) }
  if (identifier?.system !== undefined) made.system = identifier.system
  if (hasIdentifier) made.value = identifier.value as string
  if (display !== undefined) made.text = display
  out.push(made)
}

function quantity(out: Out, code: string, { value, comparator, system, code: unit, unit: label }: Quantity): void {
  const number = numberOf(value)
  if (number === null) return
  const low = comparator?.startsWith('<') ? -Number.MAX_VALUE : number
  const high = comparator?.startsWith('>') ? Number.MAX_VALUE : number
  out.push({ code, kind: 'quantity', low, high, system: system ?? null, unit: unit ?? null, label: label ?? null })
}

function range(out: Out, code: string, { low, high }: { low?: Quantity; high?: Quantity }): void {
  const { system, code: unit, unit: label } = low ?? high ?? {}
  const from = low?.value === undefined ? -Number.MAX_VALUE : (numberOf(low.value) ?? -Number.MAX_VALUE)
  const to = high?.value === undefined ? Number.MAX_VALUE : (numberOf(high.value) ?? Number.MAX_VALUE)
  out.push({ code, kind: 'quantity', low: from, high: to, system: system ?? null, unit: unit ?? null, label: label ?? null })
}

function refersTo({ reference: literal, type }: Reference, wanted: string): boolean {
  if (type !== undefined) return type === wanted
  if (literal === undefined) return false
  // A urn:uuid shows no type, but the record replaces it before values are extracted.
  return literal.startsWith(`${wanted}/`) || literal.includes(`/${wanted}/`)
}

/** A canonical with a |version is extracted twice, so that it is found with the version and without it. */
function canonical(made: (code: string, value: string) => Extracted) {
  return (out: Out, code: string, value: string): void => {
    out.push(made(code, value))
    const at = value.indexOf('|')
    if (at > 0) out.push(made(code, value.slice(0, at)))
  }
}

const untyped: never[] = []
const patientLiteral = /^(?:https?:\/\/.+\/)?Patient\/[^/]+$/

export const extractorRuntime = {
  x: {
    nothing: () => {},
    token_string: (out: Out, code: string, value: string) => out.push({ code, kind: 'token', system: null, value }),
    token_code: (out: Out, code: string, value: string, system: string | null) => out.push({ code, kind: 'token', system, value }),
    token_boolean: (out: Out, code: string, value: boolean) => out.push({ code, kind: 'token', system: null, value: String(value) }),
    token_Coding: coding,
    token_CodeableConcept: concept,
    token_Identifier(out: Out, code: string, { system, value, type }: Identifier) {
      if (value === undefined && system === undefined) return
      const typed = { ...(type?.text === undefined ? {} : { text: type.text }), types: type?.coding ?? untyped }
      out.push({ code, kind: 'token', system: system ?? null, value: value ?? null, ...typed })
    },
    token_ContactPoint(out: Out, code: string, { value }: { value?: string }) {
      if (value !== undefined) out.push({ code, kind: 'token', system: null, value })
    },
    string_string: (out: Out, code: string, text: string) => (code === 'phonetic' ? sounds(out, code, { text }) : string(out, code, text)),
    string_HumanName: name,
    string_Address: address,
    string_CodeableConcept: (out: Out, code: string, { text }: Concept) => string(out, code, text),
    date_date: date,
    date_Period: period,
    date_Timing: timing,
    reference_Reference: reference,
    reference_string: canonical((code, value) => ({ code, kind: 'reference', reference: value })),
    reference_Resource(out: Out, code: string, { resourceType, id }: { resourceType?: string; id?: string }) {
      if (id !== undefined) out.push({ code, kind: 'reference', reference: `${resourceType}/${id}` })
    },
    uri_string: canonical((code, value) => ({ code, kind: 'uri', value })),
    number_decimal(out: Out, code: string, value: unknown) {
      const number = numberOf(value)
      if (number !== null) out.push({ code, kind: 'number', low: number, high: number })
    },
    number_Range(out: Out, code: string, { low, high }: { low?: Quantity; high?: Quantity }) {
      const from = numberOf(low?.value) ?? -Number.MAX_VALUE
      out.push({ code, kind: 'number', low: from, high: numberOf(high?.value) ?? Number.MAX_VALUE })
    },
    quantity_Quantity: quantity,
    quantity_Money: (out: Out, code: string, { value, currency }: { value?: unknown; currency?: string }) =>
      quantity(out, code, { value, ...(currency === undefined ? {} : { system: 'urn:iso:std:iso:4217', code: currency }) }),
    quantity_Range: range,
    quantity_SampledData(out: Out, code: string, value: { origin?: Quantity; lowerLimit?: unknown; upperLimit?: unknown }) {
      const { system, code: unit, unit: label } = value.origin ?? {}
      const units = { system: system ?? null, unit: unit ?? null, label: label ?? null }
      const low = numberOf(value.lowerLimit) ?? -Number.MAX_VALUE
      out.push({ code, kind: 'quantity', low, high: numberOf(value.upperLimit) ?? Number.MAX_VALUE, ...units })
    },
    position(out: Out, { latitude, longitude }: { latitude?: unknown; longitude?: unknown }) {
      const [north, east] = [numberOf(latitude), numberOf(longitude)]
      if (north !== null && east !== null) out.push({ code: 'near', kind: 'position', latitude: north, longitude: east })
    },
    refersTo,
    patient(out: string[], { reference: literal }: Reference) {
      if (literal === undefined) return
      const bare = withoutVersion(literal)
      if (patientLiteral.test(bare)) out.push(bare)
    },
  },
}
