import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, mappedHl7, marko, segment } from '../../../testing/hl7.ts'

const visit = (number: string, more: Record<number, string> = {}) => segment('PV1', { 1: '1', 2: 'I', 19: `${number}^^^KCS^VN`, ...more })

describe('in a message about several patients each gets only what is said of that patient', () => {
  test('two patients who swap beds (A17) each keep their own visit', async () => {
    const { all, at } = await mappedHl7([headOf('ADT^A17'), ana, visit('V1'), marko, visit('V2')])
    assert.deepEqual(
      all('Encounter').map(({ identifier, subject }) => [identifier[0].value, at(subject)['name'][0].family]),
      [
        ['V1', 'Петровић'],
        ['V2', 'Јовић'],
      ],
    )
  })

  test('the visit and the order of one patient do not pass to the next in a message of results', async () => {
    const results = (order: string) => [`OBR|1|P${order}|F${order}|X^х^L|||20260301073000`, 'OBX|1|NM|A^а^L||1|g/L|||||F']
    const { all, at } = await mappedHl7([headOf('ORU^R01'), ana, visit('V1'), ...results('1'), marko, ...results('2')])
    const [first, second] = all('Observation')
    assert.equal(at(first?.['encounter'])['identifier'][0].value, 'V1')
    assert.equal(second?.['encounter'], undefined)
    assert.equal(at(second?.['subject'])['name'][0].family, 'Јовић')
  })

  test('the original message is in the chart of none of them', async () => {
    const original = (all: (type: string) => Record<string, any>[]) => all('DocumentReference')[0]?.['subject']
    assert.equal(original((await mappedHl7([headOf('ADT^A17'), ana, visit('V1'), marko, visit('V2')])).all), undefined)
    assert.ok(original((await mappedHl7([headOf('ADT^A08'), ana])).all))
  })
})

describe('charts', () => {
  test('each MRG goes into the chart of the PID before it', async () => {
    const { all, at } = await mappedHl7([headOf('ADT^A40'), ana, 'MRG|101^^^KCS^MR', marko, 'MRG|201^^^KCS^MR'])
    const gone = all('Patient').filter(({ active }) => active === false)
    assert.deepEqual(
      gone.map(({ identifier, link }) => [identifier[0].value, at(link[0].other)['identifier'][0].value]),
      [
        ['101', '100'],
        ['201', '200'],
      ],
    )
  })

  for (const [event, mrg, lost] of [
    ['A41', 'MRG|100^^^KCS^MR||R1^^^KCS^AN', []],
    ['A42', 'MRG|100^^^KCS^MR||||V1^^^KCS^VN', ['MRG[1]-5']],
    ['A44', 'MRG|300^^^KCS^MR||R1^^^KCS^AN', ['MRG[1]-1', 'MRG[1]-3']],
    ['A45', 'MRG|300^^^KCS^MR||||V1^^^KCS^VN', ['MRG[1]-1', 'MRG[1]-5']],
    ['A50', 'MRG|100^^^KCS^MR||||V1^^^KCS^VN', []],
    ['A40', 'MRG|100^^^KCS^MR', ['MRG[1]-1']],
  ] as const)
    test(`${event} that names ${mrg.slice(4, 7)} ends no chart`, async () => {
      const { all, losses } = await mappedHl7([headOf(`ADT^${event}`), segment(ana, { 10: 'R2^^^KCS^AN' }), mrg, visit('V2')])
      assert.deepEqual(
        all('Patient').map(({ active, link }) => [active, link]),
        [[undefined, undefined]],
      )
      assert.deepEqual(losses, lost)
    })

  test('an account that is merged into another is no longer in use and becomes a part of it', async () => {
    const pid = `${ana}${'|'.repeat(10)}R2^^^KCS^AN`
    const { all, at } = await mappedHl7([headOf('ADT^A41'), pid, 'MRG|100^^^KCS^MR||R1^^^KCS^AN'])
    const former = all('Account').find(({ status }) => status === 'inactive')
    assert.deepEqual([former?.['identifier'][0].value, at(former?.['partOf'])['identifier'][0].value], ['R1', 'R2'])
  })

  test('a visit whose number changes (A50) is found by the former one and stays the same visit', async () => {
    const { requests, first } = await mappedHl7([headOf('ADT^A50'), ana, 'MRG|100^^^KCS^MR||||V1^^^KCS^VN', visit('V2')])
    assert.deepEqual(requests('Encounter'), ['PUT identifier=urn:id:KCS|V1'])
    assert.deepEqual(
      first('Encounter')['identifier'].map((one: any) => [one.value, one.use]),
      [
        ['V2', undefined],
        ['V1', 'old'],
      ],
    )
  })

  test('two linked charts (A24) refer to each other, and both stay in use; a deleted one (A29) does not', async () => {
    const { all } = await mappedHl7([headOf('ADT^A24'), ana, marko])
    assert.deepEqual(
      all('Patient').map(({ active, link }) => [active, link[0].type]),
      [
        [undefined, 'seealso'],
        [undefined, 'seealso'],
      ],
    )
    assert.equal((await mappedHl7([headOf('ADT^A29'), ana])).first('Patient')['active'], false)
  })
})

describe('what an event says about the visit', () => {
  for (const [event, status] of [
    ['A01', 'in-progress'],
    ['A10', 'arrived'],
    ['A12', 'in-progress'],
    ['A21', 'onleave'],
    ['A22', 'in-progress'],
    ['A23', 'entered-in-error'],
    ['A52', 'in-progress'],
    ['A53', 'onleave'],
  ] as const)
    test(`${event} is ${status}`, async () => {
      const { first } = await mappedHl7([headOf(`ADT^${event}`), ana, visit('V1', { 44: '20260201080000' })])
      assert.equal(first('Encounter')['status'], status)
    })

  test('a cancelled discharge (A13) leaves no end and no destination, and says so', async () => {
    const pv1 = visit('V1', { 36: '01', 37: 'ДОМ', 44: '20260201080000', 45: '20260301090000' })
    const { first, losses } = await mappedHl7([headOf('ADT^A13'), ana, pv1])
    assert.deepEqual(
      [first('Encounter')['status'], first('Encounter')['period'].end, first('Encounter')['hospitalization']],
      ['in-progress', undefined, undefined],
    )
    assert.deepEqual(losses, ['PV1[1]-45'])
  })
})

describe('what is taken back becomes an error and never stands as a fact', () => {
  test('a diagnosis (DG1-21), a procedure (PR1-20), a problem (PRB-1), a part in the care (ROL-2), a document (T11)', async () => {
    const taken = await mappedHl7([
      headOf('ADT^A08'),
      ana,
      visit('V1'),
      'ROL|1|DE|AT^Attending^HL70443|D8^Стари^Лекар',
      segment('DG1', { 1: '1', 3: 'I10^Хипертензија^MKB10', 6: 'A', 21: 'D' }),
      segment('PR1', { 1: '1', 3: 'X^Захват^L', 5: '20260201', 20: 'D' }),
    ])
    assert.equal(taken.first('Condition')['verificationStatus'].coding[0].code, 'entered-in-error')
    assert.equal(taken.first('Encounter')['diagnosis'], undefined)
    assert.equal(taken.first('Procedure')['status'], 'entered-in-error')
    assert.deepEqual([taken.all('PractitionerRole'), taken.losses[0]], [[], 'ROL[1]'])
    const problem = (await mappedHl7([headOf('PPR^PC1'), ana, 'PRB|DE|20260301|I10^Хип^MKB10|PR2^BIS'])).first('Condition')
    assert.deepEqual([problem['verificationStatus'].coding[0].code, problem['clinicalStatus']], ['entered-in-error', undefined])
    const txa = segment('TXA', { 1: '1', 2: 'DS', 12: 'DOC1^BIS', 19: 'AV' })
    assert.equal((await mappedHl7([headOf('MDM^T11'), ana, txa])).first('DocumentReference')['status'], 'entered-in-error')
  })

  test('a procedure in the future is planned, and one with a length has its end', async () => {
    const pr1 = (time: string) => segment('PR1', { 1: '1', 3: 'X^Захват^L', 5: time, 7: '90' })
    const { all } = await mappedHl7([headOf('ADT^A05'), ana, pr1('20260311090000'), pr1('20260201230000')])
    assert.deepEqual(
      all('Procedure').map(({ status, performedPeriod }) => [status, performedPeriod.end]),
      [
        ['preparation', '2026-03-11T10:30:00+01:00'],
        ['completed', '2026-02-02T00:30:00+01:00'],
      ],
    )
  })
})
