import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { addEarnings, addEmployees } from '../earnings/store.ts'
import { calculateSubmitted, remind } from './clocks.ts'
import { recheckCorrected } from './recheck.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'

let town: LeaveTown
let signer: string
let [zora, mira] = ['', '']
const pib = () => town.employers[0]?.pib as string
const employer = () => town.employers[0]?.id as number
const at = (path = '') => `/sickleave/employer/${pib()}/requests${path}`
const fund = (path: string) => `/sickleave/fund${path}`
const codes = (lines: { kind: string }[]) => lines.map(({ kind }) => kind)

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  signer = await town.clerk(0, 'signer')
  ;[zora, mira] = [await town.account(['fund'], { name: 'Зора Пајић' }), await town.account(['fund'], { name: 'Мира Станић' })]
})

/** Twelve months of 120,000 dinars for 174 hours, as the worked example X4 has them. */
async function earn(person: Worker): Promise<void> {
  const id = crypto.randomUUID()
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2025, 2 + month, 1)).toISOString().slice(0, 7))
  const rows = months.map((month) => ({ employee: id, month, hours: 17_400, net: 8_500_000n, gross: 12_000_000n, paidOn: `${month}-28` }))
  await town.sql.begin(async (tx) => {
    await addEmployees(tx, [{ employer: employer(), patient: person.root, id }])
    await addEarnings(tx, employer(), rows, { source: 'form', at: new Date('2026-03-01T00:00:00Z'), by: 'test' })
  })
}

/** A leave from 2 March to 20 April with its report, and a submitted request for April; answers the request. */
async function asked(
  kind: 'compensation' | 'refund' = 'compensation',
  named: Record<string, string> = {},
): Promise<{ person: Worker; request: string; leave: string }> {
  const person = await town.worker([{ employer: employer() }])
  await earn(person)
  const url = `/sickleave/people/${person.handle}/leaves`
  town.at('2026-03-02T08:00:00Z')
  const { body } = await town.as(town.doctor)('POST', url, { from: '2026-03-02', until: '2026-03-31', reason: '01', diagnosis: 'M54.5' })
  town.at('2026-03-30T08:00:00Z')
  await town.as(town.doctor)('POST', `${url}/${body.id}/referral`, { until: '2026-04-20' })
  const decision = { decision: 'approved', until: '2026-04-20', number: '1/2026' }
  await town.as(town.commission)('POST', `/sickleave/commission/people/${person.handle}/leaves/${body.id}/decision`, decision)
  town.at('2026-04-20T08:00:00Z')
  await town.as(town.doctor)('POST', `${url}/${body.id}/report`, { until: '2026-04-20' })
  const { body: known } = await town.as(signer)('GET', `/sickleave/employer/${pib()}/leaves`)
  const [{ leave }] = known.events.filter(({ document }: { document: unknown }) => document)
  town.at('2026-05-05T08:00:00Z')
  const clerk = town.as(signer)
  const wish = { kind, leave, from: '2026-04-01', until: '2026-04-20', payoutDay: '2026-05-04', account: '840-4848-37' }
  const draft = await clerk('POST', at(), wish)
  assert.equal(draft.status, 201, draft.text)
  for (const evidence of ['tax-return', 'account-contract', 'payment-proof']) {
    const content = Buffer.from(`%PDF-1.7 ${evidence}`).toString('base64')
    await clerk('POST', at(`/${draft.body.id}/evidence`), { kind: evidence, name: named[evidence] ?? `${evidence}.pdf`, type: 'application/pdf', content })
  }
  const submitted = await clerk('POST', at(`/${draft.body.id}/submission`), {})
  assert.equal(submitted.status, 200, submitted.text)
  return { person, request: draft.body.id, leave: body.id }
}

const act = (who: string, request: string, word: string, body: object = {}) => town.as(who)('POST', fund(`/requests/${request}/${word}`), body)

/** To the payment: calculated and proposed by one, approved by the other, in a file by one, executed by the other. */
async function paid(request: string): Promise<void> {
  const calculated = await act(zora, request, 'calculation')
  assert.equal(calculated.status, 200, calculated.text)
  const { id } = calculated.body.calculation
  const proposed = await act(zora, request, 'proposal', { decision: 'pay', number: '88-1', why: 'потпун', calculation: id })
  assert.equal(proposed.status, 200, proposed.text)
  assert.equal((await act(mira, request, 'approval', { accept: true })).body.request.state, 'calculated')
  const made = await town.as(zora)('POST', fund('/payments'), {})
  assert.equal(made.status, 201, made.text)
  const executed = await town.as(mira)('POST', fund(`/payments/${made.body.id}/execution`), {
    on: '2026-05-05',
    lines: made.body.lines,
    total: made.body.total,
  })
  assert.equal(executed.status, 200, executed.text)
}

test('a file that was attached is saved as what it is, whatever its sender called it', async () => {
  const { request } = await asked('compensation', { 'tax-return': 'pppd.PDF', 'account-contract': 'ugovor.pdf.hta', 'payment-proof': 'izvod\u202Efdp.bat' })
  const { body } = await town.as(zora)('GET', fund(`/requests/${request}`))
  const names = []
  for (const { id, name } of body.request.evidence) {
    const saved = await town.as(zora)('GET', fund(`/requests/${request}/evidence/${id}`))
    assert.equal(saved.headers['content-disposition'], `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    names.push(name)
  }
  assert.deepEqual(names.sort(), ['izvodfdp.bat.pdf', 'pppd.PDF', 'ugovor.pdf.hta.pdf'])
})

test('a complete request is calculated with every line explained, approved by a second person, paid and confirmed', async () => {
  const { request, person } = await asked()
  const { body: work } = await town.as(zora)('GET', fund('/work'))
  const line = work.lines.find(({ id }: { id: string }) => id === request)
  assert.deepEqual([line.state, line.due, line.waitsFor, work.counts[0].overdue], ['submitted', '2026-05-26', 'fund', 0])
  assert.equal((await act(zora, request, 'claim')).body.isMine, true)

  const calculated = await act(zora, request, 'calculation')
  const { id, total, view } = calculated.body.calculation
  // 14 working days of April at 8 hours: 689.6552 an hour, 65 %.
  assert.equal(view.base.hour, '689.6552')
  assert.deepEqual([view.lines.length, view.lines[0].gross, view.lines[0].payer], [1, '50206.90', 'fund'])
  assert.ok(view.derivation.every(({ sr, en, paragraph }: Record<string, string>) => sr && en && paragraph))
  const { gross, net, from, tax, on } = view.lines[0]
  assert.equal(Math.round(100 * (Number(net) + Number(from) + Number(tax))), Math.round(100 * Number(gross)), 'column 14 = 15 + 17 + 18')
  assert.equal(total, Math.round(100 * (Number(gross) + Number(on))), 'column 19')

  const proposal = { decision: 'pay', number: '88-1043', why: 'потпун захтев', calculation: id }
  assert.equal((await act(zora, request, 'proposal', { ...proposal, calculation: crypto.randomUUID() })).status, 409)
  assert.equal((await act(zora, request, 'proposal', proposal)).status, 200)
  const own = await act(zora, request, 'approval', { accept: true })
  assert.equal(own.status, 403, own.text)
  assert.match(own.text, /second person/)
  assert.equal((await town.as(signer)('GET', at(`/${request}`))).body.state, 'in-process', 'what the Fund weighs is its own')
  assert.equal((await act(mira, request, 'approval', { accept: true, seen: 2 })).status, 409)
  assert.equal((await act(mira, request, 'approval', { accept: true })).body.request.state, 'calculated')

  const made = await town.as(mira)('POST', fund('/payments'), {})
  assert.deepEqual([made.status, made.body.lines, made.body.total], [201, 1, total], made.text)
  assert.equal((await town.as(zora)('POST', fund('/payments'), {})).status, 409, 'nothing goes into two files')
  const csv = await town.as(zora)('GET', fund(`/payments/${made.body.id}/file.csv`))
  assert.match(csv.text, new RegExp(`^SPONA-PAYMENT-1;2026-000001;2026-05-05;1;${(total / 100).toFixed(2)};[0-9a-f]{64}\n`))
  assert.match((await town.as(zora)('GET', fund(`/payments/${made.body.id}/file.xml`))).text, /<payments number="2026-000001" day="2026-05-05" lines="1"/)
  const sums = { on: '2026-05-05', lines: 1, total }
  assert.equal((await town.as(mira)('POST', fund(`/payments/${made.body.id}/execution`), sums)).status, 403, 'the one who made the file')
  const sumsFor = async (who: typeof mira) => {
    const [file] = (await town.as(who)('GET', fund('/payments'))).body.payments
    return [file.lines, file.total]
  }
  assert.deepEqual(await sumsFor(mira), [1, total], 'who made the file sees what is in it')
  assert.deepEqual(await sumsFor(zora), [null, null], 'who is to type the sums as a control does not read them first')
  const other = await town.as(zora)('POST', fund(`/payments/${made.body.id}/execution`), { ...sums, total: total - 1 })
  assert.equal(other.status, 422)
  assert.ok(!other.text.includes((total / 100).toFixed(2)) && !other.text.includes(String(total)), 'a wrong sum is not answered with the right one')
  assert.equal((await town.as(zora)('POST', fund(`/payments/${made.body.id}/execution`), sums)).status, 200)
  assert.deepEqual(await sumsFor(zora), [1, total])

  const { body: known } = await town.as(signer)('GET', at(`/${request}`))
  assert.deepEqual([known.state, known.total, known.list.sums.gross, known.due.nominal], ['paid', total, '50206.90', '2026-05-12'])
  assert.ok(!JSON.stringify(known).includes('column'))
  assert.equal((await town.as(signer)('POST', at(`/${request}/confirmation`), { on: '2026-05-05' })).body.state, 'confirmed')
  const table = await town.as(signer)('GET', at('/lists.csv?kind=compensation'))
  assert.match(table.text, /;2026-04-01;2026-04-20;20;112\.00;65;689\.6552;50206\.90;/)
  const wrong = await town.as(signer)('GET', at('/lists.csv?kind=gift'))
  assert.deepEqual([wrong.status, wrong.headers['content-disposition']], [400, undefined], 'what went wrong is no table to save')
  const { body: why } = await town.as(person.account)('GET', `/sickleave/mine/requests/${request}/calculation`)
  assert.ok(why.derivation.length > 2, 'the person reads every figure with its rule')
  const { body: mine } = await town.as(person.account)('GET', '/sickleave/mine/requests')
  assert.deepEqual([mine.requests[0].state, mine.requests[0].confirmedOn], ['confirmed', '2026-05-05'])
  assert.deepEqual(codes(known.steps).slice(-2), ['calculated', 'paid'])
})

test('who supervises sees who has what and how late, and gives it to an officer; two people still decide, and nobody else gives anything', async () => {
  const { request } = await asked()
  const chief = await town.account(['fund', 'fund-supervisor'], { name: 'Слободан Јевтић' })
  const officers = () => town.as(chief)('GET', fund('/officers'))
  assert.ok((await officers()).body.nobodys.count >= 1)
  assert.equal((await town.as(zora)('GET', fund('/officers'))).status, 403)
  assert.equal((await act(zora, request, 'assignment', { officer: mira })).status, 403)
  assert.equal((await act(chief, request, 'assignment', { officer: signer })).status, 422, 'nobody who is no officer')
  const { body: shown } = await town.as(chief)('GET', fund(`/requests/${request}`))
  assert.deepEqual([shown.mayAssign, shown.officer], [true, null])
  assert.equal((await act(chief, request, 'assignment', { officer: zora, seen: shown.seen - 1 })).status, 409, 'the screen was old')
  const given = await act(chief, request, 'assignment', { officer: zora, seen: shown.seen })
  assert.deepEqual([given.status, given.body.officer, given.body.request.state], [200, 'Зора Пајић', 'in-process'], given.text)
  await calculateSubmitted(town.world)
  const { body: reckoned } = await town.as(zora)('GET', fund(`/requests/${request}`))
  assert.ok(reckoned.calculation, 'what was given to somebody before the clock came round is calculated by itself as well')
  const work = async (who: string, of: string) => (await town.as(who)('GET', fund(`/work?officer=${of}`))).body.lines.map(({ id }: { id: string }) => id)
  const places = [await work(zora, 'mine'), await work(mira, 'mine'), await work(mira, 'none')]
  assert.deepEqual(
    places.map((ids) => ids.includes(request)),
    [true, false, false],
  )
  assert.equal((await town.as(zora)('GET', fund('/work?officer=all'))).status, 400)
  assert.equal((await officers()).body.officers.find(({ id }: { id: string }) => id === zora).count, 1)
  town.at('2026-06-10T08:00:00Z')
  const { body: late } = await town.as(chief)('GET', fund('/overdue'))
  assert.equal(late.lines.find((line: { request: string }) => line.request === request).officer, 'Зора Пајић')
  const moved = await act(chief, request, 'assignment', { officer: mira })
  assert.equal(moved.body.officer, 'Мира Станић', moved.text)
  town.at('2026-05-05T09:00:00Z')
  const { calculation } = (await act(mira, request, 'calculation')).body
  const proposal = { decision: 'pay', number: '88-2', why: 'потпун', calculation: calculation.id }
  assert.equal((await act(chief, request, 'proposal', proposal)).status, 200)
  assert.equal((await act(chief, request, 'approval', { accept: true })).status, 403, 'whoever supervises is one pair of eyes too')
  assert.equal((await act(chief, request, 'assignment', { officer: zora })).status, 409, 'what waits for the second person is not moved')
  assert.equal((await act(mira, request, 'approval', { accept: false, why: 'проба' })).status, 200)
  assert.ok(!codes((await town.as(signer)('GET', at(`/${request}`))).body.steps).includes('assigned'), 'who has it is the Fund’s own affair')
})

test('a request that lacks something stops the clock; a correction after the calculation stops the payment; a rejection needs two people too', async () => {
  const { request, person, leave } = await asked()
  const returned = await act(zora, request, 'return', { missing: 'Нечитак извод ППП-ПД.' })
  assert.deepEqual([returned.body.request.state, returned.body.request.waitsFor, returned.body.dayOfClock], ['incomplete', 'requester', null])
  assert.equal((await town.as(signer)('GET', at(`/${request}`))).body.answer, 'Нечитак извод ППП-ПД.')
  town.at('2026-05-08T08:00:00Z')
  const again = await town.as(signer)('POST', at(`/${request}/submission`), {})
  assert.equal(again.body.due.nominal, '2026-05-29', 'the clock starts anew')
  const { body } = await act(zora, request, 'calculation')
  await act(zora, request, 'proposal', { decision: 'pay', number: '88-2', why: 'потпун', calculation: body.calculation.id })
  // There and back: the days are as they were, and the reports of them are void.
  for (const until of ['2026-04-19', '2026-04-20']) {
    const correction = { from: '2026-03-02', until, reason: '01', diagnosis: 'M54.5', why: 'погрешан извештај' }
    const corrected = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves/${leave}/correction`, correction)
    assert.equal(corrected.status, 200, corrected.text)
  }
  const stopped = await act(mira, request, 'approval', { accept: true })
  assert.equal(stopped.status, 409)
  assert.match(stopped.text, /no longer stand/)
  assert.equal((await act(mira, request, 'approval', { accept: false, why: 'извештај је неважећи' })).body.request.state, 'in-process')
  await act(mira, request, 'proposal', { decision: 'reject', number: '88-3', why: 'нема важећег извештаја' })
  assert.equal((await act(zora, request, 'approval', { accept: true })).body.request.state, 'rejected')
  const { body: known } = await town.as(signer)('GET', at(`/${request}`))
  assert.equal(known.answer, 'нема важећег извештаја (88-3)')
  assert.equal(known.total, null)
})

test('money that did not reach the employee is ordered back with interest from the day after the last one, and comes back whole', async () => {
  const { request } = await asked()
  await paid(request)
  town.at('2026-05-20T08:00:00Z')
  const { body: work } = await town.as(zora)('GET', fund('/work?state=paid'))
  assert.ok(work.lines.some(({ id, due }: { id: string; due: string }) => id === request && due === '2026-05-12'))
  const ordered = await act(zora, request, 'return-order', { why: 'није исплаћено запосленом', until: '2026-05-22' })
  assert.equal(ordered.status, 200, ordered.text)
  const { total, interest } = ordered.body.request.toReturn
  assert.equal(interest, Math.round((total * 1375 * 10) / (10_000 * 365)))
  assert.equal((await act(mira, request, 'money-returned', { on: '2026-05-20', total: total - 100, interest })).status, 422)
  town.at('2026-05-25T08:00:00Z')
  const late = await act(mira, request, 'money-returned', { on: '2026-05-25', total, interest })
  const thirteen = Math.round((total * 1375 * 13) / (10_000 * 365))
  assert.match(late.text, new RegExp(`at least ${(thirteen / 100).toFixed(2)} of interest by this day`))
  assert.equal((await act(mira, request, 'money-returned', { on: '2026-05-25', total, interest: thirteen })).body.request.state, 'returned')
})

test('a justified objection to the sum opens the request anew by a third person, and only the difference is paid', async () => {
  const { request, person, leave } = await asked()
  await paid(request)
  const { body: before } = await town.as(signer)('GET', at(`/${request}`))
  const objection = { kind: 'calculation', leave: before.leave, request, text: 'Недостаје прековремени рад.' }
  const made = await town.as(signer)('POST', `/sickleave/employer/${pib()}/objections`, objection)
  assert.equal(made.status, 201, made.text)
  const { body: desk } = await town.as(zora)('GET', fund('/objections'))
  assert.deepEqual([desk.lines.length, desk.lines[0].leave, desk.lines[0].text], [1, leave, objection.text])
  const answer = { accept: true, why: 'зарада је исправљена', number: '88-9' }
  assert.equal((await town.as(zora)('POST', fund(`/objections/${made.body.id}`), answer)).status, 403, 'who proposed the sum')
  const third = await town.account(['fund'], { name: 'Трећа Особа' })
  assert.equal((await town.as(third)('POST', fund(`/objections/${made.body.id}`), answer)).status, 200)
  await town.sql.begin(async (tx) => {
    const [{ id }] = (await tx<{ id: string }>`select id from sickleave.employee where patient = ${person.root}`) as [{ id: string }]
    const more = { employee: id, month: '2025-06', hours: 17_400, net: 9_500_000n, gross: 14_000_000n, paidOn: '2025-06-28' }
    await addEarnings(tx, employer(), [more], { source: 'form', at: town.world.now(), by: 'test' })
  })
  const { body: corrected } = await town.as(zora)('GET', fund(`/requests/${request}`))
  const calculated = await act(zora, request, 'calculation')
  const { id, total } = calculated.body.calculation
  assert.ok(total > before.total)
  const inPara = ({ month, payer, total: more }: Record<string, string>) => [month, payer, Math.round(100 * Number(more))]
  assert.deepEqual(corrected.delta.map(inPara), [['2026-04', 'fund', total - before.total]], 'what the correction changed, before anybody calculates')
  assert.deepEqual(calculated.body.delta, corrected.delta, 'and after it, against the sum that was paid')
  const proposed = await act(zora, request, 'proposal', { decision: 'pay', number: '88-10', why: 'разлика', calculation: id })
  assert.equal(proposed.status, 200, proposed.text)
  const approved = await act(mira, request, 'approval', { accept: true })
  assert.equal(approved.body.request?.state, 'calculated', approved.text)
  const file = await town.as(zora)('POST', fund('/payments'), {})
  assert.deepEqual([file.body.lines, file.body.total], [1, total - before.total], file.text)
  const sums = { on: '2026-05-05', lines: 1, total: file.body.total }
  assert.equal((await town.as(mira)('POST', fund(`/payments/${file.body.id}/execution`), sums)).status, 200)
  assert.deepEqual((await town.as(signer)('GET', at(`/${request}`))).body.total, total)
  const control = await town.as(zora)('POST', fund('/controls'), { request, text: 'Проверити оправданост.' })
  assert.equal(control.status, 201, control.text)
})

test('a correction after the payment opens the request anew by itself with the difference; two people decide, and what was too much does not rest until it is back', async () => {
  const { request, person, leave } = await asked()
  await paid(request)
  const clerk = town.as(signer)
  const { body: before } = await clerk('GET', at(`/${request}`))
  const objections = `/sickleave/employer/${pib()}/objections`
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
  const { body: opened } = await town.as(zora)('GET', fund(`/requests/${request}`))
  const { total } = opened.calculation
  const tooMuch = before.total - total
  assert.deepEqual([opened.request.state, opened.steps.at(-2).kind], ['in-process', 'reopened'])
  const [delta] = opened.delta
  assert.deepEqual([opened.delta.length, delta.days, Math.round(-100 * Number(delta.total))], [1, -3, tooMuch])

  const decide = async (calculation: string, number: string) => {
    const proposed = await act(zora, request, 'proposal', { decision: 'pay', number, why: 'исправка', calculation })
    assert.equal(proposed.status, 200, proposed.text)
    assert.equal((await act(zora, request, 'approval', { accept: true })).status, 403)
    return act(mira, request, 'approval', { accept: true })
  }
  const decided = await decide(opened.calculation.id, '88-20')
  assert.deepEqual([decided.body.request.state, decided.body.request.waitsFor], ['paid', 'fund'])
  const { body: work } = await town.as(zora)('GET', fund('/work'))
  assert.ok(
    work.lines.some(({ id }: { id: string }) => id === request),
    'it stays on the list until the return is ordered',
  )
  assert.equal((await town.as(zora)('POST', fund('/payments'), {})).status, 409, 'nothing more is paid')
  const ordered = await act(zora, request, 'return-order', { why: 'преплаћено', until: '2026-05-20' })
  assert.deepEqual([ordered.body.request.toReturn.total, ordered.body.request.toReturn.interest], [tooMuch, 0])
  const returned = await act(zora, request, 'money-returned', { on: '2026-05-05', total: tooMuch, interest: 0 })
  assert.deepEqual([returned.body.request.state, returned.body.request.waitsFor], ['confirmed', null])

  // More is due again: the difference to what was left is paid, not to what was paid first.
  await correct('2026-04-20')
  assert.equal(await recheckCorrected(town.world), 1)
  const { body: again } = await town.as(zora)('GET', fund(`/requests/${request}`))
  assert.equal(again.calculation.total, before.total)
  assert.equal((await decide(again.calculation.id, '88-21')).body.request.state, 'calculated')
  const file = await town.as(zora)('POST', fund('/payments'), {})
  assert.deepEqual([file.body.lines, file.body.total], [1, tooMuch])

  // While the file lies at the treasury a cancellation waits; then everything is to be returned.
  assert.equal((await town.as(town.doctor)('POST', `${url}/cancellation`, { why: 'погрешна особа' })).status, 200)
  assert.equal(await recheckCorrected(town.world), 0)
  assert.equal((await town.as(mira)('POST', fund(`/payments/${file.body.id}/execution`), { on: '2026-05-05', lines: 1, total: tooMuch })).status, 200)
  assert.equal(await recheckCorrected(town.world), 1)
  const { body: last } = await town.as(zora)('GET', fund(`/requests/${request}`))
  assert.match(last.trouble, /nothing is paid/)
  await act(zora, request, 'proposal', { decision: 'reject', number: '88-22', why: 'поништено' })
  assert.equal((await act(mira, request, 'approval', { accept: true })).body.request.waitsFor, 'fund')
  const all = await act(zora, request, 'return-order', { why: 'поништено', until: '2026-05-20' })
  assert.equal(all.body.request.toReturn.total, before.total)
})

test('what was submitted is calculated by itself, once; who has a case is reminded before and after its last day, each once', async () => {
  const { request } = await asked()
  assert.equal(await calculateSubmitted(town.world), 1)
  assert.equal(await calculateSubmitted(town.world), 0)
  const { body } = await town.as(zora)('GET', fund(`/requests/${request}`))
  assert.equal(body.calculation.view.lines[0].gross, '50206.90')
  assert.deepEqual([body.steps.at(-1).kind, body.steps.at(-1).by], ['calculated', 'Фонд, аутоматски обрачун'])
  await act(zora, request, 'return', { missing: 'Нечитак извод.', until: '2026-05-08' })
  const reminders = async () => {
    await remind(town.world)
    const { body: stream } = await town.as(signer)('GET', `/sickleave/employer/${pib()}/events?limit=500`)
    return stream.events.filter(({ about }: { about?: { id: string } }) => about?.id === request).map(({ about }: { about: { state: string } }) => about.state)
  }
  assert.deepEqual(await reminders(), ['submitted', 'incomplete', 'due-soon'])
  assert.equal((await reminders()).length, 3)
  town.at('2026-05-09T08:00:00Z')
  assert.deepEqual((await reminders()).slice(3), ['overdue'])
})

test('every clock that has run out is seen in one list, at whichever desk the case lies, and nobody is named in it', async () => {
  const { person, request, leave: first } = await asked()
  const url = `/sickleave/people/${person.handle}/leaves`
  await town.as(town.doctor)('POST', `${url}/${first}/closing`, { until: '2026-04-20', why: 'recovered' })
  const overdue = async () => (await town.as(mira)('GET', fund('/overdue'))).body
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
  assert.equal((await town.as(signer)('GET', fund('/overdue'))).status, 403)
})

test('only the Fund sees the Fund’s side; a draft, a foreign id and a wrong question are answered in a sentence', async () => {
  for (const who of [signer, town.doctor, town.commission]) {
    for (const path of ['/work', '/payments', `/requests/${crypto.randomUUID()}`]) assert.equal((await town.as(who)('GET', fund(path))).status, 403, path)
  }
  assert.equal((await town.as(zora)('GET', fund(`/requests/${crypto.randomUUID()}`))).status, 404)
  assert.equal((await town.as(zora)('GET', fund('/work?state=draft'))).status, 400)
  assert.equal((await act(zora, 'x', 'claim')).status, 404)
  const looks = await town.owner<{ n: number }>`
    select count(*)::int4 as n from audit.entry where entry::text like '%sick-leave-request%' and patient is not null`
  assert.ok((looks[0]?.n ?? 0) > 10)
})
