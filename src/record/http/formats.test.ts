import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { startServer } from '../../testing/server.ts'

const xml = { 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' }
const patient = (inner = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!-- from a laboratory --><Patient xmlns="http://hl7.org/fhir"><identifier><system value="urn:h"/><value value="X-1"/></identifier>${inner}<name><family value="Петровић"/><given value="Ана"/></name><birthDate value="1985-01-01"/></Patient>`

test('a resource sent as XML is the same resource in JSON, and the other way round', async (t) => {
  const { app, world, institution } = await startServer(t)
  const { send, token } = await institution('ДЗ Звездара')
  const created = await send('POST', '/fhir/Patient', patient(), xml)
  assert.equal(created.status, 201, created.text)
  assert.equal(created.headers['content-type'], 'application/fhir+xml; charset=utf-8')
  assert.match(created.text, /^<\?xml version="1\.0" encoding="UTF-8"\?><Patient xmlns="http:\/\/hl7\.org\/fhir"><id value="/)
  const id = /<id value="([^"]+)"/.exec(created.text)?.[1]
  const json = await send('GET', `/fhir/Patient/${id}`)
  assert.equal(json.body.name[0].family, 'Петровић')
  assert.deepEqual(world.fhir.formats.parseXml(created.text), json.body)

  const observation = `{"resourceType":"Observation","status":"final","code":{"text":"глукоза"},"subject":{"reference":"Patient/${id}"},"valueQuantity":{"value":5.50}}`
  const made = await send('POST', '/fhir/Observation', observation)
  const read = await send('GET', `/fhir/Observation/${made.body.id}?_format=xml`)
  assert.match(read.text, /<value value="5\.50"\/>/)
  const transaction = `<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><resource>${patient()
    .replace(/^.*?-->/s, '')
    .replace('X-1', 'X-9')}</resource><request><method value="POST"/><url value="Patient"/></request></entry></Bundle>`
  const done = await send('POST', '/fhir', transaction, xml)
  assert.match(done.text, /<status value="201 Created"\/>/)

  const search = await send('GET', '/fhir/Observation?_format=application/fhir%2Bxml&_pretty=true')
  assert.match(search.text, /\n {2}<entry>\n {4}<fullUrl/)
  const form = await send('POST', '/fhir/Observation/_search', '_format=xml', { 'content-type': 'application/x-www-form-urlencoded' })
  assert.match(form.text, /^<\?xml[^>]*\?><Bundle /)
  const everything = await send('GET', `/fhir/Patient/${id}/$everything?_format=xml`)
  const bundle = world.fhir.formats.parseXml(everything.text) as any
  assert.deepEqual(bundle.entry.map((entry: any) => entry.resource.resourceType).sort(), ['Observation', 'Patient'])

  const packed = await app.inject({
    method: 'GET',
    url: `/fhir/Patient/${id}/$everything`,
    headers: { authorization: `Bearer ${token}`, accept: 'application/xml', 'accept-encoding': 'gzip' },
  })
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(packed.rawPayload).toString(), everything.text)
  const sent = await app.inject({
    method: 'POST',
    url: '/fhir/Patient',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/xml; charset=UTF-8', 'content-encoding': 'gzip' },
    payload: gzipSync(patient().replace('X-1', 'X-2')),
  })
  assert.equal(sent.statusCode, 201, sent.body)
  const head = await send('HEAD', `/fhir/Patient/${id}`, undefined, xml)
  assert.equal(head.status, 200)
  assert.equal(head.text, '')
  assert.equal(head.headers['content-type'], 'application/fhir+xml; charset=utf-8')
})

test('the form of the answer follows _format, then the best of Accept, for refusals too', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const kinds: [Record<string, string>, string, 'json' | 'xml' | 406][] = [
    [{}, '', 'json'],
    [{ accept: '*/*' }, '', 'json'],
    [{ accept: 'application/fhir+xml;q=0.9, application/fhir+json;q=0.8' }, '', 'xml'],
    [{ accept: 'application/fhir+xml;q=0.5, application/json' }, '', 'json'],
    [{ accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }, '', 'json'],
    [{ accept: 'application/fhir+xml;q=0.9, text/html' }, '', 'xml'],
    [{ accept: 'application/json;q=0, */*' }, '', 'xml'],
    [{ accept: 'text/html' }, '', 'json'],
    [{ accept: 'application/xml; fhirVersion=4.0' }, '', 'xml'],
    [{ accept: 'application/fhir+json; fhirVersion=3.0' }, '', 406],
    [{ accept: 'application/fhir+xml;q=0' }, '', 406],
    [{ accept: 'application/fhir+xml' }, '?_format=json', 'json'],
    [{ accept: 'image/png' }, '?_format=text/xml', 'xml'],
    [{ accept: 'image/png' }, '', 406],
    [{}, '?_format=application/fhir+xml', 'xml'],
    [{}, '?_format=ttl', 406],
  ]
  for (const [headers, query, wanted] of kinds) {
    const answer = await send('GET', `/fhir/metadata${query}`, undefined, headers)
    assert.equal(answer.status, wanted === 406 ? 406 : 200, JSON.stringify([headers, query]))
    assert.match(String(answer.headers['content-type']), wanted === 'xml' ? /^application\/fhir\+xml/ : /^application\/fhir\+json/)
    assert.match(answer.text, wanted === 'xml' ? /<CapabilityStatement / : /^\{"resourceType"/)
  }
  for (const [release, status] of [
    ['3.0', 415],
    ['4.0', 201],
    ['"4.0.1"', 201],
  ] as const) {
    const sent = { 'content-type': `application/fhir+json; fhirVersion=${release}; charset=utf-8` }
    assert.equal((await send('POST', '/fhir/Basic', '{"resourceType":"Basic","code":{"text":"x"}}', sent)).status, status, release)
  }
  for (const url of ['/fhir/Patient/nothing', '/fhir/Nothing', '/fhir/Patient/a/b/c/d', '/fhir/Patient?nonsense=1']) {
    const answer = await send('GET', url, undefined, { accept: 'application/fhir+xml' })
    assert.ok(answer.status >= 400 && answer.status < 500)
    assert.match(answer.text, /<OperationOutcome xmlns="http:\/\/hl7\.org\/fhir"><issue><severity value="error"\/>/, url)
  }
  assert.match((await send('GET', '/fhir/metadata?_pretty=true')).text, /^\{\n {2}"resourceType": "CapabilityStatement",/)
})

test('wrong XML is refused with a place, and nothing of it is stored', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const unknown = await send('POST', '/fhir/Patient', patient('<naem/>'), xml)
  assert.equal(unknown.status, 400)
  assert.match(unknown.text, /<expression value="Patient\.naem"\/>/)
  const invalid = await send('POST', '/fhir/Patient', patient('<active value="yes"/>'), { ...xml, accept: 'application/fhir+json' })
  assert.equal(invalid.body.issue[0].expression[0], 'Patient.active')
  const entity = await send(
    'POST',
    '/fhir/Patient',
    `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${patient()}`.replace('<?xml version="1.0" encoding="UTF-8"?>\n', ''),
    xml,
  )
  assert.equal(entity.status, 400)
  assert.doesNotMatch(entity.text, /root:/)
  assert.equal((await send('POST', '/fhir/Patient', patient(), { 'content-type': 'application/fhir+turtle' })).status, 415)
  assert.equal((await send('POST', '/fhir/Patient', patient(), { 'content-type': 'application/fhir+xml; charset=iso-8859-2' })).status, 415)
  assert.equal((await send('GET', '/fhir/Patient?_summary=count')).body.total, 0)
})

test('a read gives a summary or chosen elements when asked, marked as a part, in any form and inside a bundle', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Ана</div>' }
  const id = (await send('POST', '/fhir/Patient', { resourceType: 'Patient', text, active: true, gender: 'female', photo: [{ title: 'x' }] })).body.id
  const keysOf = (resource: object) => Object.keys(resource).toSorted().join(' ')
  const chosen = (await send('GET', `/fhir/Patient/${id}?_elements=gender`)).body
  assert.equal(keysOf(chosen), 'gender id meta resourceType')
  assert.equal(chosen.meta.tag[0].code, 'SUBSETTED')
  assert.equal(keysOf((await send('GET', `/fhir/Patient/${id}?_summary=text`)).body), 'id meta resourceType text')
  assert.equal(keysOf((await send('GET', `/fhir/Patient/${id}/_history/1?_summary=true`)).body), 'active gender id meta resourceType')
  assert.match((await send('GET', `/fhir/Patient/${id}?_elements=active&_format=xml`)).text, /<\/meta><active value="true"\/><\/Patient>$/)
  assert.equal(keysOf((await send('GET', `/fhir/Patient/${id}`)).body), 'active gender id meta photo resourceType text')
  for (const wrong of ['_summary=count', '_summary=short', '_elements=a.b.c']) assert.equal((await send('GET', `/fhir/Patient/${id}?${wrong}`)).status, 400)
  const urls = [`Patient/${id}?_elements=active`, '?_type=Patient,Practitioner&_elements=active']
  const batch = { resourceType: 'Bundle', type: 'batch', entry: urls.map((url) => ({ request: { method: 'GET', url } })) }
  const [read, found] = (await send('POST', '/fhir', batch)).body.entry
  assert.equal(keysOf(read.resource), 'active id meta resourceType')
  assert.deepEqual(
    found.resource.entry.map((entry: { resource: object }) => keysOf(entry.resource)),
    ['active id meta resourceType'],
  )
})
