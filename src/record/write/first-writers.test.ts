import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, startServer } from '../../testing/server.ts'

// Rows of a patient key that a request has just made are inserted without looking for others. Many who make the same patient at once must not be in each other's way.

const patient = (id: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: 'urn:h', value: id }],
  name: [{ family: 'Први', given: ['Ана'] }],
  ...more,
})
const about = (id: string, of: string) => ({ resourceType: 'Observation', id, status: 'final', code: { text: id }, subject: { reference: `Patient/${of}` } })
const put = (resource: { resourceType: string; id: string }) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } })
const statuses = (answers: Answer[]) => [...new Set(answers.map((one) => one.status))].sort()

test('a Patient to whom references came first is made once by 16 writers, under the key of the references', async (t) => {
  const { institution, owner } = await startServer(t)
  const { send } = await institution('А')
  const early = await Promise.all(Array.from({ length: 16 }, (_, n) => send('PUT', `/fhir/Observation/o-${n}`, about(`o-${n}`, 'kasni'))))
  assert.deepEqual(statuses(early), [201])
  const late = await Promise.all(Array.from({ length: 16 }, (_, n) => send('PUT', '/fhir/Patient/kasni', patient('kasni', { multipleBirthInteger: n }))))
  for (const one of late) assert.ok([200, 201].includes(one.status), one.text)
  assert.equal(late.filter((one) => one.status === 201).length, 1)
  assert.equal((await send('GET', '/fhir/Patient/kasni/_history?_count=50')).body.entry.length, 16)
  assert.equal((await send('GET', '/fhir/Observation?patient=kasni&_count=50')).body.entry.length, 16)
  assert.equal((await send('GET', '/fhir/Patient?identifier=urn:h|kasni')).body.entry.length, 1)
  const keys = await owner`select distinct patient from record.resource where patient >= 4096`
  assert.equal(keys.length, 1)
})

test('transactions that make the same several names at once: none fails within, and each name is made once', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const names = ['a-1', 'a-2', 'a-3']
  const entry = (n: number) =>
    names.flatMap((name) => [put(patient(name, { multipleBirthInteger: n })), put(about(`${name}-o`, name)), put(about(`${name}-w`, `${name}-ceka`))])
  const write = (n: number) => send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: entry(n) })
  const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => write(n)))
  for (const one of answers) assert.ok([200, 409].includes(one.status), one.text)
  assert.ok(answers.some((one) => one.status === 200))
  assert.equal((await write(99)).status, 200)
  for (const name of names) {
    assert.equal((await send('GET', `/fhir/Patient?identifier=urn:h|${name}`)).body.entry.length, 1)
    assert.equal((await send('GET', `/fhir/Observation?patient=${name}`)).body.entry.length, 1)
    assert.equal((await send('PUT', `/fhir/Patient/${name}-ceka`, patient(`${name}-ceka`))).status, 201)
    assert.equal((await send('GET', `/fhir/Observation?patient=${name}-ceka`)).body.entry.length, 1)
  }
})
