import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { looks, overview, patient } from '../testing/fixtures.ts'
import type { Role } from '../../access/wire.ts'
import { byMonth, circleOf, filterLooks, isOwn, kindOf, lookCount } from './looks/model.ts'
import { newsOf } from './news.ts'
import { lookBases, lookThings, roleWords } from './words.ts'

test('results of one day are one piece of news, newest first, and nothing older than ninety days counts as new', () => {
  const news = newsOf(overview(60))
  assert.ok(news.length > 0 && news.length <= 6)
  assert.deepEqual(
    news.map(({ at }) => at),
    news
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  )
  const results = news.filter((one) => one.kind === 'results')
  assert.ok(results.length > 0)
  for (const { at, series } of results) assert.ok(series.every(({ points }) => points[0]?.at.startsWith(at)))
  assert.deepEqual(newsOf({ ...overview(60), at: '2031-01-01T00:00:00Z' }), [])
})

test('one’s own looks and the work of systems are told apart from looks by others', () => {
  const others = filterLooks(looks.looks, 'health', '', patient)
  assert.ok(others.length > 0 && others.every((look) => look.kind !== 'system' && !isOwn(look, patient)))
  assert.equal(filterLooks(looks.looks, 'own', '', patient).length, 1)
  assert.equal(filterLooks(looks.looks, 'denied', '', patient).length, 1)
  assert.equal(filterLooks(looks.looks, 'all', 'КБЦ Земун', patient).length, 3)
})

test('each look is said to be by whom it was: an employer, its payroll or an officer is no health worker', () => {
  const [first] = looks.looks
  assert.ok(first)
  const by = (part: Partial<typeof first>) => circleOf({ ...first, kind: 'read', ...part }, patient)
  assert.equal(by({ role: 'doctor' }), 'health')
  assert.equal(by({ role: 'employer', basis: 'employer' }), 'employers')
  assert.equal(by({ role: 'employer', basis: 'consent' }), 'employers')
  assert.equal(by({ role: null, basis: 'employer', kind: 'system' }), 'employers')
  assert.equal(by({ role: 'patient', who: patient.name, basis: 'employer' }), 'employers', 'an account with two roles looked as an employer')
  for (const role of ['fund', 'fund-supervisor', 'commission', 'commission2', 'data-officer', 'operator', 'ministry']) assert.equal(by({ role }), 'offices')
  assert.equal(by({ role: 'patient', who: 'Неко Други', basis: 'guardian' }), 'family')
  assert.equal(by({ role: null, kind: 'system', basis: 'own-chart' }), 'systems')
  for (const look of looks.looks) assert.equal(filterLooks([look], circleOf(look, patient), '', patient).length, 1)
})

test('every role that may look has a word', () => {
  const roles: Role[] = [
    'doctor',
    'nurse',
    'laboratory',
    'patient',
    'employer',
    'fund',
    'fund-supervisor',
    'commission',
    'commission2',
    'operator',
    'ministry',
    'data-officer',
  ]
  for (const role of roles) assert.ok(role in roleWords, role)
})

test('months are counted in looks, not in lines', () => {
  const [november, october] = byMonth(looks.looks)
  assert.equal(november?.month, '2026-11')
  assert.equal(lookCount(november?.looks ?? []), 28)
  assert.equal(october?.looks.length, 1)
})

/** Entries that officers write about their own desks; they concern no patient. */
const ofNobody = /^sick-leave (channels|numbers|officers|signature|simulation|time limits)/

test('whatever the log of sick leaves says of a patient has words for that patient', () => {
  const files = globSync('src/sickleave/**/*.ts').filter((file) => !file.endsWith('.test.ts'))
  const code = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  const logged = [...code.matchAll(/what: ['`]((?:earnings|sick-leave)[^'`]*)/g)].map(([, what = '']) => what).filter((what) => !ofNobody.test(what))
  const things = new Set(logged.map((what) => kindOf(what.replace(/\$\{[^}]*\}/g, crypto.randomUUID()))))
  assert.ok(things.size >= 6)
  for (const thing of things) assert.ok(thing in lookThings, thing)
  const bases = new Set([...code.matchAll(/basis: '([a-z- ]+)'/g)].map(([, basis = '']) => basis))
  assert.ok(bases.has('fund') && bases.has('self'))
  for (const basis of [...bases, 'second-degree commission']) if (basis !== 'operator') assert.ok(basis in lookBases, basis)
})
