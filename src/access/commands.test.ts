import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { importJWK, type JWK, SignJWT } from 'jose'
import { findCommand, parseOptions } from '../platform/cli.ts'
import type { Routes } from '../platform/http.ts'
import { startAccess } from '../testing/access.ts'
import { testConfig } from '../testing/platform.ts'
import { rememberAddress } from './address.ts'
import { assertionType } from './assertion.ts'
import { commands, institutions } from './commands.ts'
import { missingForProduction } from './production.ts'

const page: Routes = (app) => {
  app.get('/page', async (request) => ({ institution: request.actor.institution, name: request.actor.institutionName }))
}

async function start(t: TestContext) {
  const platform = await startAccess(t, {}, page)
  const { world } = platform
  institutions.make = async (_world, name) => ({ id: 900, name: `Установа ${name}` })
  institutions.find = async (_world, id) => (id === 7 ? 'Дом здравља 7' : null)
  t.after(() => Object.assign(institutions, { make: null, find: null }))
  // A command runs in a process of its own, with the default port.
  const own = { ...world, config: { ...world.config, PORT: 8080 } }
  const run = async (line: string, more: string[] = []) => {
    const found = findCommand(commands, line.split(' '))
    assert.ok(found, line)
    const lines: string[] = []
    await found.command.run(own, parseOptions(found.command, [...found.rest, ...more]), (text) => void lines.push(text))
    return lines.join('\n')
  }
  return { ...platform, own, run }
}

test('a client is added, gets a token by the command line, uses it, and is revoked', async (t) => {
  const { run, base, world, owner } = await start(t)
  rememberAddress(world)
  const made = JSON.parse(await run('access client add --json', ['--name', 'Лабораторија', '--scope', 'system/*.cruds'])) as {
    client_id: string
    private_key: JWK
    token_endpoint: string
    institution: number
    scope: string
  }
  assert.deepEqual([made.institution, made.scope, made.token_endpoint], [900, 'system/*.cruds', `${base}/access/token`])
  const token = await run(`access token --client ${made.client_id}`)
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
  const ask = (text: string) => fetch(`${base}/page`, { headers: { authorization: `Bearer ${text}` } })
  assert.deepEqual(await (await ask(token)).json(), { institution: 900, name: 'Установа Лабораторија' })

  const assertion = await new SignJWT({ jti: 'a' })
    .setProtectedHeader({ alg: 'ES384', kid: made.private_key.kid as string })
    .setIssuer(made.client_id)
    .setSubject(made.client_id)
    .setAudience(made.token_endpoint)
    .setExpirationTime('4 min')
    .sign(await importJWK(made.private_key))
  const answer = await fetch(made.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion: assertion }),
  })
  assert.equal(answer.status, 200)

  assert.match(await run('access client list'), /active .*Лабораторија[\s\S]*1 clients/)
  await run(`access client revoke --client ${made.client_id}`)
  await new Promise((resolve) => setTimeout(resolve, 600))
  assert.equal((await ask(token)).status, 401)
  await assert.rejects(run(`access token --client ${made.client_id}`), { kind: 'not-found' })
  const acts = await owner<{ action: string }>`select action from audit.entry order by at, seq`
  assert.deepEqual(
    acts.map((row) => row.action),
    ['grant', 'sign-in', 'sign-in', 'revoke'],
  )
  const [stored] = await owner<{ jwks: string }>`select jwks::text as jwks from access.client`
  assert.ok(!stored?.jwks.includes('"d"') && !stored?.jwks.includes(made.private_key.d as string))
})

test('a client belongs to an institution that exists, and outside the demo to one that is named', async (t) => {
  const { run, own } = await start(t)
  const made = JSON.parse(await run('access client add --json --name A --institution 7')) as { institution_name: string }
  assert.equal(made.institution_name, 'Дом здравља 7')
  await assert.rejects(run('access client add --name A --institution 8'), /no institution 8/)
  await assert.rejects(run('access client add --name A --institution x'), /must be the number/)
  await assert.rejects(run('access client add --name A --institution 7', ['--scope', 'system/*']), { kind: 'incorrect' })
  await assert.rejects(run('access client add --institution 7'), /--name is missing/)
  own.config.DEMO = false
  await assert.rejects(run('access client add --name A'), /--institution is missing/)
})

test('keys are rotated and parameters of the law entered by the command line', async (t) => {
  const { run, sql } = await start(t)
  await run('access keys rotate')
  const { current } = JSON.parse(await run('access keys rotate --withdraw --json')) as { current: string }
  const keys = await sql<{ kid: string }>`select kid from access.signing_key where purpose = 'token' and activated_at is not null and withdrawn_at is null`
  assert.deepEqual(keys, [{ kid: current }])
  await run('access parameter set --name guardian-age --value 16 --from 2027-01-01', ['--paragraph', 'ZPP 24'])
  assert.match(await run('access parameter list'), /guardian-age {2}from 2027-01-01 {2}16 {2}ZPP 24/)
  await assert.rejects(run('access parameter set --name guardian-age --value 40 --from 2027-01-01 --paragraph x'), /from 0 to 18/)
})

test('a start without the demo names everything that is missing, and a complete one lacks nothing', () => {
  const config = (settings: Record<string, string>) => testConfig({ DEMO: 'false', ...settings })
  assert.deepEqual(missingForProduction(testConfig()), [])
  const all = missingForProduction(config({}))
  assert.ok(all.some((line) => line.startsWith('OIDC_ISSUER is missing')) && all.some((line) => line.startsWith('BASE_URL is missing')))
  const plain = missingForProduction(config({ OIDC_ISSUER: 'http://eid.example', BASE_URL: 'http://spona.example' }))
  assert.equal(plain.length, 3)
  assert.ok(plain.every((line) => /https|OIDC_CLIENT_SECRET/.test(line)))
  assert.deepEqual(missingForProduction(config({ OIDC_ISSUER: 'https://eid.example', OIDC_CLIENT_SECRET: 's', BASE_URL: 'https://spona.example' })), [])
})
