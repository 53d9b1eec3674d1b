import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { compensationOf } from '../compensation/view.ts'
import { monthsBefore } from '../compensation/months.ts'
import { clockOf, interestOn, submitBy } from '../request/clock.ts'
import { missingOf } from '../request/completeness.ts'
import { fold as foldRequest } from '../request/state.ts'
import { explain } from './explain.ts'
import { limitsOf } from './money-parameters.ts'
import { authored, type ParameterName, parameterNames, type Rules, rulesOf } from './parameters.ts'
import { groundOf, planDecision, planOpening } from './plan.ts'
import type { Care, Leave, Reason } from './reasons.ts'
import { fold, type Step } from './state.ts'

// Each number of the law has an effect. Numbers that the pure rules do not read are read by an act, which is named here.

const byActs: Partial<Record<ParameterName, string>> = {
  'request.completion-days': 'src/sickleave/fund/decide.ts',
  'objection.days': 'src/sickleave/objection/limits.ts',
  'objection.decision-days': 'src/sickleave/objection/make.ts',
  'commission.days': 'src/sickleave/commission/agenda.ts',
  'reminder.days-before': 'src/sickleave/fund/clocks.ts',
  'statistics.k': 'src/sickleave/statistics/open-data.ts',
}

const day = '2026-03-02'
const leave = (from: string, until: string, reason: Reason = '01', care: Care | null = null, isException = false): Leave => ({
  ...{ id: from, from, until, reason, isException, care },
})
const earned = (gross: bigint, hours: number) => monthsBefore(day, 24).map((month) => ({ employer: 'A', month, hours, gross }))
const small = earned(60_000_00n, 174_00)
const broken = earned(33_333_33n, 171_00)
const large = earned(3_000_000_00n, 174_00)
const child = (born: string, isSevere = false): Care => ({ born, isChild: true, isSevere })
const long = leave(day, '2026-06-30')
const half = [{ from: '2025-05-10', until: '2025-10-01' }]
const insured = [{ from: '2020-01-01', until: '2026-12-31' }]
const inputs = [
  { leave: long, earnings: small },
  { leave: long, earnings: broken, otherGross: { '2026-04': 20_000_00n } },
  { leave: long, earnings: large, schedule: { week: [700, 700, 700, 700, 700, 300, 0], days: {} } },
  { leave: long, earnings: small.slice(0, 20), insured: half },
  { leave: long, earnings: small, insured: [{ from: '2025-12-02', until: '2026-12-31' }] },
  { leave: leave(day, '2026-05-31', '02'), earnings: small, insured: half },
  { leave: long, earnings: small, insured, employedUntil: '2026-04-30' },
  { leave: long, earnings: [...small, ...small.map((one) => ({ ...one, employer: 'B', gross: 7n }))], employer: 'A', otherEmployers: ['B'] },
  { leave: { ...long, assessedOn: '2026-06-01' }, earnings: small },
  { leave: leave(day, '2026-03-31', '04'), history: [leave('2026-02-15', '2026-02-24', '05')], earnings: small },
  { leave: leave(day, '2026-06-30', '04'), earnings: broken },
  { leave: leave(day, '2026-03-20', '05'), earnings: small },
  { leave: leave(day, '2026-03-20', '08'), earnings: small },
  ...['2023-03-10', '2019-03-10', '2016-01-01'].map((born) => ({ leave: leave(day, '2026-04-30', '06', child(born)), earnings: small })),
  ...['2016-01-01', '2008-05-01'].map((born) => ({ leave: leave(day, '2026-08-10', '06', child(born, true)), earnings: small })),
]
const histories: [Leave[], Leave][] = [
  [[], long],
  [[], leave(day, '2026-04-30', '01', null, true)],
  [[leave('2026-02-01', '2026-02-22')], leave(day, '2026-03-05')],
  [[leave('2026-01-20', '2026-02-02')], leave(day, '2026-03-20')],
  [[leave('2025-12-03', '2026-01-31', '01', null, true)], leave(day, '2026-03-20', '01', null, true)],
  [[leave('2026-02-01', '2026-02-26')], leave(day, '2026-03-05')],
  [[], leave(day, '2026-10-01')],
  [[leave('2024-09-15', '2025-11-30')], leave(day, '2026-04-30')],
]
const proposed: Step[] = [
  { kind: 'opened', from: day, until: '2026-03-10', reason: '01', isException: false, care: null, linkedTo: null },
  { kind: 'referred', proposedUntil: '2026-12-01' },
]
const content = { from: day, until: '2026-03-31', payoutDay: '2023-03-10', account: null, week: null, monthsWithoutWage: [], note: null }
const asked = foldRequest('compensation', [{ step: { kind: 'written', content }, on: '2026-04-01', actor: 'a' }])
const facts = { content, today: '2026-03-05', reports: [], evidence: [], knownAccounts: [], isFirst: true, monthsUnknown: [], isPerson: false }

/** Everything that the pure rules say, one by one. */
const says: ((rules: Rules) => unknown)[] = [
  ...inputs.map((input) => (rules: Rules) => compensationOf(input, rules)),
  ...histories.map(
    ([history, one]) =>
      (rules: Rules) =>
        explain(history, one, one.from, rules),
  ),
  ...['2026-02-10', '2026-02-27', '2026-03-05', '2026-03-20'].map((from) => (rules: Rules) => String(planOpening(groundOf('x', [], rules, day), wishOf(from)))),
  (rules) => String(planDecision(groundOf('x', [], rules, day), fold(proposed), { decision: 'assessment', until: '2026-05-01', number: '1' })),
  (rules) => clockOf('compensation', { ...asked, state: 'submitted', completeOn: '2026-04-01' }, rules),
  (rules) => clockOf('compensation', { ...asked, state: 'paid', paidOn: '2026-04-01' }, rules),
  (rules) => submitBy('compensation', '2026-04-10', rules),
  (rules) => submitBy('refund', '2026-04-10', rules),
  (rules) => missingOf({ ...facts, kind: 'refund' }, rules),
  (rules) => interestOn(1_000_000_00, '2026-04-01', '2026-05-01', rules),
]
const wishOf = (from: string) => ({ from, until: from, reason: '01' as const, isException: false, care: null, propose: false })

/** Values that may be entered: some near the present one, and the ends of the allowed range. */
function others(name: ParameterName): number[] {
  const { least, most } = limitsOf(name)
  const now = rulesOf().on(name, day)
  return [now + 1, now - 1, now + 10, now - 10, now * 2, least, most].filter((value) => value !== now && value >= least && value <= most)
}

test('no number of the law is without effect: another value changes a figure, a sentence or a time limit', () => {
  const before = says.map((one) => said(one, rulesOf()))
  const idle = (Object.keys(parameterNames) as ParameterName[]).filter((name) => {
    const act = byActs[name]
    if (act !== undefined) return !readFileSync(act, 'utf8').includes(`.on('${name}'`)
    // The lowest base counts only when that reading is set.
    const needed = name === 'contribution.base-lowest' ? rowsOf('reading.lowest-base', 1) : []
    return !others(name).some((value) => {
      const rules = rulesOf([...needed, ...rowsOf(name, value)])
      return says.some((one, at) => said(one, rules) !== (needed.length > 0 ? said(one, rulesOf(needed)) : before[at]))
    })
  })
  assert.deepEqual(idle, [])
})

function said(one: (rules: Rules) => unknown, rules: Rules): string {
  try {
    return JSON.stringify(one(rules))
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

/** Every authored row of the name, with the other value. */
const rowsOf = (name: ParameterName, value: number) => authored.filter((one) => one.name === name).map((one) => ({ ...one, value, paragraph: '' }))

test('every number has a sentence, a paragraph and a value that may be entered, and what no primary text confirms says so', () => {
  for (const { name, value, paragraph, isUnverified } of authored) {
    const { least, most } = limitsOf(name)
    assert.ok(value >= least && value <= most && paragraph.length > 3, name)
    assert.ok(parameterNames[name as ParameterName].length > 10, name)
    // A reading where the law is silent, a practice and a proposal are never presented as the law's own words.
    if (/тумачење|пракса|предлог|упутство|није прочитан\)?$|R-9/.test(paragraph) && !/^ЗЗО чл\. (73 и 89|101)|услов претходног/.test(paragraph))
      assert.ok(isUnverified, `${name}: ${paragraph}`)
  }
  const unverified = new Set(authored.filter((one) => one.isUnverified).map(({ name }) => name))
  for (const name of Object.keys(parameterNames)) if (name.startsWith('reading.')) assert.ok(unverified.has(name), name)
})
