import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import type { AddressInfo } from 'node:net'
import { Browser, startAccess } from '../testing/access.ts'
import { createAccount } from './account.ts'
import type { Me } from './wire.ts'

const secret = 'a-secret-of-thirty-two-characters!'

/** An issuer elsewhere that signs in whoever comes as `who.subject`: what the national eID is to this server. */
async function startIssuer(t: TestContext, redirect: string, who: { subject: string }): Promise<string> {
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
    findAccount: async (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
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
    else void provider.interactionFinished(request, response, { login: { accountId: who.subject } })
  }
  return issuer
}

async function start(t: TestContext, who: { subject: string }) {
  const platform = await startAccess(t, { DEMO: 'false', OIDC_CLIENT_SECRET: secret })
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
