import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commissionUntil, competenceOf, countOn } from './competence.ts'
import { rulesOf } from './parameters.ts'
import { employerDayOn, payersOf } from './payers.ts'
import type { Leave, Reason } from './reasons.ts'

// A second calculation, from the words of the law and with no code of the first: days are whole numbers, and a person's illness is a set of them.

const rules = rulesOf()
const ms = 86_400_000
const number = (day: string) => Date.parse(`${day}T00:00:00Z`) / ms
const day = (of: number) => new Date(of * ms).toISOString().slice(0, 10)
const range = (from: number, length: number) => Array.from({ length }, (_, at) => from + at)
type Spell = { from: number; length: number }

/** Weeks over the end of a year and a leap day, and the days on which clocks, months and years change. */
const starts = [
  ...range(number('2027-11-29'), 16).map((_, at) => number('2027-11-29') + at * 7),
  ...['2027-12-31', '2028-01-01', '2028-01-31', '2028-02-28', '2028-02-29', '2028-03-01', '2028-03-26', '2026-10-25', '2027-02-28'].map(number),
]
const leaveOf = (id: string, { from, length }: Spell, more: Partial<Leave> = {}): Leave => ({
  ...{ id, from: day(from), until: day(from + length - 1), reason: '01', isException: false, care: null },
  ...more,
})

/**
 * Art. 75: thirty (sixty) days without interruption, or within the last forty-five (ninety); whichever comes first sends the case to the commission
 * on the next day.
 */
function commissionDay(earlier: readonly Spell[], start: number, isException: boolean): number {
  const [limit, window] = isException ? [60, 90] : [30, 45]
  const ill = new Set(earlier.flatMap(({ from, length }) => range(from, length)))
  for (let today = start; ; today++) {
    ill.add(today)
    let onEnd = 0
    while (ill.has(today - onEnd)) onEnd++
    const inWindow = range(today - window + 1, window).filter((one) => ill.has(one)).length
    if (onEnd > limit || inWindow > limit) return today
  }
}

test('the commission decides from the day that the law names: gaps of nothing to eight days, lengths about 30, 45, 60 and 90, over year’s end and leap day', () => {
  for (const start of starts)
    for (const gap of [0, 1, 2, 6, 8])
      for (const length of [1, 15, 29, 30, 31, 60])
        for (const isException of [false, true]) {
          const earlier = [{ from: start - gap - length, length }]
          const leave = leaveOf('now', { from: start, length: 1 }, { isException })
          const history = earlier.map((one) => leaveOf('before', one, { isException }))
          const expected = commissionDay(earlier, start, isException)
          const { commissionFrom, doctorUntil } = competenceOf(history, leave, rules)
          const where = `${day(start)}, ${length} days and a gap of ${gap}${isException ? ', exception' : ''}`
          assert.deepEqual([commissionFrom, doctorUntil], [day(expected), day(expected - 1)], where)
        }
})

test('“day 27 of 30” is the day of the run or of the window, whichever is further on', () => {
  const first = { from: number('2028-02-01'), length: 20 }
  for (const [gap, on, counted] of [
    [1, 6, 27],
    [2, 9, 30],
    [0, 7, 28],
  ] as const) {
    const start = first.from + first.length + gap
    const leave = leaveOf('now', { from: start, length: 10 })
    const found = countOn([leaveOf('before', first)], leave, day(start + on), rules)
    assert.deepEqual([found.day, found.of], [counted, 30])
  }
})

/**
 * Art. 101: the employer pays thirty days of one leave; days that the Fund pays from the first do not count, and up to six days between two leaves do
 * not interrupt it.
 */
function payerOf(spells: readonly (Spell & { reason: Reason })[], today: number): 'employer' | 'fund' {
  const own = spells.findIndex(({ from, length }) => today >= from && today < from + length)
  const { reason } = spells[own] as (typeof spells)[number]
  if (reason === '05' || reason === '07') return 'fund'
  if (reason === '02') return 'employer'
  let first = own
  while (first > 0) {
    const [before, after] = [spells[first - 1] as Spell, spells[first] as Spell]
    if (after.from - (before.from + before.length) > 6) break
    first--
  }
  const used = spells.slice(first, own + 1).flatMap((one) => (one.reason === '05' || one.reason === '07' ? [] : range(one.from, one.length)))
  return used.filter((one) => one <= today).length <= 30 ? 'employer' : 'fund'
}

test('each day has the payer that the law names, over linked leaves, reasons and gaps of six and seven days', () => {
  for (const start of starts.filter((_, at) => at % 3 === 0))
    for (const gap of [0, 6, 7])
      for (const [one, two, three] of [
        ['01', '01', '01'],
        ['05', '01', '01'],
        ['02', '01', '05'],
        ['07', '02', '01'],
      ] as Reason[][]) {
        let from = start
        const spells = [one, two, three].map((reason, at) => {
          const spell = { from, length: [12, 25, 33][at] as number, reason: reason as Reason }
          from += spell.length + gap
          return spell
        })
        const leaves = spells.map((spell, at) => leaveOf(`l${at}`, spell, { reason: spell.reason }))
        for (const [at, spell] of spells.entries()) {
          const stretches = payersOf(leaves, leaves[at] as Leave, rules)
          for (const today of range(spell.from, spell.length)) {
            const found = stretches.find(({ from: a, until: b }) => day(today) >= a && day(today) <= b)
            assert.equal(found?.payer, payerOf(spells, today), `${day(start)} gap ${gap}, ${one} ${two} ${three}, ${day(today)}`)
          }
        }
      }
})

/** Years as people count them; a person born on 29 February is a year older on 1 March of years without that day. */
const age = (born: string, on: string) => Number(on.slice(0, 4)) - Number(born.slice(0, 4)) - (on.slice(5) < born.slice(5) ? 1 : 0)

test('care of a child turns over on the birthday: the Fund pays under three, the doctor has fifteen days under seven and seven from then on', () => {
  for (const born of ['2025-03-01', '2024-02-29', '2021-03-04', '2020-02-29', '2021-12-31', '2021-01-01'])
    for (const start of ['2027-02-25', '2028-02-20', '2027-12-28', '2028-02-29', '2027-03-01'].map(number)) {
      const care = { born, isChild: true, isSevere: false }
      const leave = leaveOf('now', { from: start, length: 40 }, { reason: '06', care })
      const where = `born ${born}, from ${day(start)}`
      const over = (most: readonly [young: number, older: number]) =>
        range(start, 60).find((today) => today - start + 1 > most[age(born, day(today)) < 7 ? 0 : 1]) as number
      assert.equal(competenceOf([], leave, rules).commissionFrom, day(over([15, 7])), where)
      assert.equal(commissionUntil([], leave, rules), day(over([30, 14]) - 1), where)
      const stretches = payersOf([], leave, rules)
      let used = 0
      for (const today of range(start, 40)) {
        const isSmall = age(born, day(today)) < 3
        if (!isSmall) used++
        const expected = isSmall || used > 30 ? 'fund' : 'employer'
        assert.equal(stretches.find(({ from, until }) => day(today) >= from && day(today) <= until)?.payer, expected, `${where}, ${day(today)}`)
        assert.equal(employerDayOn([], leave, day(today), rules)?.day ?? null, expected === 'employer' ? used : null)
      }
    }
})
