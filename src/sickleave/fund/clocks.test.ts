import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { type FundTown, startFundTown } from '../../testing/fund.ts'
import { calculateSubmitted, remind } from './clocks.ts'

let town: FundTown

const file = forFile()
before(async () => {
  town = await startFundTown(file)
})

test('what was submitted is calculated by itself, once; who has a case is reminded before and after its last day, each once', async () => {
  const { request } = await town.asked()
  assert.equal(await calculateSubmitted(town.world), 1)
  assert.equal(await calculateSubmitted(town.world), 0)
  const { body } = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}`)
  assert.equal(body.calculation.view.lines[0].gross, '50206.90')
  assert.deepEqual([body.steps.at(-1).kind, body.steps.at(-1).by], ['calculated', 'Фонд, аутоматски обрачун'])
  await town.act(town.zora, request, 'return', { missing: 'Нечитак извод.', until: '2026-05-08' })
  const reminders = async () => {
    await remind(town.world)
    const { body: stream } = await town.as(town.signer)('GET', `/sickleave/employer/${town.employer.pib}/events?limit=500`)
    return stream.events.filter(({ about }: { about?: { id: string } }) => about?.id === request).map(({ about }: { about: { state: string } }) => about.state)
  }
  assert.deepEqual(await reminders(), ['submitted', 'incomplete', 'due-soon'])
  assert.equal((await reminders()).length, 3)
  town.at('2026-05-09T08:00:00Z')
  assert.deepEqual((await reminders()).slice(3), ['overdue'])
})

test('every clock that has run out is seen in one list, at whichever desk the case lies, and nobody is named in it', async () => {
  const { person, request, leave: first } = await town.asked()
  const url = `/sickleave/people/${person.handle}/leaves`
  await town.as(town.doctor)('POST', `${url}/${first}/closing`, { until: '2026-04-20', why: 'recovered' })
  const overdue = async () => (await town.as(town.mira)('GET', '/sickleave/fund/overdue')).body
  const mineOf = ({ lines }: { lines: { what: string; desk: string; request: string | null; due: string }[] }, what: string) =>
    lines.find((one) => one.what === what && (what !== 'request' || one.request === request))
  assert.equal(mineOf(await overdue(), 'request'), undefined)
  town.at('2026-06-01T08:00:00Z')
  const { body: leave, text } = await town.as(town.doctor)('POST', url, { from: '2026-06-01', until: '2026-06-16', reason: '01', diagnosis: 'F32.1' })
  assert.ok(leave.id, text)
  await town.as(town.doctor)('POST', `${url}/${leave.id}/referral`, { until: '2027-01-31' })
  const mine = { kind: 'assessment', leave: leave.id, text: 'Краће је.' }
  assert.equal((await town.as(person.account)('POST', '/sickleave/mine/objections', mine)).status, 201)
  await town.as(person.account)('POST', '/sickleave/mine/objections', { ...mine, kind: 'correction' })
  town.at('2026-06-22T08:00:00Z')
  const late = await overdue()
  assert.deepEqual(
    ['request', 'proposal', 'objection', 'correction'].map((what) => [mineOf(late, what)?.desk, mineOf(late, what)?.due]),
    [
      ['fund', '2026-05-26'],
      ['commission1', '2026-06-09'],
      ['commission1', '2026-06-09'],
      ['doctor', '2026-06-09'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(late), /Петровић|Ана|F32/)
  const until = { decision: 'approved', until: '2027-01-31', number: '9/2026' }
  await town.as(town.commission)('POST', `/sickleave/commission/people/${person.handle}/leaves/${leave.id}/decision`, until)
  assert.equal(mineOf(await overdue(), 'proposal'), undefined, 'what was decided is off the list')
  town.at('2026-12-14T08:00:00Z')
  assert.deepEqual([mineOf(await overdue(), 'assessment')?.desk, mineOf(await overdue(), 'assessment')?.due], ['assessment', '2026-12-01'])
  assert.equal((await town.as(town.signer)('GET', '/sickleave/fund/overdue')).status, 403)
})
