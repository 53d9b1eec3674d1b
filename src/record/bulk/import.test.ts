import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { World } from '../../platform/world.ts'
import { type Send, startServer } from '../../testing/server.ts'
import { linesOf } from './import-lines.ts'
import { workOnce } from './work.ts'

type Json = Record<string, any>
const type = { 'content-type': 'application/fhir+ndjson' }
const patient = (id: string, more: Json = {}) => ({ resourceType: 'Patient', id, identifier: [{ system: 'urn:h', value: id }], ...more })
const observation = (id: string | undefined, of: string, more: Json = {}) => ({
  ...{ resourceType: 'Observation', ...(id === undefined ? {} : { id }), status: 'final', code: { text: 'глукоза' }, subject: { reference: `Patient/${of}` } },
  ...more,
})
const pathOf = (url: unknown) => String(url).replace(/^https?:\/\/[^/]+/, '')
const text = (lines: (Json | string)[]) => lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')

async function importLines(world: World, send: Send, lines: (Json | string)[]): Promise<{ manifest: Json; errors: [number, string][] }> {
  const begun = await send('POST', '/fhir/$import', text(lines), type)
  assert.equal(begun.status, 202, begun.text)
  while (await workOnce(world));
  const done = await send('GET', pathOf(begun.headers['content-location']))
  assert.equal(done.status, 200, done.text)
  const errors: [number, string][] = []
  for (const { url } of done.body.error) {
    const file = await send('GET', pathOf(url))
    for (const line of file.text.trim().split('\n')) {
      const outcome = JSON.parse(line) as Json
      assert.equal(outcome['extension'][1].valueString, 'body')
      errors.push([outcome['extension'][0].valuePositiveInt, outcome['issue'][0].diagnostics])
    }
  }
  return { manifest: done.body, errors: errors.toSorted((a, b) => a[0] - b[0]) }
}

test('lines are filed in any order, each wrong one fails alone with its number, and all safety is on', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const { send, client } = await institution('А')
  const b = await institution('Б')
  await b.send('PUT', '/fhir/Patient/theirs', patient('theirs'))
  const { manifest, errors } = await importLines(world, send, [
    observation('x-1', 'p-1'), // Comes before its patient.
    observation('x-2', 'p-1', { status: 'nonsense' }),
    '{"resourceType":"Observation"',
    '',
    patient('p-1', { name: [{ family: 'Петровић' }] }),
    observation('x-3', 'theirs'),
    { resourceType: 'Organization', id: 'o-1', name: 'ДЗ' },
    observation(undefined, 'p-1'),
    observation('1503972710186', 'p-1'),
    observation('x-1', 'p-1', { status: 'amended' }), // The same resource again in one batch.
    '[]',
    observation('x-4', 'urn'),
    observation('x-5', 'p-1', { subject: { reference: 'urn:uuid:0c3f3c0e-0000-4000-8000-000000000000' } }),
  ])
  assert.deepEqual(
    errors.map(([line]) => line),
    [2, 3, 6, 9, 11, 13],
    JSON.stringify(errors),
  )
  assert.ok(!JSON.stringify(errors).includes('1503972710186'))
  assert.deepEqual([manifest['output'][0].count, manifest['error'][0].count], [6, 6])
  assert.equal((await send('GET', '/fhir/Observation/x-1')).body.meta.versionId, '2')
  assert.equal((await send('GET', '/fhir/Observation/x-1')).body.status, 'amended')
  assert.equal((await send('GET', '/fhir/Observation?patient=p-1')).body.total, 2)
  assert.equal((await send('GET', '/fhir/Patient?name=petrovic')).body.total, 1)
  const rows = await sql<{ action: string; decision: string }>`select e.action, e.decision from audit.entry e where e.actor = ${client}`
  assert.ok(rows.some(({ action, decision }) => action === 'update' && decision === 'permit'))
  assert.ok(
    rows.some(({ decision }) => decision === 'deny'),
    'the denied line is in the log',
  )
  assert.ok((await sql`select 1 as one from bus.outbox`).length > 0)
})

test('the same lines again change nothing, and a changed line makes one new version', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const { send } = await institution('А')
  const lines = [patient('p-1'), ...Array.from({ length: 700 }, (_, n) => observation(`x-${n}`, `p-${n % 3}`))]
  assert.deepEqual((await importLines(world, send, lines)).errors, [])
  assert.deepEqual((await importLines(world, send, lines)).errors, [])
  const versions = () => sql<{ version: number; n: number }>`select version, count(*)::int as n from record.resource group by version order by version`
  assert.deepEqual(await versions(), [{ version: 1, n: 701 }])
  lines[5] = observation('x-4', 'p-1', { status: 'amended' })
  assert.deepEqual((await importLines(world, send, lines)).errors, [])
  assert.deepEqual(await versions(), [
    { version: 1, n: 700 },
    { version: 2, n: 1 },
  ])
})

test('an import that dies in the middle continues at its place: no line is lost, and none without an id is stored twice', async (t) => {
  const { world, sql, institution } = await startServer(t)
  const { send } = await institution('А')
  await send('PUT', '/fhir/Patient/p-1', patient('p-1'))
  const begun = await send(
    'POST',
    '/fhir/$import',
    text(Array.from({ length: 2600 }, (_, n) => observation(undefined, 'p-1', { note: [{ text: String(n) }] }))),
    type,
  )
  const transaction = world.ledger.transaction
  let left = 2
  world.ledger.transaction = (act) => {
    if (left-- > 0) return transaction(act)
    return Promise.reject(Object.assign(new Error('Connection terminated'), { code: '57P01' }))
  }
  await assert.rejects(workOnce(world))
  const done = await sql<{ place: number }>`select place from record.job_part`
  assert.deepEqual(done, [{ place: 1000 }], 'two batches')
  world.ledger.transaction = transaction
  while (await workOnce(world));
  assert.equal((await send('GET', pathOf(begun.headers['content-location']))).body.output[0].count, 2600)
  const [count] = await sql<{ n: number }>`select count(*)::int as n from record.resource`
  assert.equal(count?.n, 2601)
})

test('an import belongs to its client, can be cancelled, fetches nothing from addresses, and leaves no lines behind', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  const b = await institution('Б', 'system/Patient.cruds')
  const fetching = { resourceType: 'Parameters', parameter: [{ name: 'input', part: [{ name: 'url', valueUrl: 'http://169.254.169.254/latest' }] }] }
  const refused = await send('POST', '/fhir/$import', fetching)
  assert.deepEqual([refused.status, refused.body.issue[0].code], [400, 'not-supported'])
  assert.equal((await send('POST', '/fhir/$import', '', type)).status, 400)
  const begun = await send('POST', '/fhir/$import', text([patient('p-1')]), type)
  const status = pathOf(begun.headers['content-location'])
  assert.equal((await b.send('GET', status)).status, 404)
  assert.equal((await send('DELETE', status)).status, 202)
  while (await workOnce(world));
  assert.equal((await send('GET', '/fhir/Patient/p-1')).status, 404)
  const { errors } = await importLines(world, b.send, [patient('p-2'), observation('x-1', 'p-2')])
  assert.deepEqual(
    errors.map(([line, why]) => [line, /scope/.test(why)]),
    [[2, true]],
  )
  for (const folder of readdirSync(join(world.config.DATA_DIR, 'jobs'))) {
    const names = readdirSync(join(world.config.DATA_DIR, 'jobs', folder))
    if (!status.endsWith(folder)) assert.deepEqual(names, ['error-1.ndjson'])
  }
})

test('lines are found wherever the pieces of a stream end, and a line that is too long is marked', async () => {
  const whole = Buffer.from('a\n\nbbb\r\ncccccccccc\nд\nend')
  for (let size = 1; size <= whole.length; size++) {
    const pieces = (async function* () {
      for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
    })()
    const lines = await Array.fromAsync(linesOf(pieces, 5), ({ number, bytes }) => [number, bytes?.toString() ?? null])
    assert.deepEqual(lines, [
      [1, 'a'],
      [2, ''],
      [3, 'bbb\r'],
      [4, null],
      [5, 'д'],
      [6, 'end'],
    ])
  }
})
