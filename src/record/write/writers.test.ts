import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Client, clientById } from '../../access/client.ts'
import { tokenFor } from '../../access/token-endpoint.ts'
import { buildApp } from '../../app.ts'
import { createLedger, verify } from '../../audit/audit.ts'
import { type Answer, type Send, sender, startServer, type TestServer } from '../../testing/server.ts'

// Many writers at once on one resource, from two processes, and with a clock that jumps.

const patient = (more: object = {}) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value: 'один' }], ...more })
const outcomes = (answers: Answer[]) =>
  Object.fromEntries(Object.entries(Object.groupBy(answers, (one) => String(one.status))).map(([status, of]) => [status, of?.length]))
const stored = (answers: Answer[]) => answers.filter((one) => one.status < 300)
const versionOf = (answer: Answer) => Number(/\d+/.exec(String(answer.headers['etag']))?.[0])

async function history(send: Send, url: string): Promise<any[]> {
  const { status, body, text } = await send('GET', `${url}/_history?_count=200`)
  assert.equal(status, 200, text)
  return body.entry.map((one: any) => one.resource)
}

/** A second server process as the database sees it: with its own connections, streams and caches. */
async function secondServer(t: TestContext, { world, app: _ }: TestServer, token: string): Promise<Send> {
  const other = { ...world }
  other.ledger = await createLedger(other)
  const portals = mkdtempSync(join(tmpdir(), 'spona-portals-'))
  const app = await buildApp(other, portals)
  await app.ready()
  t.after(async () => {
    await app.close()
    await other.ledger.close()
    rmSync(portals, { recursive: true, force: true })
  })
  return sender(app, { authorization: `Bearer ${token}` })
}

test('16 writers on one resource: as many versions as successes, each with the content of one of them', async (t) => {
  const server = await startServer(t)
  const { send, token } = await server.institution('А')
  const other = await secondServer(t, server, token)
  const either = (n: number) => (n % 2 === 0 ? send : other)
  const made = await send('POST', '/fhir/Patient', patient())
  const url = `/fhir/Patient/${made.body.id}`
  const answers = await Promise.all(Array.from({ length: 48 }, (_, n) => either(n)('PUT', url, patient({ id: made.body.id, multipleBirthInteger: n }))))
  t.diagnostic(JSON.stringify(outcomes(answers)))
  for (const one of answers) assert.ok([200, 409, 412, 503].includes(one.status), one.text)
  const good = stored(answers)
  assert.ok(good.length > 0)
  const versions = await history(send, url)
  assert.equal(versions.length, 1 + good.length)
  assert.deepEqual(
    versions.map((one) => Number(one.meta.versionId)),
    Array.from({ length: versions.length }, (_, n) => versions.length - n),
  )
  const said = new Map(good.map((one) => [versionOf(one), one.body.multipleBirthInteger]))
  assert.equal(said.size, good.length, 'no two were given the same version')
  for (const one of versions.slice(0, -1)) assert.equal(one.multipleBirthInteger, said.get(Number(one.meta.versionId)))
})

test('of 16 writers who all know the same version one wins, and the others get 412', async (t) => {
  const server = await startServer(t)
  const { send, token } = await server.institution('А')
  const other = await secondServer(t, server, token)
  const made = await send('POST', '/fhir/Patient', patient())
  const url = `/fhir/Patient/${made.body.id}`
  for (let version = 1; version <= 4; version++) {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        (n % 2 === 0 ? send : other)('PUT', url, patient({ id: made.body.id, multipleBirthInteger: version * 100 + n }), { 'if-match': `W/"${version}"` }),
      ),
    )
    assert.equal(stored(answers).length, 1, JSON.stringify(outcomes(answers)))
    for (const one of answers) assert.ok([200, 409, 412].includes(one.status), one.text)
  }
  assert.equal((await history(send, url)).length, 5)
})

test('of 16 patches at once on one resource each that succeeded is in the result, and none is lost', async (t) => {
  const server = await startServer(t)
  const { send, token } = await server.institution('А')
  const other = await secondServer(t, server, token)
  const made = await send('POST', '/fhir/Patient', patient({ name: [{ family: 'Први' }] }))
  const url = `/fhir/Patient/${made.body.id}`
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, n) =>
      (n % 2 === 0 ? send : other)('PATCH', url, [{ op: 'add', path: '/name/-', value: { family: `Ime${n}` } }], {
        'content-type': 'application/json-patch+json',
      }),
    ),
  )
  t.diagnostic(JSON.stringify(outcomes(answers)))
  for (const one of answers) assert.ok([200, 409, 412, 503].includes(one.status), one.text)
  const wanted = answers.flatMap((one, n) => (one.status === 200 ? [`Ime${n}`] : []))
  const now = await send('GET', url)
  assert.deepEqual(
    now.body.name
      .slice(1)
      .map((one: any) => one.family)
      .sort(),
    wanted.sort(),
  )
  assert.equal(versionOf(now), 1 + wanted.length)
})

test('an id that two processes use at once for a new resource creates one resource only', async (t) => {
  const server = await startServer(t)
  const { send, token } = await server.institution('А')
  const other = await secondServer(t, server, token)
  for (let round = 0; round < 12; round++) {
    const url = `/fhir/Patient/sopstveni-${round}`
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? send : other)('PUT', url, patient({ id: `sopstveni-${round}`, multipleBirthInteger: n }))),
    )
    for (const one of answers) assert.ok([200, 201, 409, 412, 503].includes(one.status), one.text)
    assert.equal(answers.filter((one) => one.status === 201).length, 1, JSON.stringify(outcomes(answers)))
    const versions = await history(send, url)
    assert.equal(versions.length, stored(answers).length)
    assert.equal((await send('GET', `/fhir/Patient?_id=sopstveni-${round}`)).body.total ?? 1, 1)
  }
  const rows = await server.owner`select type, name from record.name where name like 'sopstveni-%' limit 100`
  assert.equal(rows.length, 12)
})

test('a clock that jumps back an hour, and forward a day, loses and doubles nothing and leaves the audit whole', async (t) => {
  const { world, institution, app } = await startServer(t)
  const client = (await clientById(world.sql, (await institution('А')).client)) as Client
  // A token of before a jump may not be valid yet or may have expired, so the system asks for another one.
  const withNewToken = async () => sender(app, { authorization: `Bearer ${await tokenFor(world, client, client.scopes, 3600)}` })
  let send = await withNewToken()
  let offsetMs = 0
  const real = world.now
  world.now = () => new Date(real().getTime() + offsetMs)
  const made = await send('POST', '/fhir/Patient', patient())
  const url = `/fhir/Patient/${made.body.id}`
  const seen: number[] = []
  for (const jumpMs of [0, -3_600_000, 0, 1_800_000, -1_800_000]) {
    offsetMs = jumpMs
    send = await withNewToken()
    const changed = await send('PUT', url, patient({ id: made.body.id, multipleBirthInteger: seen.length + 1 }))
    assert.equal(changed.status, 200, changed.text)
    seen.push(versionOf(changed))
    assert.equal((await send('GET', url)).body.multipleBirthInteger, seen.length)
  }
  assert.deepEqual(seen, [2, 3, 4, 5, 6])
  assert.deepEqual(
    (await history(send, url)).map((one) => Number(one.meta.versionId)),
    [6, 5, 4, 3, 2, 1],
  )
  const page = await send('GET', `/fhir/Observation?patient=Patient/${made.body.id}`)
  assert.equal(page.status, 200)
  assert.equal((await verify(world)).ok, true)
})

test('of writers that make one resource under an id of their choice at once, the first makes it and the others change it', async (t) => {
  const server = await startServer(t)
  const { send, token } = await server.institution('А')
  const other = await secondServer(t, server, token)
  for (const type of ['Patient', 'Organization']) {
    for (let round = 0; round < 3; round++) {
      const id = `at-once-${round}`
      const put = (n: number) =>
        (n % 2 === 0 ? send : other)('PUT', `/fhir/${type}/${id}`, { resourceType: type, id, identifier: [{ system: 'urn:h', value: String(n) }] })
      const answers = await Promise.all(Array.from({ length: 4 }, (_, n) => put(n)))
      assert.deepEqual(outcomes(answers), { 200: 3, 201: 1 }, answers.map(({ text }) => text).join('\n'))
      assert.equal((await history(send, `/fhir/${type}/${id}`)).length, 4)
    }
  }
})
