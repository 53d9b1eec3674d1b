import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

test('$convert gives a resource in the other format, digit by digit, and says what is wrong with an invalid one; $versions needs no token', async (t) => {
  const { app, institution } = await startServer(t)
  const { send } = await institution('А')
  const json = '{"resourceType":"Observation","status":"final","code":{"text":"а & б"},"valueQuantity":{"value":1.50}}'
  const xml = (await send('POST', '/fhir/$convert', json, { accept: 'application/fhir+xml' })).text
  assert.match(xml, /^(?:<\?xml[^>]*\?>)?<Observation xmlns="http:\/\/hl7.org\/fhir">.*<value value="1.50"\/>/s)
  const back = await send('POST', '/fhir/$convert', xml, { 'content-type': 'application/fhir+xml' })
  assert.equal(back.text, json)
  const input = `{"resourceType":"Parameters","parameter":[{"name":"input","resource":${json}}]}`
  assert.equal((await send('POST', '/fhir/$convert', input)).text, json)
  const others = '{"resourceType":"Parameters","parameter":[{"name":"x","valueString":"y"}]}'
  assert.equal((await send('POST', '/fhir/$convert', others)).text, others)
  for (const wrong of ['{"resourceType":"Observation","colour":1}', '{"resourceType":"Weather"}', '[]', 'null']) {
    const answer = await send('POST', '/fhir/$convert', wrong, { accept: 'application/fhir+xml' })
    assert.equal(answer.status, 400, answer.text)
    assert.match(answer.text, /<OperationOutcome/)
  }
  const versions = await app.inject({ url: '/fhir/$versions' })
  assert.deepEqual([versions.statusCode, versions.json().parameter], [200, ['version', 'default'].map((name) => ({ name, valueCode: '4.0' }))])
  assert.equal(
    (await app.inject({ method: 'POST', url: '/fhir/$convert', payload: json, headers: { 'content-type': 'application/fhir+json' } })).statusCode,
    401,
  )
})
