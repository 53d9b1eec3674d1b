import type { VisitView } from '../wire.ts'
import { at, authorOf, codesOf, happenedAt, isInError, type Item, listAt, textAt } from './pieces.ts'

// What a form that a doctor fills in during a visit starts with: the visit and the diagnoses made in it.

const icd10 = 'http://hl7.org/fhir/sid/icd-10'
const icdCode = /^[A-Z]\d{2}(\.\d{1,2})?$/
/** A visit counts as present until the next day, when papers about it are still written. One that nobody ended does not stay open for ever. */
const [hoursAfterEnd, hoursOpen] = [36, 14 * 24]
const diagnosesMax = 20

/** The newest visit that is not long over, and coded diagnoses: those of the visit first, then active ones, newest first. */
export function visitOf(items: readonly Item[], now: Date): VisitView {
  const encounters = items.filter(({ resource }) => resource.resourceType === 'Encounter' && !isInError(resource) && isPresent(resource, now))
  const [newest] = encounters.toSorted((a, b) => timeOf(b) - timeOf(a))
  const named = new Set(newest ? listAt(newest.resource, 'diagnosis').map((one) => textAt(one, 'condition', 'reference')) : [])
  const diagnoses = items.flatMap((item) => {
    const { resource, source } = item
    if (resource.resourceType !== 'Condition' || isInError(resource)) return []
    const code = codeOf(at(resource, 'code'))
    const ofVisit = newest !== undefined && (named.has(source.resource) || textAt(resource, 'encounter', 'reference') === newest.source.resource)
    const [clinical] = codesOf(at(resource, 'clinicalStatus'))
    if (code === null || (!ofVisit && !['active', 'recurrence', 'relapse'].includes(clinical ?? ''))) return []
    return [{ ...code, at: textAt(resource, 'recordedDate') ?? happenedAt(resource), ofVisit }]
  })
  const ordered = diagnoses.sort((a, b) => Number(b.ofVisit) - Number(a.ofVisit) || instantOf(b.at) - instantOf(a.at))
  return {
    visit: newest ? { at: newest.source.at as string, institution: newest.source.institution, author: authorOf(newest.resource) } : null,
    diagnoses: [...new Map(ordered.toReversed().map((one) => [one.code, one])).values()].toReversed().slice(0, diagnosesMax),
  }
}

function isPresent(resource: Item['resource'], now: Date): boolean {
  const status = textAt(resource, 'status')
  const began = instantOf(textAt(resource, 'period', 'start'))
  if (began === 0 || began > now.getTime() || status === 'cancelled') return false
  const end = textAt(resource, 'period', 'end')
  const isOpen = end === null && status !== 'finished'
  return now.getTime() - (end === null ? began : instantOf(end)) <= (isOpen ? hoursOpen : hoursAfterEnd) * 3_600_000
}

const instantOf = (text: string | null): number => (text === null ? 0 : new Date(text).getTime() || 0)
const timeOf = ({ source }: Item): number => instantOf(source.at)

function codeOf(concept: unknown): { code: string; text: string } | null {
  for (const coding of listAt(concept, 'coding')) {
    const code = textAt(coding, 'code')
    if (textAt(coding, 'system') === icd10 && code !== null && icdCode.test(code))
      return { code, text: textAt(concept, 'text') ?? textAt(coding, 'display') ?? code }
  }
  return null
}
