import { type Entry, type Json, put, some } from '../draft/draft.ts'
import { comments } from './comments.ts'
import { inner } from './conditions.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { authorOf, performers } from './people.ts'
import { statusOf } from './statuses.ts'
import { absenceOf, anyValue, concept, date, dateTime, identifiers, quantity, timeChoice, wordsOf } from './types.ts'
import { table } from '../draft/table.ts'

const categoryOf = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] })

/** An observation: code, time, value, interpretation. `category` is that of its section. */
export function observation(element: Element, category: string, mapping: Mapping, place: string): Entry | undefined {
  const code = concept(element.first('code'), mapping.words)
  const value = observationValue(element, mapping)
  const components = inner(element, 'observation').filter((one) => one.first('code')?.attribute('code') !== '33999-4')
  const words = code === undefined && value === undefined ? wordsOf(element.first('text'), mapping.words) : undefined
  if (code === undefined && value === undefined && words === undefined) return undefined
  const entry = mapping.draft.add('Observation', place, true)
  const { resource } = entry
  const ranges = element.all('referenceRange').flatMap((one) => rangeOf(one, mapping) ?? [])
  const interpretation = element.all('interpretationCode').flatMap((one) => interpretationOf(one) ?? concept(one, mapping.words) ?? [])
  const who = performers(element, mapping, place)
    .filter(({ party }) => party.device === undefined)
    .map(({ who: reference }) => reference)
  const author = authorOf(element, mapping, place)
  Object.assign(resource, {
    status: element.attribute('negationInd') === 'true' ? 'cancelled' : statusOf('Observation', element, 'unknown'),
    category: [categoryOf(category)],
    code: asserted(code, value) ?? { text: wordsOf(element.first('text'), mapping.words) ?? 'unknown' },
    subject: mapping.patient.reference,
    ...timeChoice('effective', element.first('effectiveTime')),
    ...value,
    ...some({
      identifier: identifiers(element),
      interpretation,
      referenceRange: ranges,
      performer: who.length > 0 ? who : author === undefined ? [] : [author.reference],
      bodySite: concept(element.first('targetSiteCode'), mapping.words),
      method: concept(element.first('methodCode'), mapping.words),
      specimen: specimenOf(element, mapping, place)?.reference,
    }),
  })
  // When words say what was seen, the value is not absent.
  if (value === undefined && components.length === 0 && words === undefined)
    resource['dataAbsentReason'] = absenceOf(element.elements.find(({ name }) => name === 'value'))
  for (const component of components) componentOf(component, resource, mapping)
  comments(element, resource, mapping)
  return entry
}

// For a pregnancy the value "it is so" answers whether there is one (C-CDA on FHIR).
const isOfPregnancy = new Set(['77386006', '60001007', '152231000119106', '146799005'])
function asserted(code: Json | undefined, value: Json | undefined): Json | undefined {
  const codesIn = (one: unknown) => (((one as Json | undefined)?.['coding'] as Json[] | undefined) ?? []).map((each) => String(each['code']))
  if (!codesIn(code).includes('ASSERTION') || !codesIn(value?.['valueCodeableConcept']).some((one) => isOfPregnancy.has(one))) return code
  return { coding: [{ system: 'http://loinc.org', code: '82810-3', display: 'Pregnancy status' }] }
}

/** Gives the time of the battery to observations without one. */
function timedBy(made: Entry[], organizer: Element): Entry[] {
  const time = timeChoice('effective', organizer.first('effectiveTime'))
  for (const { resource } of made)
    if (resource.resourceType === 'Observation' && resource['effectiveDateTime'] === undefined && resource['effectivePeriod'] === undefined)
      Object.assign(resource, time)
  return made
}

function observationValue(element: Element, mapping: Mapping): Json | undefined {
  const [first, ...more] = element.all('value')
  for (const one of more) one.isRead = false
  const made = anyValue(first, mapping.words)
  if (made === undefined && first !== undefined) first.isRead = false
  return made
}

/** An inner observation with a code and a value becomes a component. */
function componentOf(element: Element, resource: Json, mapping: Mapping): void {
  const [code, value] = [concept(element.first('code'), mapping.words), anyValue(element.first('value'), mapping.words)]
  if (code === undefined || value === undefined) return
  // obs-7: a component with the code of the whole would repeat the value of the whole.
  const own = (resource['code'] as Json)['coding'] as Json[] | undefined
  const isSame = (code['coding'] as Json[] | undefined)?.some((one) => own?.some((each) => each['code'] === one['code'] && each['system'] === one['system']))
  if (isSame && Object.keys(resource).some((name) => name.startsWith('value'))) return
  element.readAll()
  put(resource, 'component[]', { code, ...value })
}

const interpretations = new Set(['L', 'H', 'LL', 'HH', 'N', 'A', 'AA', 'U', 'D', 'B', 'W', 'S', 'R', 'I', 'POS', 'NEG', 'IND', '<', '>', 'LX', 'HX'])
function interpretationOf(element: Element): Json | undefined {
  const code = element.attribute('code')
  if (code === undefined || !interpretations.has(code)) return undefined
  return { coding: [some({ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code, display: element.attribute('displayName') })] }
}

function rangeOf(element: Element, mapping: Mapping): Json | undefined {
  const range = element.first('observationRange')
  const value = range?.first('value')
  const [low, high] = [quantity(value?.first('low')), quantity(value?.first('high'))]
  const text = wordsOf(range?.first('text'), mapping.words)
  return some({ low, high, text })
}

/** The specimen that was examined: its number and its type. */
function specimenOf(element: Element, mapping: Mapping, place: string): Entry | undefined {
  const role = element.first('specimen', 'specimenRole')
  const type = concept(role?.first('specimenPlayingEntity', 'code'), mapping.words)
  const identifier = role === undefined ? [] : identifiers(role)
  if (type === undefined && identifier.length === 0) return undefined
  return mapping.draft.once(`specimen ${JSON.stringify([identifier, type])}`, 'Specimen', place, (entry) => {
    entry.isAbout = true
    Object.assign(entry.resource, some({ identifier, type, subject: mapping.patient.reference }))
  })
}

/** A battery of results: a report with its results. */
export function results(organizer: Element, mapping: Mapping, place: string): Entry[] {
  const code = concept(organizer.first('code'), mapping.words)
  const inside = organizer.all('component').flatMap((component) => [
    ...component.all('observation').flatMap((one) => observation(one, 'laboratory', mapping, place) ?? []),
    // The findings of one culture are a battery within it.
    ...component.all('organizer').flatMap((one) => battery(one, 'laboratory', mapping, place)),
  ])
  const made = timedBy(inside, organizer)
  const specimen = specimenOf(organizer, mapping, place)
  for (const { resource } of specimen === undefined ? [] : made) resource['specimen'] ??= specimen?.reference
  const report = mapping.draft.add('DiagnosticReport', place, true)
  const time = organizer.first('effectiveTime')
  const performer = performers(organizer, mapping, place)
    .filter(({ party }) => party.device === undefined)
    .map(({ who }) => who)
  const earliest = made[0]?.resource
  const fallback = earliest?.['effectiveDateTime'] === undefined ? {} : { effectiveDateTime: earliest['effectiveDateTime'] }
  const own = timeChoice('effective', time)
  Object.assign(report.resource, {
    status: statusOf('DiagnosticReport', organizer, 'unknown'),
    code: code ?? { text: 'unknown' },
    subject: mapping.patient.reference,
    ...(Object.keys(own).length > 0 ? own : fallback),
    ...some({ identifier: identifiers(organizer), result: made.map(({ reference }) => reference), performer, specimen: specimen && [specimen.reference] }),
  })
  return [report, ...made]
}

/** A battery of vital signs only groups its observations. */
export function battery(organizer: Element, category: string, mapping: Mapping, place: string): Entry[] {
  for (const name of ['id', 'code', 'statusCode', 'effectiveTime', 'author']) for (const one of organizer.all(name)) one.readAll()
  const inside = organizer
    .all('component')
    .flatMap((component) => [
      ...component.all('observation').flatMap((one) => observation(one, category, mapping, place) ?? []),
      ...component.all('organizer').flatMap((one) => battery(one, category, mapping, place)),
    ])
  return timedBy(inside, organizer)
}

const sexes = table<string>({ M: 'male', F: 'female' })

/** The family history of one relative. */
export function family(organizer: Element, mapping: Mapping, place: string): Entry | undefined {
  const relative = organizer.first('subject', 'relatedSubject')
  const relationship = concept(relative?.first('code'), mapping.words)
  if (relationship === undefined) return undefined
  const subject = relative?.first('subject')
  const sex = subject?.first('administrativeGenderCode')?.attribute('code') ?? ''
  const entry = mapping.draft.add('FamilyMemberHistory', place, true)
  const condition = organizer.all('component').flatMap((component) => component.all('observation').flatMap((one) => familyCondition(one, mapping) ?? []))
  const birth = date(subject?.first('birthTime'))
  const code = sexes[sex]
  Object.assign(entry.resource, {
    status: statusOf('FamilyMemberHistory', organizer, 'completed'),
    patient: mapping.patient.reference,
    relationship,
    ...some({
      identifier: identifiers(organizer),
      bornDate: birth,
      sex: code === undefined ? undefined : { coding: [{ system: 'http://hl7.org/fhir/administrative-gender', code }] },
      condition,
      ...dead(subject),
    }),
  })
  return entry
}

function dead(subject: Element | undefined): Json {
  const [time, indicator] = [dateTime(subject?.first('deceasedTime')), subject?.first('deceasedInd')?.attribute('value')]
  if (time !== undefined) return { deceasedDate: time.slice(0, 10) }
  return indicator === 'true' || indicator === 'false' ? { deceasedBoolean: indicator === 'true' } : {}
}

function familyCondition(element: Element, mapping: Mapping): Json | undefined {
  const code = concept(element.first('value'), mapping.words)
  if (code === undefined) return undefined
  element.readAll()
  const age = inner(element, 'observation').find((one) => one.first('code')?.attribute('code') === '445518008')
  const years = quantity(age?.first('value'))
  const isCause = inner(element, 'observation').some((one) => ['419099009', '419620001'].includes(one.first('value')?.attribute('code') ?? ''))
  return some({
    code,
    onsetAge: years === undefined ? undefined : { value: years['value'], unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
    contributedToDeath: isCause ? true : undefined,
  })
}
