import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

// The resources that an answer includes (https://hl7.org/fhir/R4/search.html#revinclude).

type Json = Record<string, any>
const put = (type: string, id: string, more: Json) => ({ resource: { resourceType: type, id, ...more }, request: { method: 'PUT', url: `${type}/${id}` } })
const ref = (reference: string) => ({ reference })
const questionnaire = (id: string, version: string) => put('Questionnaire', id, { status: 'active', url: 'http://example.org/q', version, title: id })

const data = [
  put('Organization', 'org', { name: 'Болница' }),
  put('Organization', 'unit', { name: 'Одељење', partOf: ref('Organization/org') }),
  put('Location', 'room', { name: 'Соба', managingOrganization: ref('Organization/unit') }),
  put('Patient', 'ana', { identifier: [{ system: 'urn:h', value: '1' }], managingOrganization: ref('Organization/unit') }),
  put('Practitioner', 'doc', { name: [{ family: 'Лекар' }] }),
  put('Encounter', 'visit', {
    status: 'finished',
    class: { code: 'AMB' },
    subject: ref('Patient/ana'),
    location: [{ location: ref('Location/room') }],
    participant: [{ individual: ref('Practitioner/doc') }],
  }),
  put('Observation', 'a', {
    status: 'final',
    code: { text: 'a' },
    subject: ref('Patient/ana'),
    encounter: ref('Encounter/visit/_history/1'),
    performer: [ref('Practitioner/doc'), ref('Organization/org')],
    hasMember: [ref('Observation/b')],
  }),
  put('Observation', 'b', { status: 'final', code: { text: 'b' }, subject: ref('Patient/ana'), hasMember: [ref('Observation/c')] }),
  put('Observation', 'c', { status: 'final', code: { text: 'c' }, subject: ref('Patient/ana'), derivedFrom: [ref('Observation/a')] }),
  questionnaire('q1', '1'),
  questionnaire('q2', '2'),
  put('QuestionnaireResponse', 'r1', { status: 'completed', questionnaire: 'http://example.org/q|1', subject: ref('Patient/ana') }),
  put('QuestionnaireResponse', 'r2', { status: 'completed', questionnaire: 'http://example.org/q', subject: ref('Patient/ana') }),
  put('Provenance', 'p', { target: [ref('Observation/a')], recorded: '2026-01-01T00:00:00Z', agent: [{ who: ref('Practitioner/doc') }] }),
]

/** Each question, and the resources included beside its matches. */
const questions: [string, string[]][] = [
  ['Observation?_id=a&_include=Observation:patient', ['ana']],
  ['Observation?_id=a&_include=Observation:encounter', ['visit']],
  ['Observation?_id=a&_include=Observation:performer', ['doc', 'org']],
  ['Observation?_id=a&_include=Observation:performer:Practitioner', ['doc']],
  ['Observation?_id=a&_include=Observation:*', ['ana', 'b', 'doc', 'org', 'visit']],
  ['Observation?_id=a&_include=*', ['ana', 'b', 'doc', 'org', 'visit']],
  ['Observation?_id=a&_include=Observation:*:Organization', ['org']],
  ['Observation?_id=a&_include=Observation:has-member', ['b']],
  ['Observation?_id=a&_include:iterate=Observation:has-member', ['b', 'c']],
  ['Observation?_id=a&_include:iterate=*', ['ana', 'b', 'c', 'doc', 'org', 'room', 'unit', 'visit']],
  ['Observation?_id=a&_include=Observation:encounter&_include:iterate=Encounter:location&_include:iterate=Location:organization', ['room', 'unit', 'visit']],
  ['Observation?_id=a&_include=Observation:encounter&_include:iterate=Location:organization', ['visit']],
  ['Observation?_id=c&_revinclude=Observation:has-member', ['b']],
  ['Observation?_id=c&_revinclude:iterate=Observation:has-member', ['a', 'b']],
  ['Observation?_id=c&_include:iterate=Observation:derived-from&_revinclude:iterate=Observation:has-member', ['a', 'b']],
  ['Patient?_id=ana&_revinclude=Observation:patient', ['a', 'b', 'c']],
  ['Patient?_id=ana&_revinclude=Observation:*', ['a', 'b', 'c']],
  ['Patient?_id=ana&_revinclude=*', ['a', 'b', 'c', 'r1', 'r2', 'visit']],
  ['Patient?_id=ana&_revinclude=*&_revinclude:iterate=Provenance:target', ['a', 'b', 'c', 'p', 'r1', 'r2', 'visit']],
  ['Organization?_id=unit&_revinclude=*', ['ana', 'room']],
  ['QuestionnaireResponse?_id=r1&_include=QuestionnaireResponse:questionnaire', ['q1']],
  ['QuestionnaireResponse?_id=r2&_include=QuestionnaireResponse:questionnaire', ['q2']],
  ['QuestionnaireResponse?_id=r1&_include=*', ['ana', 'q1']],
  ['Questionnaire?_id=q1&_revinclude=QuestionnaireResponse:questionnaire', ['r1', 'r2']],
  ['Practitioner?_id=doc&_revinclude=Observation:performer:Practitioner', ['a']],
  ['Practitioner?_id=doc&_revinclude=Observation:performer:Organization', []],
]

test('an answer includes what was asked for, each resource once, and a circle of references ends', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const sent = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data.filter(({ resource }) => resource.id !== 'q2') })
  assert.equal(sent.status, 200, sent.text.slice(0, 800))
  const q2 = data.find(({ resource }) => resource.id === 'q2')
  assert.equal((await send('PUT', '/fhir/Questionnaire/q2', q2?.resource)).status, 201)
  for (const [url, expected] of questions) {
    const { status, body, text } = await send('GET', `/fhir/${url}`)
    assert.equal(status, 200, `${url}: ${text.slice(0, 500)}`)
    const included = body.entry.filter((one: Json) => one.search.mode === 'include').map((one: Json) => one.resource.id)
    assert.deepEqual(included.sort(), expected, url)
    assert.equal(body.entry.filter((one: Json) => one.search.mode === 'outcome').length, 0, url)
  }
})

test('resources that the token does not allow are not included', async (t) => {
  const { institution } = await startServer(t)
  const { send, id } = await institution('Болница')
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data })).status, 200)
  assert.ok(id > 0)
  const narrow = await institution('Друга', 'system/Practitioner.rs system/Location.rs')
  const { body } = await narrow.send('GET', '/fhir/Location?_id=room&_include:iterate=*&_revinclude=*')
  assert.deepEqual(
    body.entry.map((one: Json) => one.resource.id),
    ['room'],
  )
})

test('an answer that would be too large is cut, and says so', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const observation = (at: number) => ({
    resource: { resourceType: 'Observation', status: 'final', code: { text: `${at}` }, subject: ref('Patient/ana') },
    request: { method: 'POST', url: 'Observation' },
  })
  const patient = put('Patient', 'ana', { identifier: [{ system: 'urn:h', value: '1' }] })
  const entry = [patient, ...Array.from({ length: 2100 }, (_, at) => observation(at))]
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  const { body } = await send('GET', '/fhir/Patient?_id=ana&_revinclude=Observation:patient')
  const modes = Map.groupBy(body.entry as Json[], (one) => one['search'].mode)
  assert.equal(modes.get('include')?.length, 2000)
  assert.equal(modes.get('outcome')?.[0]?.['resource'].issue[0].code, 'incomplete')
})
