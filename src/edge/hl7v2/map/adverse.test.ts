import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ana, headOf, type Loose, mappedHl7, segment } from '../../../testing/hl7.ts'

const report = segment('PES', { 2: 'D1^Јовић^Марко', 5: 'N77^ALIMS', 9: '20260301', 10: '202603021000' })

test('an adverse event of a medicine has its seriousness, its end, its reporter and the suspected medicine with its lot', async () => {
  const { first, at, requests, losses } = await mappedHl7([
    headOf('PEX^P07'),
    ana,
    segment('PV1', { 2: 'I', 19: 'V1' }),
    report,
    segment('PEO', { 2: 'R21^Осип^I10', 3: '202602281000', 9: 'Y', 11: 'O~P', 12: 'F', 13: 'осип по телу', 16: 'после друге дозе' }),
    segment('PCR', { 1: 'C07AB02^Метопролол^ATC', 6: '20270101', 12: 'LOT5', 20: 'H' }),
  ])
  const event = first('AdverseEvent')
  assert.deepEqual(
    [event['event'].coding[0].code, event['event'].text, event['date'], event['detected'], event['recordedDate']],
    ['R21', 'осип по телу\nпосле друге дозе', '2026-02-28T10:00:00+01:00', '2026-03-01', '2026-03-02T10:00:00+01:00'],
  )
  assert.deepEqual(
    [event['seriousness'].coding[0].code, event['outcome'].coding[0].code, at(event['recorder'])['name'][0].family, at(event['encounter']).resourceType],
    ['SeriousResultsInHospitalization', 'resolved', 'Јовић', 'Encounter'],
  )
  const [suspect] = event['suspectEntity']
  assert.equal(suspect.causality[0].assessment.coding[0].code, 'H')
  assert.deepEqual([at(suspect.instance)['code'].coding[0].code, at(suspect.instance)['batch'].lotNumber], ['C07AB02', 'LOT5'])
  assert.deepEqual([requests('AdverseEvent'), losses], [['PUT identifier=urn:id:ALIMS|N77'], []])
})

test('several events of one report stay several, and an event that is not serious says so', async () => {
  const { all, requests } = await mappedHl7([
    headOf('PEX^P07'),
    ana,
    report,
    segment('PEO', { 2: 'R21^Осип^I10', 9: 'N' }),
    segment('PEO', { 2: 'R11^Мука^I10', 12: 'D' }),
  ])
  assert.deepEqual(requests('AdverseEvent'), ['PUT identifier=urn:id:ALIMS|N77', 'PUT identifier=urn:id:ALIMS|N77/2'])
  assert.deepEqual(
    all('AdverseEvent').map((one: Loose) => one['seriousness']?.coding[0].code ?? one['outcome'].coding[0].code),
    ['Non-serious', 'fatal'],
  )
})

test('a suspected medicine without an event is in the losses', async () => {
  const { all, losses } = await mappedHl7([headOf('PEX^P07'), ana, report, segment('PCR', { 1: 'X^х^ATC' })])
  assert.deepEqual([all('Medication').length, losses.includes('PCR[1]')], [0, true])
})
