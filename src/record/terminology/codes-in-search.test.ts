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

test('a value set or a hierarchy stands for the codes of a search', async (t) => {
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
