import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../testing/server.ts'

const megabyte = 1_048_576
const note = (at: number, bytes: number) => ({
  resource: {
    resourceType: 'DocumentReference',
    status: 'current',
    description: `d${at}`,
    category: [{ coding: [{ system: 'urn:x', code: 'big' }] }],
    content: [{ attachment: { contentType: 'text/plain', data: Buffer.alloc(bytes * 0.75, at).toString('base64') } }],
  },
  request: { method: 'POST', url: 'DocumentReference' },
})

test('a page ends early with a next link when its bodies are large, and all pages together have everything once, in order', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  for (const from of [0, 4]) {
    const entry = Array.from({ length: 4 }, (_, at) => note(from + at, 3 * megabyte))
    assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  }
  for (const query of ['category=big&_count=50', 'category=big&_sort=-_lastUpdated&_count=50', 'category=big&_sort=description']) {
    const seen: string[] = []
    let pages = 0
    for (let url: string | undefined = `/fhir/DocumentReference?${query}`; url !== undefined; pages++) {
      const { status, body, text } = await send('GET', url)
      assert.equal(status, 200, text.slice(0, 300))
      assert.ok(text.length < 9 * megabyte, `${text.length}`)
      seen.push(...body.entry.map((one: { resource: { description: string } }) => one.resource.description))
      url = body.link.find(({ relation }: { relation: string }) => relation === 'next')?.url.replace(/^https?:\/\/[^/]+/, '')
    }
    assert.deepEqual([...seen].sort(), ['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7'], query)
    if (query.includes('description')) assert.deepEqual(seen, [...seen].sort())
    assert.ok(pages >= 4, `${pages}`)
  }
})

test('many large answers at once are made one after the other, and an entry of a bundle waits for no turn that its bundle has', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const made = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [note(1, 5 * megabyte)] })
  const address = made.body.entry[0].response.location.replace(/^.*\/fhir\/(.*)\/_history.*$/, '$1')
  const alone = [`/fhir/${address}`, `/fhir/${address}/_history`, '/fhir/DocumentReference?category=big', '/fhir/DocumentReference/_history']
  const answers = await Promise.all([...alone, ...alone].map((url) => send('GET', url)))
  for (const { status, text } of answers) assert.deepEqual([status, text.includes('"d1"')], [200, true])
  const entry = [address, `${address}/_history`, 'DocumentReference?category=big'].map((url) => ({ request: { method: 'GET', url } }))
  const together = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'batch', entry })
  assert.deepEqual(
    together.body.entry.map((one: { response: { status: string } }) => one.response.status.slice(0, 3)),
    ['200', '200', '200'],
  )
})
