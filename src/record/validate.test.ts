import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../testing/server.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Петровић' }], birthDate: '1985-01-01' }
const ips = 'http://hl7.org/fhir/uv/ips/StructureDefinition/Patient-uv-ips'
const errors = (body: any) => body.issue.filter((issue: any) => issue.severity === 'error')

test('$validate names everything that is wrong, stores nothing, and names the packages of the verdict', async (t) => {
  const { institution, sql } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const good = await send('POST', '/fhir/Patient/$validate', patient)
  assert.equal(good.status, 200, good.text)
  assert.equal(errors(good.body).length, 0, good.text)
  assert.match(good.text, /hl7\.fhir\.r4\.core@4\.0\.1/)
  assert.match(good.text, /hl7\.fhir\.uv\.ips@2\.0\.0/)

  const bad = await send('POST', '/fhir/Patient/$validate', { ...patient, birthDate: '1985-13-01', gender: 'unclear', colour: 'red' })
  assert.equal(bad.status, 200)
  const expressions = errors(bad.body).map((issue: any) => issue.expression[0])
  assert.deepEqual(expressions.sort(), ['Patient.birthDate', 'Patient.colour', 'Patient.gender'])
  for (const issue of errors(bad.body)) assert.ok(issue.details.text.length > 10, 'a hint')

  const [stored] = await sql<{ count: number }>`select count(*)::int as count from record.resource`
  assert.equal(stored?.count, 0)
  const [looked] = await sql<{ count: number }>`select count(*)::int as count from audit.entry where (entry::jsonb)->>'what' = 'Patient/$validate'`
  assert.equal(looked?.count, 2)
})

test('$validate checks the profiles that are asked for, in the address or in Parameters', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const { birthDate: _, ...unborn } = patient
  const asked = await send('POST', `/fhir/Patient/$validate?profile=${encodeURIComponent(ips)}`, unborn)
  assert.ok(
    errors(asked.body).some((issue: any) => issue.expression[0] === 'Patient.birthDate'),
    asked.text,
  )
  const parameter = [
    { name: 'resource', resource: unborn },
    { name: 'profile', valueUri: ips },
  ]
  const wrapped = await send('POST', '/fhir/$validate', { resourceType: 'Parameters', parameter })
  assert.deepEqual(errors(wrapped.body), errors(asked.body))
  const unknown = await send('POST', '/fhir/Patient/$validate?profile=http://nobody.example/profile', patient)
  assert.equal(errors(unknown.body)[0].code, 'not-found')
})

test('$validate of a stored resource reads it under the rules of any read', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const { body } = await send('POST', '/fhir/Patient', patient)
  const stored = await send('GET', `/fhir/Patient/${body.id}/$validate?profile=${encodeURIComponent(ips)}`)
  assert.equal(stored.status, 200, stored.text)
  assert.equal(errors(stored.body).length, 0, stored.text)
  const other = await institution('ДЗ Палилула')
  assert.equal((await other.send('GET', `/fhir/Patient/${body.id}/$validate`)).status, 403)
  const narrow = await institution('ДЗ Врачар', 'system/Observation.r')
  assert.equal((await narrow.send('POST', '/fhir/Patient/$validate', patient)).status, 403)
})

test('$validate also judges the frame: broken JSON, the wrong type, no id in an update', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('ДЗ Звездара')
  const broken = await send('POST', '/fhir/Patient/$validate', '{"resourceType":"Patient",}', { 'content-type': 'application/fhir+json' })
  assert.equal(broken.status, 200)
  assert.equal(errors(broken.body).length, 1)
  const mistaken = await send('POST', '/fhir/Observation/$validate', patient)
  assert.match(mistaken.text, /not of the type in the address/)
  const update = await send('POST', '/fhir/Patient/$validate?mode=update', patient)
  assert.equal(errors(update.body)[0].expression[0], 'Patient.id')
  assert.equal((await send('POST', '/fhir/Patient/$validate?mode=guess', patient)).status, 400)
  assert.equal((await send('POST', '/fhir/Patient/$validate')).status, 415)
})
