import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('an operator is told how a search is answered, without any value that was asked for', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Болница', 'system/*.cruds system/search.explain')
  const { body: patient } = await send('POST', '/fhir/Patient', {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:h', value: 'secret-1' }],
    name: [{ family: 'Тајна' }],
  })
  const entry = Array.from({ length: 30 }, (_, at) => ({
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'urn:c', code: 'hidden-code' }] },
      subject: { reference: `Patient/${patient.id}` },
      effectiveDateTime: `2026-05-${10 + (at % 20)}`,
    },
    request: { method: 'POST', url: 'Observation' },
  }))
  await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })
  const { status, body, text } = await send('GET', `/fhir/Observation?patient=${patient.id}&code=urn:c|hidden-code&_sort=-date&_count=5&_explain=true`)
  assert.equal(status, 200, text)
  assert.equal(body.resourceType, 'Parameters')
  const steps = body.parameter.map(({ name }: any) => name)
  for (const step of ['patients', 'access', 'narrow', 'candidates', 'contents', 'decide', 'audit', 'whole answer', 'plan'])
    assert.ok(steps.includes(step), step)
  const part = (name: string) => body.parameter.find((one: any) => one.name === name).part
  assert.equal(part('decide').find(({ name }: any) => name === 'matches').valueInteger, 30)
  assert.match(part('candidates').find(({ name }: any) => name === 'sql').valueString, /from record\.resource r where .*\$1/)
  assert.match(JSON.stringify(part('plan')), /on resource by resource_pkey/)
  assert.doesNotMatch(text, /hidden-code|secret-1/)
  assert.ok(!text.includes(patient.id) && !text.includes(String(Number.parseInt(patient.id.slice(0, 13).replace('-', ''), 16))), 'no key either')
  const byName = await send('POST', '/fhir/Patient/_search', 'family=тајна&_explain=true', form)
  assert.equal(byName.status, 200, byName.text)
  assert.doesNotMatch(byName.text, /tajna|тајна/i)
})

test('nobody else is told, and the attempt is in the log', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Болница')
  const { status, body } = await send('GET', '/fhir/Observation?_explain=true')
  assert.equal(status, 403)
  assert.match(body.issue[0].details.text, /search\.explain/)
  const [row] = await server.owner<{ n: number }>`select count(*)::int4 as n from audit.entry where entry::text like '%explain%' and entry::text like '%deny%'`
  assert.equal(row?.n, 1)
})
