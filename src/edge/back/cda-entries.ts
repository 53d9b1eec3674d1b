import type { Resource } from '../../fhir/fhir.ts'
import { hl7Date } from '../draft/dates.ts'
import { inXml, type Json } from '../draft/draft.ts'
import { code, id } from './cda-parts.ts'
import { choice, list, numbersOf, type Resources, textAt } from './resources.ts'
import { element, type Xml } from './xml.ts'
import { table } from '../draft/table.ts'

/** A resource as the entry of a section. Empty when CDA has no entry for it; then only the text of the section tells it. */
export function sectionEntry(resource: Resource, resources: Resources): Xml {
  const made = entries[resource.resourceType]?.(resource, resources)
  return made === undefined ? '' : element('entry', { typeCode: 'DRIV' }, made)
}

const entries = table<(resource: Resource, resources: Resources) => Xml>({
  AllergyIntolerance: allergy,
  Condition: problem,
  MedicationStatement: medication,
  MedicationRequest: medication,
  Immunization: immunization,
  Procedure: procedure,
  Observation: observation,
  DiagnosticReport: report,
  Encounter: encounter,
})

const template = (root: string) => element('templateId', { root: `2.16.840.1.113883.10.20.22.4.${root}` })
const ids = (resource: Resource): Xml[] => numbersOf(resource).map(id)
const status = (value: string) => element('statusCode', { code: value })

/** A moment, or an interval of low and high. */
function time(resource: Json, name: string, type?: string): Xml {
  const found = choice(resource, name)
  const typed: Record<string, string> = type === undefined ? {} : { 'xsi:type': type }
  if (found?.type === 'DateTime') return element('effectiveTime', { ...typed, value: hl7Date(textAt(found.value)) })
  if (found?.type === 'Period') return interval(found.value as Json, typed)
  return element('effectiveTime', { ...typed, nullFlavor: 'UNK' })
}
function interval(period: Json | undefined, more: Record<string, string> = {}): Xml {
  const bound = (name: 'low' | 'high', value: unknown) => (typeof value === 'string' ? element(name, { value: hl7Date(value) }) : '')
  return element('effectiveTime', more, bound('low', period?.['start']), bound('high', period?.['end']))
}

const value = (concept: unknown): Xml => code('value', concept, { 'xsi:type': 'CD' })
const assertion = element('code', { code: 'ASSERTION', codeSystem: '2.16.840.1.113883.5.4' })

/** A concern act around an observation; its status says whether the concern is still active. */
function concern(root: string, resource: Resource, inner: Xml): Xml {
  const clinical = textAt(list((resource['clinicalStatus'] as Json | undefined)?.['coding'])[0]?.['code'])
  const isOver = clinical === 'resolved' || clinical === 'inactive' || clinical === 'remission'
  return element(
    'act',
    { classCode: 'ACT', moodCode: 'EVN' },
    template(root),
    element('code', { code: 'CONC', codeSystem: '2.16.840.1.113883.5.6' }),
    status(isOver ? 'completed' : 'active'),
    element('entryRelationship', { typeCode: 'SUBJ' }, inner),
  )
}

const isRefuted = (resource: Resource) => textAt(list((resource['verificationStatus'] as Json | undefined)?.['coding'])[0]?.['code']) === 'refuted'

function problem(resource: Resource): Xml {
  const period = { start: resource['onsetDateTime'], end: resource['abatementDateTime'] }
  const negated = isRefuted(resource) ? { negationInd: 'true' } : {}
  return concern(
    '3',
    resource,
    element(
      'observation',
      { classCode: 'OBS', moodCode: 'EVN', ...negated },
      template('4'),
      ...ids(resource),
      element('code', { code: '55607006', codeSystem: '2.16.840.1.113883.6.96' }),
      status('completed'),
      interval(period),
      value(resource['code']),
    ),
  )
}

const kinds = table<string>({
  'allergy medication': '416098002',
  'allergy food': '414285001',
  'allergy environment': '426232007',
  'intolerance medication': '59037007',
  'intolerance food': '235719002',
})
const severities = table<string>({ mild: '255604002', moderate: '6736007', severe: '24484000' })

function allergy(resource: Resource): Xml {
  const kind = kinds[`${textAt(resource['type'])} ${textAt(list(resource['category'])[0])}`.trim()] ?? '419199007'
  const negated = isRefuted(resource) ? { negationInd: 'true' } : {}
  const substance = element(
    'participant',
    { typeCode: 'CSM' },
    element('participantRole', { classCode: 'MANU' }, element('playingEntity', { classCode: 'MMAT' }, code('code', resource['code']))),
  )
  const reactions = list(resource['reaction']).flatMap((one) =>
    list(one['manifestation']).map((manifestation) => reaction(manifestation, severities[textAt(one['severity'])])),
  )
  const inner = element(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN', ...negated },
    template('7'),
    ...ids(resource),
    assertion,
    status('completed'),
    interval({ start: resource['onsetDateTime'] }),
    element('value', { 'xsi:type': 'CD', code: kind, codeSystem: '2.16.840.1.113883.6.96' }),
    substance,
    ...reactions,
  )
  return concern('30', resource, inner)
}

function reaction(manifestation: Json, severity: string | undefined): Xml {
  const how =
    severity === undefined
      ? ''
      : element(
          'entryRelationship',
          { typeCode: 'SUBJ', inversionInd: 'true' },
          element(
            'observation',
            { classCode: 'OBS', moodCode: 'EVN' },
            template('8'),
            element('code', { code: 'SEV', codeSystem: '2.16.840.1.113883.5.4' }),
            status('completed'),
            element('value', { 'xsi:type': 'CD', code: severity, codeSystem: '2.16.840.1.113883.6.96' }),
          ),
        )
  return element(
    'entryRelationship',
    { typeCode: 'MFST', inversionInd: 'true' },
    element('observation', { classCode: 'OBS', moodCode: 'EVN' }, template('9'), assertion, status('completed'), value(manifestation), how),
  )
}

const material = (concept: unknown, lot = ''): Xml =>
  element(
    'consumable',
    {},
    element(
      'manufacturedProduct',
      { classCode: 'MANU' },
      element('manufacturedMaterial', {}, code('code', concept), lot === '' ? '' : element('lotNumberText', {}, inXml(lot))),
    ),
  )

function medicineOf(resource: Resource, resources: Resources): unknown {
  return resource['medicationCodeableConcept'] ?? resources.at(resource['medicationReference'])?.['code']
}

const acts = table<string>({ active: 'active', completed: 'completed', stopped: 'aborted', 'on-hold': 'suspended', cancelled: 'cancelled' })

function medication(resource: Resource, resources: Resources): Xml {
  const isRequest = resource.resourceType === 'MedicationRequest'
  const dosage = list(resource[isRequest ? 'dosageInstruction' : 'dosage'])[0]
  const repeat = (dosage?.['timing'] as Json | undefined)?.['repeat'] as Json | undefined
  const often =
    repeat?.['period'] === undefined
      ? ''
      : element(
          'effectiveTime',
          { 'xsi:type': 'PIVL_TS', operator: 'A' },
          element('period', { value: textAt(repeat['period']), unit: textAt(repeat['periodUnit']) }),
        )
  const dose = list(dosage?.['doseAndRate'])[0]?.['doseQuantity'] as Json | undefined
  const when = isRequest
    ? interval((repeat?.['boundsPeriod'] as Json | undefined) ?? { start: resource['authoredOn'] }, { 'xsi:type': 'IVL_TS' })
    : time(resource, 'effective', 'IVL_TS')
  const route = dosage?.['route'] === undefined ? '' : code('routeCode', dosage['route'])
  return element(
    'substanceAdministration',
    { classCode: 'SBADM', moodCode: isRequest ? 'RQO' : 'EVN' },
    template(isRequest ? '42' : '16'),
    ...ids(resource),
    status(acts[textAt(resource['status'])] ?? 'active'),
    when,
    often,
    route,
    dose === undefined ? '' : quantity('doseQuantity', dose),
    material(medicineOf(resource, resources)),
  )
}

function immunization(resource: Resource): Xml {
  const isDone = resource['status'] !== 'not-done'
  const route = resource['route'] === undefined ? '' : code('routeCode', resource['route'])
  const dose = resource['doseQuantity'] as Json | undefined
  return element(
    'substanceAdministration',
    { classCode: 'SBADM', moodCode: 'EVN', negationInd: isDone ? 'false' : 'true' },
    template('52'),
    ...ids(resource),
    status('completed'),
    time(resource, 'occurrence'),
    route,
    dose === undefined ? '' : quantity('doseQuantity', dose),
    material(resource['vaccineCode'], textAt(resource['lotNumber'])),
  )
}

const done = table<string>({ completed: 'completed', 'in-progress': 'active', stopped: 'aborted', 'not-done': 'cancelled' })
function procedure(resource: Resource): Xml {
  return element(
    'procedure',
    { classCode: 'PROC', moodCode: 'EVN' },
    template('14'),
    ...ids(resource),
    code('code', resource['code']),
    status(done[textAt(resource['status'])] ?? 'completed'),
    time(resource, 'performed'),
    ...list(resource['bodySite']).map((site) => code('targetSiteCode', site)),
  )
}

function quantity(name: string, given: Json, more: Record<string, string> = {}): Xml {
  return element(name, { ...more, value: textAt(given['value']), unit: (textAt(given['code']) || textAt(given['unit'])).replace(/\s+/g, '') || undefined })
}

const observed = table<string>({
  final: 'completed',
  amended: 'completed',
  corrected: 'completed',
  registered: 'active',
  preliminary: 'active',
  cancelled: 'aborted',
  'entered-in-error': 'nullified',
})

function observation(resource: Resource): Xml {
  const interpretation = list(resource['interpretation']).map((one) => code('interpretationCode', one))
  const ranges = list(resource['referenceRange']).map((one) => element('referenceRange', {}, element('observationRange', {}, rangeValue(one))))
  const parts = list(resource['component']).map((part) =>
    element(
      'entryRelationship',
      { typeCode: 'COMP' },
      element('observation', { classCode: 'OBS', moodCode: 'EVN' }, code('code', part['code']), status('completed'), observationValue(part)),
    ),
  )
  return element(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN' },
    template('2'),
    ...ids(resource),
    code('code', resource['code']),
    status(observed[textAt(resource['status'])] ?? 'completed'),
    time(resource, 'effective'),
    observationValue(resource),
    ...interpretation,
    ...parts,
    ...ranges,
  )
}

function rangeValue(range: Json): Xml {
  const [low, high] = [range['low'] as Json | undefined, range['high'] as Json | undefined]
  const text = textAt(range['text'])
  const bounds =
    low === undefined && high === undefined
      ? ''
      : element('value', { 'xsi:type': 'IVL_PQ' }, low === undefined ? '' : quantity('low', low), high === undefined ? '' : quantity('high', high))
  return `${text === '' ? '' : element('text', {}, inXml(text))}${bounds}`
}

function observationValue(resource: Json): Xml {
  const found = choice(resource, 'value')
  const given = found?.value as Json
  switch (found?.type) {
    case undefined:
      return ''
    case 'Quantity':
      return compared(given)
    case 'CodeableConcept':
      return value(given)
    case 'Range':
      return rangeValue(given)
    case 'Boolean':
      return element('value', { 'xsi:type': 'BL', value: textAt(found?.value) })
    case 'Integer':
      return element('value', { 'xsi:type': 'INT', value: textAt(found?.value) })
    case 'DateTime':
      return element('value', { 'xsi:type': 'TS', value: hl7Date(textAt(found?.value)) })
    default:
      return element('value', { 'xsi:type': 'ST' }, inXml(textAt(found?.value)))
  }
}

/** `<5` becomes an interval that is open at one end. */
function compared(given: Json): Xml {
  const comparator = textAt(given['comparator'])
  if (comparator === '') return quantity('value', given, { 'xsi:type': 'PQ' })
  return element(
    'value',
    { 'xsi:type': 'IVL_PQ' },
    quantity(comparator.startsWith('<') ? 'high' : 'low', given, { inclusive: comparator.endsWith('=') ? 'true' : 'false' }),
  )
}

function report(resource: Resource, resources: Resources): Xml {
  const results = list(resource['result'])
    .flatMap((one) => resources.at(one) ?? [])
    .map((one) => element('component', {}, observation(one)))
  return element(
    'organizer',
    { classCode: 'BATTERY', moodCode: 'EVN' },
    template('1'),
    ...ids(resource),
    code('code', resource['code']),
    status(observed[textAt(resource['status'])] ?? 'completed'),
    time(resource, 'effective'),
    ...results,
  )
}

function encounter(resource: Resource): Xml {
  const kind = list(resource['type'])[0] ?? { coding: [resource['class']] }
  return element(
    'encounter',
    { classCode: 'ENC', moodCode: 'EVN' },
    template('49'),
    ...ids(resource),
    code('code', kind),
    status(resource['status'] === 'finished' ? 'completed' : 'active'),
    interval(resource['period'] as Json | undefined),
  )
}
