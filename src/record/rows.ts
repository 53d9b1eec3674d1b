import type { Extracted, Resource } from '../fhir/fhir.ts'
import { fold } from '../platform/text.ts'
import { type Hashes, packTokens, referenceForm, tokenForms } from './hashes.ts'
import { keyOfId, isServerId, parseReference } from './ids.ts'

/** What a search narrows by, taken out of one resource. */
export type IndexRows = {
  day: number | null
  tokens: Buffer | null
  wide: bigint[]
  identifiers: bigint[]
  strings: { param: number; value: string }[]
  labels: number[] | null
}

export const stringMax = 120
const dayMs = 86_400_000
const noDay = 0

/** The date that orders a patient's timeline, per type; types without one have none. */
const mainDates: Record<string, readonly string[]> = {
  Condition: ['onset-date', 'recorded-date'],
  Encounter: ['date'],
  Procedure: ['date'],
  Observation: ['date'],
  DiagnosticReport: ['date', 'issued'],
  Immunization: ['date'],
  MedicationRequest: ['authoredon', 'date'],
  MedicationStatement: ['effective'],
  MedicationAdministration: ['effective-time'],
  MedicationDispense: ['whenhandedover', 'whenprepared'],
  AllergyIntolerance: ['date', 'onset'],
  Composition: ['date'],
  DocumentReference: ['date'],
  CarePlan: ['date'],
  Claim: ['created'],
  ExplanationOfBenefit: ['created'],
  ServiceRequest: ['authored', 'occurrence'],
  ImagingStudy: ['started'],
  Appointment: ['date'],
  QuestionnaireResponse: ['authored'],
  Patient: ['birthdate'],
  Communication: ['sent'],
  Coverage: [],
  Goal: ['start-date'],
}

export function dateCodesOf(type: string): readonly string[] {
  return mainDates[type] ?? ['date']
}

export const isIdentifierCode = (code: string): boolean => code === 'identifier' || code.endsWith('-identifier') || code === 'unique-id'
export const identifierForms = (type: string, code: string, system: string | null, value: string): string[] => [
  `i ${type} ${code} |${value}`,
  ...(system === null ? [] : [`i ${type} ${code} ${system}|${value}`]),
]
export const stringParam = (hashes: Hashes, type: string, code: string): number => hashes.narrow(`s ${type} ${code}`) | 0

export function indexRows(resource: Resource, values: readonly Extracted[], patient: number, base: string, hashes: Hashes): IndexRows {
  const type = resource.resourceType
  const narrow: number[] = []
  const wide = new Set<bigint>()
  const identifiers = new Set<bigint>()
  const strings = new Map<string, { param: number; value: string }>()
  let day: number | null = null
  let dayRank = Number.POSITIVE_INFINITY
  const dates = dateCodesOf(type)
  const spans: { low: number; high: number }[] = []
  for (const value of values) {
    if (value.kind === 'token' && value.value !== null) {
      const forms = isIdentifierCode(value.code)
        ? identifierForms(type, value.code, value.system, value.value)
        : tokenForms(type, value.code, value.system, value.value)
      for (const form of forms) narrow.push(hashes.narrow(form))
      // Across patients the value alone is enough to find whose rows to look at; the system is decided there.
      if (isIdentifierCode(value.code)) for (const form of forms) identifiers.add(hashes.wide(form))
      else wide.add(hashes.wide(forms[0] as string))
    } else if (value.kind === 'reference' && value.reference) {
      const form = referenceForm(type, value.code, localReference(value.reference, base))
      narrow.push(hashes.narrow(form))
      if (!pointsInside(value.reference, patient, base)) wide.add(hashes.wide(form))
    } else if (value.kind === 'string') {
      const text = fold(value.value).slice(0, stringMax)
      strings.set(`${value.code} ${text}`, { param: stringParam(hashes, type, value.code), value: text })
    } else if (value.kind === 'uri') {
      const form = `u ${type} ${value.code} ${value.value}`
      narrow.push(hashes.narrow(form))
      wide.add(hashes.wide(form))
    } else if (value.kind === 'date') {
      const rank = dates.indexOf(value.code)
      if (rank === 0) spans.push(value)
      if (rank >= 0 && rank < dayRank && value.low > -1e15) {
        dayRank = rank
        day = Math.floor(value.low / dayMs)
      }
    }
  }
  if (day !== null && spans.some((span) => isSpanning(span, day as number))) {
    narrow.push(hashes.narrow(spanForm(type)))
    wide.add(hashes.wide(spanForm(type)))
  }
  return {
    day: day !== null && Math.abs(day) < 2 ** 31 ? day : null,
    tokens: packTokens(narrow),
    wide: [...wide],
    identifiers: [...identifiers],
    strings: [...strings.values()],
    labels: null,
  }
}

/** The mark of a row whose main date does not begin on the row's day, or ends later than a day after it: an order by day is not sure of it. */
export const spanForm = (type: string): string => `d ${type}`
const isSpanning = ({ low, high }: { low: number; high: number }, day: number): boolean => Math.floor(low / dayMs) !== day || high >= (day + 2) * dayMs

export const dayOrNone = (day: number | null): number => day ?? noDay

/** `Type/id` without our own base in front, so both ways of writing the same reference are one value. */
export function localReference(reference: string, base: string): string {
  const found = parseReference(reference, base)
  return found ? `${found.type}/${found.id}` : reference
}

/** A reference whose target was filed under the same key is found by the key; only others need a row. */
function pointsInside(reference: string, patient: number, base: string): boolean {
  const found = parseReference(reference, base)
  return found !== null && isServerId(found.id) && keyOfId(found.id) === patient
}
