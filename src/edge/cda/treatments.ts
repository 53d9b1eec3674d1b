import { dateTimeOf } from '../draft/dates.ts'
import { type Entry, type Json, some } from '../draft/draft.ts'
import { comments } from './comments.ts'
import { hasTemplate, inner } from './conditions.ts'
import { dosages, type Times, timesOf } from './dosage.ts'
import type { Element } from './element.ts'
import { classOf, locationOf } from './header.ts'
import type { Mapping } from './mapping.ts'
import { observation } from './observations.ts'
import { authorOf, organizationOf, performers, practitionerOnly } from './people.ts'
import { statusOf, takenStatus } from './statuses.ts'
import { beginning, concept, dateTime, identifiers, integer, moment, period, quantity, timeChoice, wordsOf } from './types.ts'
import { table } from '../draft/table.ts'

/** The medicine of a substance administration or a supply: its code, or its name. */
function medicine(element: Element, mapping: Mapping, place: string): { concept: Json; lot: string | undefined; maker: Entry | undefined } | undefined {
  const product = (element.first('consumable') ?? element.first('product'))?.first('manufacturedProduct')
  const material = product?.first('manufacturedMaterial') ?? product?.first('manufacturedLabeledDrug')
  const name = material?.first('name')?.text
  const code = concept(material?.first('code'), mapping.words) ?? (name ? { text: name } : undefined)
  product?.all('id')
  const maker = organizationOf(product?.first('manufacturerOrganization'), mapping, place)
  return code === undefined ? undefined : { concept: code, lot: material?.first('lotNumberText')?.text || undefined, maker }
}

/** A negated medicine without a name means that none is known of, as the patient summary writes it (IPS, absent-unknown). */
function none(element: Element): { concept: Json } | undefined {
  if (element.attribute('negationInd') !== 'true') return undefined
  return {
    concept: {
      coding: [{ system: 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips', code: 'no-known-medications', display: 'No known medications' }],
    },
  }
}

const isPlanned = (element: Element) => ['INT', 'RQO', 'PRMS', 'PRP', 'ARQ', 'APT', 'GOL'].includes(element.attribute('moodCode') ?? '')

/** A medicine: administered in a section of administrations, requested by its mood, in all other cases stated as taken. */
export function medication(element: Element, isGiven: boolean, mapping: Mapping, place: string): Entry | undefined {
  const named = medicine(element, mapping, place)
  const product = named ?? (isGiven || isPlanned(element) ? undefined : none(element))
  if (product === undefined) return undefined
  const times = timesOf(element)
  const base = { medicationCodeableConcept: product.concept, subject: mapping.patient.reference }
  if (isGiven && !isPlanned(element)) return given(element, base, times, mapping, place)
  if (isPlanned(element)) return prescribed(element, base, times, mapping, place)
  const entry = mapping.draft.add('MedicationStatement', place, true)
  const dosage = dosages(element, times, mapping)
  const asserted = dateTime(element.first('author', 'time'))
  for (const supply of inner(element, 'supply')) supplied(supply, base, mapping, place)
  Object.assign(entry.resource, {
    status:
      named === undefined ? 'unknown' : element.attribute('negationInd') === 'true' ? 'not-taken' : takenStatus('MedicationStatement', element, 'unknown'),
    ...base,
    ...some({
      identifier: identifiers(element),
      effectivePeriod: times.period,
      effectiveDateTime: times.period === undefined ? times.at : undefined,
      dateAsserted: asserted,
      informationSource: authorOf(element, mapping, place)?.reference,
      dosage,
      reasonCode: reasons(element, mapping),
    }),
  })
  comments(element, entry.resource, mapping)
  return entry
}

/** Indications: observations that give the reason. */
function reasons(element: Element, mapping: Mapping): Json[] {
  return element
    .all('entryRelationship')
    .filter((one) => one.attribute('typeCode') === 'RSON')
    .flatMap((one) => {
      const observation = one.first('observation')
      const made = concept(observation?.first('value'), mapping.words)
      observation?.readAll()
      return made === undefined ? [] : [made]
    })
}

function given(element: Element, base: Json, times: Times, mapping: Mapping, place: string): Entry {
  const entry = mapping.draft.add('MedicationAdministration', place, true)
  const dose = quantity(element.first('doseQuantity'))
  const rate = quantity(element.first('rateQuantity'))
  const performer = performers(element, mapping, place).map(({ who }) => ({ actor: who }))
  const [route, site] = [concept(element.first('routeCode'), mapping.words), concept(element.first('approachSiteCode'), mapping.words)]
  const effective =
    times.period === undefined ? (times.at === undefined ? { _effectiveDateTime: absent } : { effectiveDateTime: times.at }) : { effectivePeriod: times.period }
  // mad-1: a dosage needs a dose or a rate; without one the route stands as text.
  const dosed = dose !== undefined || rate !== undefined ? some({ route, site, dose, rateQuantity: rate }) : undefined
  Object.assign(entry.resource, {
    status: statusOf('MedicationAdministration', element, 'completed'),
    ...base,
    ...effective,
    ...some({ identifier: identifiers(element), performer, dosage: dosed, reasonCode: reasons(element, mapping) }),
  })
  return entry
}
const absent = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }

function prescribed(element: Element, base: Json, times: Times, mapping: Mapping, place: string): Entry {
  const entry = mapping.draft.add('MedicationRequest', place, true)
  const all = dosages(element, times, mapping)
  const author = authorOf(element, mapping, place)
  const authored = dateTime(element.first('author', 'time'))
  const bounded = all.map((dose) =>
    times.period === undefined || dose['sequence'] !== undefined ? dose : { ...dose, timing: within(dose['timing'], times.period) },
  )
  const refills = integer(element.first('repeatNumber'))
  Object.assign(entry.resource, {
    status: takenStatus('MedicationRequest', element, 'active'),
    intent: element.attribute('moodCode') === 'RQO' ? 'order' : 'plan',
    ...(element.attribute('negationInd') === 'true' ? { doNotPerform: true } : {}),
    ...base,
    ...some({
      identifier: identifiers(element),
      authoredOn: authored,
      requester: author?.reference,
      dosageInstruction: bounded,
      reasonCode: reasons(element, mapping),
      dispenseRequest: refills !== undefined && refills > 0 ? { numberOfRepeatsAllowed: refills } : undefined,
    }),
  })
  return entry
}

function within(timing: unknown, boundsPeriod: Json): Json {
  const { repeat, ...rest } = (timing ?? {}) as Json
  // Timing.repeat may have only one of its bounds.
  return { ...rest, repeat: some({ ...(repeat as Json | undefined), boundsDuration: undefined, boundsPeriod }) }
}

/** A supply without a medication around it: a medicine to be dispensed, or already dispensed. */
export function supply(element: Element, mapping: Mapping, place: string): Entry | undefined {
  const own = medicine(element, mapping, place)
  return own && supplied(element, { medicationCodeableConcept: own.concept, subject: mapping.patient.reference }, mapping, place)
}

/** A supply within a medication: its order or its dispense. */
function supplied(element: Element, base: Json, mapping: Mapping, place: string): Entry {
  const amount = quantity(element.first('quantity'))
  const own = medicine(element, mapping, place)
  const medicineOf = own === undefined ? base : { ...base, medicationCodeableConcept: own.concept }
  const author = authorOf(element, mapping, place)
  const when = moment(element.first('effectiveTime'))
  if (isPlanned(element)) {
    const entry = mapping.draft.add('MedicationRequest', place, true)
    const refills = integer(element.first('repeatNumber'))
    const supply = some({ quantity: amount, numberOfRepeatsAllowed: refills !== undefined && refills > 0 ? refills : undefined })
    Object.assign(entry.resource, {
      status: statusOf('MedicationRequest', element, 'active'),
      intent: 'order',
      ...medicineOf,
      ...some({ identifier: identifiers(element), requester: author?.reference, dispenseRequest: supply }),
    })
    return entry
  }
  const entry = mapping.draft.add('MedicationDispense', place, true)
  const performer = performers(element, mapping, place).map(({ who }) => ({ actor: who }))
  Object.assign(entry.resource, {
    status: statusOf('MedicationDispense', element, 'completed'),
    ...medicineOf,
    ...some({ identifier: identifiers(element), quantity: amount, whenHandedOver: when, performer }),
  })
  return entry
}

/** A vaccination. */
export function immunization(element: Element, mapping: Mapping, place: string): Entry | undefined {
  const product = medicine(element, mapping, place)
  if (product === undefined || isPlanned(element)) return undefined
  const isRefused = element.attribute('negationInd') === 'true'
  const entry = mapping.draft.add('Immunization', place, true)
  const refusal = isRefused ? refusalOf(element, mapping) : undefined
  const at = timesOf(element).at
  const order = integer(element.first('repeatNumber'))
  Object.assign(entry.resource, {
    status: isRefused ? 'not-done' : statusOf('Immunization', element, 'completed'),
    vaccineCode: product.concept,
    patient: mapping.patient.reference,
    ...(at === undefined ? { occurrenceString: 'unknown' } : { occurrenceDateTime: at }),
    ...some({
      identifier: identifiers(element),
      statusReason: refusal,
      lotNumber: product.lot,
      manufacturer: product.maker?.reference,
      route: concept(element.first('routeCode'), mapping.words),
      site: concept(element.first('approachSiteCode'), mapping.words),
      doseQuantity: quantity(element.first('doseQuantity')),
      performer: performers(element, mapping, place).map(({ who }) => ({ actor: who })),
      protocolApplied: order !== undefined && order > 0 ? [{ doseNumberPositiveInt: order }] : [],
      reasonCode: reasons(element, mapping),
      reaction: reactionsTo(element, mapping, place),
    }),
  })
  comments(element, entry.resource, mapping)
  return entry
}

/** A reaction to the vaccination: a separate observation that the vaccination refers to. */
function reactionsTo(element: Element, mapping: Mapping, place: string): Json[] {
  return inner(element, 'observation')
    .filter((one) => hasTemplate(one, '2.16.840.1.113883.10.20.22.4.9'))
    .flatMap((one) => {
      const made = observation(one, 'exam', mapping, place)
      return made === undefined ? [] : [some({ date: beginning(one.first('effectiveTime')), detail: made.reference }) as Json]
    })
}

/** The reason for a refusal: an observation of the template for it, or one whose code is a reason. */
function refusalOf(element: Element, mapping: Mapping): Json | undefined {
  const all = inner(element, 'observation')
  const found =
    all.find((one) => hasTemplate(one, '2.16.840.1.113883.10.20.22.4.53')) ??
    all.find((one) => one.first('code')?.attribute('codeSystem') === '2.16.840.1.113883.5.8')
  const reason = concept(found?.first('code'), mapping.words)
  if (reason !== undefined) found?.readAll()
  return reason
}

/** A procedure that was done or is ordered. */
export function procedure(element: Element, mapping: Mapping, place: string): Entry | undefined {
  const code = concept(element.first('code'), mapping.words) ?? nameless(element, mapping)
  if (code === undefined) return undefined
  if (isPlanned(element)) return planned(element, code, mapping, place)
  const entry = mapping.draft.add('Procedure', place, true)
  const isNegated = element.attribute('negationInd') === 'true'
  const bodySite = element.all('targetSiteCode').flatMap((one) => concept(one, mapping.words) ?? [])
  const performer = performers(element, mapping, place).map(
    ({ who, party }) =>
      some({ actor: who, onBehalfOf: party.person === undefined || party.organization === undefined ? undefined : party.organization.reference }) as Json,
  )
  const facility = element.all('participant').find((one) => one.attribute('typeCode') === 'LOC')
  const location = locationOf(facility?.first('participantRole'), mapping)
  const focalDevice = devicesIn(element, mapping, place).map(({ reference }) => ({ manipulated: reference }))
  Object.assign(entry.resource, {
    status: isNegated ? 'not-done' : statusOf('Procedure', element, 'unknown'),
    code,
    subject: mapping.patient.reference,
    ...timeChoice('performed', element.first('effectiveTime')),
    ...some({ identifier: identifiers(element), bodySite, performer, focalDevice, location: location?.reference, reasonCode: reasons(element, mapping) }),
  })
  comments(element, entry.resource, mapping)
  return entry
}

function nameless(element: Element, mapping: Mapping): Json | undefined {
  const text = wordsOf(element.first('text'), mapping.words)
  return text === undefined ? undefined : { text }
}

const priorities = table<string>({ R: 'routine', UR: 'urgent', EM: 'stat', S: 'stat', A: 'asap', CR: 'routine', EL: 'routine' })

/** A request: an act, an observation, a procedure or a visit that is still to come. */
export function planned(element: Element, code: Json, mapping: Mapping, place: string): Entry {
  const entry = mapping.draft.add('ServiceRequest', place, true)
  const author = authorOf(element, mapping, place)
  const who = performers(element, mapping, place).map(({ who: reference }) => reference)
  const words = wordsOf(element.first('text'), mapping.words)
  const said = hasTemplate(element, '2.16.840.1.113883.10.20.22.4.20') ? { patientInstruction: words } : { note: words === undefined ? [] : [{ text: words }] }
  Object.assign(entry.resource, {
    status: statusOf('ServiceRequest', element, 'active'),
    intent: element.attribute('moodCode') === 'RQO' ? 'order' : element.attribute('moodCode') === 'PRP' ? 'proposal' : 'plan',
    code,
    subject: mapping.patient.reference,
    ...timeChoice('occurrence', element.first('effectiveTime')),
    ...some({
      identifier: identifiers(element),
      priority: priorities[element.first('priorityCode')?.attribute('code') ?? ''],
      authoredOn: dateTime(element.first('author', 'time')),
      requester: author?.reference,
      performer: who,
      reasonCode: reasons(element, mapping),
      ...said,
    }),
  })
  comments(element, entry.resource, mapping)
  return entry
}

/** A visit that took place or, by its mood, a planned one. */
export function encounter(element: Element, mapping: Mapping, place: string): Entry | undefined {
  const code = element.first('code')
  const type = concept(code, mapping.words)
  if (isPlanned(element)) return planned(element, type ?? { text: 'visit' }, mapping, place)
  const entry = mapping.draft.add('Encounter', place, true)
  const when = encounterTime(element)
  const participant = performers(element, mapping, place).flatMap(({ party }) => {
    const person = practitionerOnly(party.person)
    return person === undefined ? [] : [{ individual: person.reference }]
  })
  const facility = element.all('participant').find((one) => one.attribute('typeCode') === 'LOC')
  const location = locationOf(facility?.first('participantRole'), mapping)
  const disposition = concept(element.first('dischargeDispositionCode'), mapping.words)
  const known = code && classOf(code)
  Object.assign(entry.resource, {
    status: statusOf('Encounter', element, isOver(element, when) ? 'finished' : 'unknown'),
    class: known ?? { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK', display: 'unknown' },
    subject: mapping.patient.reference,
    ...some({
      identifier: identifiers(element),
      type: type === undefined ? [] : [type],
      period: when,
      participant,
      location: location === undefined ? [] : [{ location: location.reference }],
      hospitalization: disposition && { dischargeDisposition: disposition },
      reasonCode: reasons(element, mapping),
    }),
  })
  return entry
}

/** Whether it is over: it has an end, or took place at one moment. */
const isOver = (element: Element, when: Json | undefined) =>
  when?.['end'] !== undefined || (when !== undefined && element.first('effectiveTime')?.attribute('value') !== undefined)

function encounterTime(element: Element): Json | undefined {
  const time = element.first('effectiveTime')
  const whole = period(time)
  const at = dateTimeOf(time?.attribute('value') ?? '')
  return whole ?? (at === undefined ? undefined : { start: at })
}

/** A device that the patient has or uses. */
export function device(element: Element, mapping: Mapping, place: string): Entry | undefined {
  const role = [...element.all('participant'), ...element.all('product')].map((one) => one.first('participantRole')).find((one) => one !== undefined)
  const entry = deviceOf(role, mapping, place)
  if (entry === undefined) return undefined
  // A device without a number is found again by the number of the supply.
  const numbers = identifiers(element)
  if (entry.resource['identifier'] === undefined && numbers.length > 0) entry.resource['identifier'] = numbers
  element.all('statusCode')
  return entry
}

/** The devices that a procedure put in or removed. */
const devicesIn = (element: Element, mapping: Mapping, place: string): Entry[] =>
  element
    .all('participant')
    .filter((one) => one.attribute('typeCode') === 'DEV')
    .flatMap((one) => deviceOf(one.first('participantRole'), mapping, place) ?? [])

function deviceOf(role: Element | undefined, mapping: Mapping, place: string): Entry | undefined {
  const made = role?.first('playingDevice')
  const type = concept(made?.first('code'), mapping.words)
  const model = made?.first('manufacturerModelName')?.text
  if (type === undefined && !model) return undefined
  const maker = organizationOf(role?.first('scopingEntity'), mapping, place)
  const entry = mapping.draft.add('Device', place, true)
  const name = maker?.resource['name'] ?? role?.first('scopingEntity')?.first('desc')?.text
  // The root of the worldwide device register (FDA, UDI).
  const udi = (role?.all('id') ?? []).find((id) => id.attribute('root') === '2.16.840.1.113883.3.3719')?.attribute('extension')
  Object.assign(
    entry.resource,
    some({
      identifier: role === undefined ? [] : identifiers(role),
      type,
      udiCarrier: udi === undefined ? [] : [{ carrierHRF: udi }],
      manufacturer: typeof name === 'string' && name !== '' ? name : undefined,
      deviceName: model ? [{ name: model, type: 'model-name' }] : [],
      patient: mapping.patient.reference,
    }),
  )
  return entry
}
