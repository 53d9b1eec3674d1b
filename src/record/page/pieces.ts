import type { Resource } from '../../fhir/fhir.ts'
import type { Coded, Source } from '../wire.ts'

/** A resource of the record with its source; every part of the page is made of these. */
export type Item = { resource: Resource; source: Source }

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Follows a path of properties; of an array the first element is taken. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value
  for (const step of path) {
    if (Array.isArray(here)) here = here[0]
    if (!isObject(here)) return undefined
    here = here[step]
  }
  return Array.isArray(here) ? here[0] : here
}

export function listAt(value: unknown, property: string): unknown[] {
  const found = isObject(value) ? value[property] : undefined
  return Array.isArray(found) ? found : found === undefined ? [] : [found]
}

export const textAt = (value: unknown, ...path: string[]): string | null => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : null
}

/** The number with its original digits, so `5.0` stays `5.0` (parseJson keeps what a double would lose). */
export function digitsAt(value: unknown, ...path: string[]): string | null {
  const found = at(value, ...path)
  if (typeof found === 'number') return String(found)
  if (isObject(found) && JSON.isRawJSON(found)) return JSON.stringify(found)
  return null
}
export const numberAt = (value: unknown, ...path: string[]): number | null => {
  const digits = digitsAt(value, ...path)
  return digits === null ? null : Number(digits)
}

/** A CodeableConcept: its text, or the display of its first coding, or the bare code. */
export function codedOf(concept: unknown): Coded {
  const coding = at(concept, 'coding')
  const code = textAt(coding, 'code')
  const text = textAt(concept, 'text') ?? textAt(coding, 'display') ?? code ?? ''
  return { code, system: textAt(coding, 'system'), text }
}

export const codesOf = (concept: unknown): string[] =>
  listAt(concept, 'coding')
    .map((coding) => textAt(coding, 'code'))
    .filter((code) => code !== null)

/** Who wrote or did it, according to the resource. */
export function authorOf(resource: Resource): string | null {
  for (const property of ['author', 'recorder', 'asserter', 'requester', 'performer', 'participant', 'informationSource', 'resultsInterpreter']) {
    for (const one of listAt(resource, property)) {
      const display = textAt(one, 'display') ?? textAt(one, 'actor', 'display') ?? textAt(one, 'individual', 'display')
      if (display) return display
    }
  }
  return null
}

/** When it happened to the patient, by type: the date under which a person would file it. */
export function happenedAt(resource: Resource): string | null {
  const r = resource as unknown as Json
  const candidates = [
    textAt(r, 'period', 'start'),
    textAt(r, 'effectiveDateTime'),
    textAt(r, 'effectivePeriod', 'start'),
    textAt(r, 'effectiveInstant'),
    textAt(r, 'performedDateTime'),
    textAt(r, 'performedPeriod', 'start'),
    textAt(r, 'occurrenceDateTime'),
    textAt(r, 'onsetDateTime'),
    textAt(r, 'onsetPeriod', 'start'),
    textAt(r, 'started'),
    textAt(r, 'date'),
    textAt(r, 'authoredOn'),
    textAt(r, 'recordedDate'),
    textAt(r, 'issued'),
    textAt(r, 'dateAsserted'),
    textAt(r, 'created'),
    textAt(r, 'whenHandedOver'),
    textAt(r, 'sent'),
  ]
  return candidates.find((candidate) => candidate !== null) ?? null
}

export function endedAt(resource: Resource): string | null {
  const r = resource as unknown as Json
  return (
    textAt(r, 'period', 'end') ??
    textAt(r, 'effectivePeriod', 'end') ??
    textAt(r, 'performedPeriod', 'end') ??
    textAt(r, 'abatementDateTime') ??
    textAt(r, 'abatementPeriod', 'end')
  )
}

export const newestFirst = (a: { at: string | null }, b: { at: string | null }): number => (b.at ?? '').localeCompare(a.at ?? '')

/** An entry made in error is not shown as a fact; it stays in the history. */
export function isInError(resource: Resource): boolean {
  return textAt(resource, 'status') === 'entered-in-error' || codesOf(at(resource, 'verificationStatus')).includes('entered-in-error')
}
