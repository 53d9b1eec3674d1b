import type { Extracted, Fhir, Resource } from '../../fhir/fhir.ts'
import { type Hashes, narrowHash, packTokens, wideHash } from './hashes.ts'
import { distinct } from '../../platform/text-map.ts'
import { idBeginning, isServerId, keyOfId, parseReference } from '../ids.ts'

/** The values of one resource by which a search narrows. A value may occur twice: its writer sorts all values of a statement anyway. */
export type IndexRows = {
  day: number | null
  /** Every code, reference, uri or identifier in it, 3 bytes each. */
  tokens: Buffer | null
  /** The same without identifiers and without references that stay within the record, for record.token. */
  wide: number[]
  identifiers: bigint[]
  /** Texts in folded form. */
  strings: string[]
  /** For record.sound: the words of a name, and the forms that each shares with words that sound alike or begin so. */
  sounds: { near: number; word: number }[]
}

export const stringMax = 120
const dayMs = 86_400_000
/** An undated resource may be of any day. */
export const dayMin = -(2 ** 31)
export const dayMax = 2 ** 31 - 1

/** The date that orders a patient's timeline, by type; other types have none. */
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

/**
 * The hashed form of a code: its value without parameter and system, because the resource decides those. So a code that is found by `code`,
 * `combo-code` and `component-code` is one row and not three. A boolean means nothing without its parameter.
 */
export const tokenForm = (code: string, value: string): string => (value === 'true' || value === 'false' ? `${code} ${value}` : value.toLowerCase())

/** A row that exists once for each type of which a patient has anything: it tells whose rows to read when nothing else is asked. */
export const anyOfType = ''

/** A narrative with more words than this is a candidate for every word. */
const wordsMax = 1000
export const wordForm = (word: string): string => `w ${word}`
export const manyWords = '*'

/** The words of the narrative are stored once for each patient, because only a question that names nobody needs them. */
function wordForms(text: string): string[] {
  const words = new Set(text.trim().split(' '))
  return [...(words.size > wordsMax ? [manyWords] : words)].map(wordForm)
}

export function indexRows(type: number, resource: Resource, values: readonly Extracted[], patient: number, base: string, hashes: Hashes): IndexRows {
  const narrow: number[] = []
  const wide = [wideHash(hashes.of(anyOfType), type)]
  const identifiers: bigint[] = []
  const strings: string[] = []
  const sounds: IndexRows['sounds'] = []
  const day = mainDay(resource.resourceType, values)
  const inside = idBeginning(patient)
  const add = (form: string, isInside: boolean) => {
    const hash = hashes.of(form)
    narrow.push(narrowHash(hash))
    if (!isInside) wide.push(wideHash(hash, type))
  }
  for (const value of values) {
    if (value.kind === 'token') {
      if (value.value === null || value.code === '_id') continue // The row's own key finds an id.
      if (isIdentifierCode(value.code)) {
        const hash = hashes.identifier(type, value.system, value.value)
        narrow.push(hash.narrow)
        identifiers.push(hash.row)
      } else add(tokenForm(value.code, value.value), false)
    } else if (value.kind === 'reference') {
      if (value.reference === null) continue
      const reference = localReference(value.reference, base)
      add(reference, reference.startsWith(inside, reference.indexOf('/') + 1) && pointsInside(reference, patient))
    } else if (value.kind === 'sounds') {
      for (const [at, word] of value.words.entries()) {
        const hash = wideHash(hashes.of(soundForm(word)), type)
        wide.push(hash)
        for (const form of value.near[at] ?? []) sounds.push({ near: hashes.of(nearForm(form)), word: hash })
      }
      if (resource.resourceType === typeOfNames) addFirstWords(value.firsts, type, hashes, { wide, sounds })
    } else if (value.kind === 'string') strings.push(value.value.slice(0, stringMax))
    else if (value.kind === 'uri') add(value.value, false)
    else if (value.kind === 'words') for (const form of wordForms(value.text)) wide.push(wideHash(hashes.of(form), type))
  }
  if (day !== null && isSpanning(resource.resourceType, values, day)) add(spanForm, false)
  return { day, tokens: packTokens(narrow), wide, identifiers, strings: distinct(strings), sounds }
}

/** The form for contained resources, which differs because their codes are not codes of the container. */
export const insideForm = (code: string): string => `c ${code}`

/** The form for a contained resource of a type, whatever its contents. */
export const holdsForm = (type: string): string => `i ${type}`

/** The indexed values of contained resources: their types and codes. Numbers of persons would need another kind of hash. */
export function valuesInside(fhir: Fhir, { contained }: Resource): Extracted[] {
  if (!Array.isArray(contained)) return []
  const token = (value: string): Extracted => ({ code: '_contained', kind: 'token', system: null, value })
  return (contained as Resource[]).flatMap((inner) => {
    const codes = fhir.extract(inner).flatMap((one) => {
      const isCode = one.kind === 'token' && one.value !== null && one.code !== '_id' && !isIdentifierCode(one.code)
      return isCode ? [token(insideForm(one.value as string))] : []
    })
    return [token(holdsForm(inner.resourceType)), ...codes]
  })
}

/** The type whose names are found by how they begin: a key has only one of these, so that a word is that of one person. */
export const typeOfNames = 'Patient'

/** The word with which a name begins. */
export const firstForm = (word: string): string => `f ${word}`
/** Fewer letters than the first begin too many words to be of use; nearly all words are shorter than the last. */
const [lettersMin, lettersMax] = [3, 12]
/** Stands in record.sound for a beginning of such a word; null for one of too few letters. */
export const beginForm = (letters: string): string | null => (letters.length < lettersMin ? null : `^ ${letters.slice(0, lettersMax)}`)

/** The rows by which a name is found from how it begins. */
function addFirstWords(firsts: readonly string[], type: number, hashes: Hashes, { wide, sounds }: Pick<IndexRows, 'wide' | 'sounds'>): void {
  for (const first of firsts) {
    const word = wideHash(hashes.of(firstForm(first)), type)
    wide.push(word)
    for (let letters = lettersMin; letters <= Math.min(lettersMax, first.length); letters++) {
      sounds.push({ near: hashes.of(beginForm(first.slice(0, letters)) as string), word })
    }
  }
}

export const soundForm = (word: string): string => `n ${word}`
export const nearForm = (form: string): string => `~ ${form}`

/** The mark of a row whose main date does not begin on the row's day, or ends more than a day after it: an order by day cannot rely on it. */
export const spanForm = 'd '

function isSpanning(type: string, values: readonly Extracted[], day: number): boolean {
  const [main] = dateCodesOf(type)
  return values.some((value) => value.kind === 'date' && value.code === main && (Math.floor(value.low / dayMs) !== day || value.high >= (day + 2) * dayMs))
}

function mainDay(type: string, values: readonly Extracted[]): number | null {
  const dates = dateCodesOf(type)
  let day: number | null = null
  let best = Number.POSITIVE_INFINITY
  for (const value of values) {
    if (value.kind !== 'date') continue
    const rank = dates.indexOf(value.code)
    if (rank < 0 || rank >= best || value.low <= -1e15) continue
    best = rank
    day = Math.floor(value.low / dayMs)
  }
  return day !== null && Math.abs(day) < 2 ** 31 ? day : null
}

/** `Type/id` without our own base in front, so that both spellings of a reference are one value. */
export function localReference(reference: string, base: string): string {
  if (!reference.includes('/_history/') && !reference.startsWith(base)) return reference
  const found = parseReference(reference, base)
  return found ? `${found.type}/${found.id}` : reference
}

/** Whether the target of a reference is filed under the same key: then the key finds it, and it needs no row. */
function pointsInside(reference: string, patient: number): boolean {
  const id = reference.slice(reference.indexOf('/') + 1)
  return isServerId(id) && keyOfId(id) === patient
}
