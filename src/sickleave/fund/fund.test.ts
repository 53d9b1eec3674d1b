import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { type FundTown, startFundTown } from '../../testing/fund.ts'
import { calculateSubmitted } from './clocks.ts'

let town: FundTown
const codes = (lines: { kind: string }[]) => lines.map(({ kind }) => kind)

const file = forFile()
before(async () => {
  town = await startFundTown(file)
})

test('a file that was attached is saved as what it is, whatever its sender called it', async () => {
  const { request } = await town.asked({ 'tax-return': 'pppd.PDF', 'account-contract': 'ugovor.pdf.hta', 'payment-proof': 'izvod\u202Efdp.bat' })
  const { body } = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}`)
  const names = []
  for (const { id, name } of body.request.evidence) {
    const saved = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}/evidence/${id}`)
    assert.equal(saved.headers['content-disposition'], `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    names.push(name)
  }
  assert.deepEqual(names.sort(), ['izvodfdp.bat.pdf', 'pppd.PDF', 'ugovor.pdf.hta.pdf'])
})

test('a complete request is calculated with every line explained, approved by a second person, paid and confirmed', async () => {
  const { request, person } = await town.asked()
  const { body: work } = await town.as(town.zora)('GET', '/sickleave/fund/work')
  const line = work.lines.find(({ id }: { id: string }) => id === request)
  assert.deepEqual([line.state, line.due, line.waitsFor, work.counts[0].overdue], ['submitted', '2026-05-26', 'fund', 0])
  assert.equal((await town.act(town.zora, request, 'claim')).body.isMine, true)

  const calculated = await town.act(town.zora, request, 'calculation')
  const { id, total, view } = calculated.body.calculation
  // 14 working days of April at 8 hours: 689.6552 an hour, 65 %.
  assert.equal(view.base.hour, '689.6552')
  assert.deepEqual([view.lines.length, view.lines[0].gross, view.lines[0].payer], [1, '50206.90', 'fund'])
  assert.ok(view.derivation.every(({ sr, en, paragraph }: Record<string, string>) => sr && en && paragraph))
  const { gross, net, from, tax, on } = view.lines[0]
  assert.equal(Math.round(100 * (Number(net) + Number(from) + Number(tax))), Math.round(100 * Number(gross)), 'column 14 = 15 + 17 + 18')
  assert.equal(total, Math.round(100 * (Number(gross) + Number(on))), 'column 19')

  const proposal = { decision: 'pay', number: '88-1043', why: 'потпун захтев', calculation: id }
  assert.equal((await town.act(town.zora, request, 'proposal', { ...proposal, calculation: crypto.randomUUID() })).status, 409)
  assert.equal((await town.act(town.zora, request, 'proposal', proposal)).status, 200)
  const own = await town.act(town.zora, request, 'approval', { accept: true })
  assert.equal(own.status, 403, own.text)
  assert.match(own.text, /second person/)
  assert.equal((await town.as(town.signer)('GET', town.requests(`/${request}`))).body.state, 'in-process', 'what the Fund weighs is its own')
  assert.equal((await town.act(town.mira, request, 'approval', { accept: true, seen: 2 })).status, 409)
  assert.equal((await town.act(town.mira, request, 'approval', { accept: true })).body.request.state, 'calculated')

  const made = await town.as(town.mira)('POST', '/sickleave/fund/payments', {})
  assert.deepEqual([made.status, made.body.lines, made.body.total], [201, 1, total], made.text)
  assert.equal((await town.as(town.zora)('POST', '/sickleave/fund/payments', {})).status, 409, 'nothing goes into two files')
  const csv = await town.as(town.zora)('GET', `/sickleave/fund/payments/${made.body.id}/file.csv`)
  assert.match(csv.text, new RegExp(`^SPONA-PAYMENT-1;2026-000001;2026-05-05;1;${(total / 100).toFixed(2)};[0-9a-f]{64}\n`))
  assert.match(
    (await town.as(town.zora)('GET', `/sickleave/fund/payments/${made.body.id}/file.xml`)).text,
    /<payments number="2026-000001" day="2026-05-05" lines="1"/,
  )
  const sums = { on: '2026-05-05', lines: 1, total }
  assert.equal((await town.as(town.mira)('POST', `/sickleave/fund/payments/${made.body.id}/execution`, sums)).status, 403, 'the one who made the file')
  const sumsFor = async (who: typeof town.mira) => {
    const [file] = (await town.as(who)('GET', '/sickleave/fund/payments')).body.payments
    return [file.lines, file.total]
  }
  assert.deepEqual(await sumsFor(town.mira), [1, total], 'who made the file sees what is in it')
  assert.deepEqual(await sumsFor(town.zora), [null, null], 'who is to type the sums as a control does not read them first')
  const other = await town.as(town.zora)('POST', `/sickleave/fund/payments/${made.body.id}/execution`, { ...sums, total: total - 1 })
  assert.equal(other.status, 422)
  assert.ok(!other.text.includes((total / 100).toFixed(2)) && !other.text.includes(String(total)), 'a wrong sum is not answered with the right one')
  assert.equal((await town.as(town.zora)('POST', `/sickleave/fund/payments/${made.body.id}/execution`, sums)).status, 200)
  assert.deepEqual(await sumsFor(town.zora), [1, total])

  const { body: known } = await town.as(town.signer)('GET', town.requests(`/${request}`))
  assert.deepEqual([known.state, known.total, known.list.sums.gross, known.due.nominal], ['paid', total, '50206.90', '2026-05-12'])
  assert.ok(!JSON.stringify(known).includes('column'))
  assert.equal((await town.as(town.signer)('POST', town.requests(`/${request}/confirmation`), { on: '2026-05-05' })).body.state, 'confirmed')
  const table = await town.as(town.signer)('GET', town.requests('/lists.csv?kind=compensation'))
  assert.match(table.text, /;2026-04-01;2026-04-20;20;112\.00;65;689\.6552;50206\.90;/)
  const wrong = await town.as(town.signer)('GET', town.requests('/lists.csv?kind=gift'))
  assert.deepEqual([wrong.status, wrong.headers['content-disposition']], [400, undefined], 'what went wrong is no table to save')
  const { body: why } = await town.as(person.account)('GET', `/sickleave/mine/requests/${request}/calculation`)
  assert.ok(why.derivation.length > 2, 'the person reads every figure with its rule')
  const { body: mine } = await town.as(person.account)('GET', '/sickleave/mine/requests')
  assert.deepEqual([mine.requests[0].state, mine.requests[0].confirmedOn], ['confirmed', '2026-05-05'])
  assert.deepEqual(codes(known.steps).slice(-2), ['calculated', 'paid'])
})

test('who supervises sees who has what and how late, and gives it to an officer; two people still decide, and nobody else gives anything', async () => {
  const { request } = await town.asked()
  const chief = await town.account(['fund', 'fund-supervisor'], { name: 'Слободан Јевтић' })
  const officers = () => town.as(chief)('GET', '/sickleave/fund/officers')
  assert.ok((await officers()).body.nobodys.count >= 1)
  assert.equal((await town.as(town.zora)('GET', '/sickleave/fund/officers')).status, 403)
  assert.equal((await town.act(town.zora, request, 'assignment', { officer: town.mira })).status, 403)
  assert.equal((await town.act(chief, request, 'assignment', { officer: town.signer })).status, 422, 'nobody who is no officer')
  const { body: shown } = await town.as(chief)('GET', `/sickleave/fund/requests/${request}`)
  assert.deepEqual([shown.mayAssign, shown.officer], [true, null])
  assert.equal((await town.act(chief, request, 'assignment', { officer: town.zora, seen: shown.seen - 1 })).status, 409, 'the screen was old')
  const given = await town.act(chief, request, 'assignment', { officer: town.zora, seen: shown.seen })
  assert.deepEqual([given.status, given.body.officer, given.body.request.state], [200, 'Зора Пајић', 'in-process'], given.text)
  await calculateSubmitted(town.world)
  const { body: reckoned } = await town.as(town.zora)('GET', `/sickleave/fund/requests/${request}`)
  assert.ok(reckoned.calculation, 'what was given to somebody before the clock came round is calculated by itself as well')
  const work = async (who: string, of: string) =>
    (await town.as(who)('GET', `/sickleave/fund/work?officer=${of}`)).body.lines.map(({ id }: { id: string }) => id)
  const places = [await work(town.zora, 'mine'), await work(town.mira, 'mine'), await work(town.mira, 'none')]
  assert.deepEqual(
    places.map((ids) => ids.includes(request)),
    [true, false, false],
  )
  assert.equal((await town.as(town.zora)('GET', '/sickleave/fund/work?officer=all')).status, 400)
  assert.equal((await officers()).body.officers.find(({ id }: { id: string }) => id === town.zora).count, 1)
  town.at('2026-06-10T08:00:00Z')
  const { body: late } = await town.as(chief)('GET', '/sickleave/fund/overdue')
  assert.equal(late.lines.find((line: { request: string }) => line.request === request).officer, 'Зора Пајић')
  const moved = await town.act(chief, request, 'assignment', { officer: town.mira })
  assert.equal(moved.body.officer, 'Мира Станић', moved.text)
  town.at('2026-05-05T09:00:00Z')
  const { calculation } = (await town.act(town.mira, request, 'calculation')).body
  const proposal = { decision: 'pay', number: '88-2', why: 'потпун', calculation: calculation.id }
  assert.equal((await town.act(chief, request, 'proposal', proposal)).status, 200)
  assert.equal((await town.act(chief, request, 'approval', { accept: true })).status, 403, 'whoever supervises is one pair of eyes too')
  assert.equal((await town.act(chief, request, 'assignment', { officer: town.zora })).status, 409, 'what waits for the second person is not moved')
  assert.equal((await town.act(town.mira, request, 'approval', { accept: false, why: 'проба' })).status, 200)
  assert.ok(!codes((await town.as(town.signer)('GET', town.requests(`/${request}`))).body.steps).includes('assigned'), 'who has it is the Fund’s own affair')
})

test('a request that lacks something stops the clock; a correction after the calculation stops the payment; a rejection needs two people too', async () => {
  const { request, person, leave } = await town.asked()
  const returned = await town.act(town.zora, request, 'return', { missing: 'Нечитак извод ППП-ПД.' })
  assert.deepEqual([returned.body.request.state, returned.body.request.waitsFor, returned.body.dayOfClock], ['incomplete', 'requester', null])
  assert.equal((await town.as(town.signer)('GET', town.requests(`/${request}`))).body.answer, 'Нечитак извод ППП-ПД.')
  town.at('2026-05-08T08:00:00Z')
  const again = await town.as(town.signer)('POST', town.requests(`/${request}/submission`), {})
  assert.equal(again.body.due.nominal, '2026-05-29', 'the clock starts anew')
  const { body } = await town.act(town.zora, request, 'calculation')
  await town.act(town.zora, request, 'proposal', { decision: 'pay', number: '88-2', why: 'потпун', calculation: body.calculation.id })
  // There and back: the days are as they were, and the reports of them are void.
  for (const until of ['2026-04-19', '2026-04-20']) {
    const correction = { from: '2026-03-02', until, reason: '01', diagnosis: 'M54.5', why: 'погрешан извештај' }
    const corrected = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves/${leave}/correction`, correction)
    assert.equal(corrected.status, 200, corrected.text)
  }
  const stopped = await town.act(town.mira, request, 'approval', { accept: true })
  assert.equal(stopped.status, 409)
  assert.match(stopped.text, /no longer stand/)
  assert.equal((await town.act(town.mira, request, 'approval', { accept: false, why: 'извештај је неважећи' })).body.request.state, 'in-process')
  await town.act(town.mira, request, 'proposal', { decision: 'reject', number: '88-3', why: 'нема важећег извештаја' })
  assert.equal((await town.act(town.zora, request, 'approval', { accept: true })).body.request.state, 'rejected')
  const { body: known } = await town.as(town.signer)('GET', town.requests(`/${request}`))
  assert.equal(known.answer, 'нема важећег извештаја (88-3)')
  assert.equal(known.total, null)
})

test('only the Fund sees the Fund’s side; a draft, a foreign id and a wrong question are answered in a sentence', async () => {
  for (const who of [town.signer, town.doctor, town.commission]) {
    for (const path of ['/work', '/payments', `/requests/${crypto.randomUUID()}`])
      assert.equal((await town.as(who)('GET', `/sickleave/fund${path}`)).status, 403, path)
  }
  assert.equal((await town.as(town.zora)('GET', `/sickleave/fund/requests/${crypto.randomUUID()}`)).status, 404)
  assert.equal((await town.as(town.zora)('GET', '/sickleave/fund/work?state=draft')).status, 400)
  assert.equal((await town.act(town.zora, 'x', 'claim')).status, 404)
  const looks = await town.owner<{ n: number }>`
    select count(*)::int4 as n from audit.entry where entry::text like '%sick-leave-request%' and patient is not null`
  assert.ok((looks[0]?.n ?? 0) > 10)
})
