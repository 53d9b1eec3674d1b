import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { commissionUntil, competenceOf, countOn, assessmentFrom } from './competence.ts'
import { addDays, ageOn, isDay } from './days.ts'
import { explain } from './explain.ts'
import { rulesOf } from './parameters.ts'
import { areLinked, chainOf, payersOf, within } from './payers.ts'
import { columnOn, type Leave, percentOn, seenAs } from './reasons.ts'
import { standardFor } from './standards.ts'

// The worked examples of the domain study (ebolovanje.md section 17) about days and payers; the X numbers are the study's own.
const rules = rulesOf()
let serial = 0
const leave = (from: string, until: string, more: Partial<Leave> = {}): Leave => ({
  id: `l${++serial}`,
  from,
  until,
  reason: '01',
  isException: false,
  care: null,
  ...more,
})
const careOf = (from: string, until: string, born: string, isSevere = false) => leave(from, until, { reason: '06', care: { born, isChild: true, isSevere } })
const paid = (one: Leave, history: Leave[] = [], employedUntil: string | null = null) =>
  payersOf(history, one, rules, employedUntil).map(({ from, until, payer, percent }) => `${from}..${until} ${payer} ${percent}`)

describe('who pays a day', () => {
  test('X10: the employer bears thirty days of an illness, the Fund the rest', () => {
    const one = leave('2026-03-02', '2026-04-20')
    assert.deepEqual(paid(one), ['2026-03-02..2026-03-31 employer 65', '2026-04-01..2026-04-20 fund 65'])
    const stretches = within(payersOf([], one, rules), '2026-03-02', '2026-04-20')
    assert.deepEqual(
      stretches.map(({ days }) => days),
      [30, 20],
    )
  })

  test('X20, X21: an injury at work is the employer’s as long as the employment lasts, then the Fund’s', () => {
    const one = leave('2026-03-02', '2026-05-15', { reason: '02' })
    assert.deepEqual(paid(one), ['2026-03-02..2026-05-15 employer 100'])
    assert.deepEqual(paid(one, [], '2026-04-20'), ['2026-03-02..2026-04-20 employer 100', '2026-04-21..2026-05-15 fund 100'])
  })

  test('after the employment an ordinary illness gives no right', () => {
    assert.deepEqual(paid(leave('2026-03-02', '2026-03-20'), [], '2026-03-10'), ['2026-03-02..2026-03-10 employer 65', '2026-03-11..2026-03-20 none 65'])
  })

  test('X22: the Fund pays care of a child under three from the first day', () => {
    assert.deepEqual(paid(careOf('2026-03-02', '2026-03-11', '2024-01-20')), ['2026-03-02..2026-03-11 fund 65'])
  })

  test('X23, X25: care of an older child is the employer’s first, and whole where its health is severely damaged', () => {
    assert.deepEqual(paid(careOf('2026-03-02', '2026-03-16', '2021-01-20')), ['2026-03-02..2026-03-16 employer 65'])
    const severe = careOf('2026-03-02', '2026-03-16', '2016-01-20', true)
    assert.deepEqual(paid(severe), ['2026-03-02..2026-03-16 employer 100'])
    assert.equal(columnOn(severe, '2026-03-02', rules), 10)
  })

  test('the age counts on each day: a child that turns three during the leave changes who pays', () => {
    assert.deepEqual(paid(careOf('2026-03-02', '2026-03-11', '2023-03-06')), ['2026-03-02..2026-03-05 fund 65', '2026-03-06..2026-03-11 employer 65'])
    const onFirst = rulesOf([{ name: 'reading.age-on-first-day', fromDay: '2026-01-01', value: 1, paragraph: 'проба', isUnverified: true }])
    assert.deepEqual(
      payersOf([], careOf('2026-03-02', '2026-03-11', '2023-03-06'), onFirst).map(({ payer }) => payer),
      ['fund'],
    )
  })

  test('X26, X27: pregnancy and donation give the whole base, in their own columns', () => {
    const pregnancy = leave('2026-03-02', '2026-04-20', { reason: '04', isException: true })
    assert.deepEqual(paid(pregnancy), ['2026-03-02..2026-03-31 employer 100', '2026-04-01..2026-04-20 fund 100'])
    assert.equal(columnOn(pregnancy, '2026-03-02', rules), 13)
    const donor = leave('2026-03-02', '2026-03-15', { reason: '07' })
    assert.deepEqual(paid(donor), ['2026-03-02..2026-03-15 fund 100'])
    assert.equal(columnOn(donor, '2026-03-02', rules), 12)
  })

  test('X16, X17: three days between two leaves link them, seven do not', () => {
    const first = leave('2026-03-01', '2026-03-10')
    const soon = leave('2026-03-14', '2026-04-30')
    assert.equal(chainOf([first], soon, rules).length, 2)
    assert.deepEqual(paid(soon, [first])[0], '2026-03-14..2026-04-02 employer 65')
    const later = leave('2026-03-18', '2026-04-30')
    assert.equal(chainOf([first], later, rules).length, 1)
    assert.deepEqual(paid(later, [first])[0], '2026-03-18..2026-04-16 employer 65')
  })

  test('exactly six days between still link; the limit is a parameter', () => {
    assert.ok(areLinked({ until: '2026-03-10' }, { from: '2026-03-17' }, rules))
    assert.ok(!areLinked({ until: '2026-03-10' }, { from: '2026-03-18' }, rules))
    const narrower = rulesOf([{ name: 'link.gap', fromDay: '2026-03-01', value: 5, paragraph: 'проба', isUnverified: true }])
    assert.ok(!areLinked({ until: '2026-03-10' }, { from: '2026-03-17' }, narrower))
    assert.ok(areLinked({ until: '2026-01-10' }, { from: '2026-01-17' }, narrower), 'what began before the change keeps the former rule')
  })

  test('days that the Fund pays from the first day do not use up the employer’s, unless that reading is set', () => {
    const isolation = leave('2026-03-02', '2026-03-11', { reason: '05' })
    const illness = leave('2026-03-12', '2026-04-20')
    assert.deepEqual(paid(illness, [isolation])[0], '2026-03-12..2026-04-10 employer 65')
    const other = rulesOf([{ name: 'reading.fund-days-use-employer', fromDay: '2026-01-01', value: 1, paragraph: 'проба', isUnverified: true }])
    assert.equal(payersOf([isolation], illness, other)[0]?.until, '2026-03-31')
  })
})

describe('who assesses a day', () => {
  const until = (one: Leave, history: Leave[] = []) => competenceOf(history, one, rules)

  test('X11, X12, X13: the thirtieth day over a month’s, a year’s and a leap year’s end', () => {
    for (const [from, last, next] of [
      ['2026-02-10', '2026-03-11', '2026-03-12'],
      ['2026-12-15', '2027-01-13', '2027-01-14'],
      ['2028-02-01', '2028-03-01', '2028-03-02'],
    ] as const) {
      assert.deepEqual(until(leave(from, addDays(from, 3))), { doctorUntil: last, commissionFrom: next, rule: 'R-1' })
    }
  })

  test('X14: with the exception the doctor has sixty days, and the Fund still pays from day 31', () => {
    const one = leave('2026-03-02', '2026-05-10', { isException: true })
    assert.deepEqual(until(one), { doctorUntil: '2026-04-30', commissionFrom: '2026-05-01', rule: 'R-2' })
    assert.equal(paid(one)[1], '2026-04-01..2026-05-10 fund 65')
  })

  test('X15: surgery of a day hospital is no exception', () => {
    assert.equal(until(leave('2026-03-02', '2026-04-20')).commissionFrom, '2026-04-01')
  })

  test('X18: the thirty-first day in forty-five is the commission’s', () => {
    const history = [leave('2026-03-01', '2026-03-10'), leave('2026-03-18', '2026-03-27')]
    const one = leave('2026-04-04', '2026-04-14')
    assert.deepEqual(until(one, history), { doctorUntil: '2026-04-13', commissionFrom: '2026-04-14', rule: 'R-3' })
  })

  test('X19: short leaves with long gaps stay with the doctor, because old days drop out', () => {
    const history = [leave('2026-03-01', '2026-03-10'), leave('2026-04-01', '2026-04-10')]
    const one = leave('2026-05-01', '2026-05-10')
    assert.ok(until(one, history).doctorUntil > '2026-05-10')
    assert.deepEqual(countOn(history, one, '2026-05-10', rules), { rule: 'R-3', day: 20, of: 30 })
  })

  test('another illness the next day goes on with the same count', () => {
    const history = [leave('2026-03-01', '2026-03-20')]
    assert.deepEqual(until(leave('2026-03-21', '2026-04-10'), history), { doctorUntil: '2026-03-30', commissionFrom: '2026-03-31', rule: 'R-1' })
  })

  test('linked leaves move the doctor’s count only where that reading is set', () => {
    const history = [leave('2026-02-20', '2026-03-10')]
    const one = leave('2026-03-14', '2026-03-20')
    const other = rulesOf([{ name: 'reading.link-moves-competence', fromDay: '2026-01-01', value: 1, paragraph: 'проба', isUnverified: true }])
    assert.equal(competenceOf(history, one, other).doctorUntil, '2026-03-24')
    assert.equal(competenceOf(history, one, rules).rule, 'R-3')
  })

  test('X23, X24: the doctor assesses fifteen days of care for a child of five, seven for one of nine', () => {
    const five = careOf('2026-03-02', '2026-03-16', '2021-01-20')
    assert.deepEqual(until(five), { doctorUntil: '2026-03-16', commissionFrom: '2026-03-17', rule: 'R-7' })
    assert.equal(commissionUntil([], five, rules), '2026-03-31')
    const nine = careOf('2026-03-02', '2026-03-08', '2017-01-20')
    assert.equal(until(nine).doctorUntil, '2026-03-08')
    assert.equal(commissionUntil([], nine, rules), '2026-03-15')
    assert.equal(commissionUntil([], careOf('2026-03-02', '2026-03-08', '2017-01-20', true), rules), '2026-07-01')
  })

  test('care does not use up the days of one’s own illness', () => {
    const one = leave('2026-03-17', '2026-03-20')
    assert.equal(until(one, [careOf('2026-03-02', '2026-03-16', '2021-01-20')]).doctorUntil, '2026-04-15')
  })

  test('R-9: half a year without interruption has to be assessed, and so has a year of eighteen months', () => {
    assert.equal(assessmentFrom([], leave('2026-01-10', '2026-07-09'), rules), null)
    assert.equal(assessmentFrom([], leave('2026-01-10', '2026-07-10'), rules), '2026-07-10')
    const broken = [leave('2025-01-01', '2025-05-30'), leave('2025-07-01', '2025-11-30'), leave('2026-01-01', '2026-02-28')]
    assert.equal(assessmentFrom(broken, leave('2026-03-10', '2026-03-11'), rules), null)
    assert.ok(assessmentFrom(broken, leave('2026-03-10', '2026-04-20'), rules) !== null)
  })

  test('R-9: once sent to the assessment the Fund pays sixty days more, over linked leaves too; work injury stays the employer’s, care is of another', () => {
    const sent = leave('2026-01-10', '2026-07-20', { assessedOn: '2026-07-10' })
    const next = leave('2026-07-22', '2026-09-20')
    assert.deepEqual(paid(next, [sent]), ['2026-07-22..2026-09-08 fund 65', '2026-09-09..2026-09-20 none 65'])
    assert.deepEqual(paid({ ...next, reason: '02' }, [sent]), ['2026-07-22..2026-09-20 employer 100'])
    assert.equal(paid({ ...next, reason: '06', care: { born: '2025-01-01', isChild: true, isSevere: false } }, [sent]).length, 1)
    assert.deepEqual(paid(leave('2026-08-01', '2026-08-02'), [sent]), ['2026-08-01..2026-08-02 employer 65'])
    const words = explain([sent], next, '2026-07-22', rules).map(({ en }) => en)
    assert.ok(words.includes('Sent to the disability assessment: the Fund pays until 8 September 2026 at the longest, then the pension fund decides.'))
    assert.ok(words.includes('From 9 September 2026 to 20 September 2026 the Fund does not pay: its time after sending to assessment is over.'))
  })

  test('the longest care goes by the age on each day: a child that turns seven on the twentieth day has its fourteen days behind it', () => {
    const care = careOf('2026-03-02', '2026-03-31', '2019-03-21')
    assert.equal(commissionUntil([], care, rules), '2026-03-20')
    assert.equal(commissionUntil([], careOf('2026-03-02', '2026-03-31', '2019-03-11'), rules), '2026-03-15')
    assert.equal(commissionUntil([], careOf('2026-03-02', '2026-03-31', '2019-06-01'), rules), '2026-03-31')
    assert.equal(commissionUntil([], careOf('2026-01-10', '2026-03-31', '2012-06-01', true), rules), '2026-05-09')
  })
})

describe('the words', () => {
  test('doctor and employee read which day it is and from when the commission decides', () => {
    const [sentence] = explain([], leave('2026-03-12', '2026-04-12'), '2026-04-07', rules)
    assert.equal(sentence?.en, 'Day 27 of 30 (day of continuous incapacity); the commission decides from 11 April 2026.')
    assert.equal(sentence?.sr, '27. дан непрекидне спречености од 30; од 11. априла 2026. одлучује комисија.')
    assert.equal(sentence?.srLatn, '27. dan neprekidne sprečenosti od 30; od 11. aprila 2026. odlučuje komisija.')
  })

  test('of a leave that is closed nothing is said that would still be to come', () => {
    const said = explain([leave('2026-03-01', '2026-03-10')], leave('2026-03-14', '2026-04-20'), '2026-06-01', rules, { isOver: true }).map(({ en }) => en)
    assert.deepEqual(
      said.filter((one) => /decides|pays from|if it lasts|has to|go on/.test(one)),
      [],
      said.join('\n'),
    )
    assert.match(said[0] ?? '', /^The last day was day /)
  })

  test('the payer’s count is told beside the doctor’s: which of the employer’s days it is, over linked leaves, and from when the Fund pays', () => {
    const before = leave('2026-03-01', '2026-03-10')
    const linked = leave('2026-03-14', '2026-04-20')
    const said = (on: string, of = linked) => explain([before], of, on, rules).map(({ en }) => en)
    assert.ok(said('2026-03-14').includes('Day 11 of the employer’s 30; if it lasts, the Fund pays from 3 April 2026.'), said('2026-03-14').join('\n'))
    assert.ok(said('2026-03-14').some((one) => one.startsWith('Day 1 of 30 (day of continuous incapacity)') || one.includes('with interruptions')))
    assert.ok(said('2026-04-02').includes('Day 30 of the employer’s 30; if it lasts, the Fund pays from 3 April 2026.'))
    for (const [on, of] of [
      ['2026-04-03', linked],
      ['2026-03-14', { ...linked, reason: '05' as const }],
      ['2026-03-14', { ...linked, reason: '02' as const }],
    ] as const)
      assert.ok(!said(on, of).some((one) => one.includes('of the employer’s 30')), on)
  })

  test('of a person for whom the register knows no employer nothing is said of an employer’s days', () => {
    const said = explain([leave('2026-03-01', '2026-03-10')], leave('2026-03-14', '2026-04-20'), '2026-03-14', rules, { isEmployed: false })
    assert.ok(
      said.every(({ sr }) => !sr.includes('на терет послодавца')),
      said.map(({ sr }) => sr).join('\n'),
    )
    assert.ok(said.some(({ en }) => en.includes('knows no employer')))
    assert.ok(said.some(({ en }) => en.includes('at the cost of the Fund')))
  })

  test('the employer reads one of three words, whatever the reason', () => {
    const words = (['01', '02', '03', '04', '05', '07', '08'] as const).map((reason) => seenAs({ reason, care: null }))
    assert.deepEqual(new Set(words), new Set(['illness', 'care']))
    assert.equal(seenAs(careOf('2026-03-02', '2026-03-08', '2017-01-20')), 'child')
    assert.equal(seenAs({ reason: '06', care: { born: '1950-01-01', isChild: false, isSevere: false } }), 'care')
  })

  test('a standard is found for a finer code, and an entered one wins', () => {
    assert.equal(standardFor('M54.5')?.days, 10)
    assert.equal(standardFor('Z99'), null)
    assert.equal(standardFor('M54.5', [{ code: 'M54', days: 8, source: 'проба', isUnverified: false }])?.days, 8)
  })
})

describe('the calendar', () => {
  test('only real days written in full are days', () => {
    assert.deepEqual(['2026-02-29', '2028-02-29', '2026-2-1', '1812-01-01', 7, null].map(isDay), [false, true, false, false, false, false])
  })

  test('somebody born on 29 February is a year older on 1 March of common years', () => {
    assert.deepEqual([ageOn('2020-02-29', '2026-02-28'), ageOn('2020-02-29', '2026-03-01'), ageOn('2020-02-29', '2024-02-29')], [5, 6, 4])
  })

  test('a leave of the earlier act is refused by name', () => {
    assert.throws(() => percentOn(leave('2019-04-10', '2019-04-12'), '2019-04-10', rules), /earlier act/)
  })
})
