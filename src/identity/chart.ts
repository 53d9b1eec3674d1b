import type { Identifier, Patient } from '@medplum/fhirtypes'
import { fold } from '../platform/text.ts'
import { Refusal } from '../platform/refusal.ts'
import { checkJmbg, type JmbgOptions } from './jmbg.ts'
import { checkEbs, checkLbo, checkLzb, type Check, type LzbPolicy, type Warning } from './numbers.ts'

/** What one chart says about who its patient is. Pure: it reads only the resource and the settings. */
export type Claim = {
  jmbg: string | null
  ebs: string | null
  lbo: string | null
  lzb: string | null
  /** Assigning authority and local number, by which the institution finds the patient. */
  local: string | null
  chartNumber: string | null
  dentalChartNumber: string | null
  demographics: Demographics
  warnings: FilingWarning[]
}

export type Demographics = {
  family: string
  given: string
  parent: string | null
  birthDate: string | null
  sex: 'male' | 'female' | 'other' | 'unknown'
  place: string | null
  address: string | null
  phone: string | null
  deceasedAt: string | null
}

/** `CODE: sentence`; the sender gets these back as warnings of the outcome. */
export type FilingWarning = `${Warning | 'BIRTH_DATE_DIFFERS' | 'LBO_OF_ANOTHER' | 'LOCAL_NUMBER_OF_ANOTHER'}: ${string}`

/** `urn:rs`, and the rules that the settings can change. */
export type ChartRules = { urn: string; lzb: LzbPolicy; jmbg: JmbgOptions }

const warningTexts: Record<Warning, string> = {
  JMBG_REGION_UNKNOWN: 'The region in the JMBG is not a known one.',
  JMBG_CONTROL_TEN: 'A JMBG with this control is not issued by the strict reading; check it with the document.',
  JMBG_AGE_OVER_120: 'By the JMBG the person is over 120 years old.',
  EBS_UNCHECKED: 'The EBS could not be verified by its control digit.',
  MB_CHECKSUM: 'The check digit of the MB does not match.',
}

/** Reads who the patient is. Refuses a national number that cannot be right, and names the place where it stands. */
export function readChart(patient: Patient, rules: ChartRules): Claim | Refusal {
  const claim: Claim = {
    jmbg: null,
    ebs: null,
    lbo: null,
    lzb: null,
    local: null,
    chartNumber: null,
    dentalChartNumber: null,
    demographics: demographicsOf(patient),
    warnings: [],
  }
  const checks = {
    jmbg: (value: string) => checkJmbg(value, rules.jmbg),
    ebs: checkEbs,
    lbo: checkLbo,
    lzb: (value: string) => checkLzb(value, rules.lzb),
  }
  for (const [kind, check] of Object.entries(checks) as [keyof typeof checks, (value: string) => Check][]) {
    for (const [at, identifier] of (patient.identifier ?? []).entries()) {
      if (identifier.system !== `${rules.urn}:${kind}` || identifier.value === undefined) continue
      const expression = `Patient.identifier[${at}].value`
      const verdict = check(identifier.value)
      if (!verdict.ok) return new Refusal('unprocessable', verdict.reason as string, { expression, ...(verdict.hint ? { hint: verdict.hint } : {}) })
      if (claim[kind] !== null && claim[kind] !== identifier.value) {
        return new Refusal('unprocessable', `the patient carries two different numbers of the system ${rules.urn}:${kind}`, {
          expression,
          hint: 'Send the one that is valid; a person has one of each.',
        })
      }
      claim[kind] = identifier.value
      for (const code of verdict.warnings) claim.warnings.push(`${code}: ${warningTexts[code]}`)
    }
  }
  warnOfBirthDate(claim, rules)
  readLocalNumbers(claim, patient.identifier ?? [], rules)
  return claim
}

function warnOfBirthDate(claim: Claim, rules: ChartRules): void {
  const { birthDate } = claim.demographics
  const inNumber = claim.jmbg === null ? undefined : checkJmbg(claim.jmbg, rules.jmbg).birthDate
  if (inNumber && birthDate && !inNumber.startsWith(birthDate)) {
    claim.warnings.push('BIRTH_DATE_DIFFERS: The birth date is not the one in the JMBG.')
  }
}

const typed = (identifier: Identifier, code: string) => identifier.type?.coding?.some((coding) => coding.code === code) === true

/** Takes the medical record number if one is marked as such (HL7 table 0203, MR), else the first identifier with an authority. */
function readLocalNumbers(claim: Claim, identifiers: Identifier[], rules: ChartRules): void {
  const national = new Set(['jmbg', 'ebs', 'lbo', 'lzb'].map((kind) => `${rules.urn}:${kind}`))
  const own = identifiers.filter((one) => one.value !== undefined && one.value !== '' && !national.has(one.system ?? ''))
  const dental = own.find((one) => one.system === `${rules.urn}:dental-chart`)
  const chart = own.find((one) => one !== dental && typed(one, 'MR')) ?? own.find((one) => one.system === `${rules.urn}:chart`)
  const local = chart ?? own.find((one) => one.system !== undefined) ?? dental
  claim.local = local ? `${local.system ?? local.assigner?.display ?? ''}|${local.value}` : null
  claim.chartNumber = shownNumber(chart, rules)
  claim.dentalChartNumber = shownNumber(dental, rules)
}

/** Some systems use the JMBG as their chart number. Such a number serves for finding only and is not kept in clear. */
function shownNumber(identifier: Identifier | undefined, rules: ChartRules): string | null {
  const value = clip(identifier?.value)
  if (value === null || value.length > 64) return null
  return /\d{11}/.test(value) || checkJmbg(value, rules.jmbg).ok ? null : value
}

const genders = ['male', 'female', 'other'] as const

function demographicsOf(patient: Patient): Demographics {
  const names = patient.name ?? []
  const name = names.find((one) => one.use === 'official') ?? names.find((one) => one.use !== 'old' && one.use !== 'maiden') ?? names[0]
  const address = patient.address?.find((one) => one.use === 'home') ?? patient.address?.[0]
  return {
    family: clip(name?.family) ?? lastWord(name?.text) ?? '',
    given: clip(name?.given?.join(' ')) ?? firstWords(name?.text) ?? '',
    parent: parentOf(patient),
    birthDate: dateOf(patient.birthDate),
    sex: genders.find((gender) => gender === patient.gender) ?? 'unknown',
    place: clip(address?.city),
    address: clip(address?.text ?? address?.line?.join(', ')),
    phone: clip(patient.telecom?.find((one) => one.system === 'phone')?.value),
    deceasedAt: clip(patient.deceasedDateTime),
  }
}

/** The law asks for one parent's name. The HL7 RoleCode of a contact tells whether the contact is a parent. */
function parentOf(patient: Patient): string | null {
  const roles = new Set(['PRN', 'FTH', 'MTH', 'NPRN', 'NFTH', 'NMTH'])
  const parent = patient.contact?.find((contact) =>
    contact.relationship?.some((relationship) => relationship.coding?.some((coding) => roles.has(coding.code ?? ''))),
  )
  return clip(parent?.name?.given?.join(' ') ?? parent?.name?.text)
}

const partMax = 200
function clip(text: string | undefined): string | null {
  const trimmed = text?.replaceAll('\0', '').trim().slice(0, partMax).toWellFormed()
  return trimmed ? trimmed : null
}
const lastWord = (text: string | undefined) => clip(text)?.split(/\s+/).at(-1) ?? null
const firstWords = (text: string | undefined) => clip(clip(text)?.split(/\s+/).slice(0, -1).join(' '))

const dateOf = (text: string | undefined) => (text !== undefined && /^\d{4}(-\d{2}(-\d{2})?)?$/.test(text) ? text : null)

const wordsMax = 12
const wordLengthMax = 40

/** The words by which a name is found: folded, split at everything but letters and digits, limited in length and number. */
export function wordsOf(...names: string[]): string[] {
  const words = names.flatMap((name) => fold(name).split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 1)
  return [...new Set(words.map((word) => word.slice(0, wordLengthMax)))].slice(0, wordsMax)
}
