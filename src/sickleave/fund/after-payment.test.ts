import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { type FundTown, startFundTown } from '../../testing/fund.ts'
import { addEarnings } from '../earnings/store.ts'
import { recheckCorrected } from './recheck.ts'

let town: FundTown

const file = forFile()
before(async () => {
  town = await startFundTown(file)
})

test('money that did not reach the employee is ordered back with interest from the day after the last one, and comes back whole', async () => {
  const { request } = await town.asked()
  await town.paid(request)
  town.at('2026-05-20T08:00:00Z')
  const { body: work } = await town.as(town.zora)('GET', '/sickleave/fund/work?state=paid')
  assert.ok(work.lines.some(({ id, due }: { id: string; due: string }) => id === request && due === '2026-05-12'))
  const ordered = await town.act(town.zora, request, 'return-order', { why: 'није исплаћено запосленом', until: '2026-05-22' })
  assert.equal(ordered.status, 200, ordered.text)
  const { total, interest } = ordered.body.request.toReturn
  assert.equal(interest, Math.round((total * 1375 * 10) / (10_000 * 365)))
  assert.equal((await town.act(town.mira, request, 'money-returned', { on: '2026-05-20', total: total - 100, interest })).status, 422)
  town.at('2026-05-25T08:00:00Z')
  const late = await town.act(town.mira, request, 'money-returned', { on: '2026-05-25', total, interest })
  const thirteen = Math.round((total * 1375 * 13) / (10_000 * 365))
  assert.match(late.text, new RegExp(`at least ${(thirteen / 100).toFixed(2)} of interest by this day`))
  assert.equal((await town.act(town.mira, request, 'money-returned', { on: '2026-05-25', total, interest: thirteen })).body.request.state, 'returned')
})

test('a justified objection to the sum opens the request anew by a third person, and only the difference is paid', async () => {
  const { request, person, leave } = await town.asked()
  await town.paid(request)
  const { body: before } = await town.as(town.signer)('GET', town.requests(`/${request}`))
  const objection = { kind: 'calculation', leave: before.leave, request, text: 'Недостаје прековремени рад.' }
  const made = await town.as(town.signer)('POST', `/sickleave/employer/${town.employer.pib}/objections`, objection)
  assert.equal(made.status, 201, made.text)
  const { body: desk } = await town.as(town.zora)('GET', '/sickleave/fund/objections')
  assert.deepEqual([desk.lines.length, desk.lines[0].leave, desk.lines[0].text], [1, leave, objection.text])
  const answer = { accept: true, why: 'зарада је исправљена', number: '88-9' }
  assert.equal((await town.as(town.zora)('POST', `/sickleave/fund/objections/${made.body.id}`, answer)).status, 403, 'who proposed the sum')
  const third = await town.account(['fund'], { name: 'Трећа Особа' })
  assert.equal((await town.as(third)('POST', `/sickleave/fund/objections/${made.body.id}`, answer)).status, 200)
  await town.sql.begin(async (tx) => {
    const [{ id }] = (await tx<{ id: string }>`select id from sickleave.employee where patient = ${person.root}`) as [{ id: string }]
    const more = { employee: id, month: '2025-06', hours: 17_400, net: 9_500_000n, gross: 14_000_000n, paidOn: '2025-06-28' }
    await addEarnings(tx, town.employer.id, [more], { source: 'form', at: town.world.now(), by: 'test' })
  })
  const { body: corrected } = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}`)
  const calculated = await town.act(town.zora, request, 'calculation')
  const { id, total } = calculated.body.calculation
  assert.ok(total > before.total)
  const inPara = ({ month, payer, total: more }: Record<string, string>) => [month, payer, Math.round(100 * Number(more))]
  assert.deepEqual(corrected.delta.map(inPara), [['2026-04', 'fund', total - before.total]], 'what the correction changed, before anybody calculates')
  assert.deepEqual(calculated.body.delta, corrected.delta, 'and after it, against the sum that was paid')
  const proposed = await town.act(town.zora, request, 'proposal', { decision: 'pay', number: '88-10', why: 'разлика', calculation: id })
  assert.equal(proposed.status, 200, proposed.text)
  const approved = await town.act(town.mira, request, 'approval', { accept: true })
  assert.equal(approved.body.request?.state, 'calculated', approved.text)
  const file = await town.as(town.zora)('POST', '/sickleave/fund/payments', {})
  assert.deepEqual([file.body.lines, file.body.total], [1, total - before.total], file.text)
  const sums = { on: '2026-05-05', lines: 1, total: file.body.total }
  assert.equal((await town.as(town.mira)('POST', `/sickleave/fund/payments/${file.body.id}/execution`, sums)).status, 200)
  assert.deepEqual((await town.as(town.signer)('GET', town.requests(`/${request}`))).body.total, total)
  const control = await town.as(town.zora)('POST', '/sickleave/fund/controls', { request, text: 'Проверити оправданост.' })
  assert.equal(control.status, 201, control.text)
})

test('a correction after the payment opens the request anew by itself with the difference; two people decide, and what was too much does not rest until it is back', async () => {
  const { request, person, leave } = await town.asked()
  await town.paid(request)
  const clerk = town.as(town.signer)
  const { body: before } = await clerk('GET', town.requests(`/${request}`))
  const objections = `/sickleave/employer/${town.employer.pib}/objections`
  const wrong = await clerk('POST', objections, { kind: 'correction', leave: before.leave, text: 'Вратио се на посао раније.' })
  assert.equal(wrong.status, 201, wrong.text)
  const accepting = () => town.as(town.doctor)('POST', `/sickleave/corrections/${wrong.body.id}`, { accept: true, why: 'исправљено', number: '7' })
  assert.equal((await accepting()).status, 409, 'saying yes and changing nothing is no correction')
  assert.equal(await recheckCorrected(town.world), 0)
  const url = `/sickleave/people/${person.handle}/leaves/${leave}`
  const correct = async (until: string) => {
    const wish = { from: '2026-03-02', until, reason: '01', diagnosis: 'M54.5', why: 'ранији повратак' }
    const corrected = await town.as(town.doctor)('POST', `${url}/correction`, wish)
    assert.equal(corrected.status, 200, corrected.text)
    const reported = await town.as(town.doctor)('POST', `${url}/report`, { until })
    assert.equal(reported.status, 200, reported.text)
  }
  await correct('2026-04-15')
  assert.equal((await accepting()).status, 200)
  assert.equal(await recheckCorrected(town.world), 1)
  assert.equal(await recheckCorrected(town.world), 0)
  const { body: opened } = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}`)
  const { total } = opened.calculation
  const tooMuch = before.total - total
  assert.deepEqual([opened.request.state, opened.steps.at(-2).kind], ['in-process', 'reopened'])
  const [delta] = opened.delta
  assert.deepEqual([opened.delta.length, delta.days, Math.round(-100 * Number(delta.total))], [1, -3, tooMuch])

  const decide = async (calculation: string, number: string) => {
    const proposed = await town.act(town.zora, request, 'proposal', { decision: 'pay', number, why: 'исправка', calculation })
    assert.equal(proposed.status, 200, proposed.text)
    assert.equal((await town.act(town.zora, request, 'approval', { accept: true })).status, 403)
    return town.act(town.mira, request, 'approval', { accept: true })
  }
  const decided = await decide(opened.calculation.id, '88-20')
  assert.deepEqual([decided.body.request.state, decided.body.request.waitsFor], ['paid', 'fund'])
  const { body: work } = await town.as(town.zora)('GET', '/sickleave/fund/work')
  assert.ok(
    work.lines.some(({ id }: { id: string }) => id === request),
    'it stays on the list until the return is ordered',
  )
  assert.equal((await town.as(town.zora)('POST', '/sickleave/fund/payments', {})).status, 409, 'nothing more is paid')
  const ordered = await town.act(town.zora, request, 'return-order', { why: 'преплаћено', until: '2026-05-20' })
  assert.deepEqual([ordered.body.request.toReturn.total, ordered.body.request.toReturn.interest], [tooMuch, 0])
  const returned = await town.act(town.zora, request, 'money-returned', { on: '2026-05-05', total: tooMuch, interest: 0 })
  assert.deepEqual([returned.body.request.state, returned.body.request.waitsFor], ['confirmed', null])

  // More is due again: the difference to what was left is paid, not to what was paid first.
  await correct('2026-04-20')
  assert.equal(await recheckCorrected(town.world), 1)
  const { body: again } = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}`)
  assert.equal(again.calculation.total, before.total)
  assert.equal((await decide(again.calculation.id, '88-21')).body.request.state, 'calculated')
  const file = await town.as(town.zora)('POST', '/sickleave/fund/payments', {})
  assert.deepEqual([file.body.lines, file.body.total], [1, tooMuch])

  // While the file lies at the treasury a cancellation waits; then everything is to be returned.
  assert.equal((await town.as(town.doctor)('POST', `${url}/cancellation`, { why: 'погрешна особа' })).status, 200)
  assert.equal(await recheckCorrected(town.world), 0)
  assert.equal(
    (await town.as(town.mira)('POST', `/sickleave/fund/payments/${file.body.id}/execution`, { on: '2026-05-05', lines: 1, total: tooMuch })).status,
    200,
  )
  assert.equal(await recheckCorrected(town.world), 1)
  const { body: last } = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}`)
  assert.match(last.trouble, /nothing is paid/)
  await town.act(town.zora, request, 'proposal', { decision: 'reject', number: '88-22', why: 'поништено' })
  assert.equal((await town.act(town.mira, request, 'approval', { accept: true })).body.request.waitsFor, 'fund')
  const all = await town.act(town.zora, request, 'return-order', { why: 'поништено', until: '2026-05-20' })
  assert.equal(all.body.request.toReturn.total, before.total)
})
