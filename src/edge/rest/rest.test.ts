import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { kept, type LoneEdge, loneEdge } from '../../testing/lone-edge.ts'
import { until } from '../../testing/process.ts'
import { mapFhir } from './map.ts'
import { entryTexts } from './requests.ts'

type Answer = { status: number; body: any; headers: Record<string, string | string[] | undefined> }
const place = async (t: TestContext) => {
  const edge = await loneEdge(t, () => 'rest: { port: 0, token: token }')
  const token = readFileSync(join(edge.folder, 'token'), 'utf8').trim()
  const port = edge.ports.find(({ name }) => name === 'rest')?.port as number
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const all = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers }
      const asked = request({ host: '127.0.0.1', port, method, path, headers: all, agent: false }, (answer) => {
        let text = ''
        answer.on('data', (piece) => (text += piece))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text || 'null'), headers: answer.headers }))
      })
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
    })
  return { edge, port, ask }
}
const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
const original = (edge: LoneEdge, seq = 1) => {
  const row = edge.edge.store.one<{ id: string; sealed: Uint8Array }>('select item.id, sealed from item join original using (seq) where seq = ?', seq)
  return edge.edge.vault.open(row?.sealed as Uint8Array, `original ${row?.id} 0`).toString()
}

describe('FHIR on loopback', () => {
  test('a request answered with 202 is on the disk, to the digit, and its location tells what becomes of it', async (t) => {
    const { edge, ask } = await place(t)
    assert.equal(statSync(join(edge.folder, 'token')).mode & 0o077, 0)
    const text = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}'
    const made = await ask('POST', '/fhir/Observation', text)
    assert.deepEqual([made.status, made.body.issue[0].severity, kept(edge).length], [202, 'information', 1])
    assert.match(original(edge), /"value":1\.50/)
    const later = await ask('GET', String(made.headers['location']))
    assert.match(later.body.issue[0].diagnostics, /^(?:waiting|ready): it waits to be sent/)
    // The sender asks here, since it may never look into the own lists of the edge.
    const toldAt = async () => ((await ask('GET', String(made.headers['location']))).body.issue as { severity: string; expression: string[] }[])[1]
    await until('it is mapped', async () => (await toldAt()) !== undefined, 10_000)
    assert.deepEqual([(await toldAt())?.severity, (await toldAt())?.expression], ['warning', ['Bundle.entry[0].resource.subject']])
    // The same bytes again are the same item; with an idempotency key they are another.
    assert.equal((await ask('POST', '/fhir/Observation', text)).headers['location'], made.headers['location'])
    assert.notEqual((await ask('POST', '/fhir/Observation', text, { 'idempotency-key': '2' })).headers['location'], made.headers['location'])
    assert.equal((await ask('GET', '/fhir/metadata')).body.resourceType, 'CapabilityStatement')
    assert.equal((await ask('GET', `/accepted/${crypto.randomUUID()}`)).status, 404)
  })

  test('updates, deletes and conditions become transactions, and a batch one transaction for each entry', async (t) => {
    const { edge, ask } = await place(t)
    await ask('PUT', '/fhir/Observation/o1', { ...observation, id: 'o1' }, { 'if-match': 'W/"1"' })
    await ask('POST', '/fhir/Observation', observation, { 'if-none-exist': 'identifier=a|1' })
    await ask('PUT', '/fhir/Patient?identifier=urn:rs:jmbg%7C0101990710006', { resourceType: 'Patient' })
    await ask('DELETE', '/fhir/Observation/o1')
    const entry = (value: string) =>
      `{"resource":{"resourceType":"Observation","status":"final","code":{"text":"}{\\""},"valueInteger":${value}},"request":{"method":"POST","url":"Observation"}}`
    const batch = await ask('POST', '/fhir', `{"resourceType":"Bundle","entry":[${entry('1')},${entry('1')}],"type":"batch"}`)
    assert.deepEqual([batch.status, batch.body.type, batch.body.entry.map((one: any) => one.response.status)], [200, 'batch-response', ['202', '202']])
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((seq) => JSON.parse(original(edge, seq)).entry[0].request),
      [
        { method: 'PUT', url: 'Observation/o1', ifMatch: 'W/"1"' },
        { method: 'POST', url: 'Observation', ifNoneExist: 'identifier=a|1' },
        { method: 'PUT', url: 'Patient?identifier=urn:rs:jmbg%7C0101990710006' },
        { method: 'DELETE', url: 'Observation/o1' },
        { method: 'POST', url: 'Observation' },
      ],
    )
    assert.equal(kept(edge).length, 6)
    // A personal number is only in the sealed contents.
    const open = edge.edge.store.all('select name, meta, key, reason from item')
    assert.ok(!JSON.stringify(open).includes('0101990710006') && !edge.log().includes('0101990710006'))
  })

  test('a request that cannot be right is refused at once, with the place and a hint, and nothing of it is kept', async (t) => {
    const { edge, ask } = await place(t)
    const status = async (...asked: Parameters<typeof ask>) => {
      const answer = await ask(...asked)
      assert.equal(answer.body.resourceType, 'OperationOutcome')
      assert.ok(!JSON.stringify(answer.body).includes('0101990710006'))
      return answer.status
    }
    const found = [
      await status('POST', '/fhir/Observation', '{"resourceType":"Observation","note":"0101990710006'),
      await status('POST', '/fhir/Observation', Buffer.from([0x7b, 0xff, 0x7d])),
      await status('POST', '/fhir/Patient', observation),
      await status('PUT', '/fhir/Observation/o1', observation),
      await status('POST', '/fhir/Observation/o1', observation),
      await status('POST', '/fhir/Observation/$validate', observation),
      await status('POST', '/fhir', { resourceType: 'Bundle', type: 'collection' }),
      await status('POST', '/fhir', { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: 'Patient' } }] }),
      await status('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: observation }] }),
      await status('POST', '/fhir/Observation', `{"resourceType":"Observation","a":${'['.repeat(500)}${']'.repeat(500)}}`),
      await status('POST', '/fhir/Observation', observation, { 'content-type': 'application/xml' }),
      await status('POST', '/fhir/Observation', observation, { 'content-encoding': 'gzip' }),
      await status('GET', '/fhir/Patient?name=x'),
      await status('POST', '/fhir/Observation', JSON.stringify({ ...observation, text: { div: 'x'.repeat(5_300_000) } })).catch(() => 413),
    ]
    assert.deepEqual(found, [400, 400, 400, 400, 405, 405, 422, 422, 400, 422, 415, 415, 405, 413])
    assert.equal(kept(edge).length, 0)
  })

  test('nobody is answered without the token, under another name, or from a page in a browser', async (t) => {
    const { edge, ask, port } = await place(t)
    const found = [
      await ask('POST', '/fhir/Observation', observation, { authorization: 'Bearer wrong' }),
      await ask('GET', '/fhir/metadata', undefined, { authorization: '' }),
      await ask('POST', '/fhir/Observation', observation, { host: 'evil.example' }),
      await ask('POST', '/fhir/Observation', observation, { origin: 'http://localhost' }),
      await ask('POST', '/fhir/Observation', observation, { 'sec-fetch-site': 'same-origin' }),
    ].map(({ status }) => status)
    assert.deepEqual([found, kept(edge).length], [[401, 401, 403, 403, 403], 0])
    // Half a request, and no HTTP at all: the next one is answered.
    for (const text of ['POST /fhir/Observation HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\r\n{', '\x16\x03\x01\x00 no http\r\n\r\n'])
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text, () => socket.destroy()))
        socket.on('close', () => resolve())
      })
    assert.equal((await ask('POST', '/fhir/Observation', observation)).status, 202)
  })

  test('a resource that refers to no patient is a loss: the record takes it, and it is in nobody’s chart', () => {
    const placesOf = (resource: object) => mapFhir(Buffer.from(JSON.stringify(resource))).losses.map(({ place }) => place)
    const told = ['Bundle.entry[0].resource.subject']
    assert.deepEqual(placesOf(observation), told)
    assert.deepEqual(placesOf({ ...observation, subject: { identifier: { value: 'T12345' } } }), told)
    assert.deepEqual(
      placesOf({ resourceType: 'Bundle', type: 'transaction', entry: [{ resource: observation, request: { method: 'POST', url: 'Observation' } }] }),
      told,
    )
    assert.deepEqual(placesOf({ resourceType: 'AllergyIntolerance', patient: { display: 'Ана' } }), ['Bundle.entry[0].resource.patient'])
    for (const reference of ['Patient?identifier=urn:id:acme|T12345', 'Patient/1', 'urn:uuid:5f6c0e7a-2b1d-4c3e-9a4f-0c1d2e3f4a5b'])
      assert.deepEqual(placesOf({ ...observation, subject: { reference } }), [])
    for (const resource of [
      { resourceType: 'Patient' },
      { resourceType: 'Organization' },
      { resourceType: 'Account', status: 'active', subject: [{ reference: 'Patient/1' }] },
    ])
      assert.deepEqual(placesOf(resource), [])
  })

  test('entries are found as they are written, whatever their texts contain', () => {
    const entries = ['{"a":"}],{\\"entry\\":[{"}', '{"resource":{"entry":[{"b":1.50}]}}', '{}']
    assert.deepEqual(entryTexts(`{ "x" : {"entry":[{"no":1}]}, "entry" : [ ${entries.join(' , ')} ], "type":"entry" }`), entries)
    assert.throws(() => mapFhir(Buffer.from('{"resourceType":"Bundle","type":"batch"}')), /batch is taken apart/)
  })
})
