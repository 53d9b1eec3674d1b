import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, type Loose, mappedHl7, segment } from '../../../testing/hl7.ts'

const rxo = (more: Record<number, string> = {}) => segment('RXO', { 1: 'J01CA04^Амоксицилин^ATC', 2: '500', 4: 'mg', ...more })
const rxe = (more: Record<number, string> = {}) => segment('RXE', { 2: 'J01CA04^Амоксицилин^ATC', 3: '500', 5: 'mg', ...more })
const numbersOf = (one: Loose | undefined) => (one?.['identifier'] ?? []).map(({ system, value }: { system: string; value: string }) => `${system}|${value}`)

describe('the ordered medicine and the version of the pharmacy', () => {
  const both = (second: string) => [headOf('RDE^O11'), ana, 'ORC|NW|P1^BIS|F1^APO', 'TQ1|1||TID|||7^d', rxo(), 'RXR|PO^Oral^HL70162', second]

  test('are two requests: the medicine that the doctor ordered stays when the pharmacy gives another', async () => {
    const { all, at } = await mappedHl7(both(rxe({ 2: 'J01CR02^Амоксицилин и клавуланска^ATC', 15: 'RX77' })))
    const [ordered, encoded] = all('MedicationRequest')
    assert.deepEqual([ordered?.['intent'], encoded?.['intent']], ['original-order', 'filler-order'])
    assert.deepEqual(
      [ordered, encoded].map((one) => one?.['medicationCodeableConcept'].coding[0].code),
      ['J01CA04', 'J01CR02'],
    )
    assert.equal(at(encoded?.['basedOn'][0]), ordered)
    assert.deepEqual([numbersOf(ordered), numbersOf(encoded)], [['urn:id:BIS|P1'], ['urn:id:APO|F1', 'urn:rs:kcs|RX77']])
    // The other medicine does not get the times of the ordered one.
    assert.deepEqual([ordered?.['dosageInstruction'][0].timing.repeat.frequency, encoded?.['dosageInstruction'][0].timing], [3, undefined])
  })

  test('with the same medicine, times and route that only the order gives hold for both', async () => {
    const encoded = (await mappedHl7(both(rxe({ 3: '1000' })))).all('MedicationRequest')[1] as Loose
    const [{ timing, route, doseAndRate }] = encoded['dosageInstruction']
    assert.deepEqual([timing.repeat.frequency, route.coding[0].code, doseAndRate[0].doseQuantity.value], [3, 'PO', 1000])
  })

  test('without numbers of their own they are found again by that of the order', async () => {
    const { all } = await mappedHl7([
      headOf('RGV^O15'),
      ana,
      'ORC|NW|P1',
      rxo(),
      rxe(),
      segment('RXG', { 1: '2', 4: 'J01CA04^Амоксицилин^ATC', 5: '500', 7: 'mg' }),
    ])
    assert.deepEqual(all('MedicationRequest').map(numbersOf), [['urn:rs:kcs|P1'], ['urn:rs:kcs:filler-order|P1'], ['urn:rs:kcs:instance-order|P1/2']])
    assert.deepEqual(
      all('MedicationRequest').map((one) => one['intent']),
      ['original-order', 'filler-order', 'instance-order'],
    )
  })
})

test('a mixture names its ingredients and their amounts (RXC), and an administration its lot', async () => {
  const mixed = await mappedHl7([
    headOf('RDE^O11'),
    ana,
    'ORC|NW|P1',
    rxe({ 2: 'INF^Инфузија^L' }),
    'RXR|IV^Intravenous^HL70162',
    'RXC|B|D5W^Глукоза 5%^L|1000|mL',
    'RXC|A|KCL^Калијум-хлорид^L|20|meq',
  ])
  const request = mixed.first('MedicationRequest')
  const medication = mixed.at(request['medicationReference'])
  assert.deepEqual([request['medicationCodeableConcept'], request['medicationReference'].display], [undefined, 'Инфузија'])
  assert.equal(request['dosageInstruction'][0].route.coding[0].code, 'IV')
  assert.deepEqual(
    medication['ingredient'].map(({ itemCodeableConcept, strength }: Loose) => [
      itemCodeableConcept.coding[0].display,
      strength.numerator.value,
      strength.numerator.unit,
    ]),
    [
      ['Глукоза 5%', 1000, 'mL'],
      ['Калијум-хлорид', 20, 'meq'],
    ],
  )
  assert.deepEqual(mixed.losses, [])
  const given = await mappedHl7([
    headOf('RAS^O17'),
    ana,
    'ORC|RE|P1',
    segment('RXA', { 1: '0', 2: '1', 3: '202603010800', 5: 'B05^А^ATC', 6: '1', 7: 'mL', 15: 'LOT7', 16: '20270131' }),
  ])
  assert.deepEqual(given.at(given.first('MedicationAdministration')['medicationReference'])['batch'], { lotNumber: 'LOT7', expirationDate: '2027-01-31' })
  const alone = await mappedHl7([headOf('RDE^O11'), ana, 'RXC|A|KCL^Калијум^L|20|meq'])
  assert.ok(alone.losses.includes('RXC[1]'))
})

test('a request says how much may be handed out, by whom, how often, and the maximum in a day', async () => {
  const { first, at } = await mappedHl7([
    headOf('OMP^O09'),
    ana,
    'ORC|NW|P1',
    rxo({ 11: '20', 12: 'TAB', 13: '2', 23: '4^&tbl', 28: '10', 32: 'AP1^Апотека Београд^L' }),
  ])
  const { quantity, numberOfRepeatsAllowed, dispenseInterval, performer } = first('MedicationRequest')['dispenseRequest']
  assert.deepEqual(
    [quantity.value, numberOfRepeatsAllowed, dispenseInterval.value, dispenseInterval.code, at(performer)['name']],
    [20, 2, 10, 'd', 'Апотека Београд'],
  )
  const most = first('MedicationRequest')['dosageInstruction'][0].maxDosePerPeriod
  assert.deepEqual([most.numerator.value, most.denominator.code], [4, 'd'])
})

test('a dispense names its prescription (RXD-7); the maximum in a day (RXD-12) is not an instruction in words', async () => {
  const rxd = segment('RXD', {
    1: '1',
    2: 'J01^А^ATC',
    3: '20260301',
    4: '21',
    5: 'TAB',
    7: 'RX77',
    12: '3^TAB',
    15: 'после јела',
    18: 'L9',
    33: 'R^Refill^HL70484',
  })
  const { first, at } = await mappedHl7([headOf('RDS^O13'), ana, 'ORC|RE|P1', rxd])
  const dispense = first('MedicationDispense')
  assert.deepEqual(dispense['authorizingPrescription'], [{ type: 'MedicationRequest', identifier: { system: 'urn:rs:kcs', value: 'RX77' } }])
  const [{ text, maxDosePerPeriod }] = dispense['dosageInstruction']
  assert.deepEqual([text, maxDosePerPeriod.numerator.value, dispense['type'].coding[0].code], ['после јела', 3, 'R'])
  assert.equal(at(dispense['medicationReference'])['batch'].lotNumber, 'L9')
})

describe('a decimal comma', () => {
  const valueOf = async (value: string, range = '') => {
    const { first, losses } = await mappedHl7([
      headOf('ORU^R01'),
      ana,
      'OBR|1||F1|X^х^L|||20260301',
      segment('OBX', { 1: '1', 2: 'NM', 3: 'A^а^L', 5: value, 6: 'mmol/L', 7: range, 11: 'F' }),
    ])
    const { valueQuantity, valueString, referenceRange } = first('Observation')
    return { value: valueQuantity ?? valueString, range: referenceRange?.[0], losses }
  }

  test('is a number, and the loss report says how it was read', async () => {
    for (const [sent, value, comparator] of [
      ['5,5', 5.5, undefined],
      ['0,125', 0.125, undefined],
      ['<0,5', 0.5, '<'],
      ['1250,75', 1250.75, undefined],
    ] as const) {
      const made = await valueOf(sent)
      assert.deepEqual([made.value.value, made.value.comparator, made.losses], [value, comparator, ['OBX[1]-5']], sent)
    }
  })

  test('that may be a thousands separator stays text: nobody knows whether it is one and a quarter or more than a thousand', async () => {
    for (const sent of ['1,250', '12,000', '1,250,000'])
      assert.deepEqual(await valueOf(sent), { value: `${sent} mmol/L`, range: undefined, losses: ['OBX[1]-5'] })
  })

  test('in bounds, and in a dose', async () => {
    const { range } = await valueOf('5.5', '3,9 - 6,1')
    assert.deepEqual([range.low.value, range.high.value, range.text], [3.9, 6.1, '3,9 - 6,1'])
    const { first, losses } = await mappedHl7([headOf('RDE^O11'), ana, 'ORC|NW|P1', rxe({ 3: '0,5' })])
    assert.deepEqual([first('MedicationRequest')['dosageInstruction'][0].doseAndRate[0].doseQuantity.value, losses], [0.5, ['RXE[1]-3']])
    const words = await mappedHl7([headOf('RDE^O11'), ana, 'ORC|NW|P1', rxe({ 3: 'по потреби' })])
    assert.deepEqual(words.losses, ['RXE[1]-3'])
  })
})

test('an administration is found again by its order, its number in it and its time, so that the same message sent twice adds no second dose', async () => {
  const rxa = (more: Record<number, string> = {}) =>
    segment('RXA', { 1: '0', 2: '1', 3: '202603010800', 5: 'J01DD04^Цефтриаксон^ATC', 6: '1', 7: 'g', 20: 'CP', ...more })
  const given = async (...lines: string[]) => mappedHl7([headOf('RAS^O17', '20260301101500', String(lines.length)), ana, 'ORC|RE|R1^BIS|RX1^APO', ...lines])
  const { first, requests } = await given(rxa())
  assert.deepEqual(requests('MedicationAdministration'), ['PUT identifier=urn:rs:kcs:administration|RX1/0/1/202603010800/J01DD04'])
  assert.deepEqual(first('MedicationAdministration')['request'].identifier.value, 'R1')
  const two = await given(rxa(), rxa({ 2: '2', 3: '202603012000' }), rxa({ 2: '2', 3: '202603012000', 5: 'B05^NaCl^ATC' }))
  assert.equal(new Set(two.requests('MedicationAdministration')).size, 3)
  // One that is taken back is the same one.
  const back = await given(rxa({ 21: 'D' }), 'NTE|1||грешка')
  assert.deepEqual(
    [back.requests('MedicationAdministration'), back.first('MedicationAdministration')['status']],
    [requests('MedicationAdministration'), 'entered-in-error'],
  )
})

test('RXE-1 gives the period and TQ1 the frequency: both are kept', async () => {
  const rde = async (old: string, tq1: Record<number, string>) =>
    (await mappedHl7([headOf('RDE^O11'), ana, 'ORC|NW|R1', rxe({ 1: old }), segment('TQ1', { 1: '1', ...tq1 })])).first('MedicationRequest')[
      'dosageInstruction'
    ][0]
  const both = await rde('^^^20260301^20260308', { 3: 'Q12H', 4: '0800~2000', 7: '20260302' })
  assert.deepEqual(both.timing.repeat, { timeOfDay: ['08:00:00', '20:00:00'], boundsPeriod: { start: '2026-03-01', end: '2026-03-08' } })
  assert.deepEqual((await rde('1^BID', { 3: 'TID', 6: '7^d' })).timing.repeat, {
    boundsDuration: { value: 7, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
    frequency: 2,
    period: 1,
    periodUnit: 'd',
  })
  const needed = await rde('1^PRN', { 3: 'PRN', 10: 'бол' })
  assert.deepEqual([needed.asNeededBoolean, needed.asNeededCodeableConcept], [true, undefined])
})
