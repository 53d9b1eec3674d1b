import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { decodeProtectedHeader, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import type { Routes } from '../platform/http.ts'
import { startAccess, startSecond } from '../testing/access.ts'
import { createAccount, revokeAccount } from './account.ts'
import { addClient, clientById, revokeClient } from './client.ts'
import { principalsOf } from './principals.ts'
import { openSession } from './session.ts'
import { rotate } from './signing-keys.ts'
import { signToken } from './token.ts'
import { tokenFor } from './token-endpoint.ts'

const page: Routes = (app) => {
  app.get('/page', async (request) => ({ id: request.actor.id, scopes: request.actor.scopes }))
}

async function start(t: TestContext, settings: Record<string, string> = {}) {
  const platform = await startAccess(t, settings, page)
  const { world, sql } = platform
  const { id } = await sql.begin((tx) =>
    addClient(tx, world, { name: 'Болница 1', institution: 7, institutionName: 'Болница 1', scopes: 'system/*.rs system/Observation.c' }),
  )
  const client = await clientById(sql, id)
  assert.ok(client)
  const token = await tokenFor(world, client, client.scopes, 300)
  return { ...platform, client, token, ask: (text: string, base = platform.base) => fetch(`${base}/page`, { headers: { authorization: `Bearer ${text}` } }) }
}

test('a token of a registered system lets it in with its scopes', async (t) => {
  const { ask, token, client } = await start(t)
  const answer = await ask(token)
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { id: client.id, scopes: ['system/*.rs', 'system/Observation.c'] })
})

test('every hostile token is 401 with an OperationOutcome and says which error it is', async (t) => {
  const { ask, base, world, client, token } = await start(t)
  const key = await principalsOf(world).signingKey()
  const now = Math.floor(Date.now() / 1000)
  const good: JWTPayload = {
    kind: 'system',
    scope: 'system/*.cruds',
    client_id: client.id,
    iss: base,
    aud: `${base}/fhir`,
    sub: client.id,
    jti: 'x',
    iat: now,
    nbf: now,
    exp: now + 300,
  }
  const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid }
  const signed = (payload: JWTPayload, head: Record<string, unknown> = {}) =>
    new SignJWT(payload).setProtectedHeader({ ...header, ...head } as never).sign(key.privateKey)
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicPem = createPublicKey({ key: key.publicJwk as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const [head = '', body = '', signature = ''] = token.split('.')
  const changed = Buffer.from(JSON.stringify({ ...good, sub: 'another' })).toString('base64url')

  assert.equal((await ask(await signed(good))).status, 200, 'the model of all the following is good')
  const hostile: Record<string, string> = {
    expired: await signed({ ...good, iat: now - 900, nbf: now - 900, exp: now - 10 }),
    'not valid yet': await signed({ ...good, nbf: now + 60 }),
    'another audience': await signed({ ...good, aud: 'https://other.example/fhir' }),
    'the base as audience': await signed({ ...good, aud: base }),
    'another issuer': await signed({ ...good, iss: 'https://other.example' }),
    'alg none': new UnsecuredJWT(good).encode(),
    'alg none with our header': `${Buffer.from(JSON.stringify({ ...header, alg: 'none' })).toString('base64url')}.${body}.`,
    'HS256 with the public key as secret': await new SignJWT(good).setProtectedHeader({ ...header, alg: 'HS256' }).sign(Buffer.from(publicPem)),
    'signed by a stranger under our kid': await new SignJWT(good).setProtectedHeader(header).sign(stranger.privateKey),
    'a key of its own in the header': await new SignJWT(good)
      .setProtectedHeader({ ...header, kid: 'mine', jwk: stranger.publicKey.export({ format: 'jwk' }) as never })
      .sign(stranger.privateKey),
    'an unknown kid': await signed(good, { kid: 'unknown' }),
    'no kid': await signed(good, { kid: undefined }),
    'an id token': await signed(good, { typ: 'JWT' }),
    'no type': await signed(good, { typ: undefined }),
    'an unknown critical header': `${Buffer.from(JSON.stringify({ ...header, crit: ['x'], x: 1 })).toString('base64url')}.${body}.${signature}`,
    'no exp': await signed(without('exp')),
    'no sub': await signed(without('sub')),
    'no jti': await signed(without('jti')),
    'no kind': await signed(without('kind')),
    'a person without a session': await signed({ ...good, kind: 'person' }),
    'a changed body': `${head}.${changed}.${signature}`,
    'a cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
    'no signature': `${head}.${body}.`,
    'an unknown client': await signed({ ...good, sub: 'nobody' }),
    rubbish: 'rubbish',
    'only dots': '..',
    'very long': `${head}.${'A'.repeat(10_000)}.${signature}`,
  }
  for (const [name, text] of Object.entries(hostile)) {
    const answer = await ask(text)
    const outcome = (await answer.json()) as { resourceType: string; issue: { code: string; diagnostics: string }[] }
    assert.equal(answer.status, 401, name)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="spona", error="invalid_token"/, name)
    assert.equal(outcome.resourceType, 'OperationOutcome', name)
    assert.ok(!JSON.stringify(outcome).includes(body.slice(0, 40)), `${name}: the token is repeated`)
  }
  for (const value of ['Basic YTpi', 'Bearer', 'Bearer a b', token]) {
    assert.equal((await fetch(`${base}/page`, { headers: { authorization: value } })).status, 401, value.slice(0, 20))
  }
})

test('a good token stops when its time is over, although it was checked and remembered before', async (t) => {
  const { ask, token, world } = await start(t)
  assert.equal((await ask(token)).status, 200)
  world.now = () => new Date(Date.now() + 303_000)
  assert.equal((await ask(token)).status, 401)
})

/** Milliseconds until the answer has this status; fails after two seconds. */
async function untilStatus(status: number, ask: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now()
  while ((await ask()).status !== status) {
    assert.ok(performance.now() - startedAt < 2000, `no ${status} within two seconds`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return performance.now() - startedAt
}

test('a revoked client is out within a second in every process', async (t) => {
  const first = await start(t)
  const second = await startSecond(t, first, page)
  assert.equal((await first.ask(first.token)).status, 200)
  assert.equal((await first.ask(first.token, second.base)).status, 200)
  await first.sql.begin((tx) => revokeClient(tx, first.client.id, new Date()))
  const waits = await Promise.all([first.base, second.base].map((base) => untilStatus(401, () => first.ask(first.token, base))))
  assert.ok(Math.max(...waits) < 1000, `${waits}`)
})

test('a revoked account takes its sessions and tokens along within a second in every process', async (t) => {
  const first = await start(t)
  const second = await startSecond(t, first, page)
  const account = await first.sql.begin((tx) => createAccount(tx, { name: 'др А', roles: ['doctor'], worker: 1, institution: 7 }))
  const cookie = await openSession(first.world, account)
  const byCookie = () => fetch(`${second.base}/page`, { headers: { cookie: `spona_session=${cookie}` } })
  const me = (await (await fetch(`${first.base}/access/me`, { headers: { cookie: `spona_session=${cookie}` } })).json()) as { csrf: string }
  const given = await fetch(`${first.base}/access/session/token`, { method: 'POST', headers: { cookie: `spona_session=${cookie}`, 'x-spona-csrf': me.csrf } })
  const { access_token: token, expires_in: seconds } = (await given.json()) as { access_token: string; expires_in: number }
  assert.equal(seconds, 600)
  assert.equal((await byCookie()).status, 200)
  assert.equal((await first.ask(token, second.base)).status, 200)
  await first.sql.begin((tx) => revokeAccount(tx, account, new Date()))
  const waits = await Promise.all([untilStatus(401, byCookie), untilStatus(401, () => first.ask(token, second.base))])
  assert.ok(Math.max(...waits) < 1000, `${waits}`)
})

test('after a rotation old tokens stay good and new ones are signed with the key that was published before', async (t) => {
  const first = await start(t)
  const second = await startSecond(t, first, page)
  const published = async (base: string) => ((await (await fetch(`${base}/.well-known/jwks.json`)).json()) as { keys: { kid: string; d?: string }[] }).keys
  const before = await published(second.base)
  assert.ok(before.every((key) => key.d === undefined))
  const kid = await first.sql.begin((tx) => rotate(tx, first.world, 'token'))
  assert.ok(
    before.some((key) => key.kid === kid),
    'the next key was published before it was used',
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  const fresh = await tokenFor(first.world, first.client, first.client.scopes, 300)
  assert.equal(decodeProtectedHeader(fresh).kid, kid)
  for (const token of [fresh, first.token]) for (const base of [first.base, second.base]) assert.equal((await first.ask(token, base)).status, 200)
})

test('a withdrawn key signs nobody in any more, within a second', async (t) => {
  const first = await start(t)
  const second = await startSecond(t, first, page)
  assert.equal((await first.ask(first.token, second.base)).status, 200)
  await first.sql.begin((tx) => rotate(tx, first.world, 'token', { withdraw: true }))
  assert.ok((await untilStatus(401, () => first.ask(first.token, second.base))) < 1000)
})

test('a copy of the database without the master key holds no signing key', async (t) => {
  const { owner, world, client, token } = await start(t)
  assert.ok(token && client)
  const rows = await owner<{ sealed: Buffer }>`select sealed from access.signing_key`
  const key = await principalsOf(world).signingKey()
  const secret = (key.privateKey.export({ format: 'jwk' }) as { d: string }).d
  for (const { sealed } of rows) assert.ok(!sealed.includes(Buffer.from(secret, 'base64url')))
})

test('more requests than the limit of a client are 429 with the time to wait, and others are not slowed', async (t) => {
  const { ask, token, world, client, sql } = await start(t, { RATE_PER_CLIENT: '3' })
  const statuses = await Promise.all(Array.from({ length: 8 }, () => ask(token).then((answer) => answer.status)))
  assert.ok(statuses.filter((status) => status === 200).length >= 3)
  const refused = await ask(token)
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal(((await refused.json()) as { resourceType: string }).resourceType, 'OperationOutcome')
  const other = await sql.begin((tx) => addClient(tx, world, { name: 'Болница 2', institution: 8, institutionName: null, scopes: 'system/*.rs' }))
  assert.notEqual(other.id, client.id)
  const key = await principalsOf(world).signingKey()
  assert.equal((await ask(await signToken(world, key, { kind: 'system', subject: other.id, scopes: ['system/*.rs'], seconds: 60 }))).status, 200)
})

test('while the database is away the answer is 503, not 500 and not a guess', async (t) => {
  const { ask, token, world } = await start(t)
  const lost = Object.assign(new Error('Connection terminated unexpectedly'), { code: '57P01' })
  assert.equal((await ask(token)).status, 200)
  const real = world.sql
  world.sql = Object.assign(() => Promise.reject(lost), { run: () => Promise.reject(lost), begin: () => Promise.reject(lost) }) as never
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.equal((await ask(token)).status, 503)
  world.sql = real
  assert.equal((await ask(token)).status, 200)
})
