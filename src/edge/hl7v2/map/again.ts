import { hash } from 'node:crypto'
import { dateTimeOf } from '../../draft/dates.ts'
import { type Entry, type Json, put, statementSystem } from '../../draft/draft.ts'
import type { Mapping } from './mapping.ts'

/**
 * Allergies, diagnoses, procedures, relatives and insurances come with every message about a patient and seldom have their own number. Without one,
 * each admission, transfer and discharge made them again. So they are found again by their contents: whose, in which visit, what, when.
 */
export function findAgain(mapping: Mapping): void {
  for (const entry of mapping.draft.entries) {
    const own = same[entry.resource.resourceType]
    if (own === undefined || entry.key !== undefined) continue
    const patient = mapping.draft.find((entry.resource['subject'] ?? entry.resource['patient'] ?? entry.resource['beneficiary']) as Json | undefined)
    const said = own(entry.resource, mapping)
    if (patient?.query === undefined || said === '') continue
    const number = {
      system: statementSystem,
      value: hash('sha256', [patient.query, entry.resource.resourceType, said, mapping.apart.get(entry) ?? ''].join('\u0000'), 'base64url'),
    }
    put(entry.resource, 'identifier[]', number)
    entry.isFoundBy(number)
    if (mapping.isOf('ADT')) entry.isAbout = true
  }
}

type Same = (resource: Entry['resource'], mapping: Mapping) => string

const same: Record<string, Same> = {
  // The visit comes first, because the others are found by it, and PV1 comes first in the message.
  Encounter: ({ period, class: kind, location }, mapping) => {
    const start = String((period as Json | undefined)?.['start'] ?? '')
    const code = String((kind as Json | undefined)?.['code'] ?? '')
    // Nobody is admitted twice on one day, but a patient may well be seen twice.
    if (start.includes('T') || (start !== '' && code === 'IMP')) return start
    const [where] = (location ?? []) as { location?: Json }[]
    const place = mapping.draft.find(where?.location)?.query
    // Each result from a ward would make another visit; results of one day in one ward belong to one.
    return place === undefined ? '' : [start || dayOf(mapping), code, place].join('|')
  },
  AllergyIntolerance: ({ code }) => codeIn(code),
  Condition: ({ code, encounter }, mapping) => of(visitOf(encounter, mapping), codeIn(code)),
  Procedure: ({ code, encounter, performedDateTime, performedPeriod }, mapping) =>
    of(visitOf(encounter, mapping), codeIn(code), String(performedDateTime ?? (performedPeriod as Json | undefined)?.['start'] ?? '')),
  RelatedPerson: ({ name, relationship, identifier }) => {
    const [first] = (name ?? []) as Json[]
    const called = first === undefined ? '' : `${String(first['family'] ?? '')} ${((first['given'] ?? []) as string[]).join(' ')}`
    return `${called}${numbersIn(identifier)}` === '' ? '' : [called, ...((relationship ?? []) as Json[]).map(codeIn), numbersIn(identifier)].join('|')
  },
  Coverage: ({ identifier, subscriberId, class: classes, payor }, mapping) => {
    const [payer] = ((payor ?? []) as Json[]).map((one) => mapping.draft.find(one))
    const values = ((classes ?? []) as Json[]).map(({ value }) => String(value))
    return [payer?.query ?? String(payer?.resource['name'] ?? ''), numbersIn(identifier), String(subscriberId ?? ''), ...values].join('|')
  },
  // A measurement is found by its moment, by its visit, or by the vaccination with which all messages repeat it.
  Observation: ({ code, encounter, effectiveDateTime, partOf }, mapping) => {
    const [whole] = (partOf ?? []) as Json[]
    const vaccination = mapping.isOf('VXU') ? mapping.draft.find(whole)?.query : undefined
    const time = String(effectiveDateTime ?? '')
    if (vaccination !== undefined) return of(vaccination, codeIn(code))
    if (mapping.document !== undefined) return of(mapping.document.query, codeIn(code), time)
    if (time.includes('T')) return of('', codeIn(code), time)
    return mapping.isOf('ADT') && encounter !== undefined ? of(visitOf(encounter, mapping), codeIn(code), time) : ''
  },
  // A stay has one group (DRG); there may be any number of other charges (FT1).
  ChargeItem: (resource, mapping) =>
    resource === mapping.grouped?.resource && resource['context'] !== undefined ? of(visitOf(resource['context'], mapping), 'DRG') : '',
  Immunization: ({ vaccineCode, occurrenceDateTime, status }) =>
    occurrenceDateTime === undefined ? '' : of('', codeIn(vaccineCode), `${String(occurrenceDateTime)} ${status === 'not-done' ? 'not' : ''}`),
}

/** A resource without contents of its own is not found by its surroundings. */
const of = (around: string | undefined, said: string, when = '') => (said === '' || around === undefined ? '' : `${around} ${when} ${said}`)

const dayOf = ({ message }: Mapping): string => (dateTimeOf(message.segments[0]?.text(7) ?? '') ?? '').slice(0, 10)

function codeIn(concept: unknown): string {
  const { coding, text } = (concept ?? {}) as { coding?: Json[]; text?: string }
  const first = coding?.find(({ code }) => code !== undefined) ?? coding?.[0]
  return first === undefined ? (text ?? '') : `${String(first['system'] ?? '')}|${String(first['code'] ?? first['display'] ?? '')}`
}

const numbersIn = (identifiers: unknown): string =>
  ((identifiers ?? []) as Json[]).map(({ system, value }) => `${String(system ?? '')}|${String(value)}`).join(',')

/** Undefined in a visit without a number: the same diagnosis in the next such visit would replace this one. */
function visitOf(encounter: unknown, mapping: Mapping): string | undefined {
  return encounter === undefined ? '' : mapping.draft.find(encounter as Json)?.query
}
