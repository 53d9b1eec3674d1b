import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, type Day, daysBetween } from '../rules/days.ts'
import { rulesOf } from '../rules/parameters.ts'
import type { Leave, Reason } from '../rules/reasons.ts'
import type { Earning } from './base.ts'
import { calculate, type Input, type Sums } from './calculate.ts'
import { deltaOf } from './delta.ts'
import { paraOf } from './money.ts'
import { lastDayOf, monthsBefore } from './months.ts'
import { compensationOf } from './view.ts'

// Properties that must hold for any leave and any earnings, and not only for the examples.
const rules = rulesOf()
const runs = { numRuns: 120 }

const onset = fc.integer({ min: 0, max: 600 }).map((days) => addDays('2025-03-15', days))
const month = fc.record({ gross: fc.bigInt({ min: 0n, max: 900_000_00n }), hours: fc.integer({ min: 1, max: 22_000 }) })
const input: fc.Arbitrary<Input> = fc
  .record({
    from: onset,
    days: fc.integer({ min: 1, max: 120 }),
    reason: fc.constantFrom<Reason>('01', '02', '03', '04', '05', '06', '07', '08'),
    born: fc.integer({ min: 0, max: 7000 }),
    isSevere: fc.boolean(),
    earnings: fc.array(month, { minLength: 0, maxLength: 12 }),
    before: fc.option(fc.record({ gap: fc.integer({ min: 0, max: 9 }), days: fc.integer({ min: 1, max: 40 }) })),
    employedFor: fc.option(fc.integer({ min: -1, max: 140 })),
    other: fc.bigInt({ min: 0n, max: 300_000_00n }),
    week: fc.constantFrom(
      [800, 800, 800, 800, 800, 0, 0],
      [600, 600, 600, 600, 600, 600, 0],
      [0, 1200, 0, 1200, 0, 1200, 0],
      [1200, 0, 400, 0, 1050, 0, 600],
      [400, 400, 400, 400, 400, 0, 0],
    ),
  })
  .map(({ from, days, reason, born, isSevere, earnings, before, employedFor, other, week }) => {
    const care = reason === '06' ? { born: addDays(from, -born), isChild: true, isSevere } : null
    const leave: Leave = { id: 'this', from, until: addDays(from, days - 1), reason, isException: false, care }
    const end = before ? addDays(from, -before.gap - 1) : null
    const history: Leave[] =
      before && end ? [{ id: 'before', from: addDays(end, 1 - before.days), until: end, reason: '01', isException: false, care: null }] : []
    return {
      leave,
      history,
      earnings: monthsBefore(from, 12)
        .slice(0, earnings.length)
        .map((name, at) => ({ employer: 'A', month: name, ...(earnings[at] as { gross: bigint; hours: number }) })),
      employedUntil: employedFor === null ? null : addDays(from, employedFor),
      otherGross: { [from.slice(0, 7)]: other },
      schedule: { week, days: {} },
    }
  })

/** The same leave, requested in several periods. */
function cut(given: Input, places: readonly number[]): Input[] {
  const { from, until } = given.leave
  const ends = new Set(places.map((place) => addDays(from, place % (daysBetween(from, until) + 1))).concat(until))
  let first = from
  return [...ends].sort().map((last) => {
    const period = { from: first, until: last }
    first = addDays(last, 1)
    return { ...given, period }
  })
}
const columns = ['gross', 'from', 'on', 'tax', 'net', 'total'] as const

test('a period in parts sums to the whole in every column and for every payer, to the para, wherever it is cut', () => {
  fc.assert(
    fc.property(input, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (given, places) => {
      const whole = calculate(given, rules)
      const parts = cut(given, places).map((part) => calculate(part, rules))
      const sumOf = (of: (sums: Sums) => bigint) => parts.reduce((all, { sums }) => all + of(sums), 0n)
      for (const name of columns)
        assert.equal(
          sumOf((sums) => sums.columns[name]),
          whole.sums.columns[name],
          name,
        )
      for (const name of ['employer', 'fund', 'insurance', 'budget'] as const)
        assert.equal(
          sumOf((sums) => sums[name]),
          whole.sums[name],
          name,
        )
      for (const name of ['days', 'hours'] as const)
        assert.equal(
          sumOf((sums) => BigInt(sums[name])),
          BigInt(whole.sums[name]),
          name,
        )
      for (const { lines } of parts)
        for (const { columns: own } of lines) {
          assert.ok(own.gross >= 0n && own.from >= 0n && own.tax >= 0n && own.on >= 0n)
          assert.equal(own.gross, own.from + own.tax + own.net)
        }
    }),
    runs,
  )
})

test('another day never gives less money: gross, net and cost', () => {
  fc.assert(
    fc.property(input, (given) => {
      const longer = { ...given, leave: { ...given.leave, until: addDays(given.leave.until, 1) } }
      const [one, more] = [calculate(given, rules).sums, calculate(longer, rules).sums]
      assert.ok(more.employer >= one.employer && more.fund >= one.fund)
      for (const name of ['gross', 'net', 'total'] as const) assert.ok(more.columns[name] >= one.columns[name] - 1n, name)
    }),
    runs,
  )
})

test('the order of the months does not matter, nor what lies outside the twelve', () => {
  fc.assert(
    fc.property(input, fc.infiniteStream(fc.nat()), (given, chance) => {
      const outside: Earning = { employer: 'A', month: '2019-06', hours: 17_600, gross: 999_999_99n }
      const shuffled = [...given.earnings, outside].map((one) => ({ one, by: chance.next().value as number })).sort((a, b) => a.by - b.by)
      assert.deepEqual(calculate({ ...given, earnings: shuffled.map(({ one }) => one) }, rules), calculate(given, rules))
    }),
    runs,
  )
})

test('nothing is negative, the identities of OZ-10 hold, and every day is paid or said to be unpaid', () => {
  fc.assert(
    fc.property(input, (given) => {
      const { lines, unpaid, sums } = calculate(given, rules)
      for (const { columns: own, gross, insurance, budget, payer } of lines) {
        assert.ok(Object.values(own).every((amount) => amount >= 0n))
        assert.equal(own.gross, own.from + own.tax + own.net)
        assert.equal(own.total, own.from + own.on + own.tax + own.net)
        assert.equal(payer === 'fund' ? insurance + budget : gross, gross)
      }
      assert.equal(sums.employer + sums.fund, sums.columns.gross)
      const days = [...lines, ...unpaid].toSorted((a, b) => (a.from < b.from ? -1 : 1))
      let next: Day = given.leave.from
      for (const { from, until } of days) {
        assert.equal(from, next)
        next = addDays(until, 1)
      }
      assert.equal(addDays(next, -1), given.leave.until)
    }),
    runs,
  )
})

test('floor and ceiling hold: the employer never pays below the minimum wage for the hours, the Fund never above the highest base', () => {
  fc.assert(
    fc.property(input, (given) => {
      const { lines, base } = calculate(given, rules)
      for (const { payer, gross, hours, beforeFloor, percent, month: name } of lines) {
        if (payer === 'fund') assert.ok(gross <= (base.capHour * BigInt(hours) * BigInt(percent)) / 1_000_000n + 1n)
        else {
          assert.ok(gross >= beforeFloor)
          // The net of the minimum for these hours, which is less than its gross at any tax.
          assert.ok(gross * 100n >= BigInt(rules.on('wage.minimum-hour', lastDayOf(name))) * BigInt(hours) - 100n)
        }
      }
    }),
    runs,
  )
})

test('higher earnings never lower the compensation, and a better percentage of the employer never does', () => {
  fc.assert(
    fc.property(input, fc.nat({ max: 11 }), fc.integer({ min: 0, max: 100 }), (given, at, percent) => {
      const before = calculate(given, rules).sums
      const earned = given.earnings.filter(({ gross }) => gross > 0n)
      const raised = earned.map((one, place) => (place === at ? { ...one, gross: one.gross + 10_000_00n } : one))
      assert.ok(calculate({ ...given, earnings: raised }, rules).sums.columns.gross >= before.columns.gross)
      const better = calculate({ ...given, employerPercent: percent }, rules).sums
      assert.ok(better.employer >= before.employer && better.fund === before.fund)
    }),
    runs,
  )
})

test('a correction gives the difference of every column, and back again the opposite; no change gives no row', () => {
  fc.assert(
    fc.property(input, input, (one, other) => {
      const [before, after] = [compensationOf(one, rules), compensationOf(other, rules)]
      for (const name of columns) {
        const sum = deltaOf(before, after).reduce((all, row) => all + (paraOf(row[name]) as bigint), 0n)
        assert.equal(sum, (paraOf(after.sums[name]) as bigint) - (paraOf(before.sums[name]) as bigint))
      }
      assert.deepEqual(deltaOf(before, before), [])
      const signs = (row: { total: string }) => -(paraOf(row.total) as bigint)
      assert.deepEqual(
        deltaOf(after, before).map(signs),
        deltaOf(before, after).map(({ total }) => paraOf(total)),
      )
    }),
    { numRuns: 40 },
  )
})
