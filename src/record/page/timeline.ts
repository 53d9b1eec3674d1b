import type { TimelineEntry, TimelineKind } from '../wire.ts'
import { categoryCodes } from './clinical.ts'
import { at, codedOf, codesOf, endedAt, happenedAt, isInError, type Item, listAt, newestFirst, textAt } from './pieces.ts'

/** Every visit and document of every institution, newest first. */
export function timelineOf(items: readonly Item[]): TimelineEntry[] {
  const diagnoses = diagnosesByEncounter(items)
  const entries: TimelineEntry[] = []
  for (const item of items) {
    if (isInError(item.resource)) continue
    const kind = kindOf(item)
    if (kind === null) continue
    const { resource, source } = item
    const reference = `${resource.resourceType}/${resource.id}`
    entries.push({
      id: reference,
      kind,
      at: happenedAt(resource) ?? source.receivedAt,
      until: endedAt(resource),
      title: titleOf(item),
      detail: detailOf(item, diagnoses.get(reference) ?? []),
      institution: source.institution,
      document: isReadable(item) ? `${resource.resourceType}-${resource.id}` : null,
      source,
    })
  }
  return entries.sort(newestFirst)
}

function diagnosesByEncounter(items: readonly Item[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { resource } of items) {
    if (resource.resourceType !== 'Condition' || isInError(resource)) continue
    const encounter = textAt(resource, 'encounter', 'reference')
    if (!encounter) continue
    const { code, text } = codedOf(at(resource, 'code'))
    const line = code && /^[A-Z]\d/.test(code) ? `${code} ${text}` : text
    const known = found.get(encounter) ?? []
    if (!known.includes(line)) found.set(encounter, [...known, line])
  }
  return found
}

const encounterKinds: Record<string, TimelineKind> = {
  IMP: 'hospital',
  ACUTE: 'hospital',
  NONAC: 'hospital',
  OBSENC: 'hospital',
  SS: 'hospital',
  EMER: 'emergency',
}
const imaging = new Set(['RAD', 'imaging', 'CT', 'MR', 'US', 'XRC'])

function kindOf({ resource }: Item): TimelineKind | null {
  switch (resource.resourceType) {
    case 'Encounter': {
      const known = encounterKinds[textAt(resource, 'class', 'code') ?? '']
      return known ?? (isDental(resource) ? 'dental' : 'visit')
    }
    case 'Composition':
    case 'DocumentReference':
      return 'document'
    case 'DiagnosticReport': {
      const categories = categoryCodes(resource)
      return categories.some((code) => imaging.has(code))
        ? 'imaging'
        : categories.includes('LAB') || listAt(resource, 'result').length > 0
          ? 'laboratory'
          : 'document'
    }
    case 'ImagingStudy':
      return 'imaging'
    case 'Procedure':
      return isDental(resource) ? 'dental' : 'procedure'
    case 'Immunization':
      return 'immunization'
    case 'CarePlan':
    case 'ServiceRequest':
    case 'Communication':
    case 'QuestionnaireResponse':
      return 'other'
    default:
      return null
  }
}

function isDental(resource: Item['resource']): boolean {
  const words = [...listAt(resource, 'type'), at(resource, 'serviceType'), at(resource, 'category')].map((one) => codedOf(one))
  return (
    words.some(({ code, text }) => /dent|stomat|стомат|зуб/i.test(`${code ?? ''} ${text}`)) ||
    codesOf(at(resource, 'bodySite')).some((code) => /^[1-8][1-8]$/.test(code))
  )
}

function titleOf({ resource }: Item): string {
  const title = textAt(resource, 'title') ?? textAt(resource, 'description')
  const named = codedOf(at(resource, 'code')).text || codedOf(at(resource, 'type')).text || codedOf(at(resource, 'vaccineCode')).text
  return title || named || codedOf(at(resource, 'serviceType')).text || resource.resourceType
}

function detailOf({ resource, source }: Item, diagnoses: readonly string[]): string | null {
  const reasons = listAt(resource, 'reasonCode').map((one) => codedOf(one).text)
  const conclusion = textAt(resource, 'conclusion')
  const parts = [...(diagnoses.length > 0 ? diagnoses : reasons), source.author, conclusion]
  const line = parts.filter((part): part is string => Boolean(part)).join(' · ')
  return line === '' ? null : line.slice(0, 300)
}

function isReadable({ resource }: Item): boolean {
  if (resource.resourceType === 'Composition' || resource.resourceType === 'DocumentReference') return true
  if (resource.resourceType !== 'DiagnosticReport') return false
  return textAt(resource, 'conclusion') !== null || listAt(resource, 'presentedForm').length > 0 || listAt(resource, 'result').length > 0
}
