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
