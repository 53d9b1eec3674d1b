import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { relate } from '../access/access.ts'
import { keySets } from '../identity/identity.ts'
import { clientById } from '../access/client.ts'
import { tokenFor } from '../access/token-endpoint.ts'
import { type Send, sender, startServer, type TestServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { keyOfId } from './ids.ts'
import { move } from './write/move.ts'

// Who may do what at /fhir, and how much of it, tested from outside by actors who lack the right.

const patient = (value: string) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value }], name: [{ family: 'Илић' }] })
const finding = (subject: string, text: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text, coding: [{ system: 'urn:c', code: text }] },
  subject: { reference: `Patient/${subject}` },
})

async function startOne(t: TestContext) {
  const server = await startServer(t)
  const home = await server.institution('ДЗ')
  const chart = (await home.send('POST', '/fhir/Patient', patient('1'))).body.id as string
  const entry = (await home.send('POST', '/fhir/Observation', finding(chart, 'x'))).body.id as string
  return { server, home, chart, entry }
}

/** Denials under any key of the person, as the patient's own page counts them; without a chart the denials about nobody. */
async function denials({ world }: TestServer, chart: string | null): Promise<number> {
  const keys = chart === null ? [0] : ((await keySets(world.sql, [keyOfId(chart)])).get(keyOfId(chart)) ?? [])
  const rows = await world.sql`select 1 as one from audit.entry where patient = any(${keys}::int8[]) and (entry::jsonb)->>'decision' = 'deny'`
  return rows.length
}

test('working in an institution opens none of its charts to a person: without a relation nobody writes, deletes or asks by a condition', async (t) => {
  const { server, home, chart, entry } = await startOne(t)
  for (const [roles, worker] of [
    [['data-officer'], null],
    [['doctor'], 10],
    [['nurse'], 11],
    [['laboratory'], 12],
  ] as const) {
    const send = await signedIn(server, { roles, worker, institution: home.id })
    const asked = await send('POST', '/fhir/Observation', finding(chart, 'x'), { 'if-none-exist': 'code=urn:c|x' })
    assert.equal(asked.status, 403, `${roles}: ${asked.text}`)
    assert.doesNotMatch(asked.text, new RegExp(entry))
    for (const [method, url, body] of [
      ['POST', '/fhir/Observation', finding(chart, 'y')],
      ['POST', '/fhir/Patient', patient('2')],
      ['POST', '/fhir/Practitioner', { resourceType: 'Practitioner' }],
      ['PUT', `/fhir/Observation/${entry}`, { ...finding(chart, 'x'), id: entry }],
      ['DELETE', `/fhir/Observation/${entry}`, undefined],
      ['POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'DELETE', url: `Observation/${entry}` } }] }],
    ] as const) {
      const answer = await send(method, url, body)
      assert.equal(answer.status, 403, `${roles} ${method} ${url}: ${answer.text}`)
    }
  }
  assert.equal((await home.send('GET', `/fhir/Observation/${entry}`)).status, 200)
  assert.equal((await home.send('GET', '/fhir/Observation?_summary=count')).body.total, 1)
})

test('a scope holds for what is included, for everything of a patient, for conditions and for pages', async (t) => {
  const { server, home, chart, entry } = await startOne(t)
  await home.send('POST', '/fhir/Patient', patient('2'))
  const { client } = home
  const narrow = await tokenOf(server, client, ['system/Patient.rs'])
  for (const query of ['Patient?_revinclude=Observation:subject', `Patient?_id=${chart}&_revinclude=Observation:*`]) {
    const answer = await narrow('GET', `/fhir/${query}`)
    assert.doesNotMatch(answer.text, new RegExp(entry), query)
  }
  const all = await narrow('GET', `/fhir/Patient/${chart}/$everything`)
  assert.doesNotMatch(all.text, new RegExp(entry), '$everything')
  const findings = await tokenOf(server, client, ['system/Observation.rs'])
  assert.doesNotMatch((await findings('GET', '/fhir/Observation?_include=Observation:subject')).text, /"resourceType":"Patient"/)
  const next = (await home.send('GET', '/fhir/Patient?_count=1')).body.link[1].url as string
  assert.equal((await findings('GET', next.slice(next.indexOf('/fhir')))).status, 403)
  const creates = await tokenOf(server, client, ['system/Observation.c'])
  const asked = await creates('POST', '/fhir/Observation', finding(chart, 'x'), { 'if-none-exist': 'code=urn:c|x' })
  assert.equal(asked.status, 403, asked.text)
  const transaction = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: finding('x', 'z'), request: { method: 'POST', url: 'Observation' } }] }
  ;(transaction.entry[0] as any).resource.subject.reference = 'Patient?identifier=urn:h|1'
  assert.equal((await creates('POST', '/fhir', transaction)).status, 403)
})

async function tokenOf(server: TestServer, id: string, scopes: string[]): Promise<Send> {
  const client = await clientById(server.world.sql, id)
  return sender(server.app, { authorization: `Bearer ${await tokenFor(server.world, client as never, scopes, 3600)}` })
}

test('every denial is a row: a missing scope, another institution’s entry, and each closed patient that a search names', async (t) => {
  const { server, home, chart, entry } = await startOne(t)
  const narrow = await tokenOf(server, home.client, ['system/Patient.rs'])
  assert.equal((await narrow('GET', `/fhir/Observation/${entry}`)).status, 403)
  assert.equal(await denials(server, null), 1, 'the missing scope')
  const other = await server.institution('КБЦ')
  assert.equal((await other.send('PUT', `/fhir/Observation/${entry}`, { ...finding(chart, 'x'), id: entry })).status, 403)
  assert.equal(await denials(server, chart), 1, 'the entry of another')

  const second = (await home.send('POST', '/fhir/Patient', patient('2'))).body.id as string
  await home.send('POST', '/fhir/Observation', finding(second, 'x'))
  await server.world.sql.begin((tx) =>
    relate(tx, { patient: keyOfId(second), kind: 'visit', worker: 10, institution: home.id, from: new Date(Date.now() - 1000), source: 'test' }),
  )
  const doctor = await signedIn(server, { roles: ['doctor'], worker: 10, institution: home.id })
  const answer = await doctor('GET', `/fhir/Observation?patient=${second},${chart}`)
  assert.equal(answer.body.total, 1, answer.text)
  assert.equal(await denials(server, chart), 2, 'named next to an open one')
})

test('a deleted entry cannot come back under another patient, nor a moved one where it was', async (t) => {
  const { server, home, chart } = await startOne(t)
  const other = (await home.send('POST', '/fhir/Patient', patient('2'))).body.id as string
  assert.equal((await home.send('PUT', '/fhir/Observation/o-1', { ...finding(chart, 'x'), id: 'o-1' })).status, 201)
  assert.equal((await home.send('DELETE', '/fhir/Observation/o-1')).status, 204)
  const revived = await home.send('PUT', '/fhir/Observation/o-1', { ...finding(other, 'x'), id: 'o-1' })
  assert.equal(revived.status, 422, revived.text)

  assert.equal((await home.send('PUT', '/fhir/Observation/o-2', { ...finding(chart, 'x'), id: 'o-2' })).status, 201)
  await move(server.world, { resource: 'Observation/o-2', to: `Patient/${other}`, reason: 'проба' })
  const again = await home.send('PUT', '/fhir/Observation/o-2', { ...finding(chart, 'changed'), id: 'o-2' })
  assert.equal(again.status, 409, `an answer of 2xx is a promise to keep it: ${again.text}`)
})

test('data that a role may not see are said to be withheld, so that nobody reads an empty answer as «no allergies»', async (t) => {
  const { server, home, chart } = await startOne(t)
  const from = new Date(Date.now() - 1000)
  await server.world.sql.begin((tx) => relate(tx, { patient: keyOfId(chart), kind: 'visit', worker: 12, institution: home.id, from, source: 'test' }))
  const laboratory = await signedIn(server, { roles: ['laboratory'], worker: 12, institution: home.id })
  const hidden = await laboratory('GET', `/fhir/AllergyIntolerance?patient=${chart}`)
  assert.equal(hidden.body.entry?.[0].resource.issue[0].code, 'suppressed', hidden.text)
  assert.equal((await laboratory('GET', `/fhir/Observation?patient=${chart}`)).body.entry.length, 1)
})

test('what a condition in a transaction finds is a look that the patient can see', async (t) => {
  const { server, home, chart } = await startOne(t)
  const again = { request: { method: 'POST', url: 'Observation', ifNoneExist: 'code=urn:c|x' }, resource: finding(chart, 'x') }
  assert.equal((await home.send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [again] })).status, 200)
  const looks = await server.world.sql`select 1 as one from audit.entry where patient = ${keyOfId(chart)} and action = 'search'`
  assert.equal(looks.length, 1)
})

test('a small bundle of reads cannot ask for an answer that does not fit in memory: an entry beyond the limit says so', async (t) => {
  const { home, chart } = await startOne(t)
  const note = [{ text: 'п'.repeat(500_000) }]
  for (let at = 0; at < 30; at++) assert.equal((await home.send('POST', '/fhir/Observation', { ...finding(chart, 'large'), note })).status, 201)
  const entry = Array.from({ length: 8 }, () => ({ request: { method: 'GET', url: 'Observation?code=large' } }))
  const answer = await home.send('POST', '/fhir', { resourceType: 'Bundle', type: 'batch', entry })
  assert.equal(answer.status, 200)
  const statuses = answer.body.entry.map((one: { response: { status: string } }) => one.response.status)
  assert.deepEqual([statuses[0], statuses.at(-1)], ['200 OK', '413'])

  for (let at = 0; at < 110; at++) await home.send('POST', '/fhir/Observation', { ...finding(chart, 'large'), note }, { prefer: 'return=minimal' })
  for (const more of ['', '&_sort=-_lastUpdated']) {
    const whole = await home.send('GET', `/fhir/Observation?code=large&_count=1000${more}`)
    assert.equal(whole.status, 200, more)
    assert.ok(whole.text.length < 40_000_000 && whole.body.entry.length < 140, 'a page of large resources ends early')
    assert.ok(
      whole.body.link.some((link: { relation: string }) => link.relation === 'next'),
      'and says where it goes on',
    )
  }
})
