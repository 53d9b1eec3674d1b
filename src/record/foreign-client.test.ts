import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type Answer, startServer } from '../testing/server.ts'

// What clients of others send that R4 allows and nobody here would have written.

type Json = Record<string, any>
const names = (answer: Answer) => (answer.body.entry ?? []).map(({ resource }: Json) => `${resource.resourceType}/${resource.id}`).toSorted()
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const observation = (more: Json = {}) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p' }, ...more })

async function start(t: Parameters<typeof startServer>[0]) {
  const server = await startServer(t)
  const { send } = await server.institution('КБЦ')
  const made = await send('PUT', '/fhir/Patient/p', { resourceType: 'Patient', id: 'p', name: [{ family: 'Илић' }], gender: 'female' })
  assert.equal(made.status, 201, made.text)
  const base: string = (await send('GET', '/fhir/metadata')).body.implementation.url
  return { ...server, send, base }
}

test('formats are asked for in the ways that clients know', async (t) => {
  const { send } = await start(t)
  const typeOf = async (query: string, accept = '*/*') => {
    const { status, headers } = await send('GET', `/fhir/Patient/p${query}`, undefined, { accept })
    return status === 200 ? String(headers['content-type']).split(';')[0] : status
  }
  assert.equal(await typeOf('', 'application/fhir+json; fhirVersion="4.0"'), 'application/fhir+json')
  assert.equal(await typeOf('', 'application/fhir+xml; fhirVersion="4.0.1"'), 'application/fhir+xml')
  assert.equal(await typeOf('', 'application/fhir+json; fhirVersion="3.0"'), 406)
  assert.equal(await typeOf('?_format=', 'application/fhir+xml'), 'application/fhir+xml')
})

test('an entry of a bundle may say the whole address of this server, and search by POST', async (t) => {
  const { send, base } = await start(t)
  const batch = (...request: Json[]) => send('POST', '/fhir', { resourceType: 'Bundle', type: 'batch', entry: request.map((one) => ({ request: one })) })
  const read = await batch(
    { method: 'GET', url: `${base}/Patient/p` },
    { method: 'GET', url: `${base}/Patient?family=${encodeURIComponent('Илић')}` },
    { method: 'GET', url: `${base}/Patient/p/_history` },
    { method: 'POST', url: 'Patient/_search?_id=p' },
    { method: 'GET', url: 'https://elsewhere.example/fhir/Patient/p' },
  )
  assert.deepEqual(
    read.body.entry.map(({ response }: Json) => response.status.slice(0, 3)),
    ['200', '200', '200', '200', '400'],
  )
  assert.equal(read.body.entry[1].resource.total, 1)
  assert.deepEqual(names({ ...read, body: read.body.entry[3].resource }), ['Patient/p'])
  const written = await send('POST', '/fhir', {
    ...{ resourceType: 'Bundle', type: 'transaction' },
    entry: [
      { request: { method: 'POST', url: 'Observation/_search?_id=o' } },
      { request: { method: 'POST', url: `${base}/_search?_type=Patient&_id=p` } },
      { request: { method: 'POST', url: 'Patient/p/Condition/_search' } },
      { fullUrl: `urn:uuid:${randomUUID()}`, resource: observation(), request: { method: 'POST', url: `${base}/Observation` } },
      { resource: observation({ id: 'o' }), request: { method: 'PUT', url: `${base}/Observation/o` } },
    ],
  })
  assert.equal(written.status, 200, written.text)
  const [made, asked, inside] = written.body.entry.map(({ resource }: Json) => names({ ...written, body: resource ?? {} }))
  assert.deepEqual([made, asked, inside], [['Observation/o'], ['Patient/p'], []], 'searches come after the writes, wherever they stand')
  assert.equal((await send('GET', '/fhir/Observation/o')).status, 200)
})

test('a search by GET may end in _search, and an include be called recurse', async (t) => {
  const { send } = await start(t)
  await send('PUT', '/fhir/Observation/o', observation({ id: 'o' }))
  assert.deepEqual(names(await send('GET', '/fhir/Patient/_search?_id=p')), ['Patient/p'])
  assert.deepEqual(names(await send('GET', '/fhir/_search?_type=Patient&_id=p')), ['Patient/p'])
  assert.deepEqual(names(await send('POST', '/fhir/Observation/_search', '_id=o&_include:recurse=Observation:subject', form)), ['Observation/o', 'Patient/p'])
})

test('a resource that an operation takes may itself be the body', async (t) => {
  const { send } = await start(t)
  const system = 'http://hl7.org/fhir/administrative-gender'
  const sent = { resourceType: 'ValueSet', status: 'active', compose: { include: [{ system, concept: [{ code: 'male' }] }] } }
  const expanded = await send('POST', '/fhir/ValueSet/$expand', sent)
  assert.deepEqual(
    expanded.body.expansion.contains.map(({ code }: Json) => code),
    ['male'],
  )
  const checked = await send('POST', `/fhir/ValueSet/$validate-code?system=${system}&code=female`, sent)
  assert.equal(checked.body.parameter.find(({ name }: Json) => name === 'result').valueBoolean, false)
  assert.equal((await send('POST', '/fhir/ValueSet/$expand', observation())).status, 400)
})

test('a language is named whatever language it is asked for in', async (t) => {
  const { send } = await start(t)
  for (const language of ['*', 'en', 'sr-Latn', 'not a language']) {
    const found = await send('GET', '/fhir/CodeSystem/$lookup?system=urn:ietf:bcp:47&code=de', undefined, { 'accept-language': language })
    assert.equal(found.status, 200, `${language}: ${found.text}`)
  }
})

test('a write says which preference was followed', async (t) => {
  const { send } = await start(t)
  const put = (prefer: string) => send('PUT', '/fhir/Observation/o', observation({ id: 'o' }), { prefer })
  assert.equal((await put('return="minimal"')).headers['preference-applied'], 'return=minimal')
  assert.equal((await put('handling=strict')).headers['preference-applied'], undefined)
})

test('a history is given in part, too', async (t) => {
  const { send } = await start(t)
  await send('PUT', '/fhir/Patient/p', { resourceType: 'Patient', id: 'p', name: [{ family: 'Илић' }], gender: 'male' })
  const { body } = await send('GET', '/fhir/Patient/p/_history?_elements=gender&_count=1')
  const [{ resource }] = body.entry
  assert.deepEqual([resource.gender, resource.name, resource.meta.tag[0].code], ['male', undefined, 'SUBSETTED'])
  const next = await send('GET', `/fhir${body.link.find(({ relation }: Json) => relation === 'next').url.split('/fhir')[1]}`)
  assert.equal(next.body.entry[0].resource.name, undefined)
  assert.equal((await send('GET', '/fhir/_history?_summary=text')).status, 200)
  assert.equal((await send('GET', '/fhir/Patient/p/_history?_summary=count')).status, 400)
})

test('the statement of what works names its guides, what every type is searched by, and where systems get tokens', async (t) => {
  const { send, base } = await start(t)
  const { body } = await send('GET', '/fhir/metadata')
  assert.ok(body.instantiates.includes('http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'))
  const [rest] = body.rest
  const common = rest.searchParam.map(({ name }: Json) => name)
  for (const name of ['_id', '_lastUpdated', '_tag', '_profile', '_security', '_type', '_has', '_list', '_filter']) assert.ok(common.includes(name), name)
  const smart = await send('GET', '/fhir/.well-known/smart-configuration')
  const [{ extension }] = rest.security.extension
  assert.equal(extension.find(({ url }: Json) => url === 'token').valueUri, smart.body.token_endpoint)
  assert.ok(smart.body.token_endpoint.startsWith(base.replace(/\/fhir$/, '')))
})

test('everything about an encounter is its compartment and what that refers to', async (t) => {
  const { send, institution } = await start(t)
  const encounter = {
    ...{ resourceType: 'Encounter', id: 'e', status: 'finished', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' } },
    ...{ subject: { reference: 'Patient/p' }, serviceProvider: { reference: 'Organization/s' } },
  }
  await send('PUT', '/fhir/Organization/s', { resourceType: 'Organization', id: 's', name: 'ОБ' })
  await send('PUT', '/fhir/Encounter/e', encounter)
  await send('PUT', '/fhir/Observation/in', observation({ id: 'in', encounter: { reference: 'Encounter/e' } }))
  await send('PUT', '/fhir/Observation/out', observation({ id: 'out' }))
  const all = await send('GET', '/fhir/Encounter/e/$everything')
  assert.deepEqual(names(all), ['Encounter/e', 'Observation/in', 'Organization/s', 'Patient/p'])
  const parameter = [{ name: '_type', valueCode: 'Observation' }]
  assert.deepEqual(names(await send('POST', '/fhir/Encounter/e/$everything', { resourceType: 'Parameters', parameter })), ['Observation/in'])
  assert.deepEqual(names(await send('GET', '/fhir/Encounter/e/$everything?_since=2999-01-01T00:00:00Z')), [])
  assert.equal((await send('GET', '/fhir/Encounter/e/$everything?_count=1')).body.link.at(-1).relation, 'next')
  assert.equal((await send('GET', '/fhir/Encounter/e/$everything?start=2020')).status, 400)
  assert.equal((await send('GET', '/fhir/Encounter/none/$everything')).status, 404)
  const other = await institution('Друга')
  assert.ok([403, 404].includes((await other.send('GET', '/fhir/Encounter/e/$everything')).status))
})

test('the next page is had also by the query of its link under the type, _elements may name what every answer has, and fhirpy counts', async (t) => {
  const { send } = await start(t)
  for (const id of ['o1', 'o2', 'o3']) await send('PUT', `/fhir/Observation/${id}`, observation({ id }))
  const first = await send('GET', '/fhir/Observation?subject=Patient/p&_count=2')
  const next: string = first.body.link.find((one: Json) => one.relation === 'next').url
  const query = next.slice(next.indexOf('?'))
  const second = await send('GET', `/fhir/Observation${query}`)
  assert.deepEqual([...names(first), ...names(second)].toSorted(), ['Observation/o1', 'Observation/o2', 'Observation/o3'])
  assert.equal((await send('GET', `/fhir/Patient${query}`)).status, 400, 'a page of Observations is none of Patients')
  const some = await send('GET', '/fhir/Observation?_id=o1&_elements=id,resourceType,status')
  assert.deepEqual(Object.keys(some.body.entry[0].resource), ['resourceType', 'id', 'meta', 'status', 'code', 'subject'])
  const counted = await send('GET', '/fhir/Observation?subject=Patient/p&_count=0&_totalMethod=count')
  assert.deepEqual([counted.body.total, counted.body.entry], [3, undefined])
  assert.equal((await send('GET', '/fhir/Observation?_totalMethod=wrong')).status, 400)
})
