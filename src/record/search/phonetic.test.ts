import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'

const patient = (family: string, ...given: string[]) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:h', value: `${family} ${given}` }],
  name: [{ family, given }],
})

async function familiesOf(send: Send, query: string): Promise<string[]> {
  const { status, body, text } = await send('GET', `/fhir/Patient?${query}`)
  assert.equal(status, 200, text)
  return (body.entry ?? []).map(({ resource }: any) => resource.name[0].family).sort()
}
const heard = (send: Send, typed: string) => familiesOf(send, `phonetic=${encodeURIComponent(typed)}`)

test('phonetic finds a name with one slip in each word, in any script and order; name stays exact', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  for (const one of [
    patient('Јовановић', 'Ана'),
    patient('Јовановић Петровић', 'Марија', 'Ана'),
    patient('Joksimović', 'Ana'),
    patient('Đorđević', 'Živorad'),
    patient('Ilić', 'Iva'),
  ])
    assert.equal((await send('POST', '/fhir/Patient', one)).status, 201)
  assert.deepEqual(await heard(send, 'Jovanovic'), ['Јовановић', 'Јовановић Петровић'])
  assert.deepEqual(await heard(send, 'Ана Јованвић'), ['Јовановић', 'Јовановић Петровић'], 'a letter is missing')
  assert.deepEqual(await heard(send, 'jovanoivc'), ['Јовановић', 'Јовановић Петровић'], 'two are swapped')
  assert.deepEqual(await heard(send, 'petrobic marija'), ['Јовановић Петровић'], 'another letter, the second family name, any order')
  assert.deepEqual(await heard(send, 'Djorjevitch'), [], 'two slips are another name')
  assert.deepEqual(await heard(send, 'Djordjevic Zivorad'), ['Đorđević'])
  assert.deepEqual(await heard(send, 'Ivo'), [], 'short words allow no slip')
  assert.deepEqual(await familiesOf(send, 'name=jovanvic'), [])
  assert.equal((await send('GET', '/fhir/Patient?phonetic:exact=Ana')).status, 400)
  assert.deepEqual(await familiesOf(send, 'phonetic=joksimovic&_sort=phonetic'), ['Joksimović'])
})

test('a name of a prefix alone has no sound', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  for (const name of [{ prefix: ['др'] }, { prefix: ['др'], family: 'Ана' }]) {
    const one = { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: JSON.stringify(name) }], name: [name] }
    assert.equal((await send('POST', '/fhir/Patient', one)).status, 201)
  }
  assert.deepEqual(await familiesOf(send, 'phonetic:missing=true'), [undefined])
  assert.deepEqual(await familiesOf(send, 'phonetic:missing=false'), ['Ана'])
  const { body } = await send('GET', '/fhir/Patient?_sort=phonetic')
  assert.equal(body.entry[0].resource.name[0].family, 'Ана', 'what has no value comes last')
})

test('a changed name is found by its new sound, also after others have been written with the old one', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const { body } = await send('POST', '/fhir/Patient', patient('Станковић', 'Вера'))
  await send('PUT', `/fhir/Patient/${body.id}`, { ...body, name: [{ family: 'Милошевић', given: ['Вера'] }] })
  assert.deepEqual(await heard(send, 'stankovic'), [])
  assert.deepEqual(await heard(send, 'miloshevic vera'), ['Милошевић'])
  await send('POST', '/fhir/Patient', patient('Станковић', 'Петар'))
  assert.deepEqual(await heard(send, 'stankovicc'), ['Станковић'])
})
