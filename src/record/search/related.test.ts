import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'

// Chains, reverse chains, hierarchies and Lists, tested on the real server (https://hl7.org/fhir/R4/search.html#chaining).

type Json = Record<string, any>

const put = (type: string, id: string, more: Json) => ({ resource: { resourceType: type, id, ...more }, request: { method: 'PUT', url: `${type}/${id}` } })
const ref = (reference: string) => ({ reference })
const coded = (code: string) => ({ coding: [{ system: 'urn:c', code }] })

const place = (id: string, parent: string | null, more: Json = {}) =>
  put('Location', id, { name: id, ...(parent === null ? {} : { partOf: ref(`Location/${parent}`) }), ...more })
const finding = (id: string, patient: string, code: string, more: Json = {}) =>
  put('Observation', id, { status: 'final', code: coded(code), subject: ref(`Patient/${patient}`), ...more })
const visit = (id: string, patient: string, where: string, more: Json = {}) =>
  put('Encounter', id, {
    status: 'finished',
    class: { code: 'AMB' },
    subject: ref(`Patient/${patient}`),
    location: [{ location: ref(`Location/${where}`) }],
    serviceProvider: ref('Organization/org-dz'),
    ...more,
  })

const order = (patient: string) => ({ status: 'active', intent: 'order', subject: ref(`Patient/${patient}`) })
/** The medicine is contained, beside another one that nobody takes. */
const prescription = (id: string, patient: string, code: string) =>
  put('MedicationRequest', id, {
    ...order(patient),
    contained: [
      { resourceType: 'Medication', id: 'm', code: coded(code), manufacturer: ref('Organization/org-unit') },
      { resourceType: 'Medication', id: 'other', code: coded('c'), ingredient: [{ itemReference: ref('#m') }] },
    ],
    medicationReference: ref('#m'),
  })

const data = [
  put('Organization', 'org-dz', { name: 'Дом здравља Ђердап' }),
  put('Organization', 'org-unit', { name: 'Јединица', partOf: ref('Organization/org-dz') }),
  place('l-house', null),
  place('l-floor', 'l-house'),
  place('l-room', 'l-floor'),
  place('l-other', null),
  put('Patient', 'p-ana', {
    name: [{ family: 'Анић' }],
    identifier: [{ system: 'urn:h', value: '1' }],
    gender: 'female',
    managingOrganization: ref('Organization/org-unit'),
  }),
  put('Patient', 'p-bora', { name: [{ family: 'Борић' }], identifier: [{ system: 'urn:h', value: '2' }], gender: 'male' }),
  visit('e-ana', 'p-ana', 'l-room'),
  visit('e-bora', 'p-bora', 'l-other', { status: 'planned' }),
  finding('o-ana-x', 'p-ana', 'x', { encounter: ref('Encounter/e-ana'), effectiveDateTime: '2026-01-01' }),
  finding('o-ana-y', 'p-ana', 'y', { effectiveDateTime: '2026-02-01' }),
  finding('o-bora-x', 'p-bora', 'x', { encounter: ref('Encounter/e-bora'), hasMember: [ref('Observation/o-bora-z')] }),
  finding('o-bora-z', 'p-bora', 'z'),
  put('Group', 'g-all', { type: 'person', actual: true, member: [{ entity: ref('Patient/p-ana') }] }),
  put('Questionnaire', 'q-sleep', { status: 'active', url: 'http://example.org/q/sleep', version: '2', title: 'Спавање' }),
  put('QuestionnaireResponse', 'qr-1', { status: 'completed', questionnaire: 'http://example.org/q/sleep|2', subject: ref('Patient/p-ana') }),
  put('QuestionnaireResponse', 'qr-2', { status: 'amended', questionnaire: 'http://example.org/q/other', subject: ref('Patient/p-bora') }),
  prescription('mr-ana', 'p-ana', 'a'),
  prescription('mr-ana-b', 'p-ana', 'b'),
  put('Medication', 'med-a', { code: coded('a') }),
  put('MedicationRequest', 'mr-ana-out', { ...order('p-ana'), medicationReference: ref('Medication/med-a') }),
  prescription('mr-bora', 'p-bora', 'a'),
  put('List', 'li', {
    status: 'current',
    mode: 'changes',
    entry: [{ item: ref('Observation/o-ana-x') }, { item: ref('Patient/p-bora') }, { item: ref('Observation/o-bora-x'), deleted: true }],
  }),
]

const questions: [string, string[]][] = [
  ['MedicationRequest?patient=p-ana&medication.code=a', ['mr-ana', 'mr-ana-out']],
  ['MedicationRequest?patient=p-ana&medication.code:not=a', ['mr-ana-b']],
  ['MedicationRequest?patient=p-ana&medication.code=c', []],
  ['MedicationRequest?medication:Medication.code=urn:c|a&patient.identifier=urn:h|2', ['mr-bora']],
  ['MedicationRequest?patient=p-ana&medication.manufacturer.partof=org-dz', ['mr-ana', 'mr-ana-b']],
  ['MedicationRequest?_id=mr-ana,mr-bora&medication.code=a', ['mr-ana', 'mr-bora']],
  ['Patient?_has:MedicationRequest:patient:medication.code=a', ['p-ana', 'p-bora']],
  ['MedicationRequest?medication.code=a', ['mr-ana', 'mr-ana-out', 'mr-bora']],
  ['MedicationRequest?medication.code=urn:c|b&status=active', ['mr-ana-b']],
  ['MedicationRequest?medication.code=urn:other|a', []],
  ['MedicationRequest?medication.code=c', []],
  ['MedicationRequest?code=c', []],
  ['Patient?_id=p-ana,p-bora&_has:MedicationRequest:patient:medication.code=b', ['p-ana']],
  ['Observation?subject:Patient.name=анић', ['o-ana-x', 'o-ana-y']],
  ['Observation?subject.name=anic', ['o-ana-x', 'o-ana-y']],
  ['Observation?patient.identifier=urn:h|2&code=x', ['o-bora-x']],
  ['Observation?patient.identifier=urn:h|3', []],
  ['Observation?patient.gender=female', ['o-ana-x', 'o-ana-y']],
  ['Observation?patient.gender=female,male&code=x', ['o-ana-x', 'o-bora-x']],
  ['Observation?patient.gender:not=female', ['o-bora-x', 'o-bora-z']],
  ['Observation?encounter.status=finished', ['o-ana-x']],
  ['Observation?encounter.location.partof.partof.name=l-house', ['o-ana-x']],
  ['Observation?encounter.service-provider.name:contains=djerdap', ['o-ana-x', 'o-bora-x']],
  ['Observation?encounter:missing=true', ['o-ana-y', 'o-bora-z']],
  ['Observation?patient=p-bora&encounter.status=planned', ['o-bora-x']],
  ['Observation?patient=p-bora&encounter.status=finished', []],
  ['Observation?patient=p-ana,p-bora&encounter.location.name=l-room', ['o-ana-x']],
  ['Observation?_id=o-ana-x&patient.name=borić', []],
  ['Observation?_id=o-ana-x&patient.name=anić', ['o-ana-x']],
  ['Observation?patient.organization.partof.name=dom', ['o-ana-x', 'o-ana-y']],
  ['Observation?patient.name=anić&patient.name=borić', []],
  ['Observation?patient.name=anić&_sort=-date', ['o-ana-y', 'o-ana-x']],
  ['Observation?has-member.code=z', ['o-bora-x']],
  ['Observation?_has:Observation:has-member:code=x', ['o-bora-z']],
  ['Patient?_has:Observation:patient:code=x', ['p-ana', 'p-bora']],
  ['Patient?_has:Observation:patient:code=y', ['p-ana']],
  ['Patient?_has:Observation:patient:code=none', []],
  ['Patient?_has:Observation:patient:code=x&_has:Encounter:patient:status=planned', ['p-bora']],
  ['Patient?_has:Observation:patient:encounter.status=planned', ['p-bora']],
  ['Patient?_has:Observation:patient:_has:Observation:has-member:code=x', ['p-bora']],
  ['Patient?identifier=urn:h|1&_has:Observation:patient:code=y', ['p-ana']],
  ['Patient?identifier=urn:h|2&_has:Observation:patient:code=y', []],
  ['Patient?_has:Group:member:_id=g-all', ['p-ana']],
  ['Observation?patient._has:Group:member:_id=g-all', ['o-ana-x', 'o-ana-y']],
  ['QuestionnaireResponse?questionnaire.title=spavanje', ['qr-1']],
  ['QuestionnaireResponse?patient=p-ana&questionnaire.title=spavanje', ['qr-1']],
  ['QuestionnaireResponse?patient=p-bora&questionnaire.title=spavanje', []],
  ['Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed', ['q-sleep']],
  ['Questionnaire?_has:QuestionnaireResponse:questionnaire:status=amended', []],
  ['Location?partof:below=l-house', ['l-floor', 'l-room']],
  ['Location?partof:below=l-floor', ['l-room']],
  ['Location?partof:above=l-room', ['l-floor', 'l-room']],
  ['Encounter?location:below=Location/l-house', ['e-ana']],
  ['Encounter?location:above=l-room', ['e-ana']],
  ['Encounter?location:below=l-other', ['e-bora']],
  ['Patient?organization:below=org-dz', ['p-ana']],
  ['Observation?_list=li', ['o-ana-x']],
  ['Patient?_list=List/li', ['p-bora']],
  ['Observation?_list=none', []],
  ['Observation?_filter=patient.name eq anić and code eq y', ['o-ana-y']],
  ['Observation?_filter=patient.name co ani or encounter.status eq planned', ['o-ana-x', 'o-ana-y', 'o-bora-x']],
  ['Observation?_filter=not (patient.gender eq female)', ['o-bora-x', 'o-bora-z']],
  ['Observation?_filter=not (patient.gender eq female) and code eq z', ['o-bora-z']],
  ['Observation?_filter=patient eq p-ana or (patient eq p-bora and code eq x)', ['o-ana-x', 'o-ana-y', 'o-bora-x']],
  ['Observation?_filter=(patient eq p-ana or patient eq p-bora) and code eq x', ['o-ana-x', 'o-bora-x']],
  ['Observation?_filter=patient ne p-ana', ['o-bora-x', 'o-bora-z']],
  ['Observation?_filter=patient[gender eq female].organization.partof.name co djerdap and code eq x', ['o-ana-x']],
  ['Observation?_filter=patient[gender eq male].organization.name co dz', []],
  ['Observation?_filter=encounter[status eq finished].location pr true', ['o-ana-x']],
  ['Observation?_filter=encounter pr false&_sort=code', ['o-ana-y', 'o-bora-z']],
  ['Patient?_filter=_has:Observation:patient:code eq y or _has:Encounter:patient:status eq planned', ['p-ana', 'p-bora']],
  ['Patient?_filter=identifier eq urn:h|1 or identifier eq urn:h|2', ['p-ana', 'p-bora']],
  ['Patient?_filter=identifier ne urn:h|1 and name sw bor', ['p-bora']],
  ['?_type=Patient,Observation&_filter=_id eq p-ana or _id eq o-ana-x', ['o-ana-x', 'p-ana']],
]

async function idsOf(send: Send, url: string): Promise<string[]> {
  const answer = await send('GET', url.startsWith('?') ? `/fhir${url}` : `/fhir/${url}`)
  assert.equal(answer.status, 200, `${url}: ${answer.text.slice(0, 500)}`)
  return (answer.body.entry ?? []).map((one: Json) => one.resource.id)
}

test('a condition may concern other resources: a referenced one, a referring one, one above or below, or one in a List', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  const sent = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: data })
  assert.equal(sent.status, 200, sent.text.slice(0, 800))
  for (const [url, expected] of questions) {
    const found = await idsOf(send, url)
    assert.deepEqual(url.includes('_sort') ? found : found.sort(), expected, url)
  }
  const paged = await send('GET', '/fhir/Observation?patient.gender=female&_count=1&_total=accurate')
  assert.equal(paged.body.total, 2)
  const next = paged.body.link.find((link: Json) => link.relation === 'next').url as string
  assert.equal((await idsOf(send, next.slice(next.indexOf('/fhir') + 5).replace(/^\//, ''))).length, 1)
  const conditional = await send('POST', '/fhir/Observation', finding('any', 'p-ana', 'y').resource, { 'if-none-exist': 'patient.identifier=urn:h|1&code=y' })
  assert.equal(conditional.status, 200, conditional.text)
})

test('a circle of places ends, and a chain over a type that the token does not allow is refused before anything is read', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ')
  const circle = [place('c-1', 'c-2'), place('c-2', 'c-1'), put('Patient', 'p', { identifier: [{ system: 'urn:h', value: '1' }] })]
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: circle })).status, 200)
  assert.deepEqual((await idsOf(send, 'Location?partof:below=c-1')).sort(), ['c-1', 'c-2'])
  const narrow = await institution('Само налази', 'system/Observation.rs')
  for (const url of [
    'Observation?patient.name=x',
    'Observation?_has:Provenance:target:agent=x',
    'Observation?encounter.location.name=x',
    'Observation?_list=x',
  ]) {
    assert.equal((await narrow.send('GET', `/fhir/${url}`)).status, 403, url)
  }
  const visits = await institution('Само посете', 'system/Encounter.rs')
  assert.equal((await visits.send('GET', '/fhir/Encounter?location:below=Location/c-1')).status, 403)
})

test('a chain to a person finds resources under any of the person’s charts', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const made = async (resource: Json): Promise<string> => {
    const { status, body, text } = await send('POST', `/fhir/${resource['resourceType']}`, resource)
    assert.equal(status, 201, text)
    return body.id
  }
  const chart = (value: string, family: string) => ({
    resourceType: 'Patient',
    identifier: [
      { system: 'urn:h', value },
      { system: 'urn:rs:jmbg', value: '0101985710113' },
    ],
    name: [{ family }],
    birthDate: '1985-01-01',
  })
  const charts = [await made(chart('1', 'Стари')), await made(chart('2', 'Нови'))]
  for (const patient of charts) await made({ resourceType: 'Observation', status: 'final', code: coded('x'), subject: ref(`Patient/${patient}`) })
  for (const name of ['novi', 'stari']) assert.equal((await idsOf(send, `Observation?patient.name=${name}`)).length, 2, name)
  assert.deepEqual((await idsOf(send, `Observation?patient=${charts[0]}&patient.name=novi`)).length, 2)
  assert.deepEqual((await idsOf(send, 'Patient?_has:Observation:patient:code=x')).sort(), charts.sort())
})
