import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, mappedHl7, segment } from '../../../testing/hl7.ts'

const told = async (...lines: string[]) => await mappedHl7([headOf('ADT^A08'), ana, segment('PV1', { 1: '1', 2: 'I', 19: 'V1' }), ...lines])

describe('a diagnosis', () => {
  test('has the code system in DG1-2, as older systems write it, and a procedure that in PR1-2', async () => {
    const { first, all } = await told('DG1|1|I10|J189|Пнеумонија||F', 'DG1|2|I9|486^Пнеумонија^I10C||F', 'PR1|1|I10P|0BH17EZ|Интубација|20260301')
    assert.deepEqual(
      all('Condition').map((one) => one['code'].coding[0]),
      [
        { system: 'http://hl7.org/fhir/sid/icd-10', code: 'J18.9' },
        { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: '486', display: 'Пнеумонија' },
      ],
    )
    assert.equal(first('Procedure')['code'].coding[0].system, 'http://www.cms.gov/Medicare/Coding/ICD10')
  })

  test('that is confidential says so', async () => {
    const { all } = await told(segment('DG1', { 1: '1', 3: 'F20^х^I10', 18: 'Y' }), segment('DG1', { 1: '2', 3: 'I10^х^I10', 18: 'N' }))
    assert.deepEqual(
      all('Condition').map(({ meta }) => (meta as { security: { code: string }[] } | undefined)?.security[0]?.code),
      ['R', undefined],
    )
  })
})

test('the onset of an allergy or a problem may be in words, and its time of diagnosis and its severity are kept', async () => {
  const { first, all, losses } = await told(
    segment('IAM', { 1: '1', 2: 'DA', 3: 'X^х^L', 6: 'A^Add^HL70323', 12: 'од детињства' }),
    segment('PRB', { 1: 'AD', 2: '20260301', 3: 'I10^х^I10', 4: 'P1', 7: '20200101', 17: 'од 2019.', 26: '6736007^умерено^SCT' }),
    segment('PRB', { 1: 'AD', 2: '20260301', 3: 'J45^х^I10', 4: 'P2', 16: '2019', 17: 'после прехладе' }),
  )
  const [words, date] = all('Condition')
  assert.equal(first('AllergyIntolerance')['onsetString'], 'од детињства')
  assert.deepEqual([words?.['onsetString'], words?.['extension'][0].valueDateTime, words?.['severity'].coding[0].code], ['од 2019.', '2020-01-01', '6736007'])
  assert.deepEqual([date?.['onsetDateTime'], date?.['onsetString'], date?.['note'][0].text], ['2019', undefined, 'после прехладе'])
  assert.deepEqual(losses, [])
})

test('the expected discharge is kept, and in words whether the patient is an inpatient', async () => {
  const { first } = await mappedHl7([headOf('ADT^A01'), ana, segment('PV1', { 2: 'Inpatient', 19: 'V1' }), segment('PV2', { 9: '20260305' })])
  const visit = first('Encounter')
  assert.deepEqual([visit['class'].code, visit['extension'][0].valueDateTime], ['IMP', '2026-03-05'])
  assert.match(visit['extension'][0].url, /plannedEndDate$/)
})

test('the expected admission is kept beside the beginning of the visit, and a text that is no number of days is a loss', async () => {
  const visit = segment('PV1', { 2: 'I', 19: 'V1', 44: '202603011000' })
  const { first, losses } = await mappedHl7([headOf('ADT^A01'), ana, visit, segment('PV2', { 8: '20260228', 11: 'на посматрању' })])
  const { period, extension, length } = first('Encounter')
  assert.deepEqual([period.start, extension[0].valueDateTime, length, losses], ['2026-03-01T10:00:00+01:00', '2026-02-28', undefined, ['PV2[1]-11']])
  assert.match(extension[0].url, /plannedStartDate$/)
})

test('a charge has its words, its days and the currency of its price', async () => {
  const { first } = await mappedHl7([headOf('DFT^P03'), ana, segment('FT1', { 4: '20260301^20260305', 6: 'CG', 7: 'X^х^L', 8: 'Преглед', 11: '1500.00^RSD' })])
  const charge = first('ChargeItem')
  assert.deepEqual(
    [charge['code'].text, charge['occurrencePeriod'], charge['occurrenceDateTime'], charge['priceOverride'].currency],
    ['Преглед', { start: '2026-03-01', end: '2026-03-05' }, undefined, 'RSD'],
  )
})

describe('the name of a document in OBX-3', () => {
  const typeOf = async (...lines: string[]) => {
    const { first, losses } = await mappedHl7([headOf('MDM^T02'), ana, segment('TXA', { 2: 'DS^Отпусна листа^L', 12: 'X1' }), ...lines])
    return [first('DocumentReference')['type'], losses]
  }
  const house = { system: 'urn:id:L', code: 'DS', display: 'Отпусна листа' }

  test('is a code of its type beside that in TXA-2', async () => {
    const loinc = { system: 'http://loinc.org', code: '18842-5', display: 'Discharge summary' }
    const line = (text: string) => `OBX|1|TX|18842-5^Discharge summary^LN||${text}`
    assert.deepEqual(await typeOf(line('први'), line('други')), [{ coding: [house, loinc], text: 'Discharge summary' }, []])
  })

  test('is a loss when its parts have different names', async () => {
    const [type, losses] = await typeOf('OBX|1|TX|A^Анамнеза^L||први', 'OBX|2|TX|S^Статус^L||други')
    assert.deepEqual([type, losses], [{ coding: [house] }, ['OBX[1]-3', 'OBX[2]-3']])
  })
})

test('a document keeps its empty lines, and names its author once', async () => {
  const doctor = 'D1^Јовић^Марко'
  const { first, all, losses } = await mappedHl7([
    headOf('MDM^T02'),
    ana,
    segment('TXA', { 1: '1', 2: 'DS', 3: 'TX', 5: doctor, 9: doctor, 12: 'X1', 17: 'AU' }),
    'OBX|1|TX|||Отпуштен.||||||F',
    'OBX|2|TX|||||||||F',
    'OBX|3|TX|||Терапија: аспирин.||||||F',
  ])
  const document = first('DocumentReference')
  assert.equal(Buffer.from(document['content'][0].attachment.data, 'base64').toString(), 'Отпуштен.\n\nТерапија: аспирин.')
  assert.deepEqual([document['author'].length, all('Practitioner').length, losses], [1, 1, []])
})

test('a patient whose data are to be protected is marked so', async () => {
  const labels = async (indicator: string) =>
    ((await mappedHl7([headOf('VXU^V04'), ana, segment('PD1', { 12: indicator })])).first('Patient').meta as { security?: { code: string }[] } | undefined)
      ?.security?.[0]?.code
  assert.deepEqual([await labels('Y'), await labels('N')], ['R', undefined])
})
