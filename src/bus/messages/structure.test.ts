import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { aService, contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { requireStructure } from './structure.ts'

const finding = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['code', 'items'],
  properties: {
    code: { type: 'string', pattern: '^[A-Z]{2}-\\d+$' },
    at: { type: 'string', format: 'date-time' },
    items: { type: 'array', prefixItems: [{ type: 'number' }], items: { $ref: '#/$defs/line' } },
  },
  additionalProperties: { type: 'number' },
  $defs: { line: { type: 'object', required: ['unit'], properties: { next: { $ref: '#/$defs/line' } } } },
}

test('a message that has not the structure of its service is refused with the place, and is not stored', async (t) => {
  const { app, world, sql } = await startServer(t)
  const sender = await joinBus(app, world, 'sender')
  const lab = await joinBus(app, world, 'lab')
  const put = (name: string, structure: object) => lab.send({ method: 'PUT', url: `/bus/services/${name}`, body: aService('inbox', { structure }) })
  await expectStatus(200, put('box', finding))
  await expectStatus(200, put('patients', { profile: 'http://hl7.org/fhir/StructureDefinition/Patient' }))
  for (const name of ['box', 'patients']) await contractOf(sender, `lab/${name}`)

  await expectStatus(202, sender.message('lab/box', 's-1', JSON.stringify({ code: 'AB-1', at: '2026-11-28T08:00:00Z', items: [1, { unit: 'ml' }] })))
  const wrong: [object | string, string][] = [
    [{ code: 'ab', items: [] }, '/code'],
    [{ code: 'AB-1', at: 'yesterday', items: [] }, '/at'],
    [{ code: 'AB-1', items: [1, { unit: 'ml', next: {} }] }, '/items/1/next'],
    [{ code: 'AB-1', items: [], '0101990710018': 'x' }, '/•••'],
    [{ code: `AB-${'1'.repeat(2000)}`, items: [] }, '/code'],
    [[], '/'],
  ]
  for (const [body, place] of wrong) {
    const answer = await expectStatus(422, sender.message('lab/box', 's-2', JSON.stringify(body)))
    assert.deepEqual(answer.body.issue[0].expression, [place], answer.text)
    assert.doesNotMatch(answer.text, /0101990710018/)
  }
  await expectStatus(400, sender.message('lab/box', 's-2', '{"code":'))
  await expectStatus(415, sender.message('lab/box', 's-2', 'x', { 'content-type': 'text/plain' }))

  await expectStatus(202, sender.message('lab/patients', 'p-1', JSON.stringify({ resourceType: 'Patient', birthDate: '1990-01-01' })))
  const patient = await expectStatus(422, sender.message('lab/patients', 'p-2', JSON.stringify({ resourceType: 'Patient', birthDate: 'soon' })))
  assert.match(JSON.stringify(patient.body.issue), /Patient.birthDate/)
  const [stored] = await sql<{ count: number }>`select count(*)::int as count from bus.log where kind = 'message'`
  assert.equal(stored?.count, 2)
})

test('a structure that cannot be compiled, or would cost too much to check, is refused when the service is described', () => {
  const refused = [
    { type: 'objekt' },
    { $ref: 'https://elsewhere.example.org/schema' },
    { $ref: '#/$defs/none' },
    { properties: { a: { pattern: '^(a+)+$' } } },
    { properties: { a: { pattern: 'a*b*c*d*$' } } },
    { properties: { a: { pattern: '(a)\\1' } } },
    { patternProperties: { '(x|xx)*y': {} } },
    { items: { pattern: '[' } },
    { type: 'array', uniqueItems: true },
    { profile: 'not an address' },
    { allOf: Array.from({ length: 6000 }, () => ({})) },
  ]
  for (const structure of refused)
    assert.throws(() => requireStructure(structure), { kind: 'incorrect', expression: 'structure' }, JSON.stringify(structure).slice(0, 100))
  for (const structure of [{ type: 'array', uniqueItems: true, maxItems: 10 }, { pattern: '^\\d{4}-[A-Z(]+$' }, { profile: 'http://example.org/p|1.0' }, {}])
    requireStructure(structure)
})

test('the body of a call is checked before its provider sees it, a large one too; what only asks or patches is not', async (t) => {
  const { app, world } = await startServer(t)
  const heard: number[] = []
  const provider = createServer((request, response) => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => (bytes += chunk.length))
    request.on('end', () => {
      heard.push(bytes)
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  t.after(() => provider.close())
  const addresses = [`http://127.0.0.1:${(provider.address() as AddressInfo).port}`]
  const asker = await joinBus(app, world, 'shape-asker')
  const giver = await joinBus(app, world, 'shape-giver')
  const structure = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
  await expectStatus(200, giver.send({ method: 'PUT', url: '/bus/services/orders', body: aService('call', { addresses, structure, bodyMb: 20 }) }))
  await contractOf(asker, 'shape-giver/orders', { endpoints: [{ method: '*', path: '/*' }] })
  const ask = (method: string, body: string) => asker.send({ method, url: '/bus/call/shape-giver/orders/x', body })
  const filler = ' '.repeat(400_000)
  assert.deepEqual((await expectStatus(422, ask('POST', '{"n":"1"}'))).body.issue[0].expression, ['/n'])
  await expectStatus(422, ask('PUT', `{${filler}"m":1}`))
  assert.ok((await ask('POST', 'x')).status >= 400)
  await expectStatus(413, ask('POST', `{"n":1,"x":"${'x'.repeat(8 * 1_048_576)}"}`))
  assert.deepEqual(heard, [])
  await expectStatus(200, ask('POST', '{"n":1}'))
  await expectStatus(200, ask('PUT', `{${filler}"n":1}`))
  await expectStatus(200, ask('PATCH', '[]'))
  await expectStatus(200, ask('GET', ''))
  assert.deepEqual(heard, [7, 400_007, 2, 0])
})

test('contents that are nested deeper than a check can follow are refused, not a fault', async (t) => {
  const { app, world } = await startServer(t)
  const member = await joinBus(app, world, 'deep')
  const structure = { $ref: '#/$defs/list', $defs: { list: { type: 'array', items: { $ref: '#/$defs/list' } } } }
  await expectStatus(200, member.send({ method: 'PUT', url: '/bus/services/box', body: aService('inbox', { structure }) }))
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const answer = await member.message('deep/box', 'd-1', deep)
  assert.ok(answer.status === 422 || answer.status === 400, `${answer.status}`)
})
