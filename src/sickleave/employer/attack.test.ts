import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { sickleaveRoutes } from '../routes.ts'
import Fastify from 'fastify'

// Attacks on the employer's side: an account of one firm tries everything of another firm.

let town: LeaveTown
let theirs: Record<string, string>
let mine: string
const pib = (at: number) => town.employers[at]?.pib as string
const known = async (account: string, at: number) =>
  (await town.as(account)('GET', `/sickleave/employer/${pib(at)}/leaves`)).body.events[0] as { leave: string; document: { number: string } }

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  const person: Worker = await town.worker([{ employer: town.employers[0]?.id as number }])
  const boss = await town.clerk(0, 'administrator')
  mine = await town.clerk(1, 'administrator')
  const wish = { from: '2026-03-02', until: '2026-03-13', reason: '01', diagnosis: 'J06.9' }
  assert.equal((await town.as(town.doctor)('POST', `/sickleave/people/${person.handle}/leaves`, wish)).status, 201)
  const { leave, document } = await known(boss, 0)
  const make = async (path: string, body: object) => {
    const answer = await town.as(boss)('POST', `/sickleave/employer/${pib(0)}${path}`, body)
    assert.ok(answer.status < 300, answer.text)
    return answer.body.id ?? answer.body.client
  }
  const request = await make('/requests', { kind: 'refund', leave, from: '2026-03-02', until: '2026-03-06' })
  const objection = await make('/objections', { kind: 'control', leave, text: 'Проба.' })
  const id = await make('/invitations', { role: 'viewer', note: 'Проба' })
  const member = await town.clerk(0)
  theirs = { leave, request, objection, id, member, number: document.number, version: '1', form: 'xml', act: 'submission' }
})

/** Every route of the employer's side that names something, read from the registered routes: a new one is included by itself. */
async function routesThatName(): Promise<{ method: string; url: string }[]> {
  const app = Fastify()
  const found: { method: string; url: string }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    for (const one of [method].flat()) if (url.startsWith('/employer/:pib') && one !== 'HEAD') found.push({ method: one, url })
  })
  await app.register(sickleaveRoutes)
  await app.close()
  return found
}
const filled = (url: string, at: number) => `/sickleave${url}`.replace(/:(\w+)/g, (_, name: string) => (name === 'pib' ? pib(at) : (theirs[name] ?? 'x')))

test('another firm’s things stay out of reach: its address is 403, its ids under one’s own address are 404 or a refused body, and nothing changes', async () => {
  const routes = await routesThatName()
  assert.ok(routes.length > 25)
  const before = await stateOf()
  for (const { method, url } of routes) {
    const body = method === 'GET' || method === 'DELETE' ? undefined : { why: 'x', text: 'x', seen: 1 }
    const other = await town.as(mine)(method, filled(url, 0), body)
    assert.equal(other.status, url.endsWith('/earnings') && method === 'POST' ? 415 : 403, `${method} ${url} ${other.text}`)
    if (!/:(leave|request|objection|id|member)/.test(url)) continue
    const own = await town.as(mine)(method, filled(url, 1), body)
    assert.ok(own.status >= 400 && own.status < 500, `${method} ${url}: ${own.status}`)
    assert.ok(!own.text.includes('Петровић') && !own.text.includes(theirs['number'] as string), `${method} ${url}`)
  }
  assert.deepEqual(await stateOf(), before)
})

async function stateOf() {
  const [row] = await town.owner<Record<string, string>>`
    select (select string_agg(state, ',') from sickleave.request) as requests, (select string_agg(state, ',') from sickleave.objection) as objections,
           (select count(*)::text from sickleave.employer_member where ended_at is null) as members,
           (select count(*)::text from sickleave.invitation where ended_at is null) as invitations`
  return row
}

test('each role may do what it is for and nothing more', async () => {
  const [viewer, operator] = [await town.clerk(0, 'viewer'), await town.clerk(0, 'operator')]
  const at = `/sickleave/employer/${pib(0)}`
  const tries: [string, string, string, object | undefined][] = [
    [viewer, 'POST', '/marks', { leaves: [{ leave: theirs['leave'], seq: 1 }], done: true }],
    [viewer, 'POST', '/requests', { kind: 'refund', leave: theirs['leave'], from: '2026-03-09', until: '2026-03-10' }],
    [viewer, 'GET', '/members', undefined],
    [operator, 'POST', `/requests/${theirs['request']}/submission`, {}],
    [operator, 'PUT', `/members/${operator}`, { role: 'administrator' }],
    [operator, 'POST', '/invitations', { role: 'administrator', note: 'ја' }],
    [operator, 'POST', '/systems', { name: 'x', role: 'signer' }],
    [operator, 'POST', '/channels', { kind: 'webhook', address: 'https://example.org/' }],
  ]
  for (const [who, method, path, body] of tries) assert.equal((await town.as(who)(method, at + path, body)).status, 403, `${method} ${path}`)
})

test('no answer about anybody is kept by a browser or a proxy, and none has a tag by which it could be compared', async () => {
  const boss = await town.clerk(0, 'administrator')
  for (const path of ['/events', '/leaves', `/leaves/${theirs['leave']}`, '/requests', '/objections', '/calendar?month=2026-03', '/members']) {
    const { status, headers } = await town.as(boss)('GET', `/sickleave/employer/${pib(0)}${path}`)
    assert.deepEqual([status, headers['cache-control'], headers['etag'], headers['last-modified']], [200, 'no-store', undefined, undefined], path)
  }
})

test('a webhook leads to no address inside, in whichever way it is written, and no change comes from another page', async () => {
  const boss = await town.clerk(0, 'administrator')
  const at = `/sickleave/employer/${pib(0)}/channels`
  const inside = [
    'http://10.0.0.1/',
    'https://169.254.169.254/latest',
    'https://[::ffff:10.0.0.1]/',
    'https://0x0a000001/',
    'https://192.168.1.1./',
    'file:///etc/passwd',
  ]
  for (const address of [...inside, 'https://user:pass@example.org/', 'gopher://example.org/']) {
    const { status, text } = await town.as(boss)('POST', at, { kind: 'webhook', address })
    assert.equal(status, 400, `${address} ${text}`)
  }
  const { cookie, csrf } = await town.cookie(boss)
  const forged = (headers: Record<string, string>) =>
    town.app.inject({ method: 'POST', url: at, headers: { cookie, 'content-type': 'application/json', ...headers }, payload: '{}' })
  assert.equal((await forged({})).statusCode, 403)
  assert.equal((await forged({ 'x-spona-csrf': csrf, origin: 'https://evil.example' })).statusCode, 403)
  assert.equal((await forged({ 'x-spona-csrf': csrf, 'sec-fetch-site': 'cross-site' })).statusCode, 403)
  assert.equal((await forged({ 'x-spona-csrf': csrf })).statusCode, 400)
})
