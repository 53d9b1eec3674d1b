import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'
import { areBeginningsIndexed, indexBeginnings } from './beginnings.ts'

const named = (value: string, name: object) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:begun', value }], name: [name] })

async function found(send: Send, query: string): Promise<string[]> {
  const { status, body, text } = await send('GET', `/fhir/Patient?${query}&_count=1000`)
  assert.equal(status, 200, text)
  return (body.entry ?? []).map(({ resource }: any) => resource.identifier[0].value).sort()
}

async function write(send: Send, people: object[]): Promise<void> {
  const entry = people.map((resource) => ({ resource, request: { method: 'POST', url: 'Patient' } }))
  assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
}

test('names of before the index of beginnings are found while it is made, also when it is stopped, and by it afterwards', async (t) => {
  const { institution, owner, world } = await startServer(t)
  const { send } = await institution('Болница')
  await owner`update record.beginning set is_done = false`
  const many = Array.from({ length: 700 }, (_, at) => named(`m${at}`, { family: `Марковић${at}`, given: ['Ива'] }))
  await write(send, [named('a', { family: 'Ђорђевић', given: ['Ана Марија', 'Вера'] }), named('b', { text: 'др Ђорђе Симић', prefix: ['др'] }), ...many])
  await owner`truncate record.sound, record.token`
  const right = async () => {
    assert.deepEqual(await found(send, 'name=djordj'), ['a'])
    assert.deepEqual(await found(send, 'given=ana&family=djordjevic'), ['a'])
    assert.deepEqual(await found(send, 'given=ana%20m'), ['a'])
    assert.deepEqual(await found(send, 'name=dr%20djor'), ['b'])
    assert.equal((await found(send, 'family=markov')).length, 700)
  }
  await right()
  let asked = 0
  await indexBeginnings(world, () => ++asked > 1)
  const [half] = await owner<{ isDone: boolean; placeValue: string }>`select is_done, place_value from record.beginning`
  assert.ok(half && !half.isDone && half.placeValue > '')
  await right()
  await indexBeginnings(world)
  await sleep(1100)
  assert.equal(await areBeginningsIndexed(world), true)
  await right()
  await write(send, [named('c', { family: 'Ђорђић' })])
  await owner`truncate record.string` // So that only the index of beginnings can lead to them.
  assert.deepEqual(await found(send, 'family=djordj'), ['a', 'c'])
  assert.deepEqual(await found(send, 'given=vera&family=djordjevic'), ['a'])
  assert.deepEqual(await found(send, 'name=markovic69'), ['m69', ...Array.from({ length: 10 }, (_, at) => `m69${at}`)])
})

test('a name is found by the beginning of each of its parts, in any script, and by nothing else', async (t) => {
  const { institution, owner } = await startServer(t)
  const { send } = await institution('Болница')
  const long = 'Вртоглавоиспреплетеновић'
  await write(send, [
    named('a', { prefix: ['проф. др'], family: 'Живојиновић', given: ['Љубица'], suffix: ['мл.'] }),
    named('b', { family: long, given: ['Ли'] }),
    named('c', { text: 'Љубиша Живковић', family: '’т Хоофт' }),
    named('d', { family: 'Живковић-Љубић', given: [null, 'Ана'], _given: [{ extension: [{ url: 'urn:e', valueString: 'x' }] }, null] }),
  ])
  await owner`truncate record.string`
  assert.deepEqual(await found(send, 'name=prof'), ['a'])
  assert.deepEqual(await found(send, 'name=mlad'), [])
  assert.deepEqual(await found(send, `name=${encodeURIComponent('Љуб')}`), ['a', 'c'])
  assert.deepEqual(await found(send, 'family=ziv'), ['a', 'd'])
  assert.deepEqual(await found(send, 'given=ziv'), [])
  assert.deepEqual(await found(send, `family=${encodeURIComponent(long.slice(0, 15))}`), ['b'])
  assert.deepEqual(await found(send, `family=${encodeURIComponent(`${long.slice(0, 15)}а`)}`), [])
  assert.deepEqual(await found(send, 'name=ziv,vrt'), ['a', 'b', 'd'])
  assert.deepEqual(await found(send, 'family:exact=Живојиновић'), ['a'])
  assert.deepEqual(await found(send, 'family=ziv&given=ljub'), ['a'])
  assert.deepEqual(await found(send, 'given=ana'), ['d'])
})
