import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

test('a Binary keeps JSON and XML as they are sent, unless they are a Binary resource themselves', async (t) => {
  const { app, institution } = await startServer(t)
  const { token } = await institution('ДЗ Звездара')
  const authorization = `Bearer ${token}`
  const post = (type: string, payload: string | Buffer) =>
    app.inject({ method: 'POST', url: '/fhir/Binary', headers: { authorization, 'content-type': type, accept: 'application/fhir+json' }, payload })
  const contents: [string, string | Buffer][] = [
    ['text/xml', '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"/>'],
    ['application/xml', Buffer.from('<?xml version="1.0" encoding="ISO-8859-2"?><a>\xb9</a>', 'latin1')],
    ['application/json', '{"a":[1]}'],
    ['application/fhir+json', '{"resourceType":"Patient","gender":"male"}'],
    ['application/fhir+json', '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Binary","contentType":"text/plain"}}]}'],
    ['application/fhir+xml', '<Patient xmlns="http://hl7.org/fhir"><!-- <Binary/> --><gender value="male"/></Patient>'],
  ]
  for (const [type, payload] of contents) {
    const made = await post(type, payload)
    assert.equal(made.statusCode, 201, `${type} ${made.body}`)
    assert.deepEqual([made.json().contentType, made.json().data], [type, Buffer.from(payload).toString('base64')])
  }
  const resources: [string, string][] = [
    ['application/fhir+json', '{"contentType":"text/plain","data":"aGVsbG8=","resourceType": "Binary"}'],
    [
      'application/fhir+xml',
      '<?xml version="1.0"?>\n<!-- - -->\n<f:Binary xmlns:f="http://hl7.org/fhir"><f:contentType value="text/plain"/><f:data value="aGVsbG8="/></f:Binary>',
    ],
  ]
  for (const [type, payload] of resources) {
    const made = await post(type, payload)
    assert.deepEqual([made.statusCode, made.json().contentType, made.json().data], [201, 'text/plain', 'aGVsbG8='], made.body)
  }
  assert.equal((await post('application/fhir+json', '{"resourceType":"Binary","contentType":')).statusCode, 400)
  assert.equal((await post('application/fhir+json', '')).statusCode, 400)
})

test('Binaries are searched by POST and changed by an XML Patch as other resources are', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const made = await send('POST', '/fhir/Binary', { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await send('POST', '/fhir/Binary/_search', `_id=${made.body.id}`, form)).body.entry.length, 1)
  assert.equal((await send('POST', '/fhir/Binary/_search', '_id=another', form)).body.total, 0)
  const patch = '<diff><replace sel="Binary/contentType/@value">text/csv</replace></diff>'
  const patched = await send('PATCH', `/fhir/Binary/${made.body.id}`, patch, { 'content-type': 'application/xml-patch+xml' })
  assert.equal(patched.body.contentType, 'text/csv', patched.text)
})

test('the content of a Binary and of its versions comes with the resource that decides who may see it', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const patient = await send('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family: 'Анић' }] })
  const reference = `Patient/${patient.body.id}`
  const headers = { 'content-type': 'text/plain', 'x-security-context': reference, accept: 'application/fhir+json' }
  const made = await send('POST', '/fhir/Binary', 'hello', headers)
  assert.deepEqual([made.status, made.body.securityContext], [201, { reference }], made.text)
  for (const url of [`/fhir/Binary/${made.body.id}`, `/fhir/Binary/${made.body.id}/_history/1`]) {
    const content = await send('GET', url, undefined, { accept: 'text/plain' })
    assert.deepEqual([content.status, content.text, content.headers['x-security-context']], [200, 'hello', reference])
  }
  const bare = await send('POST', '/fhir/Binary', { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' })
  assert.equal((await send('GET', `/fhir/Binary/${bare.body.id}`, undefined, { accept: '*/*' })).headers['x-security-context'], undefined)
})
