import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, mappedHl7, segment } from '../../../testing/hl7.ts'
import { authoritiesOf } from './mapping.ts'

describe('what every message repeats is the same again, and not once more', () => {
  const lines = (event: string, time: string) => [
    headOf(`ADT^${event}`, time, time),
    ana,
    'NK1|1|Петровић^Јован|SPO',
    segment('PV1', { 2: 'I', 3: 'ИНТ^204^2', 19: 'V1' }),
    'AL1|1|DA|J01CA04^Амоксицилин^ATC|SV|Осип',
    'DG1|1||K35.8^Апендицитис^MKB10||20260301|A',
    'DG1|2||K35.8^Апендицитис^MKB10||20260301|F',
    segment('PR1', { 1: '1', 3: 'X^Захват^L', 5: '20260201' }),
    segment('IN1', { 1: '1', 2: 'ОСН', 3: 'РФЗО1', 4: 'РФЗО', 36: 'POL1' }),
  ]
  const types = ['RelatedPerson', 'AllergyIntolerance', 'Condition', 'Procedure', 'Coverage', 'Location']

  test('allergies, diagnoses, procedures, relatives, insurances and places', async () => {
    const [first, second] = [await mappedHl7(lines('A01', '20260301101500')), await mappedHl7(lines('A08', '20260302101500'))]
    for (const type of types) {
      const requests = first.requests(type)
      assert.ok(requests.length > 0 && requests.every((one) => /^(?:PUT|POST) identifier=/.test(one)), `${type}: ${requests.join()}`)
      assert.equal(new Set(requests).size, requests.length, `${type} are told apart`)
      assert.deepEqual(second.requests(type), requests)
    }
  })

  test('an order, a report and a specimen whose placer and filler write the same number have it with its space, and so are found by it', async () => {
    const { first, requests, losses } = await mappedHl7([
      headOf('ORU^R01'),
      ana,
      'ORC|RE|123^BIS|123^BIS',
      'OBR|1|123^BIS|123^BIS|X^Преглед^L',
      'OBX|1|NM|A^а^L||5.1|mmol/L|||||F',
      'SPM|1|77&BIS^77&BIS||SER',
    ])
    for (const type of ['ServiceRequest', 'DiagnosticReport', 'Specimen'])
      for (const { system } of (first(type)['identifier'] as { system?: string }[]).slice(0, 2)) assert.equal(system, 'urn:id:BIS', type)
    assert.deepEqual([requests('ServiceRequest'), requests('Specimen')], [['POST identifier=urn:id:BIS|123'], ['PUT identifier=urn:id:BIS|77']])
    assert.deepEqual(losses, [])
  })

  test('of another patient, or in another visit, they are others', async () => {
    const of = async (from: string, to: string) => await mappedHl7(lines('A01', '20260301101500').map((line) => line.replace(from, to)))
    const first = await of('', '')
    assert.notDeepEqual((await of('100^^^KCS', '101^^^KCS')).requests('AllergyIntolerance'), first.requests('AllergyIntolerance'))
    const later = await of('V1', 'V2')
    assert.notDeepEqual(later.requests('Condition'), first.requests('Condition'))
    assert.deepEqual(later.requests('AllergyIntolerance'), first.requests('AllergyIntolerance'))
  })

  test('in a visit without a number a diagnosis is of that message alone', async () => {
    const { requests } = await mappedHl7([headOf('ADT^A01'), ana, 'PV1|1|I', 'DG1|1||K35.8^Апендицитис^MKB10', 'AL1|1|DA|X^х^L'])
    assert.deepEqual(requests('Condition'), ['POST '])
    assert.match(requests('AllergyIntolerance').join(), /^PUT identifier=/)
  })

  test('of somebody without a number only the message says whose they are', async () => {
    const { requests } = await mappedHl7([headOf('ADT^A01'), 'PID|1||||Петровић^Ана', 'AL1|1|DA|J01CA04^А^ATC'])
    assert.deepEqual(requests('AllergyIntolerance'), ['POST '])
  })

  test('the role of a doctor is one for all orders', async () => {
    const { requests } = await mappedHl7([
      headOf('ORM^O01'),
      ana,
      'ORC|NW|P1|||||||||D1^Јовић^Марко',
      segment('OBR', { 2: 'P1', 4: 'X^х^L', 16: 'D1^Јовић^Марко' }),
    ])
    assert.deepEqual(requests('PractitionerRole'), ['POST identifier=urn:rs:kcs:role|OP identifier=urn%3Ars%3Akcs\\|D1'])
  })
})

describe('a chart is found by the same number whatever stands first', () => {
  const numbers = ['100^^^KCS^MR', '0101985710113^^^MUP^NNSRB', 'P7^^^KCS^PI', '55^^^DZ^MR', 'R1^^^KCS^AN']
  const foundBy = async (all: string[]) => (await mappedHl7([headOf('ADT^A08'), `PID|1||${all.join('~')}||Петровић^Ана`])).requests('Patient')

  test("that of the sender's own medical records, in every order", async () => {
    for (let at = 0; at < numbers.length; at++)
      assert.deepEqual(await foundBy([...numbers.slice(at), ...numbers.slice(0, at)]), ['PUT identifier=urn:id:KCS|100'])
    assert.deepEqual(await foundBy(numbers.toReversed()), ['PUT identifier=urn:id:KCS|100'])
  })

  test("a national one only where there is no other: a newborn has the mother's", async () => {
    assert.deepEqual(await foundBy(['04512345678^^^RFZO^LBO', '100^^^KCS^MR']), ['PUT identifier=urn:id:KCS|100'])
    assert.deepEqual(await foundBy(['0101985710113^^^MUP^NNSRB']), ['PUT identifier=urn:rs:jmbg|0101985710113'])
  })

  test('whoever assigned it, however it is written, where the settings say what it is', async () => {
    const authorities = authoritiesOf([{ system: 'urn:rs:kcs:karton', names: ['KCS', 'Klinički centar Srbije'] }])
    for (const name of ['KCS', 'kcs ', 'Klinički  centar Srbije', 'KLINIČKI CENTAR SRBIJE', 'KCS&1.2.3&ISO']) {
      const { requests } = await mappedHl7([headOf('ADT^A08'), `PID|1||100^^^${name}^MR||Петровић^Ана`], { authorities })
      assert.deepEqual(requests('Patient'), ['PUT identifier=urn:rs:kcs:karton|100'], name)
    }
  })
})

describe('a visit without a number', () => {
  const visit = (event: string, more: Record<number, string>, ...lines: string[]) => [
    headOf(event, '20260301101500'),
    ana,
    segment('PV1', { 1: '1', 2: 'I', ...more }),
    ...lines,
  ]
  const found = async (lines: string[], type = 'Encounter') => (await mappedHl7(lines)).requests(type)

  test('is known by when it began: admitted and discharged it is one, and so is what is told of it', async () => {
    const began = { 3: 'ИНТ', 44: '202602270900' }
    const [admitted] = await found(visit('ADT^A01', began))
    assert.match(admitted ?? '', /^PUT identifier=/)
    assert.deepEqual(await found(visit('ADT^A03', { ...began, 3: 'ХИР', 45: '202603010900' })), [admitted])
    assert.notDeepEqual(await found(visit('ADT^A01', { ...began, 44: '202602270901' })), [admitted])
    // Of a day alone, it is that of whoever lies there, wherever the bed is.
    const day = { 3: 'ИНТ', 44: '20260227' }
    assert.deepEqual(await found(visit('ADT^A02', { ...day, 3: 'ХИР' })), await found(visit('ADT^A01', day)))
    assert.notDeepEqual(await found(visit('ADT^A04', { ...day, 2: 'O', 3: 'ХИР' })), await found(visit('ADT^A04', { ...day, 2: 'O' })))
    const diagnosis = 'DG1|1||K35.8^Апендицитис^MKB10'
    assert.deepEqual(await found(visit('ADT^A01', began, diagnosis), 'Condition'), await found(visit('ADT^A08', began, diagnosis), 'Condition'))
  })

  test('is one a day in a ward, however many results come from there', async () => {
    const from = (ward: string) => found(visit('ORU^R01', { 3: ward }, 'OBX|1|NM|A^а^L||1'))
    const [first] = await from('ИНТ')
    assert.match(first ?? '', /^POST identifier=/)
    assert.deepEqual(await from('ИНТ'), [first])
    assert.notDeepEqual(await from('ХИР'), [first])
    assert.deepEqual(await found(visit('ORU^R01', {}, 'OBX|1|NM|A^а^L||1')), ['POST '])
  })
})

describe('what is measured without an order', () => {
  const measured = async (kind: string, ...obx: string[]) =>
    (await mappedHl7([headOf(kind), ana, segment('PV1', { 1: '1', 2: 'I', 19: 'V1' }), ...obx])).requests('Observation')

  test('at a moment is told once, and two of one moment and code stay two', async () => {
    const pulse = 'OBX|1|NM|8867-4^Пулс^LN|1|72|/min|||||F|||202603010700'
    const [first] = await measured('ORU^R01', pulse)
    assert.match(first ?? '', /^PUT identifier=/)
    assert.deepEqual(await measured('ORU^R01', pulse.replace('|72|', '|74|')), [first])
    assert.notDeepEqual(await measured('ORU^R01', pulse.replace('0700', '0705')), [first])
    const both = await measured('ORU^R01', pulse, pulse.replace('|1|72|', '|2|74|'))
    assert.equal(new Set(both).size, 2)
    // Of a day there may be several.
    assert.deepEqual(await measured('ORU^R01', pulse.replace('202603010700', '20260301')), ['POST '])
  })

  test('with an order of its own it is that of the order, also where the settings do not say whose numbers these are', async () => {
    const of = async (order: string) =>
      (await mappedHl7([headOf('ORU^R01'), ana, `OBR|1||${order}|X^х^L|||202603010700`, 'OBX|1|NM|A^а^L||1'], {})).requests('Observation')
    assert.match((await of('F1'))[0] ?? '', /^PUT identifier=urn:spona/)
    assert.deepEqual(await of('F1'), await of('F1'))
    assert.notDeepEqual(await of('F1'), await of('F2'))
  })

  test('at a visit is that of the visit, however often the visit is told', async () => {
    const weight = 'OBX|1|NM|29463-7^Тежина^LN||80|kg|||||F'
    assert.deepEqual(await measured('ADT^A08', weight.replace('80', '81')), await measured('ADT^A01', weight))
    assert.deepEqual(await measured('ORU^R01', weight), ['POST '])
  })
})

test('a refused dose, which has no number, and what is told with a dose are told once', async () => {
  const told = async (time: string, refused = 'RE') => {
    const { requests } = await mappedHl7([
      headOf('VXU^V04', time),
      ana,
      'ORC|RE||9999^DCS',
      `RXA|0|1|20260301||03^MMR^CVX|999||||||||||||00^Одбијено^NIP002||${refused}|A`,
      'ORC|RE||V7^DCS',
      'RXA|0|1|20260301||08^HepB^CVX|0.5|mL||00^^NIP001|||||||||||CP|A',
      'OBX|1|NM|30973-2^Доза^LN|1|2||||||F',
      'OBX|2|NM|30973-2^Доза^LN|2|1||||||F',
    ])
    return [...requests('Immunization'), ...requests('Observation')]
  }
  const first = await told('20260301101500')
  assert.ok(first.every((one) => one.startsWith('PUT identifier=')))
  assert.equal(new Set(first).size, 4)
  assert.deepEqual(await told('20260401101500'), first)
  assert.notEqual((await told('20260401101500', 'CP'))[0], first[0])
})

test('findings and impression of one code are two results', async () => {
  const { requests, losses } = await mappedHl7([
    headOf('ORU^R01'),
    ana,
    'OBR|1||F1|18748-4^РТГ^LN',
    'OBX|1|TX|18748-4&GDT^Налаз^LN||уредан||||||F',
    'OBX|2|TX|18748-4&IMP^Закључак^LN||уредан||||||F',
  ])
  assert.deepEqual(requests('Observation'), ['PUT identifier=urn:rs:kcs:result|F1/18748-4&GDT', 'PUT identifier=urn:rs:kcs:result|F1/18748-4&IMP'])
  assert.deepEqual(losses, [])
})
