import type { Resource } from '../../fhir/fhir.ts'
import { firstOfEachKind } from '../search/kinds.ts'
import { codeOf, dateOf, hasCategory, hasCode, statusOf } from './facts.ts'

/** A section of the International Patient Summary (hl7.fhir.uv.ips 2.0.0, Composition-uv-ips) and the choice of its resources. */
export type Section = {
  code: string
  /** The name of the LOINC code. */
  display: string
  title: { sr: string; en: string }
  /** The types of its resources. */
  types: string[]
  isRequired: boolean
  /** Takes resources, newest first, and returns those of the section. */
  choose(resources: readonly Resource[]): Resource[]
}

const perSectionMax = 60
const newest = (resources: readonly Resource[], each = 1) => firstOfEachKind(resources, codeOf, each).slice(0, perSectionMax)

const isWrong = (one: Resource): boolean =>
  statusOf(one) === 'entered-in-error' || ['entered-in-error', 'refuted'].some((code) => hasCode(one['verificationStatus'], [code]))
const of = (type: string) => (one: Resource) => one.resourceType === type && !isWrong(one)
const isOver = (one: Resource): boolean => hasCode(one['clinicalStatus'], ['inactive', 'remission', 'resolved'])
const wasDone = new Set(['final', 'amended', 'corrected'])
const isResult = (one: Resource): boolean => wasDone.has(statusOf(one))

const smoking = ['72166-2', '74013-4']
/** Status, expected date and outcomes: the codes of the IPS profiles of pregnancy. */
const pregnancy = '82810-3 11778-8 11779-6 11780-4 11884-4 11636-8 11637-6 11638-4 11639-2 11640-0 11612-9 11613-7 11614-5 33065-4'.split(' ')
const isPregnancy = (one: Resource) => of('Observation')(one) && hasCode(one['code'], pregnancy)
const isSocial = (one: Resource) => of('Observation')(one) && (hasCategory(one, 'social-history') || hasCode(one['code'], smoking))
const isVital = (one: Resource) => of('Observation')(one) && hasCategory(one, 'vital-signs')

/** Whether a prescription or statement holds now: those on hold or unknown are shown, stopped ones are not. */
const isTaken = (one: Resource): boolean =>
  ['active', 'on-hold', 'unknown', 'intended'].includes(statusOf(one)) &&
  one['doNotPerform'] !== true &&
  !['proposal', 'option'].includes(String(one['intent']))

/** An order that the pharmacy has taken over is shown once, as the pharmacy gives it: shown twice, it would be read as two doses. */
function withoutTakenOver(all: Resource[]): Resource[] {
  const encoded = all.filter((one) => one['intent'] === 'filler-order')
  const ordered = new Set(encoded.flatMap((one) => ((one['basedOn'] ?? []) as { reference?: string }[]).map(({ reference }) => reference)))
  return all.filter((one) => !ordered.has(`${one.resourceType}/${one.id}`))
}

/** In the order of the implementation guide: the three required ones first. */
export const sections: Section[] = [
  {
    code: '11450-4',
    display: 'Problem list - Reported',
    title: { sr: 'Здравствени проблеми', en: 'Problems' },
    types: ['Condition'],
    isRequired: true,
    choose: (all) => newest(all.filter((one) => of('Condition')(one) && !isOver(one))),
  },
  {
    code: '48765-2',
    display: 'Allergies and adverse reactions Document',
    title: { sr: 'Алергије и нетолеранције', en: 'Allergies and intolerances' },
    types: ['AllergyIntolerance'],
    isRequired: true,
    choose: (all) => newest(all.filter((one) => of('AllergyIntolerance')(one) && !isOver(one))),
  },
  {
    code: '10160-0',
    display: 'History of Medication use Narrative',
    title: { sr: 'Терапија', en: 'Medication' },
    types: ['MedicationStatement', 'MedicationRequest'],
    isRequired: true,
    choose: (all) => newest(withoutTakenOver(all.filter((one) => (of('MedicationStatement')(one) || of('MedicationRequest')(one)) && isTaken(one)))),
  },
  {
    code: '11369-6',
    display: 'History of Immunization Narrative',
    title: { sr: 'Вакцинације', en: 'Immunizations' },
    types: ['Immunization'],
    isRequired: false,
    choose: (all) => all.filter((one) => of('Immunization')(one) && statusOf(one) === 'completed').slice(0, perSectionMax),
  },
  {
    code: '30954-2',
    display: 'Relevant diagnostic tests/laboratory data Narrative',
    title: { sr: 'Резултати испитивања', en: 'Results' },
    types: ['Observation', 'DiagnosticReport'],
    isRequired: false,
    choose: (all) => [
      ...newest(
        all.filter((one) => of('Observation')(one) && isResult(one) && (hasCategory(one, 'laboratory') || hasCategory(one, 'imaging')) && !isPregnancy(one)),
      ),
      ...newest(all.filter((one) => of('DiagnosticReport')(one) && isResult(one))).slice(0, reportsMax),
    ],
  },
  {
    code: '47519-4',
    display: 'History of Procedures Document',
    title: { sr: 'Интервенције и захвати', en: 'Procedures' },
    types: ['Procedure'],
    isRequired: false,
    choose: (all) => newest(all.filter((one) => of('Procedure')(one) && ['completed', 'in-progress'].includes(statusOf(one)))),
  },
  {
    code: '46264-8',
    display: 'History of medical device use',
    title: { sr: 'Медицинска средства', en: 'Medical devices' },
    types: ['DeviceUseStatement'],
    isRequired: false,
    choose: (all) => all.filter((one) => of('DeviceUseStatement')(one) && statusOf(one) !== 'intended').slice(0, perSectionMax),
  },
  {
    code: '104605-1',
    display: 'Alert',
    title: { sr: 'Упозорења', en: 'Alerts' },
    types: ['Flag'],
    isRequired: false,
    choose: (all) => newest(all.filter((one) => of('Flag')(one) && statusOf(one) === 'active')),
  },
  {
    code: '42348-3',
    display: 'Advance healthcare directives',
    title: { sr: 'Унапред изјављена воља', en: 'Advance directives' },
    types: ['Consent'],
    isRequired: false,
    choose: (all) => all.filter((one) => of('Consent')(one) && statusOf(one) === 'active' && hasCode(one['scope'], ['adr'])).slice(0, perSectionMax),
  },
  {
    code: '47420-5',
    display: 'Functional status assessment note',
    title: { sr: 'Функционално стање', en: 'Functional status' },
    types: ['ClinicalImpression'],
    isRequired: false,
    choose: (all) => newest(all.filter((one) => of('ClinicalImpression')(one) && statusOf(one) === 'completed')),
  },
  {
    code: '11348-0',
    display: 'History of Past illness note',
    title: { sr: 'Раније болести', en: 'Past illnesses' },
    types: ['Condition'],
    isRequired: false,
    choose: (all) => newest(all.filter((one) => of('Condition')(one) && isOver(one))),
  },
  {
    code: '10162-6',
    display: 'History of pregnancies Narrative',
    title: { sr: 'Трудноће', en: 'Pregnancies' },
    types: ['Observation'],
    isRequired: false,
    choose: (all) => newest(all.filter((one) => isPregnancy(one) && isResult(one))),
  },
  {
    code: '18776-5',
    display: 'Plan of care note',
    title: { sr: 'План лечења', en: 'Plan of care' },
    types: ['CarePlan', 'ImmunizationRecommendation'],
    isRequired: false,
    choose: (all) =>
      all.filter((one) => (of('CarePlan')(one) && ['active', 'on-hold'].includes(statusOf(one))) || of('ImmunizationRecommendation')(one)).slice(0, plansMax),
  },
  {
    code: '29762-2',
    display: 'Social history note',
    title: { sr: 'Друштвена анамнеза', en: 'Social history' },
    types: ['Observation'],
    isRequired: false,
    choose: (all) => newest(all.filter((one) => isSocial(one) && isResult(one))),
  },
  {
    code: '8716-3',
    display: 'Vital signs note',
    title: { sr: 'Витални знаци', en: 'Vital signs' },
    types: ['Observation'],
    isRequired: false,
    choose: (all) => newest(all.filter((one) => isVital(one) && isResult(one))),
  },
]

const reportsMax = 10
const plansMax = 20

/** Every type that may stand in a summary. */
export const summaryTypes = [...new Set(sections.flatMap(({ types }) => types))]

export const newestFirst = (resources: readonly Resource[]): Resource[] =>
  resources.toSorted((one, other) => {
    const [first, second] = [dateOf(one) ?? '', dateOf(other) ?? '']
    return first < second ? 1 : first > second ? -1 : 0
  })
