import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addDays, type Day } from '../rules/days.ts'
import { type Parameter, rulesOf } from '../rules/parameters.ts'
import type { Care, Leave, Reason } from '../rules/reasons.ts'
import type { Earning } from './base.ts'
import { calculate, type Input } from './calculate.ts'
import { inDinars, paraOf, written } from './money.ts'
import { type Month, monthsBefore } from './months.ts'
import { columnsOf } from './taxes.ts'
import { compensationOf } from './view.ts'

// The worked examples of the domain study (section 17), by their numbers.

const rules = rulesOf()
const reading = (name: string, value: number) =>
  rulesOf([{ name, value, fromDay: '2020-01-01', paragraph: 'alternative', isUnverified: true } satisfies Parameter])
const leave = (from: Day, until: Day, reason: Reason = '01', care: Care | null = null): Leave => ({ id: 'x', from, until, reason, isException: false, care })
const same = (onset: Day, gross: string, hours: number, months = 12): Earning[] =>
  monthsBefore(onset, 12)
    .slice(0, months)
    .map((month: Month) => ({ employer: 'A', month, hours: hours * 100, gross: paraOf(gross) as bigint }))
const at = (from: Day, until: Day, earnings: Earning[], more: Partial<Input> = {}, law = rules) =>
  calculate({ leave: leave(from, until), earnings, ...more }, law)
const payers = (input: Input) => calculate(input, rules).lines.map(({ from, until, payer, percent, column }) => ({ from, until, payer, percent, column }))

describe('amounts', () => {
  test('X1: ten working days of twenty-one at 65 % of 100,000 are 30,952.38 before the minimum wage lifts them', () => {
    const [line] = at('2026-05-04', '2026-05-15', same('2026-05-04', '100000.00', 174)).lines
    assert.equal(line?.workingDays, 10)
    assert.equal(inDinars(line.beforeFloor), '30952.38')
    // 371 × 168 hours = 62,328 net, 84,031.24 gross for the month; ten of its twenty-one days.
    assert.equal(inDinars(line.gross), '40014.88')
    assert.equal(line.way, 'minimum')
  })

  test('X1: where only the base is compared with the minimum wage, the percentage goes off the higher one', () => {
    const [line] = at('2026-05-04', '2026-05-15', same('2026-05-04', '100000.00', 174), {}, reading('reading.employer-floor', 0)).lines
    assert.equal(inDinars(line?.gross ?? 0n), '30952.38')
  })

  test('X2: five days at 65 % of 120,000 are 18,571.43 before the minimum wage', () => {
    const [line] = at('2026-05-04', '2026-05-08', same('2026-05-04', '120000.00', 174)).lines
    assert.equal(inDinars(line?.beforeFloor ?? 0n), '18571.43')
  })

  test('X3: a whole month at a net wage of 80,000 is between 50 and 54 thousand net', () => {
    // Gross of a net 80,000 in 2025: (80,000 − 2,842.30) ÷ 0.701.
    const [line] = at('2025-09-01', '2025-09-30', same('2025-09-01', '110068.05', 174)).lines
    const before = line?.beforeFloor as bigint
    const { net } = columnsOf(before, before, '2025-09-30', rules)
    assert.ok(net > 50_000_00n && net < 54_000_00n, inDinars(net))
  })

  test('X4: 1,440,000 over 2,088 hours is 689.6552 an hour; 176 hours of it are 78,896.55 at 65 % and 121,379.32 at 100 %', () => {
    const { base, lines } = at('2026-05-31', '2026-07-31', same('2026-05-31', '120000.00', 174), {
      schedule: { week: [0, 0, 0, 0, 0, 0, 0], days: { '2026-07-01': 17600 } },
    })
    assert.equal(written(base.averageHour, 4), '689.6552')
    assert.equal(inDinars(lines.find(({ month }) => month === '2026-07')?.gross ?? 0n), '78896.55')
    const donor = calculate(
      {
        leave: leave('2026-05-31', '2026-06-01', '07'),
        earnings: same('2026-05-31', '120000.00', 174),
        schedule: { week: [0, 0, 0, 0, 0, 0, 0], days: { '2026-06-01': 17600 } },
      },
      rules,
    )
    assert.equal(inDinars(donor.sums.fund), '121379.32')
  })

  test('X5: three months without employment take the minimum wage of those months', () => {
    const worked = monthsBefore('2026-05-04', 12).filter((month) => !['2026-01', '2026-03', '2026-04'].includes(month))
    const earnings = worked.map((month) => ({ employer: 'A', month, hours: 17400, gross: 120_000_00n }))
    const { base } = at('2026-05-04', '2026-05-15', earnings)
    assert.deepEqual(
      base.months.filter(({ isMinimum }) => isMinimum).map(({ gross, hours }) => [inDinars(gross), hours]),
      [
        ['88265.19', 17600],
        ['88265.19', 17600],
        ['88265.19', 17600],
      ],
    )
    assert.deepEqual([inDinars(base.gross), base.hours, written(base.hour, 4)], ['1344795.57', 209400, '642.2137'])
    const fund = calculate({ leave: leave('2026-05-04', '2026-05-15', '05'), earnings }, rules)
    assert.equal(inDinars(fund.sums.fund), '33395.11', '80 hours at 65 %')
  })

  test('X6, X7: wages above the cap are lowered to the average of the highest monthly bases', () => {
    const capOf = (onset: Day) => inDinars(at(onset, onset, same(onset, '900000.00', 174)).base.capMonth)
    assert.deepEqual([capOf('2026-05-04'), capOf('2026-01-12'), capOf('2026-11-02')], ['681890.00', '656425.00', '720087.50'])
    const { base } = at('2026-05-04', '2026-05-04', same('2026-05-04', '900000.00', 174))
    // 8,182,680 ÷ 2,088 hours.
    assert.deepEqual([written(base.hour, 4), written(base.averageHour, 4)], ['3918.9080', '5172.4138'])
    const isolation = { leave: leave('2026-05-01', '2026-05-31', '05'), earnings: same('2026-05-01', '900000.00', 174) }
    assert.equal(inDinars(calculate(isolation, reading('reading.cap-per-month', 1)).sums.fund), '443228.50', '65 % of a full month by the other reading')
  })

  test('X8: a full month of 80,000 gross gives 92,120 for payment', () => {
    const { gross, from, on, tax, net, total } = columnsOf(80_000_00n, 80_000_00n, '2026-05-31', rules)
    assert.deepEqual([from, tax, net, on, total].map(inDinars), ['15920.00', '4577.90', '59502.10', '12120.00', '92120.00'])
    assert.equal(gross, from + tax + net)
  })

  test('X9: in a mixed month tax and contributions go by the share of the compensation', () => {
    const { from, tax, on, net, total } = columnsOf(44_000_00n, 110_000_00n, '2026-05-31', rules)
    assert.deepEqual([from, tax, on, net, total].map(inDinars), ['8756.00', '3031.16', '6666.00', '32212.84', '50666.00'])
  })
})

describe('payers', () => {
  const earnings = same('2026-03-02', '120000.00', 174)

  test('X10: fifty days of illness are thirty of the employer and twenty of the Fund', () => {
    const { lines, sums } = calculate({ leave: leave('2026-03-02', '2026-04-20'), earnings }, rules)
    assert.deepEqual(
      lines.map(({ from, until, payer }) => [from, until, payer]),
      [
        ['2026-03-02', '2026-03-31', 'employer'],
        ['2026-04-01', '2026-04-20', 'fund'],
      ],
    )
    assert.equal(sums.days, 50)
  })

  test('X16, X17: a linked leave goes on with the employer’s days and with the base; after seven days between it starts anew', () => {
    const before = leave('2026-03-01', '2026-03-20')
    const linked = calculate({ leave: { ...leave('2026-03-24', '2026-04-20'), id: 'y' }, history: [before], earnings }, rules)
    assert.equal(linked.linkedFrom, '2026-03-01')
    assert.equal(linked.lines.find(({ payer }) => payer === 'fund')?.from, '2026-04-03')
    const apart = calculate({ leave: { ...leave('2026-03-28', '2026-04-20'), id: 'y' }, history: [before], earnings }, rules)
    assert.deepEqual([apart.linkedFrom, apart.sums.fund], [null, 0n])
  })

  test('X20, X21: an injury at work is the employer’s, whole, and the Fund’s after the employment', () => {
    const injury = leave('2026-03-02', addDays('2026-03-02', 74), '02')
    assert.ok(calculate({ leave: injury, earnings }, rules).lines.every(({ payer, percent }) => payer === 'employer' && percent === 100))
    const ended = calculate({ leave: injury, earnings, employedUntil: addDays('2026-03-02', 49) }, rules)
    const days = (payer: string) => ended.lines.filter((line) => line.payer === payer).reduce((sum, line) => sum + line.days, 0)
    assert.deepEqual([days('employer'), days('fund')], [50, 25])
    assert.ok(ended.lines.every(({ percent, column }) => percent === 100 && column === 7))
  })

  test('an illness gives no right after the employment, or by the other reading for the days that the Fund goes on', () => {
    const input = { leave: leave('2026-03-02', '2026-04-20'), earnings, employedUntil: '2026-04-05' }
    assert.deepEqual(calculate(input, rules).unpaid, [{ from: '2026-04-06', until: '2026-04-20', why: 'employment-ended' }])
    assert.deepEqual(calculate(input, reading('reading.days-after-employment', 10)).unpaid, [
      { from: '2026-04-16', until: '2026-04-20', why: 'employment-ended' },
    ])
  })

  const child = (born: Day, isSevere = false): Care => ({ born, isChild: true, isSevere })
  test('X22 to X25: care goes by the age of the child', () => {
    const care = (until: Day, one: Care) => ({ leave: leave('2026-03-02', until, '06', one), earnings })
    assert.deepEqual(payers(care('2026-03-11', child('2024-01-10'))), [{ from: '2026-03-02', until: '2026-03-11', payer: 'fund', percent: 65, column: 9 }])
    const five = calculate(care('2026-03-16', child('2020-10-10')), rules)
    assert.deepEqual([five.lines.map(({ payer, days }) => [payer, days]), five.commissionFrom], [[['employer', 15]], null])
    assert.equal(calculate(care('2026-03-17', child('2020-10-10')), rules).commissionFrom, '2026-03-17', 'the sixteenth day')
    assert.equal(calculate(care('2026-03-11', child('2016-10-10')), rules).commissionFrom, '2026-03-09', 'seven days for a child of nine')
    assert.deepEqual(payers(care('2026-03-11', child('2015-10-10', true))), [
      { from: '2026-03-02', until: '2026-03-11', payer: 'employer', percent: 100, column: 10 },
    ])
  })

  test('care beyond the longest that the commission may approve gives no right', () => {
    const nine = calculate({ leave: leave('2026-03-02', '2026-03-31', '06', child('2016-10-10')), earnings }, rules)
    assert.deepEqual(nine.unpaid, [{ from: '2026-03-16', until: '2026-03-31', why: 'care-limit' }])
    assert.equal(nine.sums.days, 14)
  })

  test('X26: complications of pregnancy are whole, in column 13, and from day 31 the budget bears what the insurance does not', () => {
    const { lines, sums } = calculate({ leave: leave('2026-03-02', '2026-04-20', '04'), earnings }, rules)
    assert.deepEqual(
      lines.map(({ until, payer, percent, column }) => [until, payer, percent, column]),
      [
        ['2026-03-31', 'employer', 100, 13],
        ['2026-04-20', 'fund', 100, 13],
      ],
    )
    assert.equal(sums.insurance + sums.budget, sums.fund)
    assert.equal(sums.insurance, (sums.fund * 65n + 50n) / 100n)
  })

  test('X27: a donor of tissue is the Fund’s from the first day, whole, in column 12', () => {
    assert.deepEqual(payers({ leave: leave('2026-03-02', '2026-03-15', '07'), earnings }), [
      { from: '2026-03-02', until: '2026-03-15', payer: 'fund', percent: 100, column: 12 },
    ])
  })
})

describe('the base', () => {
  test('X28, X29: without prior insurance the base is the minimum wage; six months in pieces do', () => {
    const insured = (spans: [Day, Day][]) =>
      calculate(
        {
          leave: leave('2026-06-15', '2026-06-30', '05'),
          earnings: same('2026-06-15', '200000.00', 174),
          insured: spans.map(([from, until]) => ({ from, until })),
        },
        rules,
      )
    const short = insured([
      ['2026-04-15', '2026-06-14'],
      ['2025-03-01', '2025-05-31'],
    ])
    assert.equal(short.base.kind, 'prior-unmet')
    // June 2026: 22 days of eight hours, 88,265.19 gross.
    assert.equal(written(short.base.hour, 4), '501.5068')
    assert.equal(
      insured([
        ['2026-04-15', '2026-06-14'],
        ['2025-03-01', '2025-06-30'],
      ]).base.kind,
      'earned',
    )
    assert.equal(insured([['2026-03-15', '2026-06-14']]).base.kind, 'earned', 'three months without interruption')
    assert.equal(insured([['2026-03-16', '2026-06-14']]).base.kind, 'prior-unmet', 'a day is missing')
  })

  test('X36: earnings of two employers, one after the other, are joined; of two at the same time each is its own', () => {
    const months = monthsBefore('2026-05-04', 12)
    const earnings = months.map((month, place) => ({ employer: place < 5 ? 'B' : 'A', month, hours: 17400, gross: place < 5 ? 90_000_00n : 120_000_00n }))
    assert.equal(inDinars(at('2026-05-04', '2026-05-08', earnings, { employer: 'A' }).base.gross), '1290000.00')
    const both = [...same('2026-05-04', '100000.00', 174), ...same('2026-05-04', '50000.00', 80).map((one) => ({ ...one, employer: 'B' }))]
    const ofTwo = { employer: 'A', otherEmployers: ['B'] }
    assert.equal(inDinars(at('2026-05-04', '2026-05-08', both, ofTwo).base.gross), '1200000.00')
    assert.equal(inDinars(at('2026-05-04', '2026-05-08', both, ofTwo, reading('reading.joint-base', 1)).base.gross), '1800000.00')
  })

  test('no wage in any of the twelve months: the minimum wage of each of them, with the price of labour that held at its end', () => {
    const { base } = at('2026-05-04', '2026-05-08', [])
    assert.equal(base.kind, 'minimum')
    const hourly = (month: string) => {
      const one = base.months.find((each) => each.month === month)
      return one && (Number(one.gross) / one.hours) | 0
    }
    assert.ok((hourly('2025-09') ?? 0) < (hourly('2025-10') ?? 0) && (hourly('2025-12') ?? 0) < (hourly('2026-01') ?? 0))
  })
})

test('each figure is derived in Serbian and English, with rule, paragraph and what went in, and unread sources are marked', () => {
  const view = compensationOf({ leave: leave('2026-03-02', '2026-04-20', '04'), earnings: same('2026-03-02', '120000.00', 174, 9), insured: [] }, rules)
  for (const line of view.lines)
    assert.ok(
      view.derivation.some(({ figure }) => figure === line.total),
      `${line.month} is derived`,
    )
  for (const step of view.derivation) {
    assert.match(step.sr, /[а-ш]/)
    assert.match(step.srLatn, /^[^а-ш]+$/)
    assert.ok(step.en && step.rule && step.paragraph && step.figure && step.inputs.length > 0)
  }
  assert.deepEqual(new Set(view.derivation.map(({ rule }) => rule)), new Set(['B-6', 'B-1, B-8', 'B-5', '10', 'B-10', 'B-8', '04', 'OZ-10']))
  assert.ok(view.derivation.some(({ isUnverified }) => isUnverified))
  assert.ok(!view.derivation.find(({ rule }) => rule === 'B-1, B-8')?.isUnverified)
})
