import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../../testing/server.ts'
import { type Asker, heavyTurn, openRoom } from '../answer-room.ts'

const nurse = (id: string): Asker => ({ kind: 'person', id, institution: 1 })
const system = (institution: number): Asker => ({ kind: 'system', id: 's', institution })

test('four searches that read much run at once, the next one waits for a turn, and not for ever', async () => {
  const take = () => Promise.all([1, 2, 3, 4].map((at) => heavyTurn(system(at), 20)))
  const turns = await take()
  await assert.rejects(heavyTurn(system(5), 20), /too many searches/)
  const fifth = heavyTurn(system(5))
  turns[0]?.()
  turns[0]?.() // Ending twice gives no second turn.
  const end = await fifth
  await assert.rejects(heavyTurn(system(6), 20), /too many searches/)
  for (const one of [...turns.slice(1), end]) one()
  for (const one of await take()) one()
})

test('nobody has all turns: neither a person nor an institution', async () => {
  const askers: [Asker, number][] = [
    [nurse('a'), 2],
    [system(1), 3],
  ]
  for (const [asker, most] of askers) {
    const turns = await Promise.all(Array.from({ length: most }, () => heavyTurn(asker, 20)))
    await assert.rejects(heavyTurn(asker, 20), /too many searches/)
    const other = await heavyTurn(nurse('b'), 20)
    for (const one of [...turns, other]) one()
  }
})

test('who does not read large answers keeps only their own others waiting', async (t) => {
  const answers: (EventEmitter & { destroyed?: boolean })[] = []
  const close = () => {
    for (const answer of answers.splice(0)) {
      answer.destroyed = true
      answer.emit('close')
    }
  }
  t.after(close)
  const take = async (asker: Asker) => {
    const answer = new EventEmitter()
    answers.push(answer)
    await openRoom(answer as ServerResponse, asker).take(200_000)
    return 'taken'
  }
  const later = (): Promise<string> => sleep(50, 'waits')
  const of = (asker: Asker, count: number) => Promise.all(Array.from({ length: count }, () => Promise.race([take(asker), later()])))
  assert.deepEqual((await of(nurse('a'), 6)).sort(), ['taken', 'taken', 'taken', 'taken', 'waits', 'waits'])
  assert.deepEqual(await of(nurse('b'), 4), Array(4).fill('taken'))
  close()
  assert.equal((await of(system(1), 13)).filter((one) => one === 'taken').length, 12)
  assert.deepEqual(await of(nurse('b'), 4), Array(4).fill('taken'))
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
