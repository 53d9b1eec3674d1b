import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const system = 'http://example.org/findings'
const findings = {
  resourceType: 'CodeSystem',
  url: system,
  status: 'active',
  content: 'complete',
  concept: [
    {
      code: 'pain',
      display: 'Pain',
      concept: [
        { code: 'headache', display: 'Headache' },
        { code: 'back-pain', display: 'Back pain' },
      ],
    },
    { code: 'fever', display: 'Fever' },
  ],
}
const pains = {
  resourceType: 'ValueSet',
  url: 'http://example.org/pains',
  status: 'active',
  compose: { include: [{ system, filter: [{ property: 'concept', op: 'is-a', value: 'pain' }] }] },
}

test('a search may name a value set or a hierarchy in place of its codes', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Дом здравља Тражилац')
  const file = async (resource: object) => {
    const answer = await send('POST', `/fhir/${(resource as { resourceType: string }).resourceType}`, resource)
    assert.equal(answer.status, 201, answer.text)
    return answer.body.id as string
  }
  const chart = await file({ resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }], gender: 'female' })
  const valueSet = await file(pains)
  await file(findings)
  for (const code of ['headache', 'back-pain', 'fever', 'pain']) {
    await file({ resourceType: 'Condition', code: { coding: [{ system, code }] }, subject: { reference: `Patient/${chart}` } })
  }
  await file({ resourceType: 'Condition', code: { text: 'без шифре' }, subject: { reference: `Patient/${chart}` } })
  for (const code of ['AMB', 'EMER'])
    await file({ resourceType: 'Encounter', status: 'finished', class: { system: act, code }, subject: { reference: `Patient/${chart}` } })

  const found = async (query: string) => {
    const answer = await send('GET', `/fhir/${query}`)
    assert.equal(answer.status, 200, `${query}: ${answer.text}`)
    return (answer.body.entry ?? [])
      .map(({ resource }: any) => resource.code?.coding?.[0].code ?? resource.code?.text ?? resource.class?.code ?? resource.gender)
      .toSorted()
  }
  for (const patient of ['', `&patient=${chart}`]) {
    assert.deepEqual(await found(`Condition?code:in=${pains.url}${patient}`), ['back-pain', 'headache', 'pain'])
    assert.deepEqual(await found(`Condition?code:in=ValueSet/${valueSet}${patient}`), ['back-pain', 'headache', 'pain'])
    assert.deepEqual(await found(`Condition?code:not-in=${pains.url}${patient}`), ['fever', 'без шифре'])
    assert.deepEqual(await found(`Condition?code:below=${system}|pain${patient}`), ['back-pain', 'headache', 'pain'])
    assert.deepEqual(await found(`Condition?code:above=${system}|headache${patient}`), ['headache', 'pain'])
    assert.deepEqual(await found(`Condition?code:below=${system}|fever,${system}|headache${patient}`), ['fever', 'headache'])
    assert.deepEqual(await found(`Encounter?class:in=http://terminology.hl7.org/ValueSet/v3-ActEncounterCode${patient}`), ['AMB', 'EMER'])
  }
  assert.deepEqual(await found('Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender'), ['female'])
  assert.deepEqual(await found(`Patient?_has:Condition:patient:code:in=${pains.url}`), ['female'])
  assert.deepEqual(await found(`Condition?patient.gender:in=http://hl7.org/fhir/ValueSet/administrative-gender&code:below=${system}|fever`), ['fever'])

  for (const query of [
    'Condition?code:in=http://example.org/nobody',
    'Condition?code:in=http://hl7.org/fhir/ValueSet/condition-code',
    'Condition?code:below=http://snomed.info/sct|1',
    'Condition?code:below=pain',
    `Condition?code:below=${system}|nothing`,
    'Observation?code:in=http://hl7.org/fhir/ValueSet/mimetypes',
  ]) {
    const answer = await send('GET', `/fhir/${query}`)
    assert.equal(answer.status, 400, `${query}: ${answer.text}`)
  }
})

test('a code is found in upper and lower case when its system ignores case', async (t) => {
  const server = await startServer(t)
  const { terminology } = server.world.fhir
  const systems = { any: 'http://example.org/any-case', told: 'http://example.org/told-apart', silent: 'http://example.org/silent' }
  const of = (url: string, caseSensitive?: boolean) => ({
    ...{ resourceType: 'CodeSystem' as const, url, status: 'active', content: 'complete', concept: [{ code: 'J45.a' }] },
    ...(caseSensitive === undefined ? {} : { caseSensitive }),
  })
  terminology.load('cases@1', () => [of(systems.any, false), of(systems.told, true), of(systems.silent)])
  t.after(() => terminology.unload('cases@1'))
  const { send } = await server.institution('Дом здравља Величина слова')
  const conditions = { ...systems, elsewhere: 'http://example.org/not-here' }
  const typed = { coding: [{ system: systems.any, code: 'mr' }] }
  await send('PUT', '/fhir/Patient/slova', { resourceType: 'Patient', id: 'slova', identifier: [{ system: systems.any, value: 'ab-1', type: typed }] })
  for (const [name, system] of Object.entries(conditions)) {
    const code = { coding: [{ system, code: 'j45.A' }] }
    const answer = await send('PUT', `/fhir/Condition/${name}`, { resourceType: 'Condition', id: name, code, subject: { reference: 'Patient/slova' } })
    assert.equal(answer.status, 201, answer.text)
  }
  const found = async (query: string) => {
    const answer = await send('GET', `/fhir/${query}`)
    assert.equal(answer.status, 200, `${query}: ${answer.text}`)
    return (answer.body.entry ?? []).map(({ resource }: any) => resource.id).toSorted()
  }
  for (const patient of ['', '&patient=slova']) {
    assert.deepEqual(await found(`Condition?code=J45.a${patient}`), ['any', 'silent'])
    assert.deepEqual(await found(`Condition?code=${systems.any}|J45.a${patient}`), ['any'])
    assert.deepEqual(await found(`Condition?code=${systems.told}|J45.a${patient}`), [])
    assert.deepEqual(await found(`Condition?code=${systems.told}|j45.A${patient}`), ['told'])
    assert.deepEqual(await found(`Condition?code:not=J45.a${patient}`), ['elsewhere', 'told'])
    const many = Array.from({ length: 30 }, (_, at) => `${systems.any}|X${at},${systems.told}|X${at}`).join()
    assert.deepEqual(await found(`Condition?code=${many},${systems.any}|J45.a,${systems.told}|J45.a${patient}`), ['any'])
  }
  assert.deepEqual(await found('Patient?identifier=AB-1'), [])
  assert.deepEqual(await found(`Patient?identifier:of-type=${systems.any}|MR|ab-1`), ['slova'])
  const beside = await send('POST', '/fhir', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        request: { method: 'POST', url: 'Condition' },
        resource: { resourceType: 'Condition', code: { coding: [{ system: systems.any, code: 'k.B' }] }, subject: { reference: 'Patient/slova' } },
      },
      {
        request: { method: 'POST', url: 'Procedure' },
        resource: {
          ...{ resourceType: 'Procedure', status: 'completed', subject: { reference: 'Patient/slova' } },
          reasonReference: [{ reference: `Condition?code=${systems.any}|K.b` }],
        },
      },
    ],
  })
  assert.equal(beside.status, 200, beside.text)
  assert.equal((await found('Procedure?reason-reference:missing=false')).length, 1)
})
