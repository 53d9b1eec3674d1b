import type { Resource } from '../../fhir/fhir.ts'

/** The parts of a resource that a summary needs, whatever its type. */
type Coding = { system?: string; code?: string; display?: string }
type Concept = { coding?: Coding[]; text?: string }

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])
export const statusOf = (one: Resource): string => String(one['status'] ?? '')

export const hasCode = (concept: unknown, codes: readonly string[]): boolean =>
  listOf(concept).some((one) => ((one as Concept | null)?.coding ?? []).some(({ code }) => code !== undefined && codes.includes(code)))
export const hasCategory = (one: Resource, code: string): boolean => hasCode(one['category'], [code])

/** The subject matter of a resource, as a CodeableConcept. */
export function codeOf(one: Resource): unknown {
  const named = one['code'] ?? one['medicationCodeableConcept'] ?? one['vaccineCode'] ?? (listOf(one['category'])[0] as unknown)
  if (named !== undefined) return named
  const reference = (one['medicationReference'] ?? one['device']) as { display?: string; reference?: string } | undefined
  return { text: reference?.display ?? reference?.reference ?? String(one['title'] ?? one['description'] ?? one.id) }
}

/** A name for people: the text that the doctor chose, else the display of the code, else the code. */
export function nameOf(concept: unknown): string {
  const { text, coding = [] } = (concept ?? {}) as Concept
  return text ?? coding.find(({ display }) => display !== undefined)?.display ?? coding[0]?.code ?? ''
}

const dates =
  'onsetDateTime effectiveDateTime occurrenceDateTime performedDateTime timingDateTime authoredOn recordedDate dateTime date dateAsserted issued'.split(' ')
const periods = 'effectivePeriod performedPeriod onsetPeriod timingPeriod period'.split(' ')

/** When it began or was observed. */
export function dateOf(one: Resource): string | null {
  for (const name of dates) if (typeof one[name] === 'string') return one[name]
  for (const name of periods) {
    const { start, end } = (one[name] ?? {}) as { start?: string; end?: string }
    if (start !== undefined || end !== undefined) return (start ?? end) as string
  }
  return null
}

type Quantity = { value?: unknown; unit?: string; code?: string; comparator?: string }

/** The value of an observation, or the state of any other resource, in a few words. */
export function detailOf(one: Resource): string {
  const own = valueOf(one)
  if (own !== '') return own
  const parts = (one['component'] ?? []) as Record<string, unknown>[]
  const told = parts.map((part) => `${nameOf(part['code'])}: ${valueOf(part)}`)
  if (told.length > 0) return told.join('; ')
  const doses = listOf(one['dosage'] ?? one['dosageInstruction']) as { text?: string }[]
  const dose = doses.flatMap(({ text }) => text ?? []).join('; ')
  if (dose !== '') return dose
  const reactions = (one['reaction'] ?? []) as { manifestation?: unknown[] }[]
  const seen = reactions.flatMap(({ manifestation = [] }) => manifestation.map(nameOf))
  if (seen.length > 0) return seen.join('; ')
  return nameOf(one['clinicalStatus']) || statusOf(one)
}

function valueOf(one: Record<string, unknown>): string {
  const name = Object.keys(one).find((key) => /^value[A-Z]/.test(key))
  if (name === undefined) return ''
  const value = one[name]
  if (name === 'valueQuantity') return quantityText(value as Quantity)
  if (name === 'valueCodeableConcept') return nameOf(value)
  if (typeof value === 'object' && !JSON.isRawJSON(value)) return ''
  return printed(value)
}

const quantityText = ({ value, unit, code, comparator = '' }: Quantity): string => `${comparator}${printed(value)} ${unit ?? code ?? ''}`.trim()

/** Numbers keep their original digits. */
const printed = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value))
