import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, mappedHl7, segment } from '../../../testing/hl7.ts'

describe('how a medicine is taken', () => {
  const dosage = async (...lines: string[]) => (await mappedHl7([headOf('RDE^O11'), ana, ...lines])).first('MedicationRequest')['dosageInstruction'][0]
  const rxe = (more: Record<number, string> = {}) => segment('RXE', { 2: 'J01CA04^Амоксицилин^ATC', 3: '500', 5: 'mg', ...more })

  test('TQ1 before RXE or after it says how often, from when, until when, and what else', async () => {
    const tq1 = segment('TQ1', { 1: '1', 3: 'TID', 7: '20260301080000', 8: '20260308', 11: 'после јела' })
    for (const lines of [
      ['ORC|NW|R1', tq1, rxe()],
      ['ORC|NW|R1', rxe(), tq1],
    ]) {
      const { timing, patientInstruction, doseAndRate } = await dosage(...lines)
      assert.deepEqual(timing.repeat, { boundsPeriod: { start: '2026-03-01T08:00:00+01:00', end: '2026-03-08' }, frequency: 3, period: 1, periodUnit: 'd' })
      assert.deepEqual([timing.code.coding[0].code, patientInstruction, doseAndRate[0].doseQuantity.value], ['TID', 'после јела', 500])
    }
  })

  for (const [pattern, repeat] of [
    ['BID', { frequency: 2, period: 1, periodUnit: 'd' }],
    ['Q6H', { frequency: 1, period: 6, periodUnit: 'h' }],
    ['Q2W', { frequency: 1, period: 2, periodUnit: 'wk' }],
    ['5ID', { frequency: 5, period: 1, periodUnit: 'd' }],
    ['QHS', { when: ['HS'] }],
    ['ONCE', { count: 1 }],
  ] as const)
    test(`${pattern} of TQ1 and of the older TQ`, async () => {
      assert.deepEqual((await dosage('ORC|NW|R1', `TQ1|1||${pattern}`, rxe())).timing.repeat, repeat)
      assert.deepEqual((await dosage(`ORC|NW|R1|||||1^${pattern}`, rxe())).timing.repeat, repeat)
      assert.deepEqual((await dosage('ORC|NW|R1', rxe({ 1: `1^${pattern}` }))).timing.repeat, repeat)
    })

  test('at times of the day, for some days, when needed, at a rate', async () => {
    const hours = await dosage('ORC|NW|R1', segment('TQ1', { 3: 'BID', 4: '0800~2000', 6: '7^d' }), rxe())
    assert.deepEqual(hours.timing.repeat, {
      boundsDuration: { value: 7, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
      timeOfDay: ['08:00:00', '20:00:00'],
    })
    assert.equal((await dosage('ORC|NW|R1', 'TQ1|1||PRN', rxe())).asNeededBoolean, true)
    assert.deepEqual((await dosage('ORC|NW|R1', segment('TQ1', { 3: 'Q4H', 10: 'бол' }), rxe())).asNeededCodeableConcept, { text: 'бол' })
    const drip = await dosage('ORC|NW|R1', rxe({ 23: '100', 24: 'mL/h' }))
    assert.deepEqual([drip.doseAndRate[0].rateQuantity.value, drip.doseAndRate[0].rateQuantity.code], [100, 'mL/h'])
  })

  test('whether another may be given instead, and the number of the prescription', async () => {
    const request = (await mappedHl7([headOf('RDE^O11'), ana, 'ORC|NW|R1', rxe({ 9: 'N', 15: 'RX77' })])).first('MedicationRequest')
    assert.deepEqual([request['substitution'], request['identifier'].map((one: any) => one.value)], [{ allowedBoolean: false }, ['R1', 'RX77']])
  })

  test('two dispenses of one prescription stay two, and each is found again', async () => {
    const rxd = (count: string, day: string) => segment('RXD', { 1: count, 2: 'J01CA04^А^ATC', 3: day, 4: '21', 7: 'RX77' })
    const request = async (line: string) => (await mappedHl7([headOf('RDS^O13'), ana, 'ORC|RE|R1', line])).requests('MedicationDispense')
    const [first, second] = [await request(rxd('1', '20260301')), await request(rxd('2', '20260401'))]
    assert.notDeepEqual(first, second)
    assert.deepEqual(await request(rxd('1', '20260301')), first)
    const dispense = (await mappedHl7([headOf('RDS^O13'), ana, 'ORC|RE|R1', rxd('1', '20260301')])).first('MedicationDispense')
    assert.equal(dispense['authorizingPrescription'][0].identifier.value, 'RX77')
  })
})

describe('orders and reports', () => {
  const obr = (order: string, more: Record<number, string> = {}) =>
    segment('OBR', { 1: '1', 2: 'P1', 3: order, 4: '630-4^Уринокултура^LN', 7: '20260301', 25: 'F', ...more })

  test('a report of a laboratory is found by its own number and the examination: another report of the same order stands beside it', async () => {
    const request = async (line: string) => (await mappedHl7([headOf('ORU^R01'), ana, line])).requests('DiagnosticReport')
    assert.deepEqual(await request(obr('F1')), ['PUT identifier=urn:rs:kcs:report|F1/630-4'])
    assert.deepEqual(await request(obr('F2')), ['PUT identifier=urn:rs:kcs:report|F2/630-4'])
    assert.deepEqual(await request(obr('F1', { 4: '58410-2^Крвна слика^LN' })), ['PUT identifier=urn:rs:kcs:report|F1/58410-2'])
  })

  test('an order whose results are final is done', async () => {
    const status = async (code: string) => (await mappedHl7([headOf('ORU^R01'), ana, 'ORC|RE', obr('F1', { 25: code })])).first('ServiceRequest')['status']
    assert.deepEqual([await status('F'), await status('X'), await status('P')], ['completed', 'revoked', 'unknown'])
  })

  test('an antibiogram belongs to the germ that OBR-26 names, and its order is based on the first one', async () => {
    const germ = (sub: string, name: string) => segment('OBX', { 2: 'CWE', 3: '6463-4^Bacteria^LN', 4: sub, 5: `${sub}^${name}^L`, 11: 'F' })
    const child = obr('F2', { 4: '29576-6^Антибиограм^LN', 26: '6463-4&Bacteria&LN^2^S aureus', 29: 'P1^F1' })
    const lines = [
      obr('F1'),
      germ('1', 'E coli'),
      germ('2', 'S aureus'),
      child,
      segment('OBX', { 2: 'SN', 3: '18864-9^Ampicillin^LN', 5: '^16', 8: 'R', 11: 'F' }),
    ]
    const { all, at, losses } = await mappedHl7([headOf('ORU^R01'), ana, ...lines])
    const [first, second] = all('Observation')
    assert.equal(first?.['hasMember'], undefined)
    assert.equal(at(second?.['hasMember'][0])['code'].coding[0].code, '18864-9')
    assert.equal(at(all('ServiceRequest')[1]?.['basedOn'][0])['identifier'][1].value, 'F1')
    assert.deepEqual(losses, [])
  })

  test('a parent in another message is kept, and its order is named by its number', async () => {
    const { first, losses } = await mappedHl7([headOf('ORU^R01'), ana, obr('F2', { 26: '6463-4^1', 29: 'P9^F9' })])
    assert.deepEqual([first('ServiceRequest')['basedOn'][0].identifier.value, losses], ['P9', ['OBR[1]-26']])
  })

  test('TQ1 between ORC and OBR says when', async () => {
    const { first } = await mappedHl7([headOf('OML^O21'), ana, 'ORC|NW|P1', segment('TQ1', { 3: 'BID', 7: '20260302080000', 9: 'S' }), 'OBR|1|P1||X^х^L'])
    const { priority, occurrenceTiming } = first('ServiceRequest')
    assert.deepEqual([priority, occurrenceTiming.repeat.frequency, occurrenceTiming.repeat.boundsPeriod.start], ['stat', 2, '2026-03-02T08:00:00+01:00'])
  })

  test('a note after a diagnosis is a note on the diagnosis, and not on the order before', async () => {
    const { first } = await mappedHl7([
      headOf('ORM^O01'),
      ana,
      'ORC|NW|P1',
      'OBR|1|P1||CT^ЦТ^L',
      'NTE|1||на налог',
      'DG1|1||S06.0^К^MKB10',
      'NTE|1||на дијагнозу',
    ])
    assert.deepEqual([first('ServiceRequest')['note'], first('Condition')['note']], [[{ text: 'на налог' }], [{ text: 'на дијагнозу' }]])
  })

  test('the referring and the receiving doctor (PRD) are in the referral', async () => {
    const prd = (role: string, name: string) => segment('PRD', { 1: role, 2: name, 5: '^WPN^PH^^^11^333', 7: `${name.slice(0, 2)}^KCS` })
    const { first, at, losses } = await mappedHl7([
      headOf('REF^I12'),
      segment('RF1', { 1: 'A', 6: 'U1^KCS' }),
      prd('RP', 'Лукић^Вера'),
      prd('RT', 'Бан^Ева'),
      ana,
    ])
    const referral = first('ServiceRequest')
    assert.deepEqual([at(referral['requester'])['name'][0].family, at(referral['performer'][0])['name'][0].family], ['Лукић', 'Бан'])
    assert.equal(at(referral['requester'])['telecom'][0].value, '11 333')
    assert.deepEqual(losses, [])
  })
})

describe('an appointment', () => {
  const of = async (event: string, ...lines: string[]) => (await mappedHl7([headOf(`SIU^${event}`), ...lines, ana])).first('Appointment')

  test('has its beginning and end from TQ1, or its end from its length in the same zone', async () => {
    const tq1 = segment('TQ1', { 1: '1', 7: '20260401090000', 8: '20260401093000' })
    const byTq1 = await of('S12', 'SCH|B1|F1', tq1)
    assert.deepEqual([byTq1['status'], byTq1['start'], byTq1['end']], ['booked', '2026-04-01T09:00:00+02:00', '2026-04-01T09:30:00+02:00'])
    assert.equal((await of('S12', segment('SCH', { 1: 'B1', 11: '^^M45^20260401090000' })))['end'], '2026-04-01T09:45:00+02:00')
  })

  test('without a length stays booked at its time', async () => {
    const booked = await of('S12', segment('SCH', { 1: 'B1', 11: '^^^20260401090000' }))
    assert.deepEqual([booked['status'], booked['start']], ['booked', '2026-04-01T09:00:00+02:00'])
  })

  test('that the patient missed is not a proposal, though its time is not repeated', async () => {
    const missed = await of('S26', 'SCH|B1|F1')
    assert.deepEqual([missed['status'], missed['cancelationReason']], ['cancelled', { text: 'noshow' }])
  })
})

test('a specimen before its orders belongs to those after it, and to no other', async () => {
  const spm = (number: string, name: string) => segment('SPM', { 2: `${number}&KCS^${number}&LAB`, 4: `${number}^${name}^L` })
  const obr = (number: string) => [segment('OBR', { 2: 'P1', 3: number, 4: `${number}^х^L` }), segment('OBX', { 2: 'NM', 3: `${number}^а^L`, 5: '1', 11: 'F' })]
  const { all, at } = await mappedHl7([headOf('OUL^R22'), ana, spm('S1', 'Крв'), ...obr('F1'), ...obr('F2'), spm('S2', 'Урин'), ...obr('F3')])
  const names = (one: any) => one.specimen.map((each: any) => at(each)['type'].coding[0].display)
  assert.deepEqual(all('DiagnosticReport').map(names), [['Крв'], ['Крв'], ['Урин']])
  assert.deepEqual(
    all('Observation').map(({ specimen }) => at(specimen)['type'].coding[0].display),
    ['Крв', 'Крв', 'Урин'],
  )
  const after = await mappedHl7([headOf('ORU^R01'), ana, ...obr('F1').slice(0, 1), spm('S1', 'Крв'), ...obr('F2').slice(0, 1), spm('S2', 'Урин')])
  assert.deepEqual(
    after.all('DiagnosticReport').map((one) => one['specimen'].map((each: any) => after.at(each)['type'].coding[0].display)),
    [['Крв'], ['Урин']],
  )
})

test('an unusable specimen says why, and one taken from another names that one', async () => {
  const spm = segment('SPM', { 2: 'S2&KCS', 3: 'S1&KCS', 4: 'S^Серум^L', 20: 'N', 21: 'RB^Broken container^HL70490~RC^Clotting^HL70490' })
  const { first, losses } = await mappedHl7([headOf('ORU^R01'), ana, segment('OBR', { 2: 'P1', 3: 'F1', 4: 'X^х^L' }), spm])
  const { status, note, parent } = first('Specimen')
  assert.deepEqual(
    [status, note.map((one: any) => one.text), parent[0].identifier.value, losses],
    ['unsatisfactory', ['Broken container', 'Clotting'], 'S1', []],
  )
})

test('what was not given to one patient does not replace what was not given to another', async () => {
  const of = async (patient: string) =>
    (await mappedHl7([headOf('VXU^V04'), patient, 'ORC|RE||9999', segment('RXA', { 3: '20260301', 5: '998^No vaccine^CVX', 20: 'NA' })])).requests(
      'Immunization',
    )
  assert.notDeepEqual(await of(ana), await of(ana.replace('100', '101')))
})

test('a person who is removed from an appointment (AIP-2) is not a participant', async () => {
  const { first, losses } = await mappedHl7([
    headOf('SIU^S14'),
    segment('SCH', { 1: 'B1', 11: '^^M30^20260401090000' }),
    ana,
    'AIP|1|D|D1^Ј^М',
    'AIP|2|A|D2^Н^О',
  ])
  assert.deepEqual([first('Appointment')['participant'].length, losses], [2, ['AIP[1]']])
})

test('results of a vaccination are also in its own elements: eligibility, funding, leaflet, dose, reaction', async () => {
  const obx = (type: string, code: string, sub: string, value: string) =>
    segment('OBX', { 2: type, 3: `${code}^x^LN`, 4: sub, 5: value, 11: 'F', 14: '20260301' })
  const { all, at } = await mappedHl7([
    headOf('VXU^V04'),
    ana,
    'ORC|RE||I1^BIS',
    segment('RXA', { 1: '0', 2: '1', 3: '20260301', 5: '94^MMRV^CVX', 6: '0.50', 7: 'mL^^UCUM', 9: '00^New^NIP001', 20: 'CP' }),
    obx('CE', '64994-7', '1', 'V02^Medicaid^HL70064'),
    obx('CE', '30963-3', '1', 'VXC50^Public^CDCPHINVS'),
    obx('CE', '69764-9', '2', '253^MMRV VIS^L'),
    obx('DT', '29769-7', '2', '20260301'),
    obx('NM', '30973-2', '3', '2'),
    obx('NM', '59782-3', '3', '3'),
    obx('CE', '31044-1', '4', '39579001^Anaphylaxis^SCT'),
    'ORC|RE||I2^BIS',
    segment('RXA', { 1: '0', 2: '1', 3: '20250801', 5: '110^DTaP^CVX', 6: '999', 9: '01^Historical^NIP001', 20: 'CP' }),
  ])
  const [given, told] = all('Immunization')
  assert.deepEqual([given?.['programEligibility'][0].coding[0].code, given?.['fundingSource'].coding[0].code], ['V02', 'VXC50'])
  assert.deepEqual(given?.['education'], [{ documentType: 'MMRV VIS', presentationDate: '2026-03-01' }])
  assert.deepEqual(given?.['protocolApplied'], [{ doseNumberPositiveInt: 2, seriesDosesPositiveInt: 3 }])
  assert.equal(at(given?.['reaction'][0].detail)['valueCodeableConcept'].coding[0].code, '39579001')
  assert.deepEqual([given?.['primarySource'], told?.['primarySource'], told?.['education']], [true, false, undefined])
})

describe('an order', () => {
  const obr = (more: Record<number, string> = {}) => segment('OBR', { 1: '1', 2: 'P1', 3: 'F1', 4: 'X^х^L', ...more })

  test('that is taken back gives the reason for that, and not the reason for which it was given', async () => {
    const of = async (control: string) =>
      (await mappedHl7([headOf('ORM^O01'), ana, segment('ORC', { 1: control, 2: 'P1', 16: 'D^двапут^L' }), obr()])).first('ServiceRequest')
    const [taken, given] = [await of('CA'), await of('NW')]
    assert.deepEqual([taken['extension']?.[0].valueCodeableConcept.coding[0].code, taken['reasonCode'], taken['status']], ['D', undefined, 'revoked'])
    assert.deepEqual([given['extension'], given['reasonCode'][0].coding[0].code], [undefined, 'D'])
    const medicine = await mappedHl7([headOf('RDE^O11'), ana, segment('ORC', { 1: 'DC', 2: 'P1', 16: 'D^двапут^L' }), 'RXE||X^х^ATC|5||mg'])
    assert.deepEqual([medicine.first('MedicationRequest')['statusReason'].coding[0].code, medicine.first('MedicationRequest')['reasonCode']], ['D', undefined])
  })

  test('is part of the order in ORC-8, confidential when it says so, and names the call-back number of its doctor', async () => {
    const common = segment('ORC', { 1: 'NW', 2: 'P2', 8: 'P1&BIS^F1&LIS', 12: 'D1^Јовић^Марко', 14: '021555', 24: 'Улица 1^^Ниш', 28: 'R' })
    const { first, at, losses } = await mappedHl7([headOf('ORM^O01'), ana, common, segment('OBR', { 1: '1', 2: 'P2', 4: 'X^х^L', 16: 'D1^Јовић^Марко' })])
    const order = first('ServiceRequest')
    const role = at(order['requester'])
    assert.deepEqual(
      [
        order['basedOn'][0].identifier.value,
        (order['meta'] as any).security[0].code,
        role['telecom'][0].value,
        at(role['practitioner'])['address'][0].city,
        losses,
      ],
      ['P1', 'R', '021555', 'Ниш', []],
    )
  })

  test('names those who read it, whichever type their field has, and those who took and typed it', async () => {
    const fields = { 25: 'F', 32: '77^Радић^Јован', 33: '78&Илић&Ана^202603011000', 34: '79&Тех&Бо', 35: '80^Тип^Ка' }
    const { first, at, losses } = await mappedHl7([headOf('ORU^R01'), ana, obr(fields)])
    const report = first('DiagnosticReport')
    assert.deepEqual(
      report['resultsInterpreter'].map((one: object) => at(one)['name'][0].family),
      ['Радић', 'Илић'],
    )
    assert.deepEqual(
      report['performer'].map((one: object) => [at(one)['code'][0].coding[0].code, at(at(one)['practitioner'])['name'][0].family]),
      [
        ['TN', 'Тех'],
        ['TR', 'Тип'],
      ],
    )
    assert.deepEqual(losses, [])
  })

  test('for a specimen that is written as a code with its words has no additive of that name', async () => {
    for (const source of ['BLOOD^Blood', 'SER^Серум^L']) {
      const specimen = (await mappedHl7([headOf('ORU^R01'), ana, obr({ 15: source })])).first('Specimen')
      assert.deepEqual([specimen['container'], specimen['type'].coding[0].code], [undefined, source.split('^')[0]])
    }
    const old = (await mappedHl7([headOf('ORU^R01'), ana, obr({ 15: 'BLD^EDTA' })])).first('Specimen')
    assert.equal(old['container'][0].additiveCodeableConcept.coding[0].code, 'EDTA')
  })
})

test('the hours of a prescription are not a display of its frequency, and its doctor may be in RXE-13', async () => {
  const { first, at, losses } = await mappedHl7([
    headOf('RDE^O11'),
    ana,
    'ORC|NW|P1',
    segment('RXE', { 1: '^Q8H&0600,1400,2200', 2: 'X^х^ATC', 3: '5', 5: 'mg', 13: 'D1^Јовић^Марко' }),
  ])
  const request = first('MedicationRequest')
  const { code, repeat } = request['dosageInstruction'][0].timing
  assert.deepEqual([code.coding[0].display, repeat.timeOfDay.length, at(at(request['requester'])['practitioner'])['name'][0].family], [undefined, 3, 'Јовић'])
  assert.deepEqual(losses, [])
})
