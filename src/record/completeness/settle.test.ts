import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayOf } from '../../platform/calendar.ts'
import { heardOf } from './heard.ts'
import { daysOf, type DayRow } from './meter.ts'
import { type Expected, type Received, settle, sumsOf } from './settle.ts'

const at = (text: string) => new Date(text)
let serial = 0
const visit = (kind: Expected['kind'], ended: string, more: Partial<Expected> = {}): Expected => ({
  type: 1,
  id: `id-${++serial}`,
  kind,
  state: 'due',
  beganAt: at(ended),
  endedAt: at(ended),
  day: dayOf(more.endedAt ?? at(ended)),
  booking: null,
  receivedAt: null,
  ...more,
})
const report = (day: string, received: string, more: Partial<Received> = {}): Received => ({
  id: `id-${++serial}`,
  type: 2,
  isLetter: true,
  encounter: null,
  at: at(`${day}T10:00:00Z`),
  day,
  receivedAt: at(received),
  void: false,
  ...more,
})
const states = (visits: Expected[]) => new Map(visits.map((one) => [one.id, one.receivedAt === null ? one.state : 'received']))

describe('which visit has its report', () => {
  test('a booking and the visit that it led to count as one, by the reference or by the day', () => {
    const booking = visit('booking', '2026-11-02T08:00:00Z')
    const other = visit('booking', '2026-11-03T08:00:00Z')
    const named = visit('visit', '2026-11-04T08:00:00Z', { booking: booking.id })
    const same = visit('visit', '2026-11-03T12:00:00Z')
    const found = states(settle([booking, other, named, same], [], dayOf))
    assert.deepEqual([found.get(booking.id), found.get(other.id), found.get(named.id), found.get(same.id)], ['merged', 'merged', 'due', 'due'])
  })

  test('a report counts for one visit: the one it names, else one on its day', () => {
    const first = visit('visit', '2026-11-03T08:00:00Z')
    const second = visit('visit', '2026-11-03T12:00:00Z')
    const one = settle([first, second], [report('2026-11-03', '2026-11-03T13:00:00Z', { encounter: second.id })], dayOf)
    assert.deepEqual([...states(one).values()], ['due', 'received'])
    const both = settle([first, second], [report('2026-11-03', '2026-11-03T13:00:00Z'), report('2026-11-03', '2026-11-05T13:00:00Z')], dayOf)
    assert.deepEqual([...states(both).values()], ['received', 'received'])
    assert.deepEqual(sumsOf(both, []).get('2026-11-03'), { due: 2, reported: 2, reportedInTime: 1, reports: 0, reportsInTime: 0 })
    assert.deepEqual([...states(settle([first], [report('2026-11-04', '2026-11-04T13:00:00Z')], dayOf)).values()], ['due'], 'of another day')
  })

  test('a stay needs a letter; a finding of its laboratory is not enough', () => {
    const stay = visit('stay', '2026-11-06T10:00:00Z', { beganAt: at('2026-11-02T10:00:00Z') })
    const finding = report('2026-11-04', '2026-11-04T12:00:00Z', { isLetter: false })
    assert.equal(settle([stay], [finding], dayOf)[0]?.receivedAt, null)
    assert.deepEqual(settle([stay], [finding, report('2026-11-06', '2026-11-06T12:00:00Z')], dayOf)[0]?.receivedAt, at('2026-11-06T12:00:00Z'))
  })

  test('a visit around midnight belongs to the day in Belgrade', () => {
    assert.equal(dayOf(at('2026-11-02T23:30:00Z')), '2026-11-03')
    assert.equal(dayOf(at('2026-07-02T22:30:00Z')), '2026-07-03')
  })
})

describe('what a resource says', () => {
  const encounter = (more: object) => heardOf({ resourceType: 'Encounter', class: { code: 'AMB' }, ...more } as never) as any
  test('a visit without an end is over with its day, a stay only when its end is reported', () => {
    const period = { start: '2026-11-02T08:00:00+01:00' }
    assert.equal(encounter({ status: 'in-progress', period }).state, 'due')
    assert.equal(encounter({ status: 'in-progress', class: { code: 'IMP' }, period }).state, 'open')
    assert.equal(encounter({ status: 'in-progress', class: { code: 'IMP' }, period: { ...period, end: '2026-11-05' } }).state, 'due')
    assert.equal(encounter({ status: 'cancelled', period }).state, 'void')
    assert.equal(encounter({ status: 'planned', period }).state, 'void')
    assert.equal(encounter({ status: 'finished', period: { start: '2026' } }), null, 'a year is no day')
    assert.equal(encounter({ status: 'finished', period: { start: '2026-13-45' } }), null)
  })
  test('a date without a time is over when the next day begins in Belgrade', () => {
    const { endedAt } = encounter({ status: 'finished', period: { start: '2026-11-02', end: '2026-11-02' } })
    assert.equal(endedAt.toISOString(), '2026-11-02T22:59:59.000Z')
  })
  test('a draft and the original that the edge keeps are not reports', () => {
    const document = (more: object) => heardOf({ resourceType: 'DocumentReference', status: 'current', date: '2026-11-02T08:00:00Z', ...more } as never) as any
    assert.equal(document({}).isVoid, false)
    assert.equal(document({ docStatus: 'preliminary' }).isVoid, true)
    assert.equal(document({ description: 'the original that was mapped' }), null)
    assert.equal((heardOf({ resourceType: 'DiagnosticReport', status: 'registered', issued: '2026-11-02T08:00:00Z' } as never) as any).isVoid, true)
  })
})

describe('what is expected of a day', () => {
  const row = (day: string, due: number, reported = due): DayRow => ({
    day,
    due,
    reported,
    reportedInTime: reported,
    reports: reported,
    reportsInTime: reported,
    refused: 0,
  })
  const mondays = ['2026-09-28', '2026-10-05', '2026-10-12', '2026-10-19', '2026-10-26']

  test('a day far below its usual weekday is measured by the weeks before, and says so', () => {
    const rows = [...mondays.map((day) => row(day, 40)), row('2026-11-02', 3)]
    const [day] = daysOf(rows, '2026-11-02', '2026-11-02', '2026-11-09')
    assert.deepEqual([day?.why, day?.expected, day?.received, day?.missing], ['weekday', 40, 3, 37])
    const [usual] = daysOf([...mondays.map((one) => row(one, 40)), row('2026-11-02', 25, 24)], '2026-11-02', '2026-11-02', '2026-11-09')
    assert.deepEqual([usual?.why, usual?.expected, usual?.missing], ['visits', 25, 1])
  })

  test('with too few weeks known nothing is guessed, and today still counts as open', () => {
    const [day] = daysOf([row('2026-10-26', 40)], '2026-11-02', '2026-11-02', '2026-11-09')
    assert.deepEqual([day?.why, day?.expected], ['visits', 0])
    const [today] = daysOf([...mondays.map((one) => row(one, 40)), row('2026-11-02', 3, 1)], '2026-11-02', '2026-11-02', '2026-11-02')
    assert.deepEqual([today?.why, today?.expected, today?.missing, today?.awaited], ['visits', 3, 0, 2])
  })

  test('an institution that reports no visits is measured by reports', () => {
    const only = (day: string, reports: number): DayRow => ({ ...row(day, 0), reports, reportsInTime: reports - 1 })
    const [day] = daysOf([only('2026-11-02', 10)], '2026-11-02', '2026-11-02', '2026-11-09')
    assert.deepEqual([day?.why, day?.expected, day?.received, day?.late], ['reports', 10, 10, 1])
  })
})
