import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { anEntry, doctorWho, openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { looksAt, looksRoutes } from './audit.ts'
import type { Entry } from './entry.ts'

const system = { ...doctorWho, id: 'client-1', name: 'Хелиант', kind: 'system' as const, role: 'system', unit: null, unitName: null }

async function startLooks(t: Parameters<typeof startPlatform>[0]) {
  const { world } = await startPlatform(t)
  let now = new Date('2026-11-20T08:00:00Z')
  world.now = () => now
  const ledger = await openLedger(t, world, 2)
  const record = async (instant: string, ...entries: Partial<Entry>[]) => {
    now = new Date(instant)
    await ledger.record(entries.map((entry) => anEntry(entry)))
  }
  return { world, record }
}

test('repeated looks of one person on one day are one line with a count, the newest first', async (t) => {
  const { world, record } = await startLooks(t)
  await record('2026-11-20T08:00:00Z', { what: 'Patient/$everything' })
  await record('2026-11-20T09:30:00Z', { what: 'Observation/1, Condition/2' }, { what: 'Observation/3', patient: 2002 })
  await record('2026-11-20T23:30:00Z', { what: 'Observation/4' }) // the next day in Belgrade
  await record(
    '2026-11-21T07:00:00Z',
    { what: 'Condition/2', basis: 'visit' },
    { what: 'overview', who: { ...doctorWho, id: 'other', name: 'др Петар' } },
    { patient: 3003 },
  )

  const { looks, next, total } = await looksAt(world, [1001, 2002], {})
  assert.deepEqual(
    looks.map(({ who, at, what, basis, count }) => [who, at, what, basis, count]),
    [
      ['др Петар', '2026-11-21T07:00:00.000Z', ['overview'], 'chosen-doctor', 1],
      ['др Милица Јовановић', '2026-11-21T07:00:00.000Z', ['Condition'], 'visit', 1],
      ['др Милица Јовановић', '2026-11-20T23:30:00.000Z', ['Observation'], 'chosen-doctor', 1],
      ['др Милица Јовановић', '2026-11-20T09:30:00.000Z', ['Condition', 'Observation', 'Patient'], 'chosen-doctor', 3],
    ],
  )
  assert.deepEqual([next, total], [null, 6])
  assert.equal(looks[3]?.atBelgrade, '20.11.2026. 10:30:00')
  assert.deepEqual([looks[3]?.institution, looks[3]?.unit, looks[3]?.role], ['ДЗ Савски венац', 'Општа медицина', 'doctor'])
})

test('everything that concerned the patient is said in its kind: reads, searches, writes, denials, visits, systems', async (t) => {
  const { world, record } = await startLooks(t)
  await record(
    '2026-11-20T08:00:00Z',
    { action: 'search', what: 'Observation?code' },
    { action: 'update' },
    { action: 'history' },
    { decision: 'deny', basis: null },
    { action: 'visit', what: 'visit' },
    { action: 'create', who: system },
    { action: 'identify', what: 'number jmbg' },
  )
  const { looks } = await looksAt(world, [1001], {})
  assert.deepEqual(
    looks.map((look) => [look.kind, look.allowed, look.count]),
    [
      ['search', true, 2],
      ['system', true, 1],
      ['visit', true, 1],
      ['denied', false, 1],
      ['read', true, 1],
      ['write', true, 1],
    ],
  )
})

test('pages end with whole days and together hold every look once', async (t) => {
  const { world, record } = await startLooks(t)
  for (let day = 1; day <= 9; day++) {
    await record(`2026-11-0${day}T10:00:00Z`, {}, { who: { ...doctorWho, id: 'b' } }, { who: { ...doctorWho, id: 'c' } }, {})
  }
  const seen: string[] = []
  let looks = 0
  let before: string | null = null
  do {
    const page: Awaited<ReturnType<typeof looksAt>> = await looksAt(world, [1001], { limit: 4, ...(before ? { before } : {}) })
    assert.equal(page.looks.length % 3, 0)
    assert.equal(page.total, 36)
    seen.push(...page.looks.map((look) => look.id))
    looks += page.looks.reduce((sum, look) => sum + look.count, 0)
    before = page.next
  } while (before)
  assert.deepEqual([seen.length, new Set(seen).size, looks], [27, 27, 36])
  assert.equal((await looksAt(world, [1001], { before: '2026-11-03T00:00:00Z' })).looks.length, 6)
})

test('entries without a patient are nobody’s looks', async (t) => {
  const { world, record } = await startLooks(t)
  await record('2026-11-20T08:00:00Z', { patient: null, action: 'sign-in' })
  assert.deepEqual(await looksAt(world, [0], {}), { looks: [], next: null, total: 0 })
})

test('the route gives the looks to whom the upper slice lets in, refuses others and wrong questions', async (t) => {
  const { world, record } = await startLooks(t)
  await record('2026-11-20T08:00:00Z', {})
  const app = await createApp(world)
  const resolve = async ({ params }: { params: { person: string } }) =>
    params.person === 'mine' ? { keys: [1001] } : new Refusal('forbidden', 'this is not your record')
  await app.register(async (scope) => looksRoutes({ resolve })(scope), { prefix: '/audit' })
  t.after(() => app.close())
  const get = async (path: string) => app.inject(`/audit/people/${path}`)

  assert.equal((await get('mine/looks?limit=10')).json().looks[0].who, 'др Милица Јовановић')
  assert.equal((await get('other/looks')).statusCode, 403)
  for (const wrong of ['limit=0', 'limit=201', 'limit=x', 'before=yesterday', 'before=2026-99-99T00:00:00Z', 'since=now', 'limit=1&limit=2', 'before=']) {
    assert.equal((await get(`mine/looks?${wrong}`)).statusCode, 400, wrong)
  }
})

test('a data officer reads the looks from the own institution and their number, no others', async (t) => {
  const { world, record } = await startLooks(t)
  await record('2026-11-20T08:00:00Z', {}, { who: { ...doctorWho, id: 'elsewhere', name: 'др Друга Установа', institution: 8 } })
  const own = await looksAt(world, [1001], { institution: 7 })
  assert.deepEqual(
    own.looks.map(({ who }) => who),
    [doctorWho.name],
  )
  assert.equal(own.total, 1)
  assert.equal((await looksAt(world, [1001], {})).total, 2)
})
