import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Routes } from '../platform/http.ts'
import { Browser, signIn, startAccess } from '../testing/access.ts'
import { createAccount } from './account.ts'
import { relateAll } from './relation-store.ts'
import type { Me } from './wire.ts'

const child = '0b5f0f0a-6d1c-4a34-9a5e-3d8f5a0d7c11'

/** Two pages behind the sign-in, as an upper slice would mount them. */
const pages: Routes = (app) => {
  app.get('/page', async (request) => ({ id: request.actor.id, session: request.actor.session }))
  app.post('/page', async () => ({ done: true }))
  app.get('/open', { config: { open: true } }, async (request) => ({ kind: request.actor.kind }))
}

async function start(t: TestContext) {
  const platform = await startAccess(t, {}, pages)
  const { world, sql } = platform
  const place = { institution: 7, institutionName: 'Дом здравља Савски венац', unit: 71, unitName: 'Општа медицина', demo: true }
  const doctor = await sql.begin((tx) =>
    createAccount(tx, { userName: 'doktor', password: 'demo', name: 'др Милица Јовановић', roles: ['doctor'], worker: 10, ...place }),
  )
  const parent = await sql.begin((tx) =>
    createAccount(tx, {
      userName: 'roditelj',
      password: 'demo',
      name: 'Петар Петровић',
      roles: ['patient'],
      patient: 501,
      person: '6f1c1f0a-6d1c-4a34-9a5e-3d8f5a0d7c22',
      demo: true,
    }),
  )
  return { ...platform, doctor, parent, browser: new Browser(platform.base), now: world.now() }
}

const auditOf = async (owner: Awaited<ReturnType<typeof start>>['owner']) =>
  (await owner<{ action: string; decision: string; actor: string }>`select action, decision, actor from audit.entry order by at, seq`).map(
    (row) => `${row.action} ${row.decision} ${row.actor}`,
  )

test('a doctor signs in by the code flow and comes back to where they wanted to go', async (t) => {
  const { browser, base, doctor, owner } = await start(t)
  const { at } = await signIn(browser, 'doktor', 'demo', '/page?x=1')
  assert.equal(at, `${base}/page?x=1`)
  const me = (await (await browser.ask('/access/me')).json()) as Me
  assert.deepEqual(
    { ...me, csrf: '' },
    {
      id: doctor,
      name: 'др Милица Јовановић',
      roles: ['doctor'],
      institution: 'Дом здравља Савски венац',
      unit: 'Општа медицина',
      person: null,
      represents: [],
      csrf: '',
      demo: true,
    },
  )
  assert.deepEqual(await auditOf(owner), [`sign-in permit ${doctor}`])
})

test('the session cookie cannot be read by a script nor ride along from another site, and the page has no script', async (t) => {
  const { browser, base } = await start(t)
  const { at, answer } = await browser.go('/sign-in?to=/page')
  assert.equal(answer.status, 200)
  const policy = answer.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'self'/)
  assert.doesNotMatch(policy, /unsafe/)
  const text = await answer.text()
  assert.match(text, /<html lang="sr-Cyrl">[\s\S]*Пријава[\s\S]*др Милица Јовановић[\s\S]*лекар/)
  assert.doesNotMatch(text, /<script|style=|onclick/i)
  const submitted = await browser.ask(at, {
    method: 'POST',
    body: 'user=doktor&password=demo',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: base },
  })
  assert.equal(submitted.status, 303)
  const resumed = await browser.ask(submitted.headers.get('location') as string)
  const returned = await browser.ask(resumed.headers.get('location') as string)
  assert.equal(returned.status, 303)
  const cookie = returned.headers.getSetCookie().find((line) => line.startsWith('spona_session=')) ?? ''
  assert.match(cookie, /; HttpOnly/)
  assert.match(cookie, /; SameSite=Lax/)
  assert.doesNotMatch(cookie, /Secure/) // http on loopback
})

test('the sign-in page speaks Latin and English when asked, and keeps to it', async (t) => {
  const { browser } = await start(t)
  const { at } = await browser.go('/sign-in')
  const latin = await (await browser.ask(`${at}?language=sr-Latn`)).text()
  assert.match(latin, /<html lang="sr-Latn">[\s\S]*Prijava[\s\S]*dr Milica Jovanović[\s\S]*Dom zdravlja Savski venac/)
  assert.match(await (await browser.ask(at)).text(), /<html lang="sr-Latn">/)
  assert.match(await (await browser.ask(`${at}?language=en`)).text(), /<html lang="en">[\s\S]*Sign in/)
})

test('a link to the sign-in chooses the language by the names of the portals, and the page names languages as they do', async (t) => {
  const { browser } = await start(t)
  for (const lang of ['en', 'sr-Latn', 'sr-Cyrl']) {
    const { at } = await browser.go(`/sign-in?lang=${lang}`)
    const text = await (await browser.ask(at)).text()
    assert.match(text, new RegExp(`<html lang="${lang}">[\\s\\S]*>Ћирилица<[\\s\\S]*>Latinica<[\\s\\S]*>English<`))
  }
})

test('the accounts of the demo stand by role, the doctor first, whichever was made before', async (t) => {
  const { browser, sql } = await start(t)
  for (const role of ['operator', 'employer'] as const)
    await sql.begin((tx) => createAccount(tx, { userName: `the-${role}`, password: 'demo', demo: true, name: 'Неко', roles: [role] }))
  const { at } = await browser.go('/sign-in')
  const text = await (await browser.ask(at)).text()
  const shown = [...text.matchAll(/name="user" value="([^"]+)"/g)].map(([, user]) => user)
  assert.deepEqual(shown, ['doktor', 'roditelj', 'the-employer', 'the-operator'])
})

test('a wrong password shows the page again with 401, signs nobody in, and is audited without what was typed', async (t) => {
  const { browser, owner } = await start(t)
  const { answer } = await signIn(browser, '<b>0101990710006</b>', 'wrong')
  assert.equal(answer.status, 401)
  const text = await answer.text()
  assert.match(text, /role="alert"/)
  assert.ok(!text.includes('<b>0101'))
  assert.equal((await browser.ask('/access/me')).status, 401)
  const [row] = await owner<{ entry: string }>`select entry from audit.entry`
  assert.match(row?.entry ?? '', /"sign-in","decision":"deny"/)
  assert.ok(!row?.entry.includes('0101990710006'))
})

test('after ten failures an account waits, also with the right password, and another account does not', async (t) => {
  const { browser, base } = await start(t)
  const { at } = await browser.go('/sign-in')
  const attempt = (user: string, password: string) =>
    browser.ask(at, {
      method: 'POST',
      body: new URLSearchParams({ user, password }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  for (let count = 0; count < 10; count++) assert.equal((await attempt('doktor', 'no')).status, 401)
  const locked = await attempt('doktor', 'demo')
  assert.equal(locked.status, 429)
  assert.equal(locked.headers.get('retry-after'), '900')
  assert.equal((await signIn(new Browser(base), 'roditelj')).answer.status, 404) // signed in, and sent to /patient/, which is not mounted here
})

test('a return with another state, or without the cookie of this browser, signs nobody in', async (t) => {
  const { browser, base } = await start(t)
  const { at } = await browser.go('/sign-in')
  const submitted = await browser.ask(at, {
    method: 'POST',
    body: 'user=doktor&password=demo',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  const resumed = await browser.ask(submitted.headers.get('location') as string)
  const back = new URL(resumed.headers.get('location') as string)
  const stranger = await new Browser(base).ask(back.href)
  assert.equal(stranger.status, 400)
  back.searchParams.set('state', 'another')
  const changed = await browser.ask(back.href)
  assert.equal(changed.status, 400)
  assert.equal(browser.cookie('spona_session'), undefined)
})

test('the page of a sign-in belongs to the browser that began it', async (t) => {
  const { browser, base } = await start(t)
  const { at } = await browser.go('/sign-in')
  const other = await new Browser(base).ask(at, {
    method: 'POST',
    body: 'user=doktor&password=demo',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(other.status, 410)
  const foreign = await browser.ask(at, {
    method: 'POST',
    body: 'user=doktor&password=demo',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
  })
  assert.equal(foreign.status, 403)
})

test('an address elsewhere is refused before the sign-in begins', async (t) => {
  const { browser } = await start(t)
  for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
    const answer = await browser.ask(`/sign-in?to=${encodeURIComponent(to)}`)
    assert.equal(answer.status, 400, to)
    assert.equal(((await answer.json()) as { resourceType: string }).resourceType, 'OperationOutcome')
  }
})

test('a browser that came by another name of this host is sent to the one the cookies are for', async (t) => {
  const { base, world } = await start(t)
  const answer = await fetch(`http://127.0.0.1:${world.config.PORT}/sign-in?to=/page`, { redirect: 'manual' })
  assert.equal(answer.headers.get('location'), `${base}/sign-in?to=%2Fpage&canonical=1`)
})

test('a change by cookie needs the session’s own value and our own origin', async (t) => {
  const { browser, base } = await start(t)
  await signIn(browser, 'doktor')
  const { csrf } = (await (await browser.ask('/access/me')).json()) as Me
  const post = (headers: Record<string, string>) => browser.ask('/page', { method: 'POST', headers })
  assert.equal((await post({})).status, 403)
  assert.equal((await post({ 'x-spona-csrf': `${csrf}x` })).status, 403)
  assert.equal((await post({ 'x-spona-csrf': csrf, origin: 'https://evil.example' })).status, 403)
  assert.equal((await post({ 'x-spona-csrf': csrf, 'sec-fetch-site': 'same-site' })).status, 403)
  const another = new Browser(base)
  await signIn(another, 'roditelj')
  const theirs = (await (await another.ask('/access/me')).json()) as Me
  assert.equal((await post({ 'x-spona-csrf': theirs.csrf })).status, 403)
  const good = await post({ 'x-spona-csrf': csrf, origin: base, 'sec-fetch-site': 'same-origin' })
  assert.equal(good.status, 200)
})

test('signing out ends the session for good, also for a copy of the cookie', async (t) => {
  const { browser, base, owner, doctor } = await start(t)
  await signIn(browser, 'doktor')
  const copy = new Browser(base)
  copy.plant('spona_session', browser.cookie('spona_session') as string)
  assert.equal((await copy.ask('/page')).status, 200)
  const { csrf } = (await (await browser.ask('/access/me')).json()) as Me
  const answer = await browser.ask('/sign-out', { method: 'POST', headers: { 'x-spona-csrf': csrf } })
  assert.deepEqual(await answer.json(), { to: '/' })
  assert.equal(browser.cookie('spona_session'), undefined)
  await new Promise((resolve) => setTimeout(resolve, 600))
  assert.equal((await copy.ask('/page')).status, 401)
  assert.deepEqual(await auditOf(owner), [`sign-in permit ${doctor}`, `sign-out permit ${doctor}`])
})

test('a session ends half an hour after it was last used, and twelve hours after it began however much it is used', async (t) => {
  const { browser, world } = await start(t)
  await signIn(browser, 'doktor')
  const start_ = Date.now()
  let minutes = 0
  world.now = () => new Date(start_ + minutes * 60_000)
  minutes = 29
  assert.equal((await browser.ask('/page')).status, 200)
  minutes = 58
  assert.equal((await browser.ask('/page')).status, 200)
  minutes = 58 + 31
  assert.equal((await browser.ask('/page')).status, 401)

  const busy = new Browser(new URL((await browser.go('/sign-in')).at).origin)
  minutes = 0
  await signIn(busy, 'doktor')
  for (minutes = 20; minutes < 720; minutes += 20) assert.equal((await busy.ask('/page')).status, 200, `at minute ${minutes}`)
  minutes = 721
  assert.equal((await busy.ask('/page')).status, 401)
})

test('a new sign-in gives a new cookie and ends the session that was there before', async (t) => {
  const { browser, sql } = await start(t)
  await signIn(browser, 'doktor')
  const first = browser.cookie('spona_session')
  await signIn(browser, 'doktor')
  assert.notEqual(browser.cookie('spona_session'), first)
  const rows = await sql<{ ended: boolean }>`select ended_at is not null as ended from access.session order by created_at`
  assert.deepEqual(
    rows.map((row) => row.ended),
    [true, false],
  )
})

test('a parent sees in /access/me the children whose records they may open, until the child is grown', async (t) => {
  const { browser, sql, parent, now, world } = await start(t)
  const grown = `${now.getUTCFullYear() - 16}-01-01`
  const small = `${now.getUTCFullYear() - 6}-01-01`
  const link = { kind: 'guardian' as const, account: parent, from: new Date(now.getTime() - 1000), source: 'test' }
  await sql.begin((tx) =>
    relateAll(tx, [
      { ...link, patient: 601, born: small, person: child, name: 'Ана Петровић' },
      { ...link, patient: 602, born: grown, person: parent, name: 'Јован Петровић' },
    ]),
  )
  await signIn(browser, 'roditelj')
  const me = (await (await browser.ask('/access/me')).json()) as Me
  assert.equal(me.person, '6f1c1f0a-6d1c-4a34-9a5e-3d8f5a0d7c22')
  assert.deepEqual(me.represents, [{ person: child, name: 'Ана Петровић' }])
  assert.equal(world.config.CHILD_AGE, 15)
})

test('every address needs a sign-in unless it says that it is open', async (t) => {
  const { base } = await start(t)
  const closed = await fetch(`${base}/page`)
  assert.equal(closed.status, 401)
  assert.match(closed.headers.get('www-authenticate') ?? '', /^Bearer realm="spona"/)
  assert.equal(((await closed.json()) as { resourceType: string }).resourceType, 'OperationOutcome')
  assert.deepEqual(await (await fetch(`${base}/open`)).json(), { kind: 'anonymous' })
  assert.equal((await fetch(`${base}/nothing-here`)).status, 404)
})
