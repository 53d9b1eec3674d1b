import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LabPoint, LabSeries, TimelineEntry } from '../../../record/wire.ts'
import { overview } from '../../testing/fixtures.ts'
import { linkedTo } from './clinical-links.ts'
import { csvOf } from './csv.ts'
import { cellsOf, lanesOf, stack, yearTicks } from './lanes.ts'
import { allLabs, byYear, choicesOf, everything, filterTimeline, firstDayOf, labGrid, latestResults } from './model.ts'
import { isWithheld, withheldWords } from './withheld.ts'

const known = overview()
const at = known.at

test('the filter keeps a stay that began before the period but ended in it', () => {
  const stay: TimelineEntry = { ...(known.timeline[0] as TimelineEntry), id: 's', kind: 'hospital', at: '2025-11-20', until: '2025-11-26' }
  assert.equal(firstDayOf('year1', at), '2025-11-23')
  assert.deepEqual(filterTimeline([stay], { ...everything, period: 'year1' }, at), [stay])
  assert.deepEqual(filterTimeline([stay], { ...everything, span: { from: '2025-11-27', until: '2025-12-31' } }, at), [])
})

test('a filter offers only kinds and institutions that occur, and its counts add up', () => {
  const { kinds, institutions } = choicesOf(known.timeline)
  assert.ok(!kinds.some(({ kind }) => kind === 'emergency'))
  assert.equal(
    kinds.reduce((sum, { count }) => sum + count, 0),
    known.timeline.length,
  )
  const [largest] = institutions
  assert.equal(filterTimeline(known.timeline, { ...everything, institution: largest?.name ?? '' }, at).length, largest?.count)
})

test('entries stand under the Belgrade year they belong to', () => {
  const entry = (id: string, when: string) => ({ ...(known.timeline[0] as TimelineEntry), id, at: when })
  const years = byYear([entry('a', '2025-12-31T23:30:00Z'), entry('b', '2025-12-31T22:30:00Z')])
  assert.deepEqual(
    years.map(({ year, entries }) => [year, entries.length]),
    [
      ['2026', 1],
      ['2025', 1],
    ],
  )
})

test('the summary shows critical results first, then those out of range, then the newest; old ones do not push ahead', () => {
  const series = (text: string, flag: 'high' | 'critical-high' | null, when: string): LabSeries => ({
    analysis: { code: null, system: null, text },
    group: null,
    unit: null,
    points: [{ at: when, value: '1', number: 1, text: null, low: null, high: null, flag, source: known.results[0]!.points[0]!.source }],
  })
  const ordered = latestResults(
    [
      series('нормално', null, '2026-11-20'),
      series('старо', 'critical-high', '2020-01-01'),
      series('високо', 'high', '2026-01-01'),
      series('критично', 'critical-high', '2026-02-01'),
    ],
    at,
    10,
  )
  assert.deepEqual(
    ordered.map(({ analysis }) => analysis.text),
    ['критично', 'високо', 'нормално', 'старо'],
  )
})

test('the table of results has the newest day first, and only rows with something out of range when asked', () => {
  const { days, rows } = labGrid(known.results, allLabs, at)
  assert.deepEqual(days, [...days].sort().reverse())
  assert.equal(rows.length, known.results.length)
  const out = labGrid(known.results, { ...allLabs, onlyOut: true, period: 'months12' }, at)
  assert.ok(out.rows.length > 0 && out.rows.length < rows.length)
  for (const { byDay } of out.rows) assert.ok([...byDay.values()].some(({ flag }) => flag !== null))
  assert.ok(out.days.every((day) => day >= '2025-11-23'))
})

test('a problem brings its therapy, its analyses and the events that name it', () => {
  const diabetes = known.problems.find(({ what }) => what.code === 'E11')!
  const linked = linkedTo(diabetes, known)
  assert.deepEqual(
    linked.therapy.map(({ medicine }) => medicine.code),
    ['A10BA02', 'A10BK03'],
  )
  assert.ok(linked.results.some(({ analysis }) => analysis.code === '4548-4'))
  assert.ok(!linked.results.some(({ analysis }) => analysis.code === '3016-3'))
  assert.ok(linked.timeline.length > 0 && linked.timeline.every(({ detail }) => detail?.includes('E11')))
})

test('a diagnosis outside the table hides no results and says so', () => {
  const fracture = known.problems.find(({ what }) => what.code === 'S52.5')!
  const linked = linkedTo(fracture, known)
  assert.equal(linked.isKnown, false)
  assert.equal(linked.results.length, known.results.length)
})

test('lanes count what would overlap, stack what runs at the same time and keep an open therapy until today', () => {
  const lanes = lanesOf(known, known.timeline)
  const visits = lanes.find(({ name }) => name === 'visits')!
  const from = Date.UTC(2009, 0, 1)
  const cells = cellsOf(visits.points, from, Date.parse(at), 30)
  assert.equal(
    cells.reduce((sum, { count }) => sum + count, 0),
    visits.points.filter((point) => point >= from).length,
  )
  assert.ok(lanes.find(({ name }) => name === 'therapy')!.bars.some(({ isOpen, until }) => isOpen && until === Date.parse(at.slice(0, 10))))
  const rows = stack([
    { from: 0, until: 9, isOpen: false },
    { from: 5, until: 6, isOpen: false },
    { from: 10, until: 12, isOpen: false },
  ]).map(({ row }) => row)
  assert.deepEqual(rows, [0, 1, 0])
})

test('the axis of years never has more labels than fit', () => {
  const ticks = yearTicks(Date.UTC(1985, 5, 1), Date.UTC(2026, 10, 23), 320)
  assert.ok(ticks.length >= 2 && ticks.length <= 6)
  assert.ok(ticks.every((tick) => tick.at >= Date.UTC(1985, 5, 1) && tick.at <= Date.UTC(2026, 10, 23)))
})

test('a downloaded file cannot run a formula', () => {
  const series = known.results[0]!
  const csv = csvOf({ ...series, analysis: { ...series.analysis, text: '=HYPERLINK("x")' } })
  assert.ok(csv.includes(`"'=HYPERLINK(""x"")"`))
  assert.ok(csv.startsWith('\ufeffdate;analysis;'))
  const [point] = series.points
  const cellOf = (text: string) =>
    csvOf({ ...series, points: [{ ...(point as LabPoint), value: null, text }] })
      .split('\r\n')[1]
      ?.split(';')[2]
  assert.deepEqual(['-1', '-1,5', "-1+cmd|'/C calc'!A0", '+1', 'a\r=1'].map(cellOf), ['-1', '"-1,5"', "'-1+cmd|'/C calc'!A0", "'+1", '"a\r=1"'])
})

test('what a role never sees is named in a few words, and only a wholly hidden section counts as hidden', () => {
  const nurse = {
    ...known,
    withheld: { reason: 'role' as const, kinds: ['ClinicalImpression', 'RiskAssessment', 'Coverage', 'Account', 'Linkage', 'MedicationRequest'] },
  }
  assert.deepEqual(
    withheldWords(nurse.withheld).map(({ en }) => en),
    ['the doctor’s reasoning and prognosis', 'money and insurance', 'prescriptions'],
  )
  assert.equal(isWithheld(nurse, 'MedicationRequest', 'MedicationStatement'), false)
  assert.equal(isWithheld(nurse, 'MedicationRequest'), true)
  assert.equal(isWithheld(known, 'Condition'), false)
})
