import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, put } from '../../draft/draft.ts'
import type { Segment, Value } from '../message.ts'
import { concept, positive } from './types.ts'

type Fact = (vaccine: Json, value: Value, educations: Map<string, Json>, sub: string) => void

/**
 * Results in a message of vaccinations that describe the vaccination itself (CDC guide for HL7 2.5.1; v2-to-FHIR, VXU). They are also written into
 * the elements of the vaccination.
 */
const facts: Record<string, Fact> = {
  '64994-7': (vaccine, value) => put(vaccine, 'programEligibility[]', concept(value, 'http://terminology.hl7.org/CodeSystem/v2-0064')),
  '30963-3': (vaccine, value) => put(vaccine, 'fundingSource', concept(value)),
  '30973-2': (vaccine, value) => {
    const number = positive(value)
    if (number !== undefined) vaccine['protocolApplied'] = [{ doseNumberPositiveInt: number }]
  },
  '59782-3': (vaccine, value) => {
    const [protocol] = (vaccine['protocolApplied'] ?? []) as Json[]
    if (protocol !== undefined) protocol['seriesDosesPositiveInt'] = positive(value)
  },
  '69764-9': told,
  '30956-7': told,
  '29768-9': (_, value, educations, sub) => dated('publicationDate', value, educations.get(sub)),
  '29769-7': (_, value, educations, sub) => dated('presentationDate', value, educations.get(sub)),
}

/** A leaflet that was given. Its dates are in results with the same sub-id (imm-1: only beside the document type). */
function told(vaccine: Json, value: Value, educations: Map<string, Json>, sub: string): void {
  const documentType = value.part(2) ?? value.part(1)
  if (documentType === undefined || educations.has(sub)) return
  const made = { documentType }
  educations.set(sub, made)
  put(vaccine, 'education[]', made)
}

function dated(name: string, value: Value, education: Json | undefined): void {
  const moment = dateTimeOf(value.part(1) ?? '')
  if (education !== undefined && moment !== undefined) education[name] = moment
}

const leaflets = new WeakMap<Entry, Map<string, Json>>()

export function ofVaccination(segment: Segment, result: Entry, immunization: Entry): void {
  const code = segment.first(3)?.part(1) ?? ''
  const value = segment.first(5)
  const { resource } = immunization
  if (code === '31044-1') {
    const date = result.resource['effectiveDateTime']
    put(resource, 'reaction[]', { ...(date === undefined ? {} : { date }), detail: result.reference })
  }
  const take = Object.hasOwn(facts, code) ? facts[code] : undefined
  if (take === undefined || value === undefined) return
  const educations = leaflets.get(immunization) ?? new Map<string, Json>()
  leaflets.set(immunization, educations)
  take(resource, value, educations, segment.text(4) ?? '')
  immunization.comesFrom(segment.place)
}
