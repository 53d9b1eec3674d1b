import type { Allergy, ImmunizationItem, Overview, Problem, Therapy } from '../wire.ts'
import { at, codedOf, codesOf, digitsAt, endedAt, happenedAt, isInError, type Item, listAt, textAt } from './pieces.ts'

/** SNOMED CT and IPS codes that say "no known allergy" (IPS 2.0, absent and unknown data; SNOMED CT situation). */
const noneKnown = new Set(['716186003', 'no-known-allergies', 'no-allergy-info-known', '409137002', '428607008', '429625007'])
const nothingToSay = new Set(['no-allergy-info'])

/** The page distinguishes four answers: known, none known, not recorded, and unavailable, which the portal adds. */
export function allergiesOf(items: readonly Item[]): Pick<Overview, 'allergies' | 'allergyState' | 'allergiesConfirmedAt'> {
  const allergies: Allergy[] = []
  let confirmedAt: string | null = null
  for (const { resource, source } of items) {
    if (resource.resourceType !== 'AllergyIntolerance' || isInError(resource)) continue
    const codes = codesOf(at(resource, 'code'))
    if (codes.some((code) => nothingToSay.has(code))) continue
    const status = codesOf(at(resource, 'clinicalStatus'))[0]
    if (codes.some((code) => noneKnown.has(code))) {
      const when = textAt(resource, 'recordedDate') ?? source.receivedAt
      if (confirmedAt === null || when > confirmedAt) confirmedAt = when
      continue
    }
    if (status === 'inactive' || status === 'resolved') continue
    const reaction = at(resource, 'reaction')
    const manifestation = codedOf(at(reaction, 'manifestation'))
    allergies.push({
      what: codedOf(at(resource, 'code')),
      reaction: manifestation.text || textAt(reaction, 'description'),
      criticality: textAt(resource, 'criticality') as Allergy['criticality'],
      category: textAt(resource, 'category'),
      since: textAt(resource, 'onsetDateTime') ?? textAt(resource, 'recordedDate'),
      source,
    })
  }
  const rank = { high: 0, 'unable-to-assess': 1, low: 2 }
  allergies.sort((a, b) => (rank[a.criticality ?? 'unable-to-assess'] ?? 1) - (rank[b.criticality ?? 'unable-to-assess'] ?? 1))
  const allergyState = allergies.length > 0 ? 'known' : confirmedAt !== null ? 'none-known' : 'not-recorded'
  return { allergies, allergyState, allergiesConfirmedAt: confirmedAt }
}

const keyOf = (concept: unknown) => {
  const { code, text } = codedOf(concept)
  return code ?? text
}

/** One line for each diagnosis: it is active if any institution reports it as active, and began when it was first seen. */
export function problemsOf(items: readonly Item[]): Problem[] {
  const groups = new Map<string, Problem[]>()
  for (const { resource, source } of items) {
    if (resource.resourceType !== 'Condition' || isInError(resource)) continue
    const clinical = codesOf(at(resource, 'clinicalStatus'))[0]
    const until = endedAt(resource)
    const isActive = ['active', 'recurrence', 'relapse'].includes(clinical ?? '')
    const status = isActive
      ? 'active'
      : clinical === 'inactive' || clinical === 'remission'
        ? 'inactive'
        : clinical === 'resolved' || until !== null
          ? 'resolved'
          : 'unknown'
    const problem: Problem = { what: codedOf(at(resource, 'code')), status, since: happenedAt(resource), until, source }
    const key = keyOf(at(resource, 'code'))
    groups.set(key, [...(groups.get(key) ?? []), problem])
  }
  const order = { active: 0, unknown: 1, inactive: 2, resolved: 3 }
  return [...groups.values()].map(mergeProblem).sort((a, b) => order[a.status] - order[b.status] || (b.since ?? '').localeCompare(a.since ?? ''))
}

function mergeProblem(same: Problem[]): Problem {
  const newest = same.toSorted((a, b) => (b.since ?? '').localeCompare(a.since ?? ''))[0] as Problem
  const current = same.find((one) => one.status === 'active') ?? newest
  const since =
    same
      .map((one) => one.since)
      .filter((one) => one !== null)
      .sort()[0] ?? null
  return { ...current, since, until: current.status === 'active' ? null : newest.until }
}

const unitOfTime: Record<string, string> = { h: 'h', d: 'd', wk: 'wk', mo: 'mo', a: 'a', min: 'min', s: 's' }

/** The dose in the words of the prescriber, or composed from its parts. */
export function doseOf(dosage: unknown): string | null {
  const text = textAt(dosage, 'text') ?? textAt(dosage, 'patientInstruction')
  if (text) return text
  const quantity = at(dosage, 'doseAndRate', 'doseQuantity')
  const value = digitsAt(quantity, 'value')
  const repeat = at(dosage, 'timing', 'repeat')
  const frequency = digitsAt(repeat, 'frequency')
  const period = digitsAt(repeat, 'period')
  const dose = value === null ? null : [value, textAt(quantity, 'unit') ?? textAt(quantity, 'code')].filter(Boolean).join(' ')
  const often =
    frequency === null
      ? null
      : `${frequency}× / ${period === '1' || period === null ? '' : `${period} `}${unitOfTime[textAt(repeat, 'periodUnit') ?? ''] ?? 'd'}`
  return [dose, often].filter(Boolean).join(' · ') || null
}

const therapyTypes = new Set(['MedicationStatement', 'MedicationRequest'])
const therapyStatus: Record<string, Therapy['status']> = {
  active: 'active',
  'on-hold': 'active',
  intended: 'active',
  completed: 'completed',
  stopped: 'stopped',
  cancelled: 'stopped',
  'not-taken': 'stopped',
}

/** The newest entry of each medicine: the latest prescription or statement decides whether it is taken now. */
export function therapyOf(items: readonly Item[], medicines: ReadonlyMap<string, unknown>): Therapy[] {
  const newest = new Map<string, Therapy>()
  for (const { resource, source } of items) {
    if (!therapyTypes.has(resource.resourceType) || isInError(resource)) continue
    const reference = textAt(resource, 'medicationReference', 'reference')
    const medicine = at(resource, 'medicationCodeableConcept') ?? (reference ? medicines.get(reference) : undefined)
    const named = codedOf(medicine)
    const display = textAt(resource, 'medicationReference', 'display')
    const therapy: Therapy = {
      medicine: named.text ? named : { code: null, system: null, text: display ?? '' },
      dose: doseOf(at(resource, 'dosageInstruction') ?? at(resource, 'dosage')),
      status: therapyStatus[textAt(resource, 'status') ?? ''] ?? 'unknown',
      from: happenedAt(resource),
      until: endedAt(resource) ?? textAt(resource, 'dispenseRequest', 'validityPeriod', 'end'),
      reason: codedOf(at(resource, 'reasonCode')).text || null,
      source,
    }
    const key = therapy.medicine.code ?? therapy.medicine.text
    const before = newest.get(key)
    const isNewer = !before || (therapy.from ?? '') > (before.from ?? '')
    const first = [before?.from, therapy.from].filter((one) => one !== null && one !== undefined).sort()[0] ?? null
    newest.set(key, { ...(isNewer ? therapy : before), from: first })
  }
  const order = { active: 0, unknown: 1, completed: 2, stopped: 3 }
  return [...newest.values()].sort((a, b) => order[a.status] - order[b.status] || (a.medicine.code ?? '').localeCompare(b.medicine.code ?? ''))
}

export function immunizationsOf(items: readonly Item[]): ImmunizationItem[] {
  return items
    .filter(({ resource }) => resource.resourceType === 'Immunization')
    .map(({ resource, source }) => ({
      vaccine: codedOf(at(resource, 'vaccineCode')),
      at: happenedAt(resource),
      dose: textAt(resource, 'protocolApplied', 'doseNumberString') ?? digitsAt(resource, 'protocolApplied', 'doseNumberPositiveInt'),
      lot: textAt(resource, 'lotNumber'),
      status: (textAt(resource, 'status') ?? 'completed') as ImmunizationItem['status'],
      source,
    }))
    .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''))
}

export const medicinesOf = (items: readonly Item[]): Map<string, unknown> =>
  new Map(
    items
      .filter(({ resource }) => resource.resourceType === 'Medication')
      .map(({ resource }) => [`Medication/${resource.id}`, (resource as Record<string, unknown>)['code']]),
  )

export const categoryCodes = (resource: unknown): string[] => listAt(resource, 'category').flatMap(codesOf)
