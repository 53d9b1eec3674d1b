import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, mappedHl7, segment } from '../../../testing/hl7.ts'

const visit = segment('PV1', { 2: 'I', 19: 'V900' })
const problem = segment('PRB', { 1: 'AD', 2: '20260301', 3: 'E11^Дијабетес^I10', 4: 'P1^BIS' })

describe('DRG: the group by which a stay is paid', () => {
  const group = segment('DRG', { 1: 'F10A^Интервенција^L', 2: '20260301', 3: 'Y', 5: 'L^Long^X', 6: '5', 7: '1234.50^RSD', 15: '2.150', 16: '150000^RSD' })

  test('is a charge of the visit with its weight and amount, and keeps the rest in words', async () => {
    const { first, at, losses } = await mappedHl7([headOf('ADT^A03'), ana, visit, group])
    const charge = first('ChargeItem')
    assert.deepEqual([charge['status'], charge['code'].coding[0].code, charge['occurrenceDateTime']], ['billable', 'F10A', '2026-03-01'])
    assert.deepEqual([charge['factorOverride'], charge['priceOverride']], [2.15, { value: 150000, currency: 'RSD' }])
    assert.equal(at(charge['context'])['identifier'][0].value, 'V900')
    assert.deepEqual(
      charge['note'].map(({ text }: { text: string }) => text),
      ['outlier type: L (Long)', 'outlier days: 5', 'outlier cost: 1234.50 RSD'],
    )
    assert.deepEqual(losses, [])
  })

  test('replaces an earlier group of the same stay, and not of another', async () => {
    const requestOf = async (number: string, code: string) => {
      const lines = [headOf('ADT^A08'), ana, segment('PV1', { 2: 'I', 19: number }), segment('DRG', { 1: `${code}^х^L` })]
      return (await mappedHl7(lines)).requests('ChargeItem')[0]
    }
    assert.equal(await requestOf('V900', 'F10B'), await requestOf('V900', 'F10A'))
    assert.notEqual(await requestOf('V901', 'F10A'), await requestOf('V900', 'F10A'))
    assert.match(String(await requestOf('V900', 'F10A')), /^PUT identifier=/)
  })

  test('that is confidential is marked so', async () => {
    const { first } = await mappedHl7([headOf('ADT^A03'), ana, visit, segment('DRG', { 1: 'F10A^х^L', 10: 'Y' })])
    assert.match(JSON.stringify(first('ChargeItem').meta), /v3-Confidentiality","code":"R"/)
  })
})

test('IN3: an advance certification refers to its insurance and has its days', async () => {
  const insurance = segment('IN1', { 1: '1', 2: 'RFZO^Обавезно', 3: 'RFZO', 4: 'Републички фонд', 36: 'POL-1' })
  const certified = segment('IN3', {
    1: '1',
    2: 'CERT9^^^RFZO',
    3: 'D5^Илић^Мира',
    4: 'Y',
    6: '20260228',
    9: '20260301',
    10: '20260306',
    11: 'AP^5',
    12: 'Х^Без рехабилитације',
  })
  const { first, at, losses } = await mappedHl7([headOf('ADT^A01'), ana, visit, insurance, certified])
  const answer = first('ClaimResponse')
  assert.deepEqual([answer['preAuthRef'], answer['preAuthPeriod'], answer['created']], ['CERT9', { start: '2026-03-01', end: '2026-03-06' }, '2026-02-28'])
  assert.deepEqual(answer['item'][0].adjudication, [{ category: { text: 'approved days' }, value: 5 }])
  assert.deepEqual(
    [at(answer['insurer'])['name'], at(answer['insurance'][0].coverage).resourceType, answer['disposition']],
    ['Републички фонд', 'Coverage', 'Без рехабилитације'],
  )
  assert.deepEqual(
    answer['processNote'].map(({ text }: { text: string }) => text),
    ['certified by: D5 Мира Илић', 'certification required: Y'],
  )
  assert.deepEqual(losses, [])
})

describe('CTD: a contact', () => {
  const asked = segment('CTD', { 1: 'CP^Contact person^HL70131', 2: 'Јовић^Марко', 3: 'Улица 3^^Ниш', 5: '^PRN^PH^^381^18^555' })
  const told = (ref: { first: (type: string) => any }) => {
    const role = ref.first('PractitionerRole')
    return [role['code'][0].coding[0].code, role['telecom'][0].value, ref.first('Practitioner')['name'][0].family, ref.first('Practitioner')['address'][0].city]
  }

  test('for an order is kept with the order', async () => {
    const found = await mappedHl7([headOf('OML^O21'), ana, 'ORC|NW|P7^BIS', 'OBR|1|P7^BIS||X^Преглед^L', asked])
    assert.deepEqual(told(found), ['CP', '+381 18 555', 'Јовић', 'Ниш'])
    assert.equal(found.at(found.first('ServiceRequest')['supportingInfo'][0]).resourceType, 'PractitionerRole')
    assert.deepEqual(found.losses, [])
  })

  test('for a referral is kept with the referral, and for nothing is a loss', async () => {
    const referral = segment('RF1', { 1: 'A', 6: 'R1^BIS' })
    const { first, at } = await mappedHl7([headOf('REF^I12'), referral, ana, asked])
    assert.equal(at(first('ServiceRequest')['supportingInfo'][0]).resourceType, 'PractitionerRole')
    assert.equal((await mappedHl7([headOf('ADT^A08'), ana, asked])).losses[0], 'CTD[1]')
  })
})

describe('pathways', () => {
  test('PTH is a care plan, VAR a note on what comes before it', async () => {
    const plan = segment('PTH', { 1: 'AD', 2: 'PW1^Пут за дијабетес^L', 3: 'I1^BIS', 4: '20260301', 5: 'A^Active' })
    const away = segment('VAR', { 1: 'V1', 2: '20260302', 4: 'D5^Илић^Мира', 5: 'X^одбијено^L', 6: 'не жели инсулин~други пут' })
    const { first, at, losses } = await mappedHl7([headOf('PPR^PC1'), ana, problem, away, plan, away.replace('V1', 'V2')])
    const care = first('CarePlan')
    assert.deepEqual(
      [care['status'], care['intent'], care['title'], care['created'], care['identifier'][0].value],
      ['active', 'plan', 'Пут за дијабетес', '2026-03-01', 'I1'],
    )
    for (const { note } of [first('Condition'), care] as any[])
      assert.deepEqual(
        [note[0].text, note[0].time, at(note[0].authorReference)['name'][0].family],
        ['одбијено: не жели инсулин\nдруги пут', '2026-03-02', 'Илић'],
      )
    assert.deepEqual(losses, [])
  })

  test('a variance of nothing is a loss', async () => assert.equal((await mappedHl7([headOf('PPR^PC1'), ana, 'VAR|V1|20260302||||х'])).losses[0], 'VAR[1]'))
})

describe('CDO: the maximum dose', () => {
  const lines = (limit: string) => [headOf('RDE^O11'), ana, 'ORC|NW|P7^BIS', 'RXE||N02BE01^Парацетамол^ATC|500||mg', limit]

  test('in a period is a limit of the dose', async () => {
    const { first, losses } = await mappedHl7(lines('CDO|1||4^g|24^h'))
    const { numerator, denominator } = first('MedicationRequest')['dosageInstruction'][0].maxDosePerPeriod
    assert.deepEqual([numerator.value, numerator.code, denominator.value, denominator.code, losses], [4, 'g', 24, 'h', []])
  })

  test('without a period is a loss, and no limit', async () => {
    const { first, losses } = await mappedHl7(lines('CDO|1||4^g'))
    assert.deepEqual([first('MedicationRequest')['dosageInstruction'][0].maxDosePerPeriod, losses], [undefined, ['CDO[1]-3']])
  })
})

test('a street that is written both whole and in parts is one line of the address', async () => {
  const lineOf = async (street: string) =>
    (await mappedHl7([headOf('ADT^A08'), segment('PID', { 3: '100^^^KCS^MR', 11: `${street}^^Ниш` })])).first('Patient')['address'][0].line
  assert.deepEqual(await lineOf('Шумадијска 5&Шумадијска&5'), ['Шумадијска 5'])
  assert.deepEqual(await lineOf('&Шумадијска&5'), ['Шумадијска', '5'])
})
