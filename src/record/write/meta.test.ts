import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

const parameters = (meta: object) => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: meta }] })
const labelsOf = (answer: { body: any }) => answer.body.parameter[0].valueMeta

test('labels are added once, deleted by system and code, and counted over what may be seen', async (t) => {
  const { institution } = await startServer(t)
  const a = await institution('А')
  const b = await institution('Б')
  const tag = (code: string) => ({ system: 'urn:t', code })
  await a.send('PUT', '/fhir/Location/l', { resourceType: 'Location', id: 'l', meta: { tag: [tag('1')] } })
  const added = await a.send('POST', '/fhir/Location/l/$meta-add', parameters({ tag: [tag('1'), tag('2')], security: [{ system: 'urn:s', code: 'R' }] }))
  assert.equal(added.status, 200, added.text)
  assert.deepEqual([labelsOf(added).tag, labelsOf(added).security], [[tag('1'), tag('2')], [{ system: 'urn:s', code: 'R' }]])
  const again = await a.send('POST', '/fhir/Location/l/$meta-add', parameters({ tag: [tag('2')] }))
  assert.equal(labelsOf(again).versionId, labelsOf(added).versionId, 'nothing new is no new version')
  const deleted = await a.send(
    'POST',
    '/fhir/Location/l/$meta-delete',
    parameters({ tag: [{ ...tag('1'), display: 'whatever' }], security: [{ system: 'urn:s', code: 'R' }] }),
  )
  assert.deepEqual([labelsOf(deleted).tag, labelsOf(deleted).security], [[tag('2')], undefined])
  for (const [method, body] of [['GET'], ['POST'], ['POST', { resourceType: 'Parameters' }]] as const) {
    assert.deepEqual(labelsOf(await a.send(method, '/fhir/Location/l/$meta', body)).tag, [tag('2')])
    assert.deepEqual(labelsOf(await a.send(method, '/fhir/Location/$meta', body)), { tag: [tag('2')] })
    assert.deepEqual(labelsOf(await a.send(method, '/fhir/$meta', body)), { tag: [tag('2')] })
  }
  for (const [method, url] of [
    ['GET', '?_count=1'],
    ['POST', ''],
  ] as const) {
    const body = method === 'POST' ? parameters({ tag: [tag('3')] }) : undefined
    assert.equal((await a.send(method, `/fhir/Location/l/$meta${url}`, body)).status, 400)
  }

  for (const [method, body] of [['GET'], ['POST', { resourceType: 'Parameters' }]] as const) {
    const first = await a.send(method, '/fhir/Location/l/_history/1/$meta', body)
    assert.deepEqual([first.status, labelsOf(first).tag, labelsOf(first).versionId], [200, [tag('1')], '1'])
  }
  assert.equal((await a.send('GET', '/fhir/Location/l/_history/99/$meta')).status, 404)
  assert.equal((await b.send('GET', '/fhir/Location/l/_history/1/$meta')).status, (await b.send('GET', '/fhir/Location/l/_history/1')).status)
  for (const act of ['add', 'delete']) {
    const refused = await a.send('POST', `/fhir/Location/l/_history/1/$meta-${act}`, parameters({ tag: [tag('1')] }))
    assert.deepEqual([refused.status, refused.headers['allow']], [405, undefined], refused.text)
    assert.match(refused.text, /never change/)
  }

  await b.send('PUT', '/fhir/Basic/x', { resourceType: 'Basic', id: 'x', code: { text: 'x' }, meta: { tag: [tag('of Б')] } })
  assert.deepEqual(labelsOf(await a.send('GET', '/fhir/$meta')), { tag: [tag('2')] })
  assert.deepEqual(labelsOf(await b.send('GET', '/fhir/Basic/$meta')), { tag: [tag('of Б')] })
  assert.equal((await b.send('POST', '/fhir/Location/l/$meta-add', parameters({ tag: [tag('3')] }))).status, 403)
  assert.equal((await a.send('POST', '/fhir/Location/l/$meta-add', { resourceType: 'Parameters' })).status, 400)
})

test('the statement of capabilities is valid and says what this server does, in each mode', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  const full = (await send('GET', '/fhir/metadata')).body
  assert.deepEqual(
    world.fhir.validate(full).filter(({ severity }) => severity === 'error'),
    [],
  )
  const patient = full.rest[0].resource.find((one: any) => one.type === 'Patient')
  assert.ok(patient.interaction.some(({ code }: { code: string }) => code === 'patch'))
  assert.deepEqual([patient.conditionalUpdate, patient.conditionalRead, patient.conditionalDelete], [true, 'full-support', 'single'])
  const normative = (await send('GET', '/fhir/metadata?mode=normative')).body
  assert.equal(normative.rest[0].resource.length, 11)
  const terminology = (await send('GET', '/fhir/metadata?mode=terminology')).body
  assert.equal(terminology.resourceType, 'TerminologyCapabilities')
  assert.deepEqual(
    world.fhir.validate(terminology).filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.equal((await send('GET', '/fhir/metadata?mode=other')).status, 400)
})
