import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, type Loose, mappedHl7, segment } from '../../../testing/hl7.ts'

const obr = (more: Record<number, string> = {}) => segment('OBR', { 1: '1', 2: 'P1', 3: 'F1', 4: '24725-4^CT Head^LN', ...more })
const ordered = (...lines: string[]) => mappedHl7([headOf('OML^O21'), ana, ...lines])

describe('when and how an order is to be done', () => {
  test('TQ1 says how much, how often, how long, before what, how many times and on what condition', async () => {
    const tq1 = segment('TQ1', {
      1: '1',
      2: '2^mL',
      3: 'P&Post&L^^^^12^min^^PC^2^hr',
      7: '20260301',
      8: '20260308',
      9: 'A',
      10: 'при болу',
      11: 'на празан стомак',
      13: '15^min',
      14: '5',
    })
    const request = (await ordered('ORC|NW|P1', tq1, obr())).first('ServiceRequest')
    assert.deepEqual(request['occurrenceTiming'].repeat, {
      boundsPeriod: { start: '2026-03-01', end: '2026-03-08' },
      count: 5,
      duration: 15,
      durationUnit: 'min',
      frequency: 1,
      period: 12,
      periodUnit: 'min',
      when: ['PC'],
      offset: 120,
    })
    assert.deepEqual(
      [request['priority'], request['quantityQuantity'].value, request['asNeededCodeableConcept'].text, request['note'][0].text],
      ['asap', 2, 'при болу', 'на празан стомак'],
    )
  })

  test('so do OBR-27 and ORC-7 of older versions', async () => {
    for (const lines of [
      ['ORC|NW|P1', obr({ 27: '2&mL^BID&0800,2000^D5^^^S^^пажљиво^^^^7' })],
      ['ORC|NW|P1|||||2&mL^BID&0800,2000^D5^^^S^^пажљиво^^^^7', obr()],
    ]) {
      const request = (await ordered(...lines)).first('ServiceRequest')
      const { boundsDuration, timeOfDay, count } = request['occurrenceTiming'].repeat
      assert.deepEqual([boundsDuration.value, boundsDuration.code, timeOfDay, count], [5, 'd', ['08:00:00', '20:00:00'], 7])
      assert.deepEqual([request['priority'], request['quantityQuantity'].value, request['note'][0].text], ['stat', 2, 'пажљиво'])
    }
  })

  test('a diagnosis after an order is its reason, and the trial and the account are linked to it', async () => {
    const { first, at } = await ordered(
      'ORC|NW|P1',
      obr({ 46: 'SED^Седација^L' }),
      'DG1|1||S06.9^Повреда главе^I10|||F',
      'CTI|TRIAL7^ALIMS|3^Phase III^L',
      'BLG|||A77^^^KCS^AN',
    )
    const request = first('ServiceRequest')
    assert.equal(at(request['reasonReference'][0])['code'].coding[0].code, 'S06.9')
    assert.deepEqual(
      request['supportingInfo'].map((one: Loose) => at(one as never).resourceType),
      ['ResearchStudy', 'Account'],
    )
    assert.deepEqual(
      [first('ResearchStudy')['identifier'][0].value, first('Account')['identifier'][0].value, request['orderDetail'][0].coding[0].code],
      ['TRIAL7', 'A77', 'SED'],
    )
    // In other messages a diagnosis after results is not their reason.
    const result = await mappedHl7([headOf('ORU^R01'), ana, obr(), 'DG1|1||S06.9^Повреда главе^I10|||F'])
    assert.equal(result.first('ServiceRequest')['reasonReference'], undefined)
  })

  test('an ORC after its OBR is applied to that order', async () => {
    const { first, all, at } = await mappedHl7([
      headOf('ORU^R01'),
      ana,
      segment('OBR', { 1: '1', 4: 'X^х^L' }),
      'ORC|SC|P1^BIS||G1|CM||||20260301|||D1^Јовић^Марко',
      'OBX|1|ST|A^а^L||да||||||F',
    ])
    assert.equal(all('ServiceRequest').length, 1)
    const request = first('ServiceRequest')
    assert.deepEqual(
      [request['status'], request['authoredOn'], request['requisition'].value, request['identifier'][0].value],
      ['completed', '2026-03-01', 'G1', 'P1'],
    )
    assert.equal(at(at(request['requester'])['practitioner'])['name'][0].family, 'Јовић')
    assert.equal(at(first('Observation')['basedOn'][0]), request)
  })
})

describe('a specimen', () => {
  test('in OBR and in SPM is one: with the collector of the first and the number of the second', async () => {
    const { all, first, at } = await mappedHl7([
      headOf('ORU^R01'),
      ana,
      obr({ 7: '202603010730', 9: '5^mL', 10: 'S1^Сестра^Ивана', 14: '202603010800', 15: 'BLD^EDTA^пункција^ARM' }),
      segment('SPM', { 1: '1', 2: 'T1^L7', 4: 'SER', 15: 'AMB^Собна температура^HL70376', 30: 'AC9' }),
      'SAC||EA5|VIAL3||||||||||||||||||10|4||mL',
      'OBX|1|NM|A^а^L||1||||||F',
    ])
    assert.equal(all('Specimen').length, 1)
    const specimen = first('Specimen')
    assert.deepEqual(specimen['type'].coding[0], { system: 'http://terminology.hl7.org/CodeSystem/v2-0487', code: 'SER' })
    assert.deepEqual(
      specimen['identifier'].map((one: Loose) => one['value']),
      ['T1', 'L7'],
    )
    const { collector, collectedDateTime, quantity, method, bodySite, extension } = specimen['collection']
    assert.deepEqual(
      [at(collector)['name'][0].family, collectedDateTime, quantity.value, method.text, bodySite.coding[0].code],
      ['Сестра', '2026-03-01T07:30:00+01:00', 5, 'пункција', 'ARM'],
    )
    assert.equal(extension[0].valueCodeableConcept.coding[0].code, 'AMB')
    assert.equal(specimen['accessionIdentifier'].value, 'AC9')
    const vessel = specimen['container'].at(-1)
    assert.deepEqual([vessel.identifier[0].value, vessel.capacity.value, vessel.specimenQuantity.value], ['VIAL3', 10, 4])
    assert.deepEqual([at(first('Observation')['specimen']), at(first('DiagnosticReport')['specimen'][0])], [specimen, specimen])
    assert.equal(first('DiagnosticReport')['specimen'].length, 1)
  })

  test('from another tube has its own time, and a second SPM is a second specimen', async () => {
    const { all } = await mappedHl7([
      headOf('ORU^R01'),
      ana,
      obr({ 7: '202603010730' }),
      segment('SPM', { 2: 'T1', 4: 'SER', 17: '202603010700' }),
      segment('SPM', { 2: 'T2', 4: 'UR' }),
    ])
    assert.deepEqual(
      all('Specimen').map((one) => one['collection'].collectedDateTime),
      ['2026-03-01T07:00:00+01:00', '2026-03-01T07:30:00+01:00'],
    )
  })
})

test('a referral has its times, its kind, its reason, and the visit that follows it', async () => {
  const { first, at } = await mappedHl7([
    headOf('REF^I12'),
    segment('RF1', { 1: 'P', 2: 'R', 3: 'MED^Medical', 5: 'O^Outpatient', 6: '77^BIS', 7: '20260301', 8: '20260401', 9: '20260228', 14: 'сумња на прелом' }),
    ana,
    'PV1|1|O||||||||||||||||||V1',
  ])
  const request = first('ServiceRequest')
  assert.deepEqual(
    [request['status'], request['occurrencePeriod'], request['authoredOn']],
    ['on-hold', { start: '2026-03-01', end: '2026-04-01' }, '2026-02-28'],
  )
  assert.deepEqual(
    [request['reasonCode'][0].text, request['category'].at(-1).coding[0].code, request['locationCode'][0].coding[0].code],
    ['сумња на прелом', 'MED', 'O'],
  )
  assert.equal(at(request['encounter']).resourceType, 'Encounter')
})

describe('for a patient', () => {
  const visit = 'PV1|1|I|||||||||||||||||V1'

  test('a diagnosis caused by another and a procedure that is part of another refer to it', async () => {
    const { all, at } = await mappedHl7([
      headOf('ADT^A01'),
      ana,
      visit,
      segment('DG1', { 1: '1', 3: 'E11^Дијабетес^I10', 6: 'A', 20: 'D1' }),
      segment('DG1', { 1: '2', 3: 'N08^Нефропатија^I10', 6: 'A', 20: 'D2', 22: 'D1' }),
      segment('PR1', { 1: '1', 3: 'X^Колоноскопија^L', 5: '20260301', 19: 'R2', 25: 'R1' }),
    ])
    const [first, second] = all('Condition')
    assert.equal(at(second?.['extension'][0].valueReference), first)
    assert.deepEqual([first?.['extension'], all('Procedure')[0]?.['partOf'][0].identifier.value], [undefined, 'R1'])
  })

  test('PDA gives the cause of death, who certified it and whether there was an autopsy', async () => {
    const { first, all, at } = await mappedHl7([
      headOf('ADT^A03'),
      ana,
      visit,
      'PDA|I21^Инфаркт^I10||Y|20260301|D1^Јовић^Марко|Y|202603011000^202603011200|D2^Патић^Ана',
    ])
    const cause = first('Condition')
    assert.deepEqual([cause['code'].coding[0].code, cause['category'][0].coding[0].code], ['I21', '184305005'])
    const [certified, autopsy] = all('Procedure')
    assert.deepEqual(
      [certified?.['code'].coding[0].code, certified?.['performedDateTime'], at(certified?.['performer'][0].actor)['name'][0].family],
      ['308646001', '2026-03-01', 'Јовић'],
    )
    assert.deepEqual([autopsy?.['code'].coding[0].code, autopsy?.['performedPeriod'].end], ['29240004', '2026-03-01T12:00:00+01:00'])
    const none = await mappedHl7([headOf('ADT^A03'), ana, visit, 'PDA|||N|||N'])
    assert.deepEqual([none.all('Procedure'), none.all('Condition')], [[], []])
  })

  test('CON is a consent or its refusal, by the patient or by somebody else', async () => {
    const consent = async (fields: Record<number, string>) => mappedHl7([headOf('ADT^A01'), ana, segment('CON', { 1: '1', 4: 'Образац 7', ...fields })])
    const given = (await consent({ 2: '001', 11: 'A', 13: '202603010800', 14: '20260301', 15: '20270301', 25: '1' })).first('Consent')
    assert.deepEqual(
      [given['status'], given['scope'].coding[0].code, given['policyRule'].text, given['provision'].period.end],
      ['active', 'patient-privacy', 'Образац 7', '2027-03-01'],
    )
    const refused = await consent({ 2: '002', 11: 'R', 24: 'Јовић^Марко', 25: 'FTH' })
    const { status, scope, performer } = refused.first('Consent') as Loose
    assert.deepEqual([status, scope.coding[0].code, refused.at(performer[0])['name'][0].family], ['rejected', 'treatment', 'Јовић'])
  })
})

test('two documents of one order stay two: the number of the order is not a number of theirs', async () => {
  const txa = (number: string, more: Record<number, string> = {}) =>
    segment('TXA', { 1: '1', 2: 'DS', 6: '20260301', 12: number, 13: 'D0^BIS', 14: 'ORD7', 17: 'LA', 19: 'AV', ...more })
  const made = async (kind: string, line: string) => mappedHl7([headOf(kind), ana, line, 'OBX|1|TX|A^Налаз^L||текст||||||F'])
  const [first, second] = [await made('MDM^T02', txa('D1^BIS')), await made('MDM^T02', txa('D2^BIS'))]
  assert.deepEqual(
    [first.requests('DocumentReference')[0], second.requests('DocumentReference')[0]],
    ['PUT identifier=urn:id:BIS|D1', 'PUT identifier=urn:id:BIS|D2'],
  )
  const { context, relatesTo } = first.first('DocumentReference')
  assert.deepEqual([context.related[0].identifier.value, relatesTo[0].code], ['ORD7', 'appends'])
  const codes = async (event: string) => (await made(`MDM^${event}`, txa('D1^BIS'))).first('DocumentReference')['relatesTo'][0].code
  assert.deepEqual([await codes('T10'), await codes('T08'), await codes('T06')], ['replaces', 'transforms', 'appends'])
})

test('an antibiogram belongs to the specimen in which its germ was found', async () => {
  const { all } = await mappedHl7([
    headOf('ORU^R01'),
    ana,
    obr({ 3: 'F1', 4: '600-7^Хемокултура^LN' }),
    'SPM|1|S1||BLD^Крв^HL70487',
    segment('OBX', { 1: '1', 2: 'CWE', 3: '600-7^Х^LN', 4: '1', 5: '112283007^E. coli^SCT', 11: 'F' }),
    obr({ 3: 'F2', 4: '18769-0^Антибиограм^LN', 26: '600-7&Х&LN^1', 29: '^F1' }),
    segment('OBX', { 1: '1', 2: 'SN', 3: '18861-5^Амоксицилин^LN', 5: '>=^32', 8: 'R', 11: 'F' }),
  ])
  const [germ, sensitivity] = all('Observation')
  assert.deepEqual([sensitivity?.['specimen'], germ?.['hasMember'].length], [germ?.['specimen'], 1])
  assert.ok(germ?.['specimen'])
})

test('a note after a part of an appointment is kept, and a goal becomes a Goal', async () => {
  const booked = await mappedHl7([
    headOf('SIU^S12'),
    'SCH|P1|F1|||||||30|min|^^^202603101000^202603101030',
    ana,
    'RGS|1|A',
    'AIL|1|A|KARD^5',
    'NTE|1||понети налазе',
  ])
  assert.deepEqual([booked.first('Appointment')['comment'], booked.losses], ['понети налазе', []])
  const goal = segment('GOL', { 1: 'AD', 2: '20260301', 3: 'G1^HbA1c испод 7%^L', 4: 'GOAL1^BIS', 7: '20260301', 8: '20260601' })
  const told = (await mappedHl7([headOf('PGL^PC6'), ana, goal])).first('Goal')
  assert.deepEqual(
    [told['lifecycleStatus'], told['startDate'], told['target'][0].dueDate, told['description'].coding[0].display],
    ['active', '2026-03-01', '2026-06-01', 'HbA1c испод 7%'],
  )
  assert.equal((await mappedHl7([headOf('PGL^PC8'), ana, goal.replace('|AD|', '|DE|')])).first('Goal')['lifecycleStatus'], 'entered-in-error')
})

test('a restriction (ARV) says what, why, in words, and for which period; one that is taken back is left out', async () => {
  const arv = (more: Record<number, string>) => segment('ARV', { 1: '1', 2: 'A', ...more })
  const { first } = await mappedHl7([
    headOf('ADT^A01'),
    ana,
    arv({ 3: 'HIV', 4: 'PAT', 5: 'само лекар', 6: '20260301^20270301' }),
    'PV1|1|I|||||||||||||||||V1',
    arv({ 3: 'LOC' }),
  ])
  const labelsOf = (one: Loose): Loose[] => (one['meta'] as Loose)['security']
  const [label, reason, words] = labelsOf(first('Patient'))
  assert.deepEqual(
    [label?.['code'], label?.['extension'][0].valuePeriod, reason?.['code'], words?.['display']],
    ['HIV', { start: '2026-03-01', end: '2027-03-01' }, 'PRS', 'само лекар'],
  )
  assert.deepEqual(
    labelsOf(first('Encounter')).map((one) => one['code']),
    ['LOCIS'],
  )
  const back = await mappedHl7([headOf('ADT^A08'), ana, arv({ 2: 'D', 3: 'HIV' }), arv({})])
  assert.deepEqual([back.first('Patient').meta, back.losses.includes('ARV[1]')], [undefined, true])
})

test('each value of a result has its range; the doctor who ordered it is kept with the place and its address', async () => {
  const { first, at } = await mappedHl7([
    headOf('ORU^R01'),
    ana,
    segment('ORC', { 1: 'RE', 2: 'P1', 21: 'КЦ Ниш^L', 22: 'Булевар 48^^Ниш', 23: '^WPN^PH^^^018^506111' }),
    obr(),
    segment('OBX', { 1: '1', 2: 'NM', 3: 'A^а^L', 5: '60~120', 6: '/min', 7: '70-80', 11: 'F' }),
  ])
  const { component, referenceRange } = first('Observation')
  assert.deepEqual([component.map((one: Loose) => one['referenceRange'][0].low.value), referenceRange], [[70, 70], undefined])
  const where = at(first('ServiceRequest')['supportingInfo'].at(-1))
  assert.deepEqual([where['name'], where['address'][0].city, where['telecom'][0].value], ['КЦ Ниш', 'Ниш', '018 506111'])
})

test('for the insured person the language is kept, for the employer the contact', async () => {
  const in1 = segment('IN1', { 1: '1', 2: 'P1', 3: 'RFZO', 4: 'РФЗО', 11: 'Фирма', 16: 'Јовић^Марко', 17: 'SPO' })
  const { all, at, first } = await mappedHl7([headOf('ADT^A01'), ana, in1, segment('IN2', { 34: 'srp', 49: 'Патић^Ана', 50: '^WPN^PH^^^011^222333' })])
  assert.equal(all('RelatedPerson')[0]?.['communication'][0].language.coding[0].code, 'sr')
  const [{ name, telecom }] = at(first('Coverage')['policyHolder'])['contact']
  assert.deepEqual([name.family, telecom[0].value], ['Патић', '011 222333'])
})
