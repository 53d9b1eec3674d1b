import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

const resources = 60_000

test('sixty thousand small resources within the limit of bytes are one transaction, and XML reads it back', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const patient = 'urn:uuid:10000000-0000-4000-8000-000000000001'
  const finding = (value: number) =>
    `{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"${patient}"},"valueInteger":${value}},"request":{"method":"POST","url":"Observation"}}`
  const entries = Array.from({ length: resources }, (_, value) => finding(value))
  const body = `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"${patient}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},${entries.join(',')}]}`
  const before = performance.now()
  const done = await send('POST', '/fhir', body)
  assert.equal(done.status, 200, done.text.slice(0, 500))
  t.diagnostic(
    `${(body.length / 1_048_576).toFixed(1)} MB in ${((performance.now() - before) / 1000).toFixed(1)} s, ${(process.memoryUsage().rss / 1_048_576).toFixed(0)} MB of memory`,
  )
  assert.equal(done.body.entry.length, resources + 1)
  const id = /Patient\/([^/]+)\//.exec(done.body.entry[0].response.location)?.[1]
  const everything = await send('GET', `/fhir/Patient/${id}/$everything?_format=xml`)
  assert.equal(everything.text.match(/<Observation xmlns|<Observation>/g)?.length, resources)
})
