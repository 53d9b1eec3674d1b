import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'
import { everyPage } from '../../testing/search-oracle.ts'

// Compartments and searches over several types (https://hl7.org/fhir/R4/http.html#search, compartmentdefinition.html).

type Json = Record<string, any>
const put = (type: string, id: string, more: Json) => ({ resource: { resourceType: type, id, ...more }, request: { method: 'PUT', url: `${type}/${id}` } })
const ref = (reference: string) => ({ reference })
const coded = (code: string) => ({ coding: [{ system: 'urn:c', code }] })

const data = [
  put('Practitioner', 'doc', { name: [{ family: 'Лекар' }], meta: { tag: [{ system: 'urn:t', code: 'x' }] } }),
  put('Patient', 'ana', { identifier: [{ system: 'urn:h', value: '1' }], name: [{ family: 'Анић' }], generalPractitioner: [ref('Practitioner/doc')] }),
  put('Patient', 'bora', { identifier: [{ system: 'urn:h', value: '2' }], name: [{ family: 'Борић' }], meta: { tag: [{ system: 'urn:t', code: 'x' }] } }),
  put('RelatedPerson', 'aunt', { patient: ref('Patient/bora') }),
  put('Device', 'pump', { status: 'active', patient: ref('Patient/ana') }),
  put('Encounter', 'e1', { status: 'finished', class: { code: 'AMB' }, subject: ref('Patient/ana'), participant: [{ individual: ref('Practitioner/doc') }] }),
  put('Condition', 'c1', { code: coded('x'), subject: ref('Patient/ana'), encounter: ref('Encounter/e1'), recordedDate: '2026-01-03' }),
  put('Condition', 'c2', { code: coded('y'), subject: ref('Patient/ana'), recordedDate: '2026-01-01' }),
  // Ana reported Bora's illness, so the Condition is in the compartments of both.
  put('Condition', 'c3', { code: coded('x'), subject: ref('Patient/bora'), asserter: ref('Patient/ana'), recordedDate: '2026-01-02' }),
  put('Condition', 'c4', { code: coded('x'), subject: ref('Patient/bora'), asserter: ref('RelatedPerson/aunt') }),
  put('Observation', 'o1', { status: 'final', code: coded('x'), subject: ref('Patient/ana'), encounter: ref('Encounter/e1'), device: ref('Device/pump') }),
  put('Observation', 'o2', { status: 'final', code: coded('x'), subject: ref('Patient/bora'), performer: [ref('Practitioner/doc')] }),
  put('Organization', 'org', { name: 'Болница' }),
]

const questions: [string, string[]][] = [
  ['Patient/ana/Condition', ['c1', 'c2', 'c3']],
  ['Patient/ana/Condition?code=x', ['c1', 'c3']],
  ['Patient/ana/Condition?code=x&patient=ana', ['c1']],
  ['Patient/ana/Condition?_sort=-recorded-date', ['c1', 'c3', 'c2']],
  ['Patient/bora/Condition', ['c3', 'c4']],
  ['Patient/ana/Patient', ['ana']],
  ['Patient/nobody/Condition', []],
  ['Patient/ana/Observation', ['o1']],
  ['Patient/ana/*', ['ana', 'c1', 'c2', 'c3', 'e1', 'o1']],
  ['Patient/ana/*?_type=Condition,Observation&code=x', ['c1', 'c3', 'o1']],
  ['Patient/ana/*?_lastUpdated=lt2020', []],
  ['Encounter/e1/Condition', ['c1']],
  ['Encounter/e1/*', ['c1', 'e1', 'o1']],
  ['Practitioner/doc/Observation', ['o2']],
  ['Practitioner/doc/*', ['ana', 'doc', 'e1', 'o2']],
  ['RelatedPerson/aunt/*', ['aunt', 'c4']],
  ['Device/pump/Observation', ['o1']],
  ['?_type=Condition,Observation&code=x', ['c1', 'c3', 'c4', 'o1', 'o2']],
  ['?_type=Condition,Observation&subject=Patient/ana', ['c1', 'c2', 'o1']],
  ['?_type=Observation,Condition&patient.name=anić', ['c1', 'c2', 'o1']],
  ['?_id=c1,o1,org', ['c1', 'o1', 'org']],
  ['?_tag=urn:t|x', ['bora', 'doc']],
  ['?_type=Patient&name=anić', ['ana']],
  ['?_type=Condition,Encounter&_has:Provenance:target:agent=doc', []],
]

async function idsOf(send: Send, url: string): Promise<string[]> {
  const found = await everyPage(send, url.startsWith('?') ? `/fhir${url}` : `/fhir/${url}`)
  return found.map((one) => one['id'])
}

test('a search may stay in the compartment of one resource, or go over several types', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const sent = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data })
  assert.equal(sent.status, 200, sent.text.slice(0, 800))
  for (const [url, expected] of questions) {
    const found = await idsOf(send, url)
    assert.deepEqual(url.includes('_sort') ? found : found.sort(), expected, url)
    const paged = await idsOf(send, `${url}${url.includes('?') ? '&' : '?'}_count=1`)
    assert.deepEqual(url.includes('_sort') ? paged : paged.sort(), expected, `${url} one by one`)
  }
  const sorted = await idsOf(send, '?_type=Condition,Observation&_sort=-_lastUpdated&_count=2')
  assert.equal(new Set(sorted).size, 6)
  const counted = await send('GET', '/fhir?_type=Condition,Observation&code=x&_summary=count')
  assert.equal(counted.body.total, 5)
  assert.equal(counted.body.link[0].url.split('/fhir')[1], '?_type=Condition%2CObservation&code=x&_summary=count')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await send('POST', '/fhir/_search', '_type=Condition&code=y', form)).body.entry.length, 1)
  assert.equal((await send('POST', '/fhir/Patient/ana/Condition/_search', 'code=y', form)).body.entry.length, 1)
  for (const url of ['/fhir/Patient/ana/_search', '/fhir/Patient/ana/*/_search']) {
    assert.equal((await send('POST', url, '_type=Condition,Observation&code=x', form)).body.entry.length, 3, url)
  }
  assert.equal((await send('POST', '/fhir/Organization/org/_search', '', form)).status, 404)
  const withIncludes = await send('GET', '/fhir/Patient/ana/Condition?_id=c3&_include=Condition:asserter')
  assert.deepEqual(withIncludes.body.entry.map((one: Json) => one.resource.id).sort(), ['ana', 'c3'])
})

test('an unknown compartment, a type that is not in it and a parameter that the types do not share are refused', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const refused: [string, number][] = [
    ['/Organization/1/Observation', 404],
    ['/Patient/1/Nothing', 404],
    ['/Patient/1/Organization', 400],
    ['/Encounter/1/*?_type=Patient', 400],
    ['/Patient/ana/Condition?favourite=1', 400],
    ['/Patient/ana/*?code=x', 400],
    ['?_type=Condition,Encounter&code=x', 400],
    ['?_type=Condition,Nothing', 400],
    ['?_type=Condition&_type=Encounter', 400],
    ['?code=x', 400],
    ['', 400],
    ['?_count=5', 400],
  ]
  for (const [url, status] of refused) {
    const answer = await send('GET', `/fhir${url}`)
    assert.equal(answer.status, status, `${url}: ${answer.text}`)
    assert.ok(answer.body.issue[0].details?.text, url)
  }
  const narrow = await institution('Друга', 'system/Encounter.rs')
  assert.equal((await narrow.send('GET', '/fhir?_type=Condition,Observation')).status, 403)
  assert.equal((await narrow.send('GET', '/fhir/Patient/ana/Condition')).status, 403)
  assert.equal((await narrow.send('GET', '/fhir?_type=Condition,Encounter')).status, 403)
  assert.equal((await narrow.send('GET', '/fhir/Patient/ana/*')).status, 200)
})
