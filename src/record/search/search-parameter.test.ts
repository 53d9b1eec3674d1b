import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Resource } from '../../fhir/fhir.ts'
import { freshFhir } from '../../testing/fhir.ts'
import { type Send, startServer, type TestServer } from '../../testing/server.ts'
import { addParameter, listParameters, removeParameter } from './add-parameter.ts'
import { refreshCustomParameters, startCustomParameters } from './custom-parameters.ts'
import { indexParameters } from './index-parameter.ts'
import { operatorAsking } from './operator.ts'

const definition = (more: object): Resource => ({
  resourceType: 'SearchParameter',
  url: `http://example.org/SearchParameter/${(more as { code: string }).code}`,
  name: 'Added',
  status: 'active',
  description: 'For a test.',
  base: ['Patient'],
  type: 'token',
  ...(more as { code: string; expression: string }),
})
const extensionUrl = 'http://example.org/blood-group'
const bloodGroup = definition({ code: 'blood-group', expression: `Patient.extension('${extensionUrl}').value` })
const person = (group: string | null, name: string): object => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:h', value: name }],
  name: [{ family: name }],
  ...(group === null ? {} : { extension: [{ url: extensionUrl, valueCodeableConcept: { coding: [{ system: 'urn:blood', code: group }] } }] }),
})

/** A server with its own definitions of FHIR, like a process of its own. */
async function startOwn(t: TestContext): Promise<TestServer> {
  const server = await startServer(t)
  const folder = mkdtempSync(join(tmpdir(), 'spona-fhir-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  server.world.fhir = await freshFhir()
  return server
}

const add = ({ world }: TestServer, resource: Resource) => addParameter(operatorAsking(world, 'test'), resource)
const namesOf = async (send: Send, query: string): Promise<string[]> => {
  const { status, body, text } = await send('GET', `/fhir/Patient?${query}&_count=500`)
  assert.equal(status, 200, text)
  return (body.entry ?? []).map(({ resource }: any) => resource.name[0].family).sort()
}

test('an added parameter finds old and new rows from the first moment, while it is being indexed and after', async (t) => {
  const server = await startOwn(t)
  const { send } = await server.institution('Болница')
  for (const [group, name] of [
    ['A', 'old-a'],
    ['B', 'old-b'],
    [null, 'old-none'],
  ] as const)
    await send('POST', '/fhir/Patient', person(group, name))
  assert.equal((await send('GET', '/fhir/Patient?blood-group=A')).status, 400)
  assert.deepEqual(await add(server, bloodGroup), { code: 'blood-group', types: ['Patient'], interpreted: [] })
  assert.deepEqual(await namesOf(send, 'blood-group=urn:blood|A'), ['old-a'], 'not indexed yet')
  await send('POST', '/fhir/Patient', person('A', 'new-a'))
  assert.deepEqual(await namesOf(send, 'blood-group=A'), ['new-a', 'old-a'])
  const { body } = await send('GET', '/fhir/metadata')
  const patient = body.rest[0].resource.find(({ type }: any) => type === 'Patient')
  assert.ok(patient.searchParam.some(({ name }: any) => name === 'blood-group'))
  assert.equal(await indexParameters(server.world), true)
  await refreshCustomParameters(server.world)
  assert.deepEqual(
    (await listParameters(server.world)).map(({ code, percent }) => [code, percent]),
    [['blood-group', 100]],
  )
  assert.equal(server.world.fhir.custom.isIndexed('Patient', 'blood-group'), true)
  await send('POST', '/fhir/Patient', person('B', 'newest-b'))
  assert.deepEqual(await namesOf(send, 'blood-group=A'), ['new-a', 'old-a'], 'by the index')
  assert.deepEqual(await namesOf(send, 'blood-group=A,B&blood-group:not=A'), ['newest-b', 'old-b'])
  assert.deepEqual(await namesOf(send, 'blood-group:missing=true'), ['old-none'])
  assert.deepEqual(await namesOf(send, '_sort=-blood-group&blood-group:missing=false'), ['new-a', 'newest-b', 'old-a', 'old-b'])
  await removeParameter(operatorAsking(server.world, 'test'), 'blood-group')
  assert.equal((await send('GET', '/fhir/Patient?blood-group=A')).status, 400)
})

test('another process knows the new parameter within a second, and indexes its own writes', async (t) => {
  const server = await startOwn(t)
  const { send } = await server.institution('Болница')
  const other = { ...server.world, fhir: await freshFhir() }
  t.after(await startCustomParameters(server.world))
  await addParameter(operatorAsking(other, 'test'), bloodGroup)
  await sleep(1000)
  await send('POST', '/fhir/Patient', person('A', 'a'))
  assert.deepEqual(await namesOf(send, 'blood-group=A'), ['a'])
  const [row] = await server.sql<{ n: number }>`select count(*)::int4 as n from record.token`
  await indexParameters(other)
  const [same] = await server.sql<{ n: number }>`select count(*)::int4 as n from record.token`
  assert.equal(same?.n, row?.n, 'the writer had added what leads to the row')
})

test('when a process dies while indexing, another one continues at its place', async (t) => {
  const server = await startOwn(t)
  const { send } = await server.institution('Болница')
  const entry = Array.from({ length: 600 }, (_, at) => ({ resource: person(at % 3 === 0 ? 'A' : 'B', `p${at}`), request: { method: 'POST', url: 'Patient' } }))
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  await add(server, bloodGroup)
  // Stops after one batch, as if the process had died: its work stays, with its place.
  let turns = 0
  assert.equal(await indexParameters(server.world, () => ++turns > 2), false)
  const [half] = await listParameters(server.world)
  assert.ok(half && !half.isIndexed)
  assert.equal((await namesOf(send, 'blood-group=A')).length, 200, 'right in the middle, too')
  assert.equal(await indexParameters(server.world), true)
  await refreshCustomParameters(server.world)
  assert.equal((await namesOf(send, 'blood-group=A')).length, 200)
})

test('an unusable parameter is refused with a reason', async (t) => {
  const server = await startOwn(t)
  const refused = async (more: object, why: RegExp) =>
    assert.rejects(add(server, definition(more)), (error: Error) => why.test(error.message) || assert.fail(`${error.message} is not ${why}`))
  await refused({ code: 'birthdate', expression: 'Patient.birthDate', type: 'date' }, /has a parameter birthdate already/)
  await refused({ code: 'x', expression: 'Patient.name.where(' }, /not FHIRPath/)
  await refused({ code: 'x', expression: 'Patient.nme' }, /no element Patient.nme/)
  await refused({ code: 'x', expression: 'Observation.code' }, /says nothing about Patient/)
  await refused({ code: 'x', expression: 'Patient.photo', type: 'date' }, /cannot be/)
  await refused({ code: '_x', expression: 'Patient.name', type: 'string' }, /code/)
  await refused({ code: 'x', expression: 'Patient.name', type: 'composite' }, /composite/)
  await refused({ code: 'x', expression: 'Patient.name', base: ['Patien'] }, /Patien/)
  assert.deepEqual(await listParameters(server.world), [])
})

test('an expression that only the interpreter knows works, and a row that a stranger wrote into the table is ignored', async (t) => {
  const server = await startOwn(t)
  const { send } = await server.institution('Болница')
  await send('POST', '/fhir/Patient', person('A', 'Ана'))
  await send('POST', '/fhir/Patient', person('B', 'Бранко'))
  const added = await add(server, definition({ code: 'initial', type: 'string', expression: 'Patient.name.family.first().substring(0, 1)' }))
  assert.deepEqual(added.interpreted, ['Patient'])
  assert.deepEqual(await namesOf(send, 'initial=b'), ['Бранко'])
  assert.deepEqual(await add(server, definition({ code: 'heard', type: 'date', expression: "extension.where(url = 'urn:heard').value.ofType(dateTime)" })), {
    code: 'heard',
    types: ['Patient'],
    interpreted: [],
  })
  await send('POST', '/fhir/Patient', { ...person(null, 'heard'), extension: [{ url: 'urn:heard', valueDateTime: '2026-05-01' }] })
  assert.deepEqual(await namesOf(send, 'heard=ge2026-04'), ['heard'])
  await server.sql`update record.search_parameter set compiled = replace(compiled, 'family', 'given'), changed = changed + 100 where code = 'initial'`
  await refreshCustomParameters(server.world)
  assert.equal((await send('GET', '/fhir/Patient?initial=b')).status, 400)
})
