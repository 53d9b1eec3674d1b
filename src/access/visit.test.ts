import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { anonymous, type Actor } from '../platform/actor.ts'
import { Browser, signIn, startAccess } from '../testing/access.ts'
import { openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { createAccount } from './account.ts'
import { issueCardProof, useCardProof } from './card.ts'
import { closeClaim, confirmClaim, fileClaim, openClaims } from './claim.ts'
import { decide } from './decide.ts'
import { closeVisits, openVisit } from './visit.ts'
import type { Claims, Me } from './wire.ts'

const doctor: Actor = { ...anonymous, kind: 'person', id: 'a-1', name: 'др А', roles: ['doctor'], worker: 10, institution: 7, unit: 71 }
const wish = { proof: 'card' as const, reason: 'кашаљ и температура', correlation: 'c-1' }

async function start(t: TestContext, settings: Record<string, string> = {}) {
  const platform = await startPlatform(t, settings)
  const ledger = await openLedger(t, platform.world, 2)
  const { world } = platform
  const open = (keys: number[], more: Partial<typeof wish> = {}, actor = doctor) =>
    ledger.transaction((tx) => openVisit(tx, world, actor, keys, { ...wish, ...more }))
  const verdict = async (keys: number[], actor = doctor) => {
    const [one] = await decide(world, actor, 'read', [keys])
    return one?.permit ? one.basis.kind : one?.because
  }
  return { ...platform, ledger, open, verdict }
}

test('a visit opens the record at once for twelve hours, and for this doctor only', async (t) => {
  const { world, open, verdict, owner } = await start(t)
  assert.equal(await verdict([1, 2]), 'no-relation')
  const { until, isNew } = await open([1, 2])
  assert.equal(isNew, true)
  assert.ok(Math.abs(until.getTime() - Date.now() - 12 * 3_600_000) < 5000)
  assert.equal(await verdict([2, 1]), 'visit')
  assert.equal(await verdict([1], { ...doctor, id: 'a-2', worker: 11 }), 'no-relation')
  world.now = () => new Date(until.getTime() + 1)
  assert.equal(await verdict([1, 2]), 'relation-ended')
  const rows = await owner<{ entry: string }>`select entry from audit.entry where action = 'visit' and patient = 1`
  assert.equal(rows.length, 1)
  assert.match(rows[0]?.entry ?? '', /"basis":"visit by card"/)
})

test('opening a visit that is open answers the same end, and counts and adds nothing', async (t) => {
  const { sql, open } = await start(t)
  const first = await open([1, 2])
  const second = await open([2, 1])
  assert.deepEqual(second, { until: first.until, isNew: false })
  assert.deepEqual(await sql`select opened from access.visit_count`, [{ opened: 1 }])
  assert.equal((await sql`select 1 from access.relation`).length, 1)
})

test('a doctor opens as many visits a day as the setting says, however many are asked for at once', async (t) => {
  const { sql, open } = await start(t, { VISITS_PER_DAY: '5' })
  const results = await Promise.allSettled(Array.from({ length: 9 }, (_, at) => open([100 + at])))
  assert.equal(results.filter((one) => one.status === 'fulfilled').length, 5)
  for (const one of results) if (one.status === 'rejected') assert.equal(one.reason.kind, 'too-many')
  assert.equal((await sql`select 1 from access.relation`).length, 5)
  assert.equal((await open([100], {}, { ...doctor, id: 'a-2', worker: 11 })).isNew, true)
})

test('only a doctor opens a visit, with a reason that holds no personal number', async (t) => {
  const { open, sql } = await start(t)
  await assert.rejects(open([1], {}, { ...doctor, roles: ['nurse'] }), { kind: 'forbidden' })
  await assert.rejects(open([1], {}, { ...doctor, kind: 'system' }), { kind: 'forbidden' })
  await assert.rejects(open([1], {}, { ...doctor, worker: null }), { kind: 'forbidden' })
  await assert.rejects(open([1], { reason: '  ' }), { kind: 'incorrect' })
  await assert.rejects(open([1], { reason: 'x'.repeat(501) }), { kind: 'incorrect' })
  await assert.rejects(open([1], { reason: 'ЈМБГ 0101990 710006' }), { kind: 'incorrect' })
  await assert.rejects(open([]), { kind: 'incorrect' })
  assert.equal((await sql`select 1 from access.relation`).length, 0)
})

test('a doctor closes a visit before its time', async (t) => {
  const { world, ledger, open, verdict } = await start(t)
  await open([1])
  assert.equal(await ledger.transaction((tx) => closeVisits(tx, world, doctor, [1])), 1)
  assert.equal(await verdict([1]), 'relation-ended')
  assert.equal((await open([1])).isNew, true)
})

test('a card proof works once, for five minutes, and only its hash is kept', async (t) => {
  const { world, sql } = await start(t)
  const issue = () => sql.begin((tx) => issueCardProof(tx, world, [1, 2]))
  const use = (code: string) => sql.begin((tx) => useCardProof(tx, world, code))
  const { code } = await issue()
  assert.match(code, /^[2-9A-Z]{8}$/)
  await assert.rejects(use('AAAAAAAA'), { kind: 'forbidden' })
  assert.deepEqual(await use(`${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`), [1, 2])
  await assert.rejects(use(code), { kind: 'forbidden' })
  const late = await issue()
  const race = await issue()
  const results = await Promise.allSettled([use(race.code), use(race.code), use(race.code)])
  assert.equal(results.filter((one) => one.status === 'fulfilled').length, 1)
  world.now = () => new Date(Date.now() + 5 * 60_000)
  await assert.rejects(use(late.code), { kind: 'forbidden' })
  const [row] = await sql<{ row: string }>`select string_agg(card_proof::text, ' ') as row from access.card_proof`
  assert.ok(!row?.row.includes(late.code))
})

test('an encounter that a system reports opens nothing until the named doctor confirms it after signing in', async (t) => {
  const platform = await startAccess(t)
  const { world, sql, base, owner } = platform
  const [named, other] = await Promise.all(
    ['doktor', 'druga'].map((userName, at) =>
      sql.begin((tx) => createAccount(tx, { userName, password: 'demo', name: userName, roles: ['doctor'], worker: 10 + at, institution: 7, unit: 71 })),
    ),
  )
  const claim = { patient: 1, worker: 10, unit: 71, institution: 7, encounter: 'e-1' }
  await sql.begin((tx) => fileClaim(tx, world, claim))
  await sql.begin((tx) => fileClaim(tx, world, claim))
  const actor = { ...doctor, id: named as string }
  const verdict = async () => (await decide(world, actor, 'read', [[1]])).map((one) => (one.permit ? one.basis.kind : one.because))
  assert.deepEqual(await verdict(), ['no-relation'])

  const stranger = new Browser(base)
  await signIn(stranger, 'druga')
  assert.deepEqual(await (await stranger.ask('/access/claims')).json(), { claims: [] })
  const browser = new Browser(base)
  await signIn(browser, 'doktor')
  const { claims } = (await (await browser.ask('/access/claims')).json()) as Claims
  assert.deepEqual(
    claims.map(({ encounter, unit }) => ({ encounter, unit })),
    [{ encounter: 'e-1', unit: 71 }],
  )
  const post = async (who: Browser, id: string) => {
    const { csrf } = (await (await who.ask('/access/me')).json()) as Me
    return (await who.ask(`/access/claims/${id}/confirmation`, { method: 'POST', headers: { 'x-spona-csrf': csrf } })).status
  }
  assert.equal(await post(stranger, claims[0]?.id as string), 404)
  assert.equal(await post(browser, 'not-a-uuid'), 404)
  assert.deepEqual(await verdict(), ['no-relation'])
  assert.equal(await post(browser, claims[0]?.id as string), 201)
  assert.deepEqual(await verdict(), ['visit'])
  assert.equal(await post(browser, claims[0]?.id as string), 404)
  assert.equal(await sql.begin((tx) => closeClaim(tx, world, claim)), 1)
  assert.deepEqual(await verdict(), ['relation-ended'])
  const rows = await owner<{ actor: string; decision: string }>`select actor, decision from audit.entry where action = 'visit' order by at, seq`
  assert.deepEqual(
    rows.filter((row) => row.decision === 'permit'),
    [{ actor: named, decision: 'permit' }],
  )
  assert.ok(rows.some((row) => row.actor === other && row.decision === 'deny'))
})

test('an encounter that names two doctors waits for each of them, and its end closes both visits', async (t) => {
  const { world, sql, ledger, verdict } = await start(t)
  const second = { ...doctor, id: 'a-2', worker: 11 }
  for (const worker of [10, 11, 10]) await sql.begin((tx) => fileClaim(tx, world, { patient: 1, worker, unit: null, institution: 7, encounter: 'e-1' }))
  for (const actor of [doctor, second]) {
    const claims = await openClaims(sql, actor, world.now())
    assert.equal(claims.length, 1)
    await ledger.transaction((tx) => confirmClaim(tx, world, actor, claims[0]?.id as string, 'c'))
    assert.equal(await verdict([1], actor), 'visit')
  }
  assert.equal(await sql.begin((tx) => closeClaim(tx, world, { patient: 1, institution: 7, encounter: 'e-1' })), 2)
  assert.equal(await verdict([1], second), 'relation-ended')
})

test('a reported encounter that is over, or a day old, can no longer be confirmed', async (t) => {
  const { world, sql, ledger } = await start(t)
  const file = (encounter: string) => sql.begin((tx) => fileClaim(tx, world, { patient: 1, worker: 10, unit: null, institution: 7, encounter }))
  await file('e-1')
  const [first] = await openClaims(sql, doctor, world.now())
  await sql.begin((tx) => closeClaim(tx, world, { patient: 1, institution: 7, encounter: 'e-1' }))
  const confirm = (id: string) => ledger.transaction((tx) => confirmClaim(tx, world, doctor, id, 'c'))
  await assert.rejects(confirm(first?.id as string), { kind: 'not-found' })
  await file('e-2')
  const [second] = await openClaims(sql, doctor, world.now())
  world.now = () => new Date(Date.now() + 24 * 3_600_000 + 1000)
  await assert.rejects(confirm(second?.id as string), { kind: 'not-found' })
})
