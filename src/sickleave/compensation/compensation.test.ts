import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown } from '../../testing/sickleave.ts'
import { commands } from '../commands.ts'
import { simulateNext } from '../fund/simulations.ts'
import { monthsBefore } from './months.ts'

const file = forFile()
let town: LeaveTown
before(async () => {
  town = await startLeaveTown(file)
})
const asked = { from: '2026-03-02', until: '2026-04-20', reason: '01', averageGross: '120.000,00' }

test('the calculator tells an employer and an employee the same, with every step, and stores nothing', async () => {
  const person = await town.worker([])
  const clerk = await town.clerk(0)
  const answers = await Promise.all([clerk, person.account].map((account) => town.as(account)('POST', '/sickleave/calculator', asked)))
  for (const { status, body, text } of answers) {
    assert.equal(status, 200, text)
    assert.deepEqual(
      body.lines.map(({ payer, days }: { payer: string; days: number }) => [payer, days]),
      [
        ['employer', 30],
        ['fund', 20],
      ],
    )
    assert.equal(body.base.gross, '1440000.00')
    assert.ok(body.derivation.length >= 6)
  }
  assert.deepEqual(answers[0]?.body, answers[1]?.body)
  const whatIf = await town.as(clerk)('POST', '/sickleave/calculator', {
    ...{ from: '2026-03-02', until: '2026-03-11', reason: '06', care: { born: '2024-01-10', isChild: true, isSevere: false } },
    ...{ earnings: [{ month: '2.2026', hours: '160', gross: '150000,00' }], insured: [], hoursPerDay: '7,5', paidOn: '2026-04-10' },
    ...{
      otherGross: { '2026-03': '80000' },
      earlier: [{ from: '2026-02-02', until: '2026-02-10', reason: '01' }],
      employedUntil: '2026-12-31',
      employerPercent: 80,
    },
  })
  assert.deepEqual([whatIf.body.base.kind, whatIf.body.sums.employer], ['prior-unmet', '0.00'], whatIf.text)
  assert.equal(whatIf.body.lines[0].hours, '60.00')
})

test('what the calculator cannot read it names, with what would be right; without signing in it is closed', async () => {
  const clerk = await town.clerk(0)
  for (const [body, expression] of [
    [{ ...asked, averageGross: '120000.123' }, 'averageGross'],
    [{ ...asked, averageGross: 120000 }, 'averageGross'],
    [{ ...asked, until: '2026-02-30' }, 'until'],
    [{ ...asked, until: '2026-02-01' }, 'until'],
    [{ ...asked, until: '2036-02-01' }, 'until'],
    [{ ...asked, reason: '09' }, 'reason'],
    [{ ...asked, reason: '06' }, 'care'],
    [{ ...asked, earnings: [] }, 'averageGross'],
    [{ ...asked, averageGross: undefined, earnings: [{ month: '2026-01', hours: '800', gross: '1' }] }, 'earnings[0].hours'],
    [{ ...asked, employerPercent: 101 }, 'employerPercent'],
    [{ ...asked, otherGross: { march: '1' } }, 'otherGross'],
    [{ ...asked, from: '2015-01-01', until: '2015-01-10' }, 'firstDay'],
    [{ ...asked, from: '2021-03-02', until: '2021-03-10' }, 'firstDay'],
  ] as const) {
    const { status, body: outcome, text } = await town.as(clerk)('POST', '/sickleave/calculator', body)
    assert.ok(status === 400 || status === 422, text)
    assert.deepEqual(outcome.issue[0].expression, [expression], text)
  }
  assert.equal((await town.as(clerk)('POST', '/sickleave/calculator', { ...asked, jmbg: '1' })).status, 400)
  assert.equal((await town.app.inject({ method: 'POST', url: '/sickleave/calculator', payload: asked })).statusCode, 401)
})

test('a changed number is tried on all leaves of a year before it is entered; few cases of a reason stand together', async () => {
  const [firm] = town.employers as [{ id: number; pib: string }]
  const operator = await town.clerk(0, 'operator')
  const open = async (reason: string, length: number) => {
    const person = await town.worker([{ employer: firm.id, fromDate: '2024-01-01' }])
    town.at('2026-03-02T08:00:00Z')
    const until = `2026-03-${String(1 + length).padStart(2, '0')}`
    const opened = await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, { from: '2026-03-02', until, reason, diagnosis: 'M54.5' })
    assert.equal(opened.status, 201, opened.text)
    return person
  }
  for (let at = 0; at < 10; at++) await open('01', 10)
  const isolated = await open('05', 10)
  await open('02', 10)
  const rows = monthsBefore('2026-03-02', 12).map((month) => `${isolated.jmbg};${month};176;140000;200000;2026-02-28`)
  const given = await town.as(operator)(
    'POST',
    `/sickleave/employer/${firm.pib}/earnings`,
    ['jmbg;month;hours;net;gross;paid', ...rows.map((one) => one.replace('2026-02-28', '2026-03-01'))].join('\n'),
    {
      'content-type': 'text/csv',
    },
  )
  assert.deepEqual([given.status, given.body.stored], [200, 12], given.text)

  const fund = await town.account(['fund'] as Parameters<LeaveTown['account']>[0])
  const change = { name: 'percent.isolation', value: 100, from: '2019-04-11', year: 2026 }
  const told = await town.as(fund)('POST', '/sickleave/fund/simulation', change)
  assert.equal(told.status, 200, told.text)
  assert.deepEqual(
    told.body.rows.map(({ reasons, cases, changed }: { reasons: string[]; cases: number; changed: number }) => [reasons, cases, changed]),
    [[['01', '02', '05'], 12, 1]],
    'two reasons with one case each stand with the others',
  )
  // 2,400,000 ÷ 2,112 hours = 1,136.3636; eight working days: 64 hours; 35 % more of it.
  assert.deepEqual([told.body.rows[0].difference.insurance, told.body.rows[0].difference.employer], ['25454.54', '0.00'])

  // The same for everybody, asked for on a page: it is calculated beside the other work and shows its progress.
  const waiting = await town.as(fund)('POST', '/sickleave/fund/simulations', change)
  assert.deepEqual([waiting.status, waiting.body.simulations[0].view, waiting.body.simulations[0].finishedAt], [201, null, null], waiting.text)
  assert.equal(await simulateNext(town.world, () => true), false, 'a server that stops leaves it to its next start')
  assert.equal(await simulateNext(town.world), true)
  assert.equal(await simulateNext(town.world), false)
  const [finished] = (await town.as(fund)('GET', '/sickleave/fund/simulations')).body.simulations
  assert.deepEqual([finished.people, finished.peopleAll, finished.view.rows], [12, 12, told.body.rows])
  assert.equal((await town.as(operator)('GET', '/sickleave/fund/simulations')).status, 403)
  assert.equal((await town.as(fund)('POST', '/sickleave/fund/simulations', { ...change, year: 1990 })).status, 400)

  const lines: string[] = []
  const simulateCommand = commands.find(({ name }) => name === 'sickleave parameter simulate')
  await simulateCommand?.run(town.world, { name: change.name, value: '100', from: change.from, year: '2026' }, (line) => void lines.push(line))
  assert.match(lines.join('\n'), /12 leaves of 2026[\s\S]*01\+02\+05\s+cases 12, changed 1, not reckoned 0; employers 0.00, insurance 25454.54/)
  assert.equal((await town.as(operator)('POST', '/sickleave/fund/simulation', change)).status, 403)
  for (const wrong of [
    { ...change, name: 'no' },
    { ...change, value: 101 },
    { ...change, from: 'soon' },
    { ...change, year: '2026' },
  ])
    assert.equal((await town.as(fund)('POST', '/sickleave/fund/simulation', wrong)).status, 400)
})
