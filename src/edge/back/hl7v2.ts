import type { Resource } from '../../fhir/fhir.ts'
import { toLatin } from '../../platform/text.ts'
import { hl7Date } from '../draft/dates.ts'
import type { Json } from '../draft/draft.ts'
import { codeSystemName } from '../draft/systems.ts'
import { type Charset, charsetName, encode, hasCyrillic } from '../hl7v2/charset.ts'
import { escaped } from '../hl7v2/escapes.ts'
import { addresses, components, concept, cx, ei, hl7, names, pl, telecoms, typed, words, xcn } from './hl7v2-types.ts'
import { type Bundle, choice, list, numbersOf, Resources, textAt } from './resources.ts'
import { table } from '../draft/table.ts'

/** Sender and receiver of the message; number and time are given by the sender. */
export type Envelope = { sender: string; facility: string; receiver: string; receivingFacility: string; id: string; at: Date; charset: Charset }

/** FHIR as a message of HL7 v2.5 for a system that takes nothing else: event R01 gives an ORU, every other event an ADT. */
export function toHl7(bundle: Bundle, event: string, envelope: Envelope): string {
  return event === 'R01' ? toOru(bundle, envelope) : toAdt(bundle, event, envelope)
}

/** The message in the character set that its MSH-18 names. A letter that the set lacks is refused, except Cyrillic, which has exact Latin equivalents. */
export function hl7Bytes(message: string, charset: Charset): Uint8Array {
  return encode(hasCyrillic(charset) ? message : toLatin(message), charset)
}

/** Each report with its order, its results and its notes. */
function toOru(bundle: Bundle, envelope: Envelope): string {
  const resources = new Resources(bundle)
  const reports = resources.of('DiagnosticReport')
  const reported = new Set(reports.flatMap((report) => list(report['result']).map((one) => resources.at(one))))
  const loose = resources.of('Observation').filter((one) => !reported.has(one))
  const groups = [
    ...reports.map((report, index) => reportGroup(report, index + 1, resources)),
    ...(loose.length === 0 ? [] : [looseGroup(loose, reports.length + 1)]),
  ]
  return segments([header('ORU^R01^ORU_R01', envelope), pid(resources.patient(), resources), ...visits(resources), ...groups.flat()])
}

/** The visit, its diagnoses, the allergies and the relatives. */
function toAdt(bundle: Bundle, event: string, envelope: Envelope): string {
  const resources = new Resources(bundle)
  const related = resources.of('RelatedPerson').map((one, index) => relative(one, index + 1))
  const allergies = resources
    .of('AllergyIntolerance')
    .map((one, index) => [
      'AL1',
      String(index + 1),
      categories[textAt(list(one['category'])[0])] ?? '',
      concept(one['code']),
      criticalities[textAt(one['criticality'])] ?? '',
      list(list(one['reaction'])[0]?.['manifestation']).map(words).join('~'),
      hl7(one['onsetDateTime']),
    ])
  const diagnoses = resources
    .of('Condition')
    .map((one, index) => [
      'DG1',
      String(index + 1),
      '',
      concept(one['code']),
      escaped(textAt((one['code'] as Json | undefined)?.['text'])),
      hl7(one['onsetDateTime']),
      'W',
    ])
  return segments([
    header(`ADT^${event}^${structures[event] ?? `ADT_${event}`}`, envelope),
    ['EVN', event, moment(envelope.at)],
    pid(resources.patient(), resources),
    ...doctors(resources),
    ...related,
    ...visits(resources),
    ...allergies,
    ...diagnoses,
  ])
}

// Events that use the message structure of another (HL7 table 0354).
const structures = table<string>({ A04: 'ADT_A01', A08: 'ADT_A01', A13: 'ADT_A01', A11: 'ADT_A09', A28: 'ADT_A05', A31: 'ADT_A05', A40: 'ADT_A39' })
const categories = table<string>({ medication: 'DA', food: 'FA', environment: 'EA', biologic: 'DA' })
const criticalities = table<string>({ high: 'SV', low: 'MI', 'unable-to-assess': 'U' })

const segments = (all: string[][]) => `${all.map((fields) => fields.join('|').replace(/\|+$/, '')).join('\r')}\r`
const moment = (at: Date) => hl7Date(`${at.toISOString().slice(0, 19)}Z`)
function header(type: string, envelope: Envelope): string[] {
  const { sender, facility, receiver, receivingFacility, id, at } = envelope
  return [
    'MSH',
    '^~\\&',
    ...[sender, facility, receiver, receivingFacility].map(escaped),
    moment(at),
    '',
    type,
    escaped(id),
    'P',
    '2.5',
    '',
    '',
    '',
    '',
    '',
    charsetName(envelope.charset),
  ]
}

const genders = table<string>({ male: 'M', female: 'F', other: 'O', unknown: 'U' })
function pid(patient: Resource, resources: Resources): string[] {
  const deceased = patient['deceasedDateTime'] === undefined ? '' : hl7(patient['deceasedDateTime'])
  const isDead = deceased !== '' || patient['deceasedBoolean'] === true ? 'Y' : patient['deceasedBoolean'] === false ? 'N' : ''
  const fields = [
    'PID',
    '1',
    '',
    numbersOf(patient).map(cx).join('~'),
    '',
    names(patient),
    '',
    hl7(patient['birthDate']),
    genders[textAt(patient['gender'])] ?? '',
    '',
    '',
    addresses(patient),
    '',
    telecoms(patient),
    '',
    concept(list(patient['communication'])[0]?.['language']),
    concept(patient['maritalStatus']),
  ]
  const extension = (name: string) => list(patient['extension']).filter((one) => one['url'] === `http://hl7.org/fhir/StructureDefinition/patient-${name}`)
  const codesIn = (name: string) => extension(name).map((one) => concept(list(one['extension'])[0]?.['valueCodeableConcept']))
  fields[6] = escaped(textAt(extension('mothersMaidenName')[0]?.['valueString']))
  fields[17] = concept(extension('religion')[0]?.['valueCodeableConcept'])
  fields[23] = escaped(textAt((extension('birthPlace')[0]?.['valueAddress'] as Json | undefined)?.['text']))
  fields[26] = codesIn('citizenship').join('~')
  fields[28] = codesIn('nationality')[0] ?? ''
  const account = resources.of('Account')[0]
  fields[18] = account === undefined ? '' : (numbersOf(account).map(cx)[0] ?? '')
  fields[24] = patient['multipleBirthInteger'] !== undefined || patient['multipleBirthBoolean'] === true ? 'Y' : ''
  fields[25] = textAt(patient['multipleBirthInteger'])
  fields[29] = deceased
  fields[30] = isDead
  return Array.from(fields, (field) => field ?? '')
}

/** NK1, with the fields that a relative has. */
function relative(one: Resource, number: number): string[] {
  const period = one['period'] as Json | undefined
  const fields: string[] = ['NK1', String(number), names(one), concept(list(one['relationship'])[0]), addresses(one), telecoms(one)]
  fields[8] = hl7(period?.['start'])
  fields[9] = hl7(period?.['end'])
  fields[15] = genders[textAt(one['gender'])] ?? ''
  fields[16] = hl7(one['birthDate'])
  fields[33] = numbersOf(one).map(cx).join('~')
  return Array.from(fields, (field) => field ?? '')
}

/** PD1: the doctors of the patient. */
function doctors(resources: Resources): string[][] {
  const all = list(resources.patient()['generalPractitioner']).filter((one) => (resources.at(one)?.resourceType ?? '').startsWith('Practitioner'))
  return all.length === 0 ? [] : [['PD1', '', '', '', all.map((one) => xcn(one, resources)).join('~')]]
}

const classCodes = table<string>({ IMP: 'I', ACUTE: 'I', AMB: 'O', EMER: 'E', PRENC: 'P', HH: 'H' })
const participantFields = table<number>({ ATND: 7, REF: 8, CON: 9, ADM: 17, PART: 52 })

/** The field of PV1 for a place: 3 the current place, 6 the former, 42 the planned; 11 and 43 are the temporary ones. */
function placeField(place: Json): number {
  const isTemporary = list(place['extension']).some((one) => textAt(one['url']).endsWith('temporary-location'))
  if (place['status'] === 'completed') return isTemporary ? 43 : 6
  if (place['status'] === 'planned') return 42
  return isTemporary ? 11 : 3
}

function visits(resources: Resources): string[][] {
  return resources
    .of('Encounter')
    .slice(0, 1)
    .map((one) => {
      const period = one['period'] as Json | undefined
      const fields: string[] = ['PV1', '1', classCodes[textAt((one['class'] as Json | undefined)?.['code'])] ?? 'U']
      for (const place of list(one['location'])) {
        const field = placeField(place)
        if (fields[field] === undefined) fields[field] = pl(place['location'], resources)
      }
      for (const type of list(one['type'])) {
        const field = textAt(list(type['coding'])[0]?.['system']).endsWith('v2-0018') ? 18 : 4
        fields[field] ??= concept(type)
      }
      const stay = one['hospitalization'] as Json | undefined
      fields[13] = concept(stay?.['reAdmission'])
      fields[14] = concept(stay?.['admitSource'])
      fields[15] = list(stay?.['specialArrangement']).map(concept).join('~')
      fields[16] = concept(list(stay?.['specialCourtesy'])[0])
      fields[36] = concept(stay?.['dischargeDisposition'])
      fields[38] = concept(list(stay?.['dietPreference'])[0])
      for (const participant of list(one['participant'])) {
        const code = list(list(participant['type'])[0]?.['coding'])[0]?.['code']
        const field = participantFields[textAt(code)]
        const who = field === undefined ? '' : xcn(participant['individual'], resources)
        if (field !== undefined && who !== '') fields[field] = fields[field] === undefined ? who : `${fields[field]}~${who}`
      }
      fields[10] = concept(one['serviceType']).split('^')[0] ?? ''
      fields[19] = numbersOf(one).map(cx)[0] ?? ''
      fields[44] = hl7(period?.['start'])
      fields[45] = hl7(period?.['end'])
      return Array.from(fields, (field) => field ?? '')
    })
}

const reportCodes = table<string>({
  registered: 'O',
  partial: 'R',
  preliminary: 'P',
  final: 'F',
  corrected: 'C',
  amended: 'C',
  appended: 'C',
  cancelled: 'X',
  'entered-in-error': 'X',
})
function reportGroup(report: Resource, number: number, resources: Resources): string[][] {
  const order = resources.at(list(report['basedOn'])[0])
  const own = numbersOf(report)
  const ordered = list(order?.['identifier'])
  const placer = typed(own, 'PLAC') ?? typed(ordered, 'PLAC')
  const filler = typed(own, 'FILL') ?? typed(ordered, 'FILL') ?? own[0]
  const period = report['effectivePeriod'] as Json | undefined
  const fields: string[] = ['OBR', String(number), ei(placer), ei(filler), concept(report['code'])]
  fields[7] = hl7(report['effectiveDateTime'] ?? period?.['start'])
  fields[8] = hl7(period?.['end'])
  fields[16] = xcn(order?.['requester'], resources)
  fields[22] = hl7(report['issued'])
  fields[25] = reportCodes[textAt(report['status'])] ?? ''
  const results = list(report['result']).flatMap((one) => resources.at(one) ?? [])
  const lines = results.flatMap((one, index) => observation(one, index + 1, resources))
  const forms = list(report['presentedForm']).map((form, index) => [
    'OBX',
    String(results.length + index + 1),
    'ED',
    components('PDF', escaped(textAt(form['title']))),
    '',
    file(form),
    '',
    '',
    '',
    '',
    '',
    'F',
  ])
  const note = textAt(report['conclusion'])
  return [Array.from(fields, (field) => field ?? ''), ...(note === '' ? [] : [['NTE', '1', '', escaped(note)]]), ...lines, ...forms]
}

function file(form: Json): string {
  const [type = '', subtype = ''] = textAt(form['contentType']).split(';')[0]?.split('/') ?? []
  return components('', escaped(type), escaped(subtype), 'Base64', textAt(form['data']))
}

function looseGroup(observations: Resource[], number: number): string[][] {
  return [['OBR', String(number), '', '', '^results'], ...observations.flatMap((one, index) => observation(one, index + 1, undefined))]
}

const resultCodes = table<string>({
  registered: 'I',
  preliminary: 'P',
  final: 'F',
  amended: 'C',
  corrected: 'C',
  cancelled: 'X',
  'entered-in-error': 'W',
})

function observation(one: Resource, number: number, resources: Resources | undefined): string[][] {
  const value = valueOf(one)
  const range = list(one['referenceRange'])[0]
  const [low, high] = [textAt((range?.['low'] as Json | undefined)?.['value']), textAt((range?.['high'] as Json | undefined)?.['value'])]
  const bounds = textAt(range?.['text']) || (low !== '' && high !== '' ? `${low}-${high}` : low === '' ? (high === '' ? '' : `<${high}`) : `>${low}`)
  const interpretation = list(one['interpretation'])
    .map((each) => textAt(list(each['coding'])[0]?.['code']))
    .join('~')
  const fields: string[] = ['OBX', String(number), value.type, concept(one['code']), '', value.text, value.unit, escaped(bounds), escaped(interpretation)]
  fields[11] = resultCodes[textAt(one['status'])] ?? 'F'
  const period = one['effectivePeriod'] as Json | undefined
  fields[14] = hl7(one['effectiveDateTime'] ?? period?.['start'])
  fields[16] = resources === undefined ? '' : xcn(list(one['performer'])[0], resources)
  const parts = list(one['component']).map((part, index) => {
    const inner = valueOf(part)
    return ['OBX', `${number}.${index + 1}`, inner.type, concept(part['code']), String(index + 1), inner.text, inner.unit, '', '', '', '', fields[11] as string]
  })
  const notes = list(one['note']).map((note, index) => ['NTE', String(index + 1), '', escaped(textAt(note['text']))])
  return [Array.from(fields, (field) => field ?? ''), ...notes, ...parts]
}

function unit(quantity: Json | undefined): string {
  const [code, text, system] = [textAt(quantity?.['code']), textAt(quantity?.['unit']), textAt(quantity?.['system'])]
  if (code === '') return escaped(text)
  return components(escaped(code), text === code ? '' : escaped(text), system === '' ? '' : escaped(codeSystemName(system)))
}

function valueOf(resource: Json): { type: string; text: string; unit: string } {
  const found = choice(resource, 'value')
  const value = found?.value as Json
  switch (found?.type) {
    case undefined:
      return { type: '', text: '', unit: '' }
    case 'Quantity': {
      const comparator = textAt(value['comparator'])
      const number = textAt(value['value'])
      return { type: comparator === '' ? 'NM' : 'SN', text: comparator === '' ? number : `${comparator}^${number}`, unit: unit(value) }
    }
    case 'CodeableConcept':
      return { type: 'CWE', text: concept(value), unit: '' }
    case 'Range': {
      const [low, high] = [value['low'] as Json | undefined, value['high'] as Json | undefined]
      return { type: 'SN', text: `^${textAt(low?.['value'])}^-^${textAt(high?.['value'])}`, unit: unit(low ?? high) }
    }
    case 'Ratio': {
      const [top, bottom] = [value['numerator'] as Json | undefined, value['denominator'] as Json | undefined]
      return { type: 'SN', text: `^${textAt(top?.['value'])}^:^${textAt(bottom?.['value'])}`, unit: '' }
    }
    case 'Integer':
      return { type: 'NM', text: textAt(found?.value), unit: '' }
    case 'DateTime':
      return { type: 'DTM', text: hl7(found?.value), unit: '' }
    default:
      return { type: 'ST', text: escaped(textAt(found?.value)), unit: '' }
  }
}
