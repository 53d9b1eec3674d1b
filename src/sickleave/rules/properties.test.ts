import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { competenceOf, countOn } from './competence.ts'
import { addDays, addMonths, common, type Day, daysBetween, lengthOf } from './days.ts'
import { rulesOf } from './parameters.ts'
import { areLinked, chainOf, employerDayOn, payersOf, within } from './payers.ts'
import type { Leave, Reason } from './reasons.ts'
import { fold, leaveOf, mayFollow, reportSpan, type Step } from './state.ts'

// Properties that must hold for any history, and not only for the examples.
const rules = rulesOf()
const runs = { numRuns: 150 }
const day: fc.Arbitrary<Day> = fc.integer({ min: 0, max: 3000 }).map((days) => addDays('2020-01-01', days))

const kinds = fc.record({
  reason: fc.constantFrom<Reason>('01', '02', '03', '04', '05', '07', '08'),
  isException: fc.boolean(),
  gap: fc.integer({ min: 0, max: 20 }),
  length: fc.integer({ min: 1, max: 70 }),
})
/** One to five leaves of one person, one after the other. */
const history: fc.Arbitrary<Leave[]> = fc.tuple(day, fc.array(kinds, { minLength: 1, maxLength: 5 })).map(([start, list]) => {
  let from = start
  return list.map(({ gap, length, reason, isException }, at) => {
    from = addDays(from, gap)
    const until = addDays(from, length - 1)
    const leave: Leave = { id: `l${at}`, from, until, reason, isException, care: null }
    from = addDays(until, 1)
    return leave
  })
})
const last = (leaves: Leave[]) => leaves.at(-1) as Leave

test('each day of a leave has exactly one payer, and the stretches leave no gap', () => {
  fc.assert(
    fc.property(history, (leaves) => {
      const stretches = payersOf(leaves, last(leaves), rules)
      assert.equal(stretches[0]?.from, last(leaves).from)
      assert.equal(stretches.at(-1)?.until, last(leaves).until)
      for (const [at, one] of stretches.slice(1).entries()) assert.equal(one.from, addDays(stretches[at]?.until as Day, 1))
    }),
    runs,
  )
})

test('in a chain of illnesses the employer never bears more than thirty days, and bears all of the first thirty', () => {
  fc.assert(
    fc.property(history, (leaves) => {
      const ill = leaves.map((one) => ({ ...one, reason: '01' as const }))
      const chain = chainOf(ill, last(ill), rules)
      const employer = chain.reduce((sum, one) => {
        const own = payersOf(ill, one, rules).filter(({ payer }) => payer === 'employer')
        return sum + own.reduce((days, span) => days + lengthOf(span), 0)
      }, 0)
      const all = chain.reduce((sum, one) => sum + lengthOf(one), 0)
      assert.equal(employer, Math.min(all, 30))
    }),
    runs,
  )
})

test('a history has the same payers and the same competence in whatever order it is told', () => {
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat()), (leaves, numbers) => {
      const shuffled = leaves
        .map((one) => ({ one, by: numbers.next().value as number }))
        .sort((a, b) => a.by - b.by)
        .map(({ one }) => one)
      assert.deepEqual(payersOf(shuffled, last(leaves), rules), payersOf(leaves, last(leaves), rules))
      assert.deepEqual(competenceOf(shuffled, last(leaves), rules), competenceOf(leaves, last(leaves), rules))
    }),
    runs,
  )
})

test('the doctor’s last day is within the limit and the day after it is not', () => {
  fc.assert(
    fc.property(history, (leaves) => {
      const leave = last(leaves)
      const { doctorUntil, commissionFrom } = competenceOf(leaves, leave, rules)
      assert.equal(daysBetween(doctorUntil, commissionFrom), 1)
      const over = countOn(leaves, leave, commissionFrom, rules)
      assert.ok(over.day > over.of)
      if (doctorUntil < leave.from) return
      const within = countOn(leaves, leave, doctorUntil, rules)
      assert.ok(within.day <= within.of)
    }),
    runs,
  )
})

test('more sick days before never let the doctor go further', () => {
  fc.assert(
    fc.property(history, (leaves) => {
      const leave = last(leaves)
      const less = leaves.slice(1)
      if (less.length === 0) return
      assert.ok(competenceOf(leaves, leave, rules).doctorUntil <= competenceOf(less, leave, rules).doctorUntil)
    }),
    runs,
  )
})

test('the exception never shortens what the doctor may assess when nothing came before', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 90 }), (from, length) => {
      const leave: Leave = { id: 'l', from, until: addDays(from, length - 1), reason: '01', isException: false, care: null }
      assert.equal(daysBetween(from, competenceOf([], leave, rules).doctorUntil) + 1, 30)
      assert.equal(daysBetween(from, competenceOf([], { ...leave, isException: true }, rules).doctorUntil) + 1, 60)
    }),
    runs,
  )
})

test('the two counts agree with what they are counted for: the day the Fund is named from is the first that it pays', () => {
  fc.assert(
    fc.property(history, fc.nat({ max: 70 }), (leaves, at) => {
      const leave = { ...last(leaves), reason: '01' as const }
      const ill = [...leaves.slice(0, -1), leave]
      const on = addDays(leave.from, at % lengthOf(leave))
      const count = employerDayOn(ill, leave, on, rules)
      const payer = payersOf(ill, leave, rules).find((one) => one.from <= on && on <= one.until)?.payer
      assert.equal(payer, count === null ? 'fund' : 'employer')
      if (count === null) return
      const fundFrom = addDays(on, count.of - count.day + 1)
      const longer = payersOf(ill, { ...leave, until: addDays(fundFrom, 3) }, rules)
      assert.equal(longer.find(({ payer: one }) => one === 'fund')?.from, fundFrom)
    }),
    runs,
  )
})

test('leaves are linked exactly when at most six days lie between', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 40 }), (until, later) => {
      assert.equal(areLinked({ until }, { from: addDays(until, later) }, rules), later <= 7)
    }),
    runs,
  )
})

test('a period cut in two has the same days for each payer as the whole', () => {
  fc.assert(
    fc.property(history, fc.nat({ max: 70 }), (leaves, cut) => {
      const leave = last(leaves)
      const middle = addDays(leave.from, cut % lengthOf(leave))
      const stretches = payersOf(leaves, leave, rules)
      const count = (from: Day, until: Day) => within(stretches, from, until).reduce((sum, one) => sum + (one.payer === 'fund' ? one.days : 0), 0)
      assert.equal(count(leave.from, middle) + count(addDays(middle, 1), leave.until), count(leave.from, leave.until))
    }),
    runs,
  )
})

test('spans meet in what both have, and months never jump over the end of a month', () => {
  fc.assert(
    fc.property(day, fc.nat({ max: 50 }), day, fc.nat({ max: 50 }), fc.nat({ max: 24 }), (a, one, b, other, months) => {
      const [left, right] = [
        { from: a, until: addDays(a, one) },
        { from: b, until: addDays(b, other) },
      ]
      const both = common(left, right)
      assert.deepEqual(both, common(right, left))
      if (both) assert.ok(lengthOf(both) <= Math.min(lengthOf(left), lengthOf(right)))
      assert.ok(Number(addMonths(a, months).slice(8)) <= Number(a.slice(8)))
    }),
    runs,
  )
})

const acts = fc.array(
  fc.record({
    act: fc.constantFrom('extended', 'reported', 'referred', 'approved', 'rejected', 'closed', 'cancelled', 'corrected'),
    days: fc.integer({ min: 0, max: 25 }),
  }),
  { maxLength: 12 },
)

test('whatever is tried in whatever order, a case stays one: reports never overlap, nothing follows a cancellation, its period never turns round', () => {
  fc.assert(
    fc.property(day, acts, (from, list) => {
      const steps: Step[] = [{ kind: 'opened', from, until: addDays(from, 5), reason: '01', isException: false, care: null, linkedTo: null }]
      let reported: { from: Day; until: Day }[] = []
      for (const { act, days } of list) {
        const state = fold(steps)
        const step = stepOf(act, days, state)
        if (step === null || mayFollow(state, step.kind) !== null) continue
        assert.notEqual(state.status, 'cancelled')
        if (step.kind === 'corrected') reported = []
        if (step.kind === 'reported') {
          for (const one of reported) assert.equal(common(one, step), null)
          reported.push(step)
        }
        steps.push(step)
        const next = fold(steps)
        assert.ok(next.from <= next.until)
        assert.deepEqual(leaveOf('x', next).from, next.from)
      }
    }),
    runs,
  )
})

function stepOf(act: string, days: number, state: ReturnType<typeof fold>): Exclude<Step, { kind: 'opened' }> | null {
  const until = addDays(state.until, days)
  const { from, reason, isException, care } = state
  switch (act) {
    case 'extended':
      return { kind: 'extended', until }
    case 'reported': {
      const span = reportSpan(state, addDays(state.reportedUntil ?? state.from, days), '2099-12-31')
      return span instanceof Error ? null : { kind: 'reported', ...span, isLast: false }
    }
    case 'referred':
      return { kind: 'referred', proposedUntil: until }
    case 'approved':
    case 'rejected':
      return { kind: 'decided', decision: act, until, number: '1' }
    case 'closed':
      return { kind: 'closed', until, why: 'recovered' }
    case 'cancelled':
      return { kind: 'cancelled', why: 'грешком' }
    default:
      return { kind: 'corrected', from, until, reason, isException, care, why: 'погрешан дан' }
  }
}
