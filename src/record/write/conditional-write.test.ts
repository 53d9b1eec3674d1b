import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

const organization = (value: string, more: object = {}) => ({
  resourceType: 'Organization',
  name: `O ${value}`,
  identifier: [{ system: 'urn:o', value }],
  ...more,
})
const jsonPatch = { 'content-type': 'application/json-patch+json' }
const fhirPathPatch = (path: string, value: string) => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: path },
        { name: 'value', valueString: value },
      ],
    },
  ],
})

test('a patch changes only what it names, keeps digits, respects If-Match, and makes no version when nothing changes', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const text =
    '{"resourceType":"Observation","status":"final","code":{"text":"g"},"subject":{"reference":"Organization/none"},"valueQuantity":{"value":5.50,"unit":"mmol/L"}}'
  const made = await send('POST', '/fhir/Observation', text.replace('"subject":{"reference":"Organization/none"},', ''))
  assert.equal(made.status, 201, made.text)
  const url = `/fhir/Observation/${made.body.id}`
  const first = await send('PATCH', url, JSON.stringify([{ op: 'replace', path: '/status', value: 'amended' }]), { ...jsonPatch, 'if-match': 'W/"1"' })
  assert.equal(first.status, 200, first.text)
  assert.equal(first.headers['etag'], 'W/"2"')
  assert.match(first.text, /"value":5\.50,/)
  const stale = await send('PATCH', url, JSON.stringify([{ op: 'replace', path: '/status', value: 'final' }]), { ...jsonPatch, 'if-match': 'W/"1"' })
  assert.equal(stale.status, 412)
  const same = await send('PATCH', url, JSON.stringify([{ op: 'test', path: '/status', value: 'amended' }]), jsonPatch)
  assert.equal(same.headers['etag'], 'W/"2"', 'a patch that changes nothing makes no version')
  assert.equal((await send('PATCH', url, JSON.stringify([{ op: 'test', path: '/status', value: 'final' }]), jsonPatch)).status, 422)
  const byPath = await send('PATCH', url, fhirPathPatch('Observation.code.text', 'h'))
  assert.equal(byPath.body.code.text, 'h', byPath.text)
  const xml = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/><valueCode value="delete"/></part><part><name value="path"/><valueString value="Observation.value"/></part></parameter></Parameters>`
  const byXml = await send('PATCH', url, xml, { 'content-type': 'application/fhir+xml' })
  assert.equal(byXml.status, 200, byXml.text)
  assert.equal(byXml.body.valueQuantity, undefined)

  const invalid = await send('PATCH', url, JSON.stringify([{ op: 'replace', path: '/status', value: 'nonsense' }]), jsonPatch)
  assert.equal(invalid.status, 422)
  assert.equal(invalid.body.issue[0].expression[0], 'Observation.status')
  assert.equal((await send('PATCH', url, '{', jsonPatch)).status, 400)
  const merge = await send('PATCH', url, '{"status":"final"}', { 'content-type': 'application/merge-patch+json' })
  assert.equal(merge.status, 415)
  assert.match(String(merge.headers['accept-patch']), /application\/json-patch\+json, application\/xml-patch\+xml, application\/fhir\+json/)
  const unnamed = await send('PATCH', url, '{"status":"final"}', { 'content-type': 'application/json' })
  assert.deepEqual([unnamed.status, unnamed.body.issue[0].diagnostics], [415, merge.body.issue[0].diagnostics], 'a part of a resource is no patch of FHIR')
  assert.equal((await send('PATCH', '/fhir/Observation/nobody', '[]', jsonPatch)).status, 404)
  await send('DELETE', url)
  assert.equal((await send('PATCH', url, '[]', jsonPatch)).status, 410)
})

test('an XML Patch changes what it names, alone, by a condition and in a transaction', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const xmlPatch = { 'content-type': 'application/xml-patch+xml' }
  await send('PUT', '/fhir/Organization/o', organization('1', { id: 'o', name: 'Стари' }))
  const replace = (name: string) =>
    `<diff xmlns:f="http://hl7.org/fhir"><replace sel="f:Organization/f:name/@value">${name}</replace><add sel="f:Organization"><active value="true"/></add></diff>`
  const first = await send('PATCH', '/fhir/Organization/o', replace('Нови'), { ...xmlPatch, 'if-match': 'W/"1"' })
  assert.deepEqual([first.status, first.body?.name, first.body?.active], [200, 'Нови', true], first.text)
  const again = await send('PATCH', '/fhir/Organization/o', replace('Нови'), xmlPatch)
  assert.deepEqual([again.status, again.body.issue[0].code], [422, 'structure'], 'active may be there only once')
  const remove = (sel: string) => `<diff xmlns:f="http://hl7.org/fhir"><remove sel="${sel}"/></diff>`
  assert.equal((await send('PATCH', '/fhir/Organization/o', remove('f:Organization/f:telecom'), xmlPatch)).status, 422)
  assert.equal((await send('PATCH', '/fhir/Organization/o', '<diff/>', xmlPatch)).status, 400)
  const found = await send('PATCH', '/fhir/Organization?identifier=urn:o|1', remove('f:Organization/f:active'), xmlPatch)
  assert.deepEqual([found.status, found.body.active], [200, undefined], found.text)
  const resource = { resourceType: 'Binary', contentType: xmlPatch['content-type'], data: Buffer.from(replace('Трећи')).toString('base64') }
  const entry = [{ resource, request: { method: 'PATCH', url: 'Organization/o' } }]
  const done = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })
  assert.equal(done.status, 200, done.text)
  assert.equal((await send('GET', '/fhir/Organization/o')).body.name, 'Трећи')
  assert.ok((await send('GET', '/fhir/metadata')).body.patchFormat.includes('application/xml-patch+xml'))
})

test('a write with If-Match changes the version it names and creates nothing, also by a condition', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  for (const ifMatch of ['W/"1"', '*'])
    assert.equal((await send('PUT', '/fhir/Organization?identifier=urn:o|9', organization('9'), { 'if-match': ifMatch })).status, 412)
  const entry = [{ resource: organization('9'), request: { method: 'PUT', url: 'Organization?identifier=urn:o|9', ifMatch: 'W/"1"' } }]
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 412)
  assert.equal((await send('GET', '/fhir/Organization?identifier=urn:o|9&_summary=count')).body.total, 0)
  assert.equal((await send('PUT', '/fhir/Organization?identifier=urn:o|9', organization('9'))).status, 201)
  assert.equal((await send('PUT', '/fhir/Organization?identifier=urn:o|9', organization('9', { name: 'N' }), { 'if-match': 'W/"1"' })).status, 200)
})

test('nobody may patch what another institution has filed', async (t) => {
  const { institution } = await startServer(t)
  const first = await institution('А')
  const second = await institution('Б')
  const made = await first.send('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family: 'А' }], birthDate: '2000-01-01' })
  const answer = await second.send('PATCH', `/fhir/Patient/${made.body.id}`, '[{"op":"test","path":"/birthDate","value":"2000-01-01"}]', jsonPatch)
  assert.equal(answer.status, 403, 'whether the test holds is not said')
})

test('PUT, PATCH and DELETE by a condition do what R4 says for none, one and several matches', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const at = (value: string) => `/fhir/Organization?identifier=urn:o|${value}`
  const created = await send('PUT', at('1'), organization('1'))
  assert.equal(created.status, 201, created.text)
  const updated = await send('PUT', at('1'), organization('1', { active: true }))
  assert.deepEqual([updated.status, updated.body.id, updated.body.meta.versionId], [200, created.body.id, '2'])
  assert.equal((await send('PUT', at('1'), organization('1', { active: true, id: created.body.id }))).headers['etag'], 'W/"2"')
  assert.equal((await send('PUT', at('1'), organization('1', { id: 'another' }))).status, 400)
  const chosen = await send('PUT', at('2'), organization('2', { id: 'chosen' }))
  assert.deepEqual([chosen.status, chosen.body.id], [201, 'chosen'])
  assert.equal((await send('PUT', at('3'), organization('3', { id: 'chosen' }))).status, 409, 'the id belongs to what the condition does not find')
  assert.equal((await send('PUT', '/fhir/Organization?identifier=urn:o|1&name=O', organization('1', { active: false }), { 'if-match': 'W/"1"' })).status, 412)

  assert.equal((await send('PATCH', at('2'), '[{"op":"add","path":"/active","value":false}]', jsonPatch)).body.active, false)
  assert.equal((await send('PATCH', at('9'), '[]', jsonPatch)).status, 404)
  await send('POST', '/fhir/Organization', organization('2'))
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const several = await send(
      method,
      at('2'),
      method === 'PUT' ? organization('2') : method === 'PATCH' ? '[]' : undefined,
      method === 'PATCH' ? jsonPatch : {},
    )
    assert.equal(several.status, 412, method)
  }
  assert.equal((await send('DELETE', at('1'))).status, 204)
  assert.equal((await send('GET', `/fhir/Organization/${created.body.id}`)).status, 410)
  assert.equal((await send('DELETE', at('1'))).status, 204)
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const nothing = await send(method, '/fhir/Organization', method === 'DELETE' ? undefined : '[]', method === 'PATCH' ? jsonPatch : {})
    assert.ok(nothing.status === 412 || nothing.status === 400, `${method} without a condition is ${nothing.status}`)
  }
})

test('If-None-Match prevents a write to what exists, alone, by a condition and in bundles', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const free = { 'if-none-match': '*' }
  const one = (name: string) => organization('1', { id: 'o1', name })
  assert.equal((await send('PUT', '/fhir/Organization/o1', one('A'), free)).status, 201)
  const again = await send('PUT', '/fhir/Organization/o1', one('B'), free)
  assert.deepEqual([again.status, again.body.issue[0].code], [412, 'conflict'], again.text)
  assert.equal((await send('PUT', '/fhir/Organization?identifier=urn:o|1', organization('1', { name: 'B' }), free)).status, 412)
  assert.equal((await send('PUT', '/fhir/Organization?identifier=urn:o|2', organization('2'), free)).status, 201)
  assert.equal((await send('PUT', '/fhir/Organization/o1', one('B'), { 'if-none-match': 'W/"1"' })).status, 412)
  assert.equal((await send('DELETE', '/fhir/Organization/o1', undefined, free)).status, 412)
  assert.equal((await send('PUT', '/fhir/Organization/o1', one('B'), { 'if-none-match': 'yes' })).status, 400)
  const entry = { resource: one('B'), request: { method: 'PUT', url: 'Organization/o1', ifNoneMatch: '*' } }
  const bundle = (type: string) => send('POST', '/fhir', { resourceType: 'Bundle', type, entry: [entry] })
  assert.equal((await bundle('transaction')).status, 412)
  assert.equal((await bundle('batch')).body.entry[0].response.status, '412')
  const kept = await send('GET', '/fhir/Organization/o1')
  assert.deepEqual([kept.body.name, kept.headers['etag']], ['A', 'W/"1"'])
  assert.equal((await send('PUT', '/fhir/Organization/o1', one('B'), { 'if-none-match': 'W/"7"' })).status, 200, 'another version than the one named')
  await send('DELETE', '/fhir/Organization/o1')
  assert.equal((await send('PUT', '/fhir/Organization/o1', one('C'), free)).status, 201, 'what was deleted is not there')
})

test('an unknown operation is refused as such, and the known ones are named', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  for (const [method, path] of [
    ['GET', 'Patient/$bogus'],
    ['POST', 'Patient/$bogus'],
    ['GET', 'Patient/1/$bogus'],
    ['DELETE', 'Patient/$bogus'],
    ['GET', 'Organization/$everything'],
  ] as const) {
    const answer = await send(method, `/fhir/${path}`, method === 'POST' ? { resourceType: 'Parameters' } : undefined)
    assert.equal(answer.status, 404, `${path} ${answer.text}`)
    assert.match(answer.body.issue[0].diagnostics, /there is no operation \$/)
    assert.match(answer.body.issue[0].details.text, /\$validate, \$meta/)
  }
  assert.match((await send('GET', '/fhir/$bogus')).body.issue[0].details.text, /\$export/)
  const wrong = await send('GET', '/fhir/Patient/$validate')
  assert.deepEqual([wrong.status, wrong.headers['allow']], [405, 'POST'])
})

test('several are deleted by one condition only where a setting says so', async (t) => {
  const { institution } = await startServer(t, { CONDITIONAL_DELETE: 'multiple' })
  const { send } = await institution('ДЗ Звездара')
  for (const value of ['1', '1', '2']) await send('POST', '/fhir/Organization', organization(value))
  assert.equal((await send('DELETE', '/fhir/Organization?identifier=urn:o|1')).status, 204)
  assert.equal((await send('GET', '/fhir/Organization?_summary=count')).body.total, 1)
})

test('a transaction resolves conditions, patches and reads, and touches nothing twice', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  await send('PUT', '/fhir/Organization/o1', organization('1', { id: 'o1' }))
  await send('PUT', '/fhir/Organization/o2', organization('2', { id: 'o2' }))
  const binary = {
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: Buffer.from('[{"op":"add","path":"/active","value":true}]').toString('base64'),
  }
  const transaction = (...entry: object[]) => send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })
  const conditions = (partOf: string) => [
    {
      fullUrl: 'urn:uuid:10000000-0000-4000-8000-000000000001',
      resource: organization('1', { name: 'New' }),
      request: { method: 'PUT', url: 'Organization?identifier=urn:o|1' },
    },
    {
      fullUrl: 'urn:uuid:10000000-0000-4000-8000-000000000002',
      resource: organization('3'),
      request: { method: 'PUT', url: 'Organization?identifier=urn:o|3' },
    },
    { resource: binary, request: { method: 'PATCH', url: 'Organization/o2', ifMatch: 'W/"1"' } },
    { request: { method: 'DELETE', url: 'Organization?identifier=urn:o|none' } },
    {
      resource: {
        resourceType: 'Location',
        name: 'L',
        managingOrganization: { reference: 'urn:uuid:10000000-0000-4000-8000-000000000002' },
        partOf: { reference: partOf },
      },
      request: { method: 'POST', url: 'Location' },
    },
  ]
  const done = await transaction(...conditions('Location?identifier=urn:l|nowhere'), {
    resource: { resourceType: 'Location', id: 'parent', name: 'P', identifier: [{ system: 'urn:l', value: 'parent' }] },
    request: { method: 'PUT', url: 'Location/parent' },
  })
  assert.equal(done.status, 412, 'a conditional reference finds nothing')
  await send('PUT', '/fhir/Location/parent', { resourceType: 'Location', id: 'parent', name: 'P', identifier: [{ system: 'urn:l', value: 'parent' }] })
  const again = await transaction(
    ...conditions('Location?identifier=urn:l|parent'),
    { request: { method: 'GET', url: 'Organization/o1' } },
    { request: { method: 'GET', url: 'Organization/o1', ifNoneMatch: 'W/"2"' } },
    { request: { method: 'HEAD', url: 'Organization/o2' } },
    { request: { method: 'GET', url: 'Organization/o1/_history' } },
    { request: { method: 'GET', url: 'metadata?_format=xml' } },
  )
  assert.equal(again.status, 200, again.text)
  const { entry } = again.body
  assert.deepEqual(
    entry.map((one: any) => one.response.status.slice(0, 3)),
    ['200', '201', '200', '204', '201', '200', '304', '200', '200', '200'],
  )
  assert.match(entry[0].response.location, /Organization\/o1\/_history\/2$/)
  assert.equal(entry[2].response.etag, 'W/"2"')
  assert.equal(entry[5].resource.name, 'New')
  assert.deepEqual([entry[6].resource, entry[7].resource], [undefined, undefined])
  assert.equal(entry[8].resource.type, 'history')
  assert.equal(entry[9].resource.resourceType, 'CapabilityStatement')
  const location = await send('GET', entry[4].response.location.replace(/^.*\/fhir/, '/fhir'))
  const created = /Organization\/([^/]+)\//.exec(entry[1].response.location)?.[1]
  assert.deepEqual([location.body.managingOrganization.reference, location.body.partOf.reference], [`Organization/${created}`, 'Location/parent'])

  const twice = await transaction(
    { resource: organization('1'), request: { method: 'PUT', url: 'Organization?identifier=urn:o|1' } },
    { request: { method: 'DELETE', url: 'Organization/o1' } },
  )
  assert.equal(twice.status, 400, twice.text)
  assert.equal((await send('GET', '/fhir/Organization/o1')).status, 200)
})

test('a batch does the same entry by entry, operations too', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const batch = await send('POST', '/fhir', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { resource: organization('1', { id: 'o1' }), request: { method: 'PUT', url: 'Organization/o1' } },
      { resource: fhirPathPatch('Organization.name', 'Renamed'), request: { method: 'PATCH', url: 'Organization?identifier=urn:o|1' } },
      { resource: organization('1', { status: 'x' }), request: { method: 'POST', url: 'Organization/$validate' } },
      { request: { method: 'GET', url: 'Organization/o1/_history/1' } },
      { request: { method: 'GET', url: 'Organization/none' } },
      { request: { method: 'GET', url: 'Organization/o1/_history/77' } },
      { request: { method: 'DELETE', url: 'Organization?identifier=urn:o|7' } },
    ],
  })
  assert.deepEqual(
    batch.body.entry.map((one: any) => one.response.status.slice(0, 3)),
    ['201', '200', '200', '200', '404', '404', '204'],
    batch.text,
  )
  assert.equal(batch.body.entry[2].resource.resourceType, 'OperationOutcome')
  assert.equal(batch.body.entry[5].response.outcome.resourceType, 'OperationOutcome')
  assert.equal((await send('GET', '/fhir/Organization/o1')).body.name, 'Renamed')
})

test('a read that the client has already is 304, HEAD has no body, OPTIONS and wrong methods say what is allowed', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const made = await send('PUT', '/fhir/Organization/o1', organization('1', { id: 'o1' }))
  const read = (headers: Record<string, string>) => send('GET', '/fhir/Organization/o1', undefined, headers)
  const modified = String(made.headers['last-modified'])
  assert.equal((await read({ 'if-none-match': 'W/"9", "1"' })).status, 304)
  assert.equal((await read({ 'if-none-match': '*' })).status, 304)
  assert.equal((await read({ 'if-none-match': 'W/"2"', 'if-modified-since': modified })).status, 200, 'the ETag decides')
  assert.equal((await read({ 'if-modified-since': modified })).status, 304)
  assert.equal((await read({ 'if-modified-since': new Date(Date.parse(modified) - 1000).toUTCString() })).status, 200)
  assert.equal((await read({ 'if-modified-since': 'yesterday' })).status, 200)
  const head = await send('HEAD', '/fhir/Organization?name=O')
  assert.deepEqual([head.status, head.text], [200, ''])
  const options = await send('OPTIONS', '/fhir/Organization/o1')
  assert.deepEqual([options.status, options.headers['allow']], [204, 'DELETE, GET, HEAD, PATCH, PUT'])
  const wrong = await send('POST', '/fhir/Organization/o1', organization('1'))
  assert.deepEqual([wrong.status, wrong.headers['allow']], [405, 'DELETE, GET, HEAD, PATCH, PUT'])
})

test('a Binary is written and read as it is, and never runs in a browser', async (t) => {
  const { app, institution } = await startServer(t)
  const { send, token } = await institution('ДЗ Звездара')
  const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 0xff, 0xfe])
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/pdf', accept: 'application/fhir+json' }
  const made = await app.inject({ method: 'POST', url: '/fhir/Binary', headers, payload: bytes })
  assert.equal(made.statusCode, 201, made.body)
  const { id, contentType, data } = made.json()
  assert.deepEqual([contentType, data], ['application/pdf', bytes.toString('base64')])
  const raw = await app.inject({ url: `/fhir/Binary/${id}`, headers: { authorization: `Bearer ${token}`, accept: 'application/pdf' } })
  assert.deepEqual(raw.rawPayload, bytes)
  assert.equal(raw.headers['content-type'], 'application/pdf')
  assert.equal(raw.headers['x-content-type-options'], 'nosniff')
  assert.equal(raw.headers['content-disposition'], 'attachment')
  assert.equal((await send('GET', `/fhir/Binary/${id}`)).body.contentType, 'application/pdf')
  const put = await app.inject({
    method: 'PUT',
    url: `/fhir/Binary/${id}`,
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
    payload: '<script>alert(1)</script>',
  })
  assert.equal(put.json().contentType, 'text/html; charset=utf-8', put.body)
  const page = await app.inject({ url: `/fhir/Binary/${id}`, headers: { authorization: `Bearer ${token}`, accept: 'text/html' } })
  assert.equal(page.headers['content-disposition'], 'attachment')
  assert.match(String(page.headers['content-security-policy']), /sandbox/)
})
