import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Resource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import { corpus } from '../../testing/corpora.ts'
import type { Mapped } from '../draft/draft.ts'
import { parseWithDigits } from '../draft/numbers.ts'
import { mapCda, mapHl7, readMessage, toCda, toHl7 } from '../edge.ts'
import { hl7Bytes } from './hl7v2.ts'
import { readText } from '../hl7v2/message.ts'

type Loose = Record<string, any>
const envelope = {
  sender: 'SPONA',
  facility: 'RS',
  receiver: 'BIS',
  receivingFacility: 'KCS',
  id: 'M-1',
  at: new Date('2026-03-01T10:00:00Z'),
  charset: 'utf-8' as const,
}
const issue = { id: '00000000-0000-4000-8000-000000000001', at: envelope.at, title: 'Извод' }
const of = (mapped: Mapped, type: string) =>
  mapped.bundle.entry.filter(({ resource }) => resource.resourceType === type).map(({ resource }) => resource as Resource & Loose)

const patient = {
  resourceType: 'Patient',
  identifier: [
    { system: 'urn:rs:jmbg', value: '0101985710113' },
    {
      system: 'urn:id:KCS',
      value: '47|11',
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR', display: 'Medical record number' }] },
    },
  ],
  name: [{ use: 'official', family: 'Петровић & син', given: ['Ана', 'Марија'] }],
  gender: 'female',
  birthDate: '1985-01-01',
  address: [{ use: 'home', line: ['Немањина 22'], city: 'Београд', postalCode: '11000', country: 'SRB' }],
  // PID-13 holds home numbers.
  telecom: [{ system: 'email', value: 'ana@primer.rs', use: 'home' }],
}
const result = (code: string, more: Loose) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code, display: 'x' }] },
  subject: { reference: 'urn:p' },
  effectiveDateTime: '2026-03-01T07:30:00+01:00',
  ...more,
})
const mmol = { unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' }
const bundle = {
  entry: [
    { fullUrl: 'urn:p', resource: patient },
    {
      fullUrl: 'urn:r',
      resource: {
        resourceType: 'DiagnosticReport',
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code: '24323-8' }] },
        subject: { reference: 'urn:p' },
        identifier: [{ system: 'urn:id:BIS', value: 'F-1' }],
        result: ['1', '2', '3', '4'].map((each) => ({ reference: `urn:o${each}` })),
        effectiveDateTime: '2026-03-01T07:30:00+01:00',
      },
    },
    {
      fullUrl: 'urn:o1',
      resource: result('2345-7', {
        valueQuantity: { value: 6.4, ...mmol },
        referenceRange: [{ low: { value: 3.9, ...mmol }, high: { value: 6.1, ...mmol } }],
        interpretation: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'H' }] }],
      }),
    },
    { fullUrl: 'urn:o2', resource: result('5804-0', { valueQuantity: { value: 0.3, comparator: '<', ...mmol } }) },
    { fullUrl: 'urn:o3', resource: result('5778-6', { valueString: 'жута | бистра\nдруги ред' }) },
    {
      fullUrl: 'urn:o4',
      resource: result('600-7', { valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '112283007', display: 'Escherichia coli' }] } }),
    },
    {
      fullUrl: 'urn:c',
      resource: {
        resourceType: 'Condition',
        code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'J18.9' }] },
        subject: { reference: 'urn:p' },
        clinicalStatus: { coding: [{ code: 'active' }] },
        onsetDateTime: '2026-02-01',
      },
    },
    {
      fullUrl: 'urn:a',
      resource: {
        resourceType: 'AllergyIntolerance',
        code: { coding: [{ system: 'http://www.whocc.no/atc', code: 'J01CA04' }] },
        patient: { reference: 'urn:p' },
        type: 'allergy',
        category: ['medication'],
        criticality: 'high',
        clinicalStatus: { coding: [{ code: 'active' }] },
        reaction: [{ manifestation: [{ text: 'осип' }], severity: 'severe' }],
      },
    },
    {
      fullUrl: 'urn:m',
      resource: {
        resourceType: 'MedicationStatement',
        status: 'active',
        medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'C09AA02' }] },
        subject: { reference: 'urn:p' },
        effectivePeriod: { start: '2026-01-01' },
        dosage: [
          {
            timing: { repeat: { frequency: 1, period: 12, periodUnit: 'h' } },
            doseAndRate: [{ doseQuantity: { value: 10, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } }],
          },
        ],
      },
    },
    {
      fullUrl: 'urn:i',
      resource: {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '08' }] },
        patient: { reference: 'urn:p' },
        occurrenceDateTime: '2025-01-01',
        lotNumber: 'LOT1',
      },
    },
    {
      fullUrl: 'urn:e',
      resource: {
        resourceType: 'Encounter',
        status: 'finished',
        class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
        subject: { reference: 'urn:p' },
        identifier: [{ system: 'urn:id:KCS', value: 'V-1' }],
        period: { start: '2026-03-01T10:00:00+01:00', end: '2026-03-04T10:00:00+01:00' },
      },
    },
  ],
}
const valuesOf = (resources: Loose[]) => resources.map((one) => one['valueQuantity'] ?? one['valueString'] ?? one['valueCodeableConcept'])
const values = valuesOf(bundle.entry.map(({ resource }) => resource as Loose).filter(({ resourceType }) => resourceType === 'Observation'))

test('a result sent as an ORU comes back as it was', () => {
  const message = toHl7(bundle, 'R01', envelope)
  assert.match(message, /^MSH\|\^~\\&\|SPONA\|RS\|BIS\|KCS\|20260301100000\+0000\|\|ORU\^R01\^ORU_R01\|M-1\|P\|2\.5\|{6}UNICODE UTF-8\rPID\|/)
  const mapped = mapHl7(readText(message))
  assert.deepEqual(valuesOf(of(mapped, 'Observation')), values)
  const [back] = of(mapped, 'Patient')
  assert.deepEqual(
    back?.['identifier'].map((each: Loose) => [each['system'], each['value']]),
    patient.identifier.map((each) => [each.system, each.value]),
  )
  for (const property of ['name', 'gender', 'birthDate', 'address', 'telecom'] as const) assert.deepEqual(back?.[property], patient[property], property)
  assert.equal(of(mapped, 'Observation')[0]?.['referenceRange'][0].high.value, 6.1)
  assert.equal(of(mapped, 'DiagnosticReport')[0]?.['identifier'][0].value, 'F-1')
})

test('a message in each character set comes back letter for letter, in Latin letters when the set has no Cyrillic', () => {
  const named = {
    ...bundle,
    entry: bundle.entry.map((one) =>
      one.resource.resourceType === 'Patient'
        ? { ...one, resource: { ...one.resource, name: [{ family: 'Чворовић-Ђукић', given: ['Џенис', 'Жељка'] }] } }
        : one,
    ),
  } as typeof bundle
  for (const [charset, family] of [
    ['utf-8', 'Чворовић-Ђукић'],
    ['windows-1251', 'Чворовић-Ђукић'],
    ['iso-8859-5', 'Чворовић-Ђукић'],
    ['windows-1250', 'Čvorović-Đukić'],
    ['cp852', 'Čvorović-Đukić'],
    ['iso-8859-2', 'Čvorović-Đukić'],
  ] as const)
    for (const event of ['R01', 'A03']) {
      const bytes = hl7Bytes(toHl7(named, event, { ...envelope, charset }), charset)
      const read = readMessage(bytes, 'ascii')
      assert.equal(read.charset, charset)
      assert.equal(of(mapHl7(read), 'Patient')[0]?.['name'][0].family, family, `${charset} ${event}`)
    }
  assert.throws(() => hl7Bytes('MSH|Ő', 'windows-1251'), /does not exist in windows-1251/)
})

test('a visit sent as an ADT comes back with its diagnosis and allergy', () => {
  const mapped = mapHl7(readText(toHl7(bundle, 'A03', envelope)))
  assert.deepEqual(
    [of(mapped, 'Encounter')[0]?.['status'], of(mapped, 'Encounter')[0]?.['period']],
    ['finished', { start: '2026-03-01T10:00:00+01:00', end: '2026-03-04T10:00:00+01:00' }],
  )
  assert.equal(of(mapped, 'Condition')[0]?.['code'].coding[0].code, 'J18.9')
  const [allergy] = of(mapped, 'AllergyIntolerance')
  assert.deepEqual(
    [allergy?.['code'].coding[0].system, allergy?.['criticality'], allergy?.['reaction'][0].manifestation[0].text],
    ['http://www.whocc.no/atc', 'high', 'осип'],
  )
})

test('a mapped message that is sent on keeps persons, places and reasons', () => {
  const sent = [
    'MSH|^~\\&|BIS|KCS|SPONA|RS|20260301101500||ADT^A08^ADT_A01|17|P|2.5||||||UNICODE UTF-8',
    'PID|1||4711^^^KCS^MR^^20200101^20301231||Петровић^Ана^^мл.^др^^L^^^^^20200101||19850101|F|||||||||ПРАВ^Православна^L|||||||Ниш|||SRB^Србија^L',
    'PD1||||D17^Јовић^Марко^^^др^^^KCS',
    'NK1|1|Петровић^Јован|SPO|||||20200101|20211231||||||M|19800202|||||||||||||||||88^^^KCS^MR',
    `PV1|1|I|ИНТ^204^2||||D17^Јовић^Марко^^^др^^^KCS|D18^Илић^Мира^^^^^^KCS|${'|'.repeat(9)}||V-1${'|'.repeat(23)}ХИР^1|ПРИЈЕМ`,
  ].join('\r')
  const kept = (mapped: Mapped) => {
    const [patient, kin, visit] = ['Patient', 'RelatedPerson', 'Encounter'].map((type) => of(mapped, type)[0] as Loose)
    const { location, participant } = visit as Loose
    const names = of(mapped, 'Practitioner').map(({ name }) => name[0].family)
    return {
      patient: { ...patient, id: undefined, generalPractitioner: patient?.['generalPractitioner'].length },
      kin: [kin?.['identifier'].filter((one: Loose) => one['system'] !== 'urn:spona:edge:statement'), kin?.['gender'], kin?.['birthDate'], kin?.['period']],
      visit: [location.map(({ status, extension }: Loose) => [status, extension]), participant.map(({ type }: Loose) => type)],
      names,
    }
  }
  const first = mapHl7(readText(sent))
  const again = mapHl7(readText(toHl7(first.bundle, 'A08', envelope)))
  const [before, after] = [kept(first), kept(again)]
  assert.ok(before.visit[0].length >= 2 && before.names.length === 2)
  for (const part of ['kin', 'visit', 'names'] as const)
    assert.deepEqual(JSON.parse(JSON.stringify(after[part])), JSON.parse(JSON.stringify(before[part])), part)
  for (const name of ['identifier', 'name', 'birthDate', 'extension', 'generalPractitioner']) {
    const plain = (one: Loose) => JSON.parse(JSON.stringify(one[name]).replace(/urn:uuid:[\da-f-]+/g, 'there'))
    assert.deepEqual(plain(after.patient), plain(before.patient), name)
  }
})

test('resources sent as a document come back as they were', () => {
  const mapped = mapCda(Buffer.from(toCda(bundle, issue)))
  assert.deepEqual(mapped.losses, [])
  const [back] = of(mapped, 'Patient')
  assert.deepEqual(back?.['identifier'][0], { system: 'urn:rs:jmbg', value: '0101985710113', assigner: { display: 'MUP' } })
  assert.deepEqual([back?.['name'], back?.['gender'], back?.['birthDate'], back?.['telecom'][0].value], [patient.name, 'female', '1985-01-01', 'ana@primer.rs'])
  const text = (value: any) => (typeof value === 'string' ? value.replace(/\s+/g, ' ') : value)
  assert.deepEqual(valuesOf(of(mapped, 'Observation')), values.map(text))
  const [medicine] = of(mapped, 'MedicationStatement')
  assert.deepEqual(medicine?.['dosage'], [
    {
      timing: { repeat: { frequency: 1, period: 12, periodUnit: 'h' } },
      doseAndRate: [{ doseQuantity: { value: 10, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } }],
    },
  ])
  const [allergy] = of(mapped, 'AllergyIntolerance')
  assert.deepEqual([allergy?.['type'], allergy?.['category'], allergy?.['reaction'][0].severity], ['allergy', ['medication'], 'severe'])
  assert.deepEqual(
    [of(mapped, 'Immunization')[0]?.['lotNumber'], of(mapped, 'Condition')[0]?.['onsetDateTime'], of(mapped, 'Encounter')[0]?.['period'].end],
    ['LOT1', '2026-02-01', '2026-03-04T10:00:00+01:00'],
  )
})

test('a bundle with several patients is refused: a message concerns one', () => {
  const two = { entry: [...bundle.entry, { fullUrl: 'urn:q', resource: { resourceType: 'Patient' } }] }
  for (const wrong of [two, { entry: [] }, {}]) assert.throws(() => toHl7(wrong, 'R01', envelope), Refusal)
  assert.throws(() => toCda(two, issue), Refusal)
})

test('everything mapped from third parties can be sent back, and is read again', (t) => {
  const folder = corpus(t, 'hl7v2')
  if (folder === null) return
  const results = (mapped: Mapped) =>
    valuesOf(of(mapped, 'Observation').filter((one) => one['valueQuantity']?.value !== undefined)).map((one) => JSON.stringify(one.value))
  let count = 0
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.hl7'))) {
    let mapped: Mapped
    try {
      mapped = mapHl7(readMessage(readFileSync(join(folder, file))))
    } catch {
      continue
    }
    // Components are sent as separate results, because v2 has no other place for them.
    if (of(mapped, 'Patient').length !== 1 || of(mapped, 'Observation').some((one) => one['component'] !== undefined)) continue
    const again = mapHl7(readText(toHl7(mapped.bundle, 'R01', envelope)))
    assert.deepEqual(results(again).map(String).sort(), results(mapped).map(String).sort(), file)
    mapCda(Buffer.from(toCda(mapped.bundle, issue)))
    count++
  }
  assert.ok(count > 240, `${count} went there and back`)
})

test('a result is sent with the digits that it came with', () => {
  const result = { resourceType: 'Observation', status: 'final', code: { text: 'х' }, valueQuantity: { value: 1.5, unit: 'mmol/L' } }
  const text = JSON.stringify({ entry: [...bundle.entry.slice(0, 1), { fullUrl: 'urn:r', resource: result }] }).replace('"value":1.5,', '"value":1.50,')
  assert.match(toHl7(parseWithDigits(text) as never, 'R01', envelope), /\|NM\|[^|]*\|\|1\.50\|mmol\/L/)
  assert.equal(JSON.stringify(parseWithDigits(text)), text)
})
