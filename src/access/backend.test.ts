import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose'
import type { Routes } from '../platform/http.ts'
import { startAccess, startSecond } from '../testing/access.ts'
import { assertionType } from './assertion.ts'
import { addClient, revokeClient } from './client.ts'
import { requireScope } from './scope.ts'

const record: Routes = (app) => {
  app.get('/fhir/Observation', async (request) => {
    requireScope(request.actor, 'Observation', 's')
    return { institution: request.actor.institution }
  })
}

type Form = Record<string, string>

async function start(t: TestContext, jwks?: { keys: JWK[] }) {
  const platform = await startAccess(t, {}, record)
  const { world, sql, base } = platform
  const made = await sql.begin((tx) =>
    addClient(tx, world, { name: 'Дом здравља 1', institution: 7, institutionName: 'Дом здравља 1', scopes: 'system/*.rs', ...(jwks ? { jwks } : {}) }),
  )
  const smart = (await (await fetch(`${base}/fhir/.well-known/smart-configuration`)).json()) as { token_endpoint: string; capabilities: string[] }
  const endpoint = smart.token_endpoint
  const claims = (more: Record<string, unknown> = {}) => ({
    iss: made.id,
    sub: made.id,
    aud: endpoint,
    jti: crypto.randomUUID(),
    exp: Math.floor(Date.now() / 1000) + 240,
    ...more,
  })
  const sign = async (payload: Record<string, unknown>, key = made.privateKey as JWK, header: Record<string, unknown> = {}) =>
    new SignJWT(payload).setProtectedHeader({ alg: key.alg as string, kid: key.kid as string, typ: 'JWT', ...header }).sign(await importJWK(key))
  const ask = (form: Form, at = endpoint) =>
    fetch(at, { method: 'POST', body: new URLSearchParams(form), headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  const grant = (assertion: string, more: Form = {}, at = endpoint) =>
    ask({ grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion: assertion, scope: 'system/Observation.rs', ...more }, at)
  return { ...platform, made, smart, endpoint, claims, sign, ask, grant }
}

type Answer = { access_token: string; token_type: string; expires_in: number; scope: string; error?: string; resourceType?: string }

test('a system finds the token endpoint, proves itself with ES384, gets a token for five minutes and searches with it', async (t) => {
  const { claims, sign, grant, base, made, owner } = await start(t)
  const answer = await grant(await sign(claims()))
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const body = (await answer.json()) as Answer
  assert.deepEqual({ ...body, access_token: '' }, { access_token: '', token_type: 'bearer', expires_in: 300, scope: 'system/Observation.rs' })
  const { iss, aud, sub, exp, iat } = decodeJwt(body.access_token)
  assert.deepEqual({ iss, aud, sub }, { iss: base, aud: `${base}/fhir`, sub: made.id })
  assert.equal((exp as number) - (iat as number), 300)
  const found = await fetch(`${base}/fhir/Observation`, { headers: { authorization: `Bearer ${body.access_token}` } })
  assert.deepEqual(await found.json(), { institution: 7 })
  const rows = await owner<{ action: string; decision: string; actor: string }>`select action, decision, actor from audit.entry`
  assert.deepEqual(rows, [{ action: 'sign-in', decision: 'permit', actor: made.id }])
})

for (const [alg, options] of [
  ['ES256', {}],
  ['RS384', { modulusLength: 2048 }],
] as const) {
  test(`a system that brought its own key proves itself with ${alg}`, async (t) => {
    const pair = await generateKeyPair(alg, { ...options, extractable: true })
    const kid = `own-${alg}`
    const { claims, sign, grant, made } = await start(t, { keys: [{ ...(await exportJWK(pair.publicKey)), kid }] })
    assert.equal(made.privateKey, null)
    assert.equal((await grant(await sign(claims(), { ...(await exportJWK(pair.privateKey)), alg, kid }))).status, 200)
  })
}

test('an assertion is good once, in whatever process it is shown', async (t) => {
  const first = await start(t)
  const second = await startSecond(t, first, record)
  const assertion = await first.sign(first.claims())
  const at = [first.endpoint, `${second.base}/access/token`]
  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map((count) => first.grant(assertion, {}, at[count % 2])))
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 401, 401, 401, 401, 401])
})

test('an assertion that is not exactly right is refused as OAuth and FHIR both say it', async (t) => {
  const { claims, sign, grant, made, endpoint, base, world, sql, owner } = await start(t)
  const now = Math.floor(Date.now() / 1000)
  const other = await sql.begin((tx) => addClient(tx, world, { name: 'Друга', institution: 8, institutionName: null, scopes: 'system/*.rs' }))
  const wrong: Record<string, string> = {
    expired: await sign(claims({ exp: now - 60 })),
    'too long a life': await sign(claims({ exp: now + 600 })),
    'no exp': await sign(claims({ exp: undefined })),
    'no jti': await sign(claims({ jti: undefined })),
    'the base as audience': await sign(claims({ aud: base })),
    'another server as audience': await sign(claims({ aud: 'https://other.example/token' })),
    'another audience beside it': await sign(claims({ aud: [endpoint, 'https://other.example/token'] })),
    'another issuer': await sign(claims({ iss: other.id })),
    'another client’s key': await sign(claims(), { ...(other.privateKey as JWK), kid: made.privateKey?.kid as string }),
    'an unknown kid': await sign(claims(), made.privateKey as JWK, { kid: 'unknown' }),
    'an unknown client': await sign(claims({ iss: 'nobody', sub: 'nobody' })),
    'no signature': new UnsecuredJWT(claims()).encode(),
    rubbish: 'a.b.c',
  }
  for (const [name, assertion] of Object.entries(wrong)) {
    const answer = await grant(assertion)
    const body = (await answer.json()) as Answer
    assert.deepEqual([answer.status, body.error, body.resourceType], [401, 'invalid_client', 'OperationOutcome'], name)
  }
  const denials = await owner<{ count: number }>`select count(*) as count from audit.entry where decision = 'deny'`
  assert.ok((denials[0]?.count ?? 0) >= 8)

  const good = async () => sign(claims())
  const { ask } = {
    ask: (form: Form) => fetch(endpoint, { method: 'POST', body: new URLSearchParams(form), headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  }
  assert.equal((await ask({ grant_type: 'client_credentials', client_assertion: await good() })).status, 400)
  assert.equal((await ask({ grant_type: 'password', username: 'a', password: 'b' })).status, 400)
  assert.equal((await ask({})).status, 400)
  assert.equal((await fetch(endpoint, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status, 415)
  assert.equal(
    (
      await fetch(`${endpoint}`, {
        method: 'POST',
        body: 'grant_type=client_credentials&grant_type=client_credentials',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    ).status,
    400,
  )
})

test('a token never holds more than is registered, and a path needs the scope of its type', async (t) => {
  const { claims, sign, grant, base } = await start(t)
  const scopeOf = async (scope: string) => {
    const answer = await grant(await sign(claims()), { scope })
    return [answer.status, ((await answer.json()) as Answer).scope]
  }
  assert.deepEqual(await scopeOf('system/*.cruds'), [200, 'system/*.rs'])
  assert.deepEqual(await scopeOf('system/Patient.read system/Observation.write'), [200, 'system/Patient.rs'])
  assert.deepEqual(await scopeOf(''), [200, 'system/*.rs'])
  assert.deepEqual(await scopeOf('system/Patient.c'), [400, undefined])
  assert.deepEqual(await scopeOf('patient/*.rs'), [400, undefined])
  const { access_token: token } = (await (await grant(await sign(claims()), { scope: 'system/Patient.rs' })).json()) as Answer
  const answer = await fetch(`${base}/fhir/Observation`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 403)
  assert.equal(((await answer.json()) as Answer).resourceType, 'OperationOutcome')
})

test('a revoked client gets no token', async (t) => {
  const { claims, sign, grant, made, sql } = await start(t)
  await sql.begin((tx) => revokeClient(tx, made.id, new Date()))
  assert.equal((await grant(await sign(claims()))).status, 401)
})

test('a key set with a private key, a weak key or none is refused, so nothing secret is ever stored', async (t) => {
  const { world, sql } = await start(t)
  const add = (jwks: unknown) =>
    sql.begin((tx) => addClient(tx, world, { name: 'x', institution: 7, institutionName: null, scopes: 'system/*.rs', jwks: jwks as { keys: JWK[] } }))
  const pair = await generateKeyPair('ES384', { extractable: true })
  await assert.rejects(add({ keys: [{ ...(await exportJWK(pair.privateKey)), kid: 'a' }] }), { kind: 'incorrect' })
  await assert.rejects(add({ keys: [] }), { kind: 'incorrect' })
  await assert.rejects(add({ keys: [await exportJWK(pair.publicKey)] }), { kind: 'incorrect' })
  await assert.rejects(add({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] }), { kind: 'incorrect' })
  await assert.rejects(add({ keys: [{ kty: 'RSA', n: Buffer.alloc(64, 200).toString('base64url'), e: 'AQAB', kid: 'a' }] }), { kind: 'incorrect' })
})

test('the discovery documents name this server, agree with each other and can be read without a token', async (t) => {
  const { base } = await start(t)
  const read = async (path: string) => (await (await fetch(`${base}${path}`)).json()) as Record<string, unknown>
  const smart = await read('/.well-known/smart-configuration')
  assert.deepEqual(smart, await read('/fhir/.well-known/smart-configuration'))
  assert.deepEqual(smart['grant_types_supported'], ['client_credentials'])
  assert.deepEqual(smart['token_endpoint_auth_methods_supported'], ['private_key_jwt'])
  assert.ok((smart['capabilities'] as string[]).includes('client-confidential-asymmetric'))
  const openId = await read('/.well-known/openid-configuration')
  assert.equal(openId['issuer'], base)
  assert.ok(!('issuer' in smart) && !('authorization_endpoint' in smart), 'apps are not launched with a sign-in here')
  for (const document of [smart, openId]) {
    assert.equal(document['token_endpoint'], `${base}/access/token`)
    assert.equal(document['jwks_uri'], `${base}/.well-known/jwks.json`)
  }
  assert.equal(openId['authorization_endpoint'], `${base}/oidc/auth`)
  const { keys } = (await read('/.well-known/jwks.json')) as { keys: JWK[] }
  assert.ok(keys.length >= 4 && keys.every((key) => key.kid && key.alg === 'ES256' && key.d === undefined))
})
