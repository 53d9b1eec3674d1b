import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'
import { heavyTurn } from '../answer-room.ts'

test('four searches that read much run at once, the next one waits for a turn, and not for ever', async () => {
  const turns = await Promise.all(Array.from({ length: 4 }, () => heavyTurn()))
  await assert.rejects(heavyTurn(20), /too many searches/)
  const fifth = heavyTurn()
  turns[0]?.()
  turns[0]?.() // Ending twice gives no second turn.
  const end = await fifth
  await assert.rejects(heavyTurn(20), /too many searches/)
  for (const one of [...turns.slice(1), end]) one()
  const again = await Promise.all(Array.from({ length: 4 }, () => heavyTurn(20)))
  for (const one of again) one()
})

test('many heavy searches at once are all answered, whether they are read to the end or stop at a page', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const entry = Array.from({ length: 700 }, (_, at) => ({
    resource: { resourceType: 'Organization', name: `o${at}`, active: at % 350 !== 0 },
    request: { method: 'POST', url: 'Organization' },
  }))
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  const queries = ['_summary=count', 'name:contains=o&_sort=-name&_count=3', 'active:not=true&_count=1', 'active=false&name:exact=o350']
  const answers = await Promise.all([...queries, ...queries, ...queries].map((query) => send('GET', `/fhir/Organization?${query}`)))
  for (const [at, { status, body, text }] of answers.entries()) {
    assert.equal(status, 200, text)
    if (at % 4 === 0) assert.equal(body.total, 700)
    else assert.equal(body.entry[0].resource.name, [null, 'o99', body.entry[0].resource.name, 'o350'][at % 4])
  }
})
