import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looks, overview, patient } from '../testing/fixtures.ts'
import { byMonth, filterLooks, isOwn, lookCount } from './looks/model.ts'
import { newsOf } from './news.ts'

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
  const others = filterLooks(looks.looks, 'people', '', patient)
  assert.ok(others.every((look) => look.kind !== 'system' && !isOwn(look, patient)))
  assert.equal(filterLooks(looks.looks, 'own', '', patient).length, 1)
  assert.equal(filterLooks(looks.looks, 'denied', '', patient).length, 1)
  assert.equal(filterLooks(looks.looks, 'all', 'КБЦ Земун', patient).length, 3)
})

test('months are counted in looks, not in lines', () => {
  const [november, october] = byMonth(looks.looks)
  assert.equal(november?.month, '2026-11')
  assert.equal(lookCount(november?.looks ?? []), 28)
  assert.equal(october?.looks.length, 1)
})
