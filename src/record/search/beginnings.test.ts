import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { matches, parseSearch } from '../../fhir/fhir.ts'
import { toLatin } from '../../platform/text.ts'
import { type Send, startServer } from '../../testing/server.ts'
import { beginForm, nearForm } from '../write/rows.ts'
import { areBeginningsIndexed, indexBeginnings } from './beginnings.ts'
import { sizesOf, wordsMax } from './names.ts'

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
  assert.equal((await send('POST', '/fhir/Practitioner', { resourceType: 'Practitioner', name: [{ family: 'Његош', given: ['Љубица'] }] })).status, 201)
  assert.equal((await send('POST', '/fhir/Organization', { resourceType: 'Organization', name: 'Дом здравља Његош' })).status, 201)
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
  assert.deepEqual(await found(send, `phonetic=${encodeURIComponent('Ђоревић Вера')}`), ['a'])
  assert.deepEqual(await found(send, 'phonetic=djodje%20simic'), ['b'])
  const heard = await send('GET', '/fhir/Practitioner?phonetic=lubica')
  assert.equal(heard.body.entry?.length, 1)
  const institutions = await send('GET', '/fhir/Organization?phonetic=njegosh')
  assert.equal(institutions.body.entry?.length, 1)
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

test('of a beginning that very many words have few are read, and those of a sound are all', async (t) => {
  const { institution, owner, world } = await startServer(t)
  const { send } = await institution('Болница')
  await write(send, [named('a', { family: 'Вишњић' }), named('b', { family: 'Вишић', given: ['Ана'] })])
  const [begun, heard] = [beginForm('vis') as string, nearForm('visic')].map(world.hashes.of) as [number, number]
  for (const form of [begun, heard]) await owner`insert into record.sound (near, word) select ${form}::int8, g from generate_series(1, 5000) g`
  const asked = [begun, heard].map((form, entry) => ({ entry, forms: [form, form + 1], isBeginning: form === begun }))
  assert.deepEqual(
    (await sizesOf(world.sql, asked)).map(({ words }) => words.length),
    [wordsMax + 1, 5002],
  )
  assert.deepEqual(await found(send, 'family=vis'), ['a', 'b'])
  assert.deepEqual(await found(send, 'family=vis&given=ana'), ['b'])
  assert.deepEqual(await found(send, 'phonetic=visic'), ['a', 'b'])
})

test('random names are found as a naive reading finds them, page by page, while others are written and renamed', async (t) => {
  const { institution, world } = await startServer(t)
  const { send } = await institution('Болница')
  let seed = 11
  const random = (n: number) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * n)
  }
  const some = <T>(of: readonly T[]): T => of[random(of.length)] as T
  const words = 'Ана Анамарија Анка Марија Марко Марковић Марић Ђорђе Ђорђевић Ђорђић Љубица Љубомир Живка Живковић Живковац Роко Ли'.split(' ')
  const word = () => {
    const text = some(words)
    return random(3) === 0 ? toLatin(text) : text
  }
  const part = () => [word(), ...(random(4) === 0 ? [word()] : [])].join(some([' ', '-', '’']))
  const nameOf = () => ({
    family: part(),
    given: Array.from({ length: 1 + random(2) }, part),
    ...(random(5) === 0 ? { prefix: [part()] } : {}),
    ...(random(6) === 0 ? { text: part() } : {}),
  })
  const people: Record<string, any> = {}
  const write = async (count: number) => {
    const fresh = Array.from({ length: count }, () => named(`r${Object.keys(people).length + random(1e9)}`, nameOf()))
    const entry = fresh.map((resource) => ({ resource, request: { method: 'POST', url: 'Patient' } }))
    const { status, body } = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })
    assert.equal(status, 200)
    for (const [at, { response }] of body.entry.entries()) {
      const [, id] = /Patient\/([^/]+)/.exec(response.location) as RegExpExecArray
      people[id as string] = { ...fresh[at], id }
    }
  }
  const rename = async () => {
    const one = some(Object.values(people))
    people[one.id] = { ...one, name: [nameOf()] }
    assert.equal((await send('PUT', `/fhir/Patient/${one.id}`, people[one.id])).status, 200)
  }
  const conditionOf = (): [string, string] => {
    const code = some(['name', 'given', 'family', 'phonetic', 'family:exact', 'given:contains'])
    const typed = some([() => word().slice(0, 2 + random(8)), word, part, () => `${word()},${word()}`])()
    return [code, code === 'phonetic' ? typed.replaceAll(/[^\p{L} ]/gu, ' ') : typed]
  }
  await write(250)
  let hits = 0
  for (let round = 0; round < 150; round++) {
    const pairs = Array.from({ length: 1 + random(3) }, conditionOf)
    const search = parseSearch(world.fhir, 'Patient', pairs, { lenient: false })
    const wanted = Object.values(people)
      .filter((one) => matches(search, world.fhir.extract(one), world.fhir))
      .map(({ id }) => id)
    const got: string[] = []
    let next: string | undefined = `/fhir/Patient?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}&_count=${1 + random(20)}`
    while (next !== undefined) {
      const { status, body, text } = await send('GET', next)
      assert.equal(status, 200, text)
      got.push(...(body.entry ?? []).map(({ resource }: any) => resource.id))
      next = body.link.find(({ relation }: any) => relation === 'next')?.url
      // What is written now does not belong to the moment of the first page.
      if (random(6) === 0) await write(1 + random(3))
      if (random(6) === 0) await rename()
    }
    assert.deepEqual(got.toSorted(), wanted.toSorted(), `${JSON.stringify(pairs)} (round ${round})`)
    hits += got.length
  }
  assert.ok(hits > 2000, `${hits} hits`)
})
