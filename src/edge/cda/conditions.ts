import { type Entry, type Json, put, some } from '../draft/draft.ts'
import { comments } from './comments.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { authorOf } from './people.ts'
import { beginning, concept, dateTime, identifiers, moment, quantity, wordsOf } from './types.ts'
import { table } from '../draft/table.ts'

/** The inner statements of an entry with one of these element names. */
export const inner = (element: Element, ...names: string[]): Element[] =>
  [...element.all('entryRelationship'), ...element.all('component')].flatMap((one) => names.flatMap((name) => one.all(name)))

export const hasTemplate = (element: Element, ...roots: string[]): boolean =>
  element.all('templateId').some((one) => roots.includes(one.attribute('root') ?? ''))

const clinical = (kind: 'allergyintolerance' | 'condition', code: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${kind}-clinical`, code }],
})
const verified = (kind: 'allergyintolerance' | 'condition', code: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${kind === 'condition' ? 'condition-ver-status' : 'allergyintolerance-verification'}`, code }],
})

// SNOMED CT and HL7 codes of the status of a problem.
const statusCodes = table<string>({
  '55561003': 'active',
  '73425007': 'inactive',
  '413322009': 'resolved',
  '277022003': 'remission',
  '255227004': 'recurrence',
})

/** The status in a status observation of the entry (33999-4), else that of its act, else by its end. */
function clinicalStatus(concern: Element | undefined, observation: Element): string {
  const said = inner(observation, 'observation').find((one) => ['33999-4', '11323-3'].includes(one.first('code')?.attribute('code') ?? ''))
  const code = said?.first('value')?.attribute('code')
  if (code !== undefined && statusCodes[code] !== undefined) return statusCodes[code] as string
  const high = observation.first('effectiveTime', 'high')
  // An unknown end is an end, too (C-CDA, problem observation).
  if (dateTime(high) !== undefined || high?.attribute('nullFlavor') === 'UNK') return 'resolved'
  const act = concern?.first('statusCode')?.attribute('code')
  return act === 'completed' ? 'resolved' : act === 'suspended' || act === 'aborted' ? 'inactive' : 'active'
}

/** A problem observation, with or without a concern around it. */
export function problem(observation: Element, concern: Element | undefined, category: string, mapping: Mapping, place: string): Entry | undefined {
  const value = observation.first('value')
  const code = concept(value, mapping.words) ?? namedBy(observation, mapping)
  if (code === undefined) return undefined
  const entry = mapping.draft.add('Condition', place, true)
  const isNegated = observation.attribute('negationInd') === 'true'
  const time = observation.first('effectiveTime')
  const [onset, end] = [beginning(time), dateTime(time?.first('high'))]
  const isNone = isNegated && (value === undefined || value.attribute('code') === undefined || isAnyProblem.has(value.attribute('code') ?? ''))
  const status = statusOf(isNegated && !isNone, end, concern, observation)
  observation.first('code')
  concern?.all('effectiveTime').forEach((one) => one.readAll())
  const recorded = dateTime((observation.first('author') ?? concern?.first('author'))?.first('time'))
  Object.assign(entry.resource, {
    ...some({
      identifier: [...(concern === undefined ? [] : identifiers(concern)), ...identifiers(observation)],
      clinicalStatus: status && clinical('condition', status),
      verificationStatus: isNegated && !isNone ? verified('condition', 'refuted') : undefined,
      severity: severityOf(observation, mapping),
      bodySite: observation.all('targetSiteCode').flatMap((one) => concept(one, mapping.words) ?? []),
      onsetDateTime: onset,
      onsetAge: onset === undefined ? ageIn(observation) : undefined,
      abatementDateTime: end,
      recordedDate: recorded,
      asserter: authorOf(observation, mapping, place)?.reference,
    }),
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: category }] }],
    code: isNone ? noProblem : code,
    subject: mapping.patient.reference,
  })
  comments(observation, entry.resource, mapping)
  if (mapping.encounter !== undefined && category === 'encounter-diagnosis') entry.resource['encounter'] = mapping.encounter.reference
  return entry
}

// A negated problem without a name means that no problem is known (SNOMED CT 160245001), as C-CDA on FHIR has it.
const isAnyProblem = new Set(['55607006', '404684003', '64572001', '282291009'])
const noProblem = { coding: [{ system: 'http://snomed.info/sct', code: '160245001', display: 'No current problems or disability' }] }

/** The age at which the problem began, for when no day is given. */
function ageIn(observation: Element): Json | undefined {
  const found = inner(observation, 'observation').find((one) => ['445518008', '397659008'].includes(one.first('code')?.attribute('code') ?? ''))
  const value = quantity(found?.first('value'))
  if (value === undefined || !ages.has(String(value['code'] ?? 'a'))) return undefined
  found?.readAll()
  const code = String(value['code'] ?? 'a')
  return { value: value['value'], unit: code, system: 'http://unitsofmeasure.org', code }
}
const ages = new Set(['a', 'mo', 'wk', 'd'])

/**
 * con-4: an abated problem is inactive, resolved or in remission. A refuted problem has no clinical status, unless it has an end: then the rule holds
 * for it as well.
 */
function statusOf(isRefuted: boolean, end: string | undefined, concern: Element | undefined, observation: Element): string | undefined {
  if (isRefuted) return end === undefined ? undefined : 'inactive'
  const said = clinicalStatus(concern, observation)
  return end === undefined || ['inactive', 'resolved', 'remission'].includes(said) ? said : 'resolved'
}

/** The words of the entry, for when the value is missing. */
function namedBy(observation: Element, mapping: Mapping): Json | undefined {
  const text = wordsOf(observation.first('text'), mapping.words) ?? wordsOf(observation.first('code', 'originalText'), mapping.words)
  return text === undefined ? undefined : { text }
}

function severityOf(observation: Element, mapping: Mapping): Json | undefined {
  const found = inner(observation, 'observation').find((one) => one.first('code')?.attribute('code') === 'SEV')
  found?.readAll()
  return concept(found?.first('value'), mapping.words)
}

// Kinds of allergies (SNOMED CT) as type and category of R4.
const kinds = table<readonly [string, string | undefined]>({
  '419199007': ['allergy', undefined],
  '416098002': ['allergy', 'medication'],
  '414285001': ['allergy', 'food'],
  '426232007': ['allergy', 'environment'],
  '59037007': ['intolerance', 'medication'],
  '235719002': ['intolerance', 'food'],
  '419511003': ['intolerance', 'medication'],
  '418471000': ['intolerance', 'food'],
  '232347008': ['allergy', 'environment'],
})
const severities = table<string>({
  '255604002': 'mild',
  '371923003': 'mild',
  '6736007': 'moderate',
  '371924009': 'moderate',
  '24484000': 'severe',
  '399166001': 'severe',
})
const criticalities = table<string>({ CRITL: 'low', CRITH: 'high', CRITU: 'unable-to-assess' })

/** An allergy observation: the substance (its participant), the reactions and their severity. */
export function allergy(observation: Element, concern: Element | undefined, mapping: Mapping, place: string): Entry | undefined {
  const entity = observation.first('participant', 'participantRole', 'playingEntity')
  const substance = concept(entity?.first('code'), mapping.words) ?? nameOf(entity)
  const value = observation.first('value')
  const isNegated = observation.attribute('negationInd') === 'true'
  const code = substance ?? concept(value, mapping.words)
  if (code === undefined) return undefined
  const kind = kinds[value?.attribute('code') ?? '']
  const entry = mapping.draft.add('AllergyIntolerance', place, true)
  const reaction = reactions(observation, mapping)
  const criticality = inner(observation, 'observation').find((one) => one.first('code')?.attribute('code') === '82606-5')
  observation.first('code')
  const noSubstance = isNegated && substance === undefined
  Object.assign(entry.resource, {
    ...some({
      identifier: [...(concern === undefined ? [] : identifiers(concern)), ...identifiers(observation)],
      clinicalStatus: clinical('allergyintolerance', isNegated && !noSubstance ? 'inactive' : allergyStatus(clinicalStatus(concern, observation))),
      verificationStatus: isNegated && !noSubstance ? verified('allergyintolerance', 'refuted') : verified('allergyintolerance', 'confirmed'),
      type: noSubstance ? undefined : kind?.[0],
      category: kind?.[1] === undefined || noSubstance ? [] : [kind[1]],
      criticality: criticalities[criticality?.first('value')?.attribute('code') ?? ''],
      onsetDateTime: beginning(observation.first('effectiveTime')),
      recordedDate: dateTime((observation.first('author') ?? concern?.first('author'))?.first('time')),
      reaction,
      recorder: authorOf(observation, mapping, place)?.reference,
    }),
    code: noSubstance ? (noneOf[value?.attribute('code') ?? ''] ?? noKnown) : code,
    patient: mapping.patient.reference,
  })
  criticality?.readAll()
  severityOfAll(observation, entry.resource, mapping)
  comments(observation, entry.resource, mapping)
  concern?.all('effectiveTime').forEach((one) => one.readAll())
  return entry
}

/** A negated allergy without a name means that no allergy is known (SNOMED CT 716186003). */
const noKnown = { coding: [{ system: 'http://snomed.info/sct', code: '716186003', display: 'No known allergy' }] }
const none = (code: string, display: string) => ({ coding: [{ system: 'http://snomed.info/sct', code, display }] })
const noneOf = table<Json>({
  '416098002': none('409137002', 'No known drug allergy'),
  '419511003': none('409137002', 'No known drug allergy'),
  '414285001': none('429625007', 'No known food allergy'),
  '426232007': none('428607008', 'No known environmental allergy'),
})
const allergyStatus = (status: string) => (status === 'active' || status === 'resolved' ? status : 'inactive')
function nameOf(entity: Element | undefined): Json | undefined {
  const text = entity?.first('name')?.text
  return text ? { text } : undefined
}

function reactions(observation: Element, mapping: Mapping): Json[] {
  return observation.all('entryRelationship').flatMap((relationship) => {
    const one = relationship.first('observation')
    const code = one?.first('code')?.attribute('code')
    if (one === undefined || code === '33999-4' || code === 'SEV' || code === '82606-5') return []
    const manifestation = concept(one.first('value'), mapping.words)
    if (manifestation === undefined) return []
    const severe = inner(one, 'observation').find((each) => each.first('code')?.attribute('code') === 'SEV') ?? severityBeside(observation)
    severe?.readAll()
    one.readAll()
    return [
      some({
        manifestation: [manifestation],
        onset: moment(one.first('effectiveTime')),
        severity: severities[severe?.first('value')?.attribute('code') ?? ''],
      }) as Json,
    ]
  })
}
/** The severity of the allergy itself, when its reactions have another: R4 has only a note for it, and a doctor must know the worst. */
function severityOfAll(observation: Element, resource: Json, mapping: Mapping): void {
  const beside = severityBeside(observation)
  const code = beside?.first('value')?.attribute('code') ?? ''
  const reactions_ = (resource['reaction'] ?? []) as Json[]
  if (beside === undefined || severities[code] === undefined || reactions_.some(({ severity }) => severity === severities[code])) return
  const value = concept(beside.first('value'), mapping.words)
  const [first] = ((value?.['coding'] as Json[] | undefined) ?? []) as Json[]
  beside.readAll()
  put(resource, 'note[]', { text: `severity: ${String(value?.['text'] ?? first?.['display'] ?? severities[code])}` })
}
const severityBeside = (observation: Element) => inner(observation, 'observation').find((each) => each.first('code')?.attribute('code') === 'SEV')
