import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ana, headOf, type Loose, mappedHl7, segment } from '../../../testing/hl7.ts'

test('an item requested for a patient has its internal and external names, and is cancelled by its number', async () => {
  const lines = (control: string) => [
    headOf('ORM^O01'),
    ana,
    segment('ORC', { 1: control, 2: 'R1^BIS', 9: '20260301', 12: 'D1^Јовић^Марко' }),
    segment('RQD', { 1: '1', 2: '23455^Протеза', 3: 'M1^Hip^L', 4: 'H1^Протеза кука^RFZO', 5: '2', 6: 'kom', 10: '20260320' }),
    segment('RQ1', { 4: 'V1^Добављач^L' }),
  ]
  const { first, at, requests, losses } = await mappedHl7(lines('NW'))
  const request = first('SupplyRequest')
  assert.deepEqual(
    request['itemCodeableConcept'].coding.map((one: Loose) => one['code']),
    ['H1', '23455', 'M1'],
  )
  assert.deepEqual(
    [request['status'], request['quantity'].value, request['occurrenceDateTime'], request['authoredOn']],
    ['active', 2, '2026-03-20', '2026-03-01'],
  )
  assert.deepEqual([at(request['deliverTo']), at(request['supplier'][0])['name']], [first('Patient'), 'Добављач'])
  assert.deepEqual([requests('SupplyRequest'), losses], [['PUT identifier=urn:id:BIS|R1'], []])
  assert.equal((await mappedHl7(lines('CA'))).first('SupplyRequest')['status'], 'cancelled')
})

describe('an authorization', () => {
  test('says until when, how many times and how much the payer has agreed to, and the referral refers to it', async () => {
    const { first, at, requests, losses } = await mappedHl7([
      headOf('REF^I12'),
      segment('RF1', { 1: 'A', 3: 'CAR^Кардиологија^L', 6: 'U1^DZ' }),
      ana,
      segment('AUT', { 2: '450', 3: 'РФЗО', 4: '20260101', 5: '20261231', 6: 'A77^RFZO', 7: '1500.00&RSD', 8: '10', 9: '5', 10: '20260110' }),
    ])
    const answer = first('ClaimResponse')
    assert.deepEqual(
      [answer['preAuthRef'], answer['preAuthPeriod'], answer['created'], at(answer['insurer'])['name'], at(answer['insurer'])['identifier'][0].value],
      ['A77', { start: '2026-01-01', end: '2026-12-31' }, '2026-01-10', 'РФЗО', '450'],
    )
    assert.deepEqual([answer['total'][0].amount.currency, answer['item'][0].adjudication.map((one: Loose) => one['value'])], ['RSD', [10, 5]])
    assert.equal(at(first('ServiceRequest')['insurance'][0]), answer)
    assert.deepEqual([requests('ClaimResponse'), losses], [['PUT identifier=urn:id:RFZO|A77'], []])
  })
})

test('a participant in a trial has the period, and leaves it when it ended', async () => {
  const of = async (more: Record<number, string> = {}) =>
    await mappedHl7([headOf('CRM^C01'), ana, segment('CSR', { 1: 'ST1^ALIMS', 4: 'P7^^^CT', 6: '20260110', 12: 'A^Група А', ...more })])
  const { first, at, requests } = await of()
  const subject = first('ResearchSubject')
  assert.deepEqual([subject['status'], subject['period'].start, subject['assignedArm']], ['on-study', '2026-01-10', 'Група А'])
  assert.deepEqual([at(subject['study'])['identifier'][0].value, at(subject['individual'])], ['ST1', first('Patient')])
  const ended = await of({ 15: '20260601' })
  assert.deepEqual([ended.first('ResearchSubject')['status'], ended.requests('ResearchSubject')], ['off-study', requests('ResearchSubject')])
})

test('an inventory of a laboratory concerns no patient, and the loss says so', async () => {
  const { mapped } = await mappedHl7([headOf('OUL^R22'), ana, 'SPM|1|S1||SER', 'OBR|1|P1||GLU^х^L', 'OBX|1|NM|GLU^х^L||5||||||F', 'INV|SUB1|OK|RC|C1'])
  assert.match(mapped.losses.find(({ place }) => place === 'INV[1]')?.why ?? '', /stocks/)
})
