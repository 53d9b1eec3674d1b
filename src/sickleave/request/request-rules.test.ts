import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../../platform/refusal.ts'
import { rulesOf } from '../rules/parameters.ts'
import { easterOf } from '../../platform/holidays.ts'
import { addWorkingDays, isWorkingDay, nextWorkingDay } from '../rules/working-days.ts'
import { clockOf, interestOn, submitBy } from './clock.ts'
import { type Facts, fundDays, missingOf } from './completeness.ts'
import { digestOf, isSealed, signSubmission } from './sign.ts'
import { type Content, fold, mayFollow, secondPerson, type Step, type Written } from './state.ts'

const rules = rulesOf()
const content: Content = {
  ...{ from: '2026-04-01', until: '2026-04-20', payoutDay: '2026-05-05', account: '840-0000000004848-37', week: null },
  ...{ monthsWithoutWage: [], note: null },
}
const facts: Facts = {
  ...{ kind: 'compensation', content, today: '2026-05-06', evidence: ['tax-return', 'account-contract'], knownAccounts: [], isFirst: true },
  ...{ monthsUnknown: [], isPerson: false },
  reports: [{ number: 'R1', from: '2026-03-02', until: '2026-04-20', fund: [{ from: '2026-04-01', until: '2026-04-20' }] }],
}
const codes = (change: Partial<Facts>) => missingOf({ ...facts, ...change }, rules).map(({ code }) => code)
const written = (...steps: Step[]): Written[] => steps.map((step, at) => ({ step, on: '2026-04-20', actor: `actor-${at}` }))
const first: Step = { kind: 'written', content }
const signature = { level: 'seal', by: 'a', at: '', digest: '', value: '', isQualified: false } as const

describe('working days and deadlines', () => {
  test('Orthodox Easter and the holidays around it are free, and so is the Monday after a state holiday on a Sunday', () => {
    assert.deepEqual([2024, 2025, 2026, 2027, 2028].map(easterOf), ['2024-05-05', '2025-04-20', '2026-04-12', '2027-05-02', '2028-04-16'])
    for (const day of ['2026-04-10', '2026-04-13', '2026-01-07', '2026-11-11', '2026-02-16']) assert.equal(isWorkingDay(day), false, day)
    // 15 February 2026 is a Sunday and the 16th a holiday itself, so the 17th is free.
    assert.deepEqual(['2026-02-17', '2026-02-18'].map(isWorkingDay), [false, true])
    // Christmas on a Sunday gives no other free day.
    assert.equal(isWorkingDay('2029-01-08'), true)
  })

  test('the worked examples: fifteen, twenty-one and seven days, by the calendar and as they count', () => {
    assert.deepEqual(submitBy('compensation', '2026-04-10', rules), { nominal: '2026-04-25', effective: '2026-04-27' })
    const asked = fold('compensation', written(first, { kind: 'submitted', signature }))
    assert.deepEqual(clockOf('compensation', asked, rules).due, { nominal: '2026-05-11', effective: '2026-05-11' })
    const paid = { ...asked, state: 'paid' as const, paidOn: '2026-05-08' }
    assert.deepEqual(clockOf('compensation', paid, rules).due, { nominal: '2026-05-15', effective: '2026-05-15' })
    assert.deepEqual(submitBy('refund', '2024-02-29', rules)?.nominal, '2027-02-28')
  })

  test('a working day later is never earlier, never free, and three of them are at least three days', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((days) => new Temporal.PlainDate(2020, 1, 1).add({ days }).toString())
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 10 }), (from, count) => {
        const to = addWorkingDays(from, count)
        assert.ok(to > from && isWorkingDay(to) && nextWorkingDay(to) === to)
        assert.ok(addWorkingDays(from, count + 1) > to)
      }),
      { numRuns: 200 },
    )
  })

  test('interest runs from the day after the last day, by days of the year', () => {
    assert.equal(interestOn(10_000_000, '2026-05-15', '2026-05-15', rules), 0)
    // 100,000 dinars at 13.75 % for 10 of 365 days.
    assert.equal(interestOn(10_000_000, '2026-05-15', '2026-05-25', rules), 37_671)
    assert.equal(interestOn(10_000_000, '2027-12-31', '2028-01-10', rules), Math.round((10_000_000 * 1375 * 10) / (10_000 * 366)))
    // Calculated separately with exact fractions: fifty days; over the end of a common year into a leap year; one day.
    assert.equal(interestOn(5_781_325, '2026-05-12', '2026-07-01', rules), 108_895)
    assert.equal(interestOn(3_299_048, '2027-12-20', '2028-03-01', rules), 89_274)
    assert.equal(interestOn(9_084_938, '2026-12-31', '2027-01-01', rules), 3_422)
  })
})

describe('what is missing', () => {
  test('nothing, when everything is there', () => assert.deepEqual(codes({}), []))

  test('each thing in a sentence of three languages, with the place where it is entered', () => {
    assert.deepEqual(codes({ reports: [] }), ['report'])
    assert.deepEqual(codes({ reports: [{ number: 'R', from: '2026-04-01', until: '2026-04-20', fund: [] }] }), ['fund-days'])
    assert.deepEqual(codes({ content: { ...content, payoutDay: null, account: null } }), ['payout-day', 'account'])
    assert.deepEqual(codes({ evidence: [] }), ['account-contract', 'tax-return'])
    assert.deepEqual(codes({ evidence: ['tax-return'], knownAccounts: ['840-0000000004848-37'] }), [])
    assert.deepEqual(codes({ kind: 'refund' }), ['payment-proof'])
    assert.deepEqual(codes({ kind: 'refund', today: '2029-05-08', evidence: ['tax-return', 'account-contract', 'payment-proof'] }), ['too-late'])
    assert.deepEqual(codes({ kind: 'refund', today: '2029-05-07', evidence: ['tax-return', 'account-contract', 'payment-proof'] }), [])
    assert.deepEqual(codes({ monthsUnknown: ['2025-07'] }), ['earnings'])
    assert.deepEqual(codes({ monthsUnknown: ['2025-07'], isFirst: false }), [])
    assert.deepEqual(codes({ monthsUnknown: ['2025-07'], content: { ...content, monthsWithoutWage: ['2025-07'] } }), [])
    const [one] = missingOf({ ...facts, evidence: ['account-contract'] }, rules)
    assert.equal(one?.where, 'evidence:tax-return')
    assert.match(one?.srLatn ?? '', /^Priložite izvod iz pojedinačne poreske prijave/)
  })

  test('a gap between two reports is named by its days', () => {
    const reports = [
      { number: 'A', from: '2026-04-01', until: '2026-04-07', fund: [{ from: '2026-04-01', until: '2026-04-07' }] },
      { number: 'B', from: '2026-04-11', until: '2026-04-20', fund: [{ from: '2026-04-11', until: '2026-04-20' }] },
    ]
    const [gap] = missingOf({ ...facts, reports }, rules)
    assert.match(gap?.en ?? '', /no report for 2026-04-08 to 2026-04-10/)
    assert.deepEqual(fundDays({ from: '2026-04-05', until: '2026-04-12' }, reports), [
      { from: '2026-04-05', until: '2026-04-07' },
      { from: '2026-04-11', until: '2026-04-12' },
    ])
  })
})

describe('the steps of a request', () => {
  test('lead to the payment and back, and a step that may not follow is refused', () => {
    const steps: Step[] = [
      first,
      { kind: 'submitted', signature },
      { kind: 'claimed' },
      { kind: 'calculated', calculation: 'c', total: 100 },
      { kind: 'proposed', decision: 'pay', number: '1', why: 'у реду', calculation: 'c', total: 100 },
      { kind: 'approved' },
      { kind: 'paid', payment: 'p', on: '2026-05-08', total: 100 },
      { kind: 'return-ordered', total: 100, interest: 1, until: '2026-06-01', why: 'није исплаћено' },
      { kind: 'money-returned', on: '2026-06-01', total: 100, interest: 1 },
    ]
    const states = steps.map((_, at) => fold('compensation', written(...steps.slice(0, at + 1))).state)
    assert.deepEqual(states, ['draft', 'submitted', 'in-process', 'in-process', 'proposed', 'calculated', 'paid', 'returning', 'returned'])
    for (const [at, step] of steps.entries()) {
      const before = at === 0 ? null : fold('compensation', written(...steps.slice(0, at)))
      if (before) assert.equal(mayFollow(before, step.kind), null, step.kind)
    }
    const paid = fold('compensation', written(...steps.slice(0, 7)))
    for (const kind of ['written', 'submitted', 'withdrawn', 'returned', 'proposed', 'approved', 'paid'] as const) assert.ok(mayFollow(paid, kind), kind)
  })

  test('an officer who proposed never approves', () => {
    const proposed = fold(
      'refund',
      written(first, { kind: 'submitted', signature }, { kind: 'proposed', decision: 'reject', number: '1', why: 'x', calculation: null, total: 0 }),
    )
    assert.equal(secondPerson(proposed, 'actor-2')?.kind, 'forbidden')
    assert.equal(secondPerson(proposed, 'actor-9'), null)
  })
})

describe('signatures', () => {
  const keys = { derive: (label: string, bytes = 32) => Buffer.alloc(bytes, label) }
  const digest = digestOf({ number: '2026-1', kind: 'refund', content, evidence: [] })
  const at = new Date()
  const form = {
    number: '2026-1',
    kind: 'refund',
    content,
    evidence: [],
    digest,
    employee: { family: 'Илић', given: 'Ана' },
    employer: null,
    changedAt: at,
  } as const
  const holder = { names: ['Весна Илић'], jmbg: null, firms: null }
  const config = { SIGNATURE_LEVEL: 'seal', SIGNATURE_TRUST: '', DEMO: false } as never

  test('the seal of the centre holds over what was submitted and over nothing else', async () => {
    const signature = await signSubmission({ keys, config }, { form, holder, by: 'a', at }, null)
    assert.ok(!(signature instanceof Refusal) && !signature.isQualified)
    assert.ok(isSealed({ keys }, signature, digest))
    assert.ok(!isSealed({ keys }, signature, digestOf({ number: '2026-1', kind: 'refund', content: { ...content, account: null }, evidence: [] })))
    assert.ok(!isSealed({ keys }, { ...signature, by: 'b' }, digest))
  })
})
