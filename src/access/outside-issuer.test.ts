import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import type { AddressInfo } from 'node:net'
import { Browser, startAccess } from '../testing/access.ts'
import { createAccount, revokeAccount } from './account.ts'
import type { CitizenOf } from './citizen.ts'
import type { Me } from './wire.ts'

const secret = 'a-secret-of-thirty-two-characters!'

/** An issuer elsewhere that signs in whoever comes as `who.subject`: what the national eID is to this server. */
type Who = { subject: string; claims?: Record<string, string>; isInToken?: boolean }

async function startIssuer(t: TestContext, redirect: string, who: Who): Promise<string> {
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {}
  const server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const { Provider } = await import('oidc-provider')
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'spona-portals', client_secret: secret, redirect_uris: [redirect], token_endpoint_auth_method: 'client_secret_post' }],
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['x'] },
    claims: { openid: ['sub'], profile: ['jmbg'] },
    conformIdTokenClaims: who.isInToken !== true,
    acrValues: ['low', 'high'],
    findAccount: async (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...who.claims }) }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({ clientId: 'spona-portals', accountId: context.oidc.session?.accountId as string })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  })
  answer = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) void provider.callback()(request, response)
    else void provider.interactionFinished(request, response, { login: { accountId: who.subject, ...(who.claims?.['acr'] ? { acr: who.claims['acr'] } : {}) } })
  }
  return issuer
}

async function start(t: TestContext, who: Who, more: Record<string, string> = {}, citizenOf?: CitizenOf) {
  const platform = await startAccess(t, { DEMO: 'false', OIDC_CLIENT_SECRET: secret, ...more }, undefined, citizenOf)
  const issuer = await startIssuer(t, `${platform.base}/sign-in/return`, who)
  platform.world.config.OIDC_ISSUER = issuer
  return { ...platform, issuer }
}

test('without the demo people sign in at the issuer of the settings and are known by their subject there', async (t) => {
  const who = { subject: 'eid-1' }
  const { sql, base, issuer } = await start(t, who)
  const account = await sql.begin((tx) => createAccount(tx, { name: 'др Ана', roles: ['doctor'], worker: 5, institution: 7, issuer, subject: 'eid-1' }))
  const browser = new Browser(base)
  const { at } = await browser.go('/sign-in?to=/access/me')
  assert.equal(at, `${base}/access/me`)
  const me = (await (await browser.ask('/access/me')).json()) as Me
  assert.equal(me.id, account)
  assert.equal(me.demo, false)
  const out = await browser.ask('/sign-out', { method: 'POST', headers: { 'x-spona-csrf': me.csrf } })
  assert.match(((await out.json()) as { to: string }).to, new RegExp(`^${issuer}/session/end\\?`))
})

test('somebody the issuer knows and this server does not gets a page that says so, and the attempt is audited', async (t) => {
  const { base, owner } = await start(t, { subject: 'eid-unknown' })
  const browser = new Browser(base)
  const { answer } = await browser.go('/sign-in')
  assert.equal(answer.status, 403)
  assert.match(await answer.text(), /За вас овде још нема налога/)
  assert.equal(browser.cookie('spona_session'), undefined)
  const rows = await owner<{ decision: string; actor: string }>`select decision, actor from audit.entry`
  assert.deepEqual(rows, [{ decision: 'deny', actor: 'anonymous' }])
})

const handle = '00000000-0000-4000-8000-000000000007'
const mara: CitizenOf = async (_world, number) => (number === '0101985715017' ? { patient: 7, person: handle, name: 'Мара Марић' } : null)

test('a citizen whose number the issuer says is let in to their own record at the first sign-in, once', async (t) => {
  const who = { subject: 'eid-mara', claims: { jmbg: '0101985715017' } }
  const { base, owner } = await start(t, who, { OIDC_NUMBER_CLAIM: 'jmbg' }, mara)
  for (let at = 0; at < 2; at++) {
    const browser = new Browser(base)
    await browser.go('/sign-in?to=/access/me')
    const me = (await (await browser.ask('/access/me')).json()) as Me
    assert.deepEqual([me.name, me.roles, me.person], ['Мара Марић', ['patient'], handle])
  }
  const accounts = await owner<{ id: string }>`select id from access.account`
  assert.equal(accounts.length, 1)
  assert.deepEqual(await owner`select patient, kind, account, source from access.relation`, [
    { patient: 7, kind: 'self', account: accounts[0]?.id, source: 'eid' },
  ])
  const log = await owner<{ entry: string }>`select entry from audit.entry`
  assert.equal(log.filter(({ entry }) => entry.includes('"grant"')).length, 1)
  assert.equal(
    log.some(({ entry }) => entry.includes('0101985715017')),
    false,
  )
})

test('nobody is let in by a number that the record has not, that is not said surely enough, or after their account was closed', async (t) => {
  const who: Who = { subject: 'eid-mara', claims: { jmbg: '0101985715018' }, isInToken: true }
  const settings = { OIDC_NUMBER_CLAIM: 'jmbg', OIDC_NUMBER_ACR: 'high,qualified' }
  const { base, sql, world } = await start(t, who, settings, mara)
  const statusOf = async () => (await new Browser(base).go('/sign-in?to=/access/me')).answer.status
  assert.equal(await statusOf(), 403, 'nobody has this number')
  who.claims = { jmbg: '0101985715017', acr: 'low' }
  assert.equal(await statusOf(), 403)
  who.claims = { jmbg: 'x0101985715017', acr: 'high' }
  assert.equal(await statusOf(), 403)
  who.claims = { jmbg: '0101985715017', acr: 'high' }
  assert.equal(await statusOf(), 200)
  const [account] = await sql<{ id: string }>`select id from access.account`
  await sql.begin((tx) => revokeAccount(tx, account?.id as string, world.now()))
  assert.equal(await statusOf(), 403)
  world.config.OIDC_NUMBER_CLAIM = ''
  who.subject = 'eid-other'
  assert.equal(await statusOf(), 403, 'without the setting the claim says nothing')
})

test('a health worker whose account is closed is let in as the citizen that they are, and as nothing else', async (t) => {
  const who: Who = { subject: 'eid-mara', claims: { jmbg: '0101985715017' } }
  const { base, sql, world, issuer } = await start(t, who, { OIDC_NUMBER_CLAIM: 'jmbg' }, mara)
  const account = await sql.begin((tx) => createAccount(tx, { name: 'др Мара', roles: ['doctor'], worker: 5, institution: 7, issuer, subject: 'eid-mara' }))
  const browser = new Browser(base)
  await browser.go('/sign-in?to=/access/me')
  const me = async () => (await (await browser.ask('/access/me')).json()) as Me
  assert.deepEqual((await me()).roles, ['doctor'])
  await sql.begin((tx) => revokeAccount(tx, account, world.now()))
  await browser.go('/sign-in?to=/access/me')
  assert.deepEqual([(await me()).name, (await me()).roles, (await me()).person], ['Мара Марић', ['patient'], handle])
  await sql.begin(async (tx) => revokeAccount(tx, (await me()).id, world.now()))
  assert.equal((await browser.go('/sign-in?to=/access/me')).answer.status, 403, 'that of the citizen stays closed')
})

test('without the demo the embedded provider does not exist, neither its page nor its grants', async (t) => {
  const { base } = await start(t, { subject: 'eid-1' })
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  assert.equal((await fetch(`${base}/oidc/auth?client_id=spona-portals&response_type=code`)).status, 404)
  assert.equal((await fetch(`${base}/oidc/interaction/x`)).status, 410)
  assert.equal((await fetch(`${base}/oidc/interaction/x`, { ...form, body: 'user=doktor&password=demo' })).status, 410)
  const answer = await fetch(`${base}/access/token`, { ...form, body: 'grant_type=authorization_code&code=x' })
  assert.deepEqual([answer.status, ((await answer.json()) as { error: string }).error], [400, 'unsupported_grant_type'])
  const openId = (await (await fetch(`${base}/.well-known/openid-configuration`)).json()) as Record<string, unknown>
  assert.deepEqual([openId['authorization_endpoint'], openId['grant_types_supported']], [undefined, ['client_credentials']])
})

test('while the issuer cannot be reached, signing in says so with 503, and works once it is back', async (t) => {
  const { base, world, issuer } = await start(t, { subject: 'eid-1' })
  world.config.OIDC_ISSUER = 'http://localhost:1'
  const away = await fetch(`${base}/sign-in`, { redirect: 'manual' })
  assert.equal(away.status, 503)
  world.config.OIDC_ISSUER = issuer
  assert.equal((await fetch(`${base}/sign-in`, { redirect: 'manual' })).status, 302)
})
