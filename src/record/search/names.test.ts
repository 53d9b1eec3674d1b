import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Send, startServer } from '../../testing/server.ts'

const families = Array.from(
  { length: 90 },
  (_, at) => `${['Петр', 'Марк', 'Јован'][at % 3]}${String.fromCharCode(0x430 + (at % 26))}${String.fromCharCode(0x430 + Math.floor(at / 26))}ић`,
)
const given = ['Ана', 'Милица', 'Анастасија', 'Вук']
const people = Array.from({ length: 1500 }, (_, at) => ({ family: families[at % families.length] as string, given: given[Math.floor(at / 7) % 4] as string }))

async function fill(send: Send): Promise<void> {
  for (let from = 0; from < people.length; from += 500) {
    const entry = people.slice(from, from + 500).map(({ family, given: first }, at) => ({
      resource: { resourceType: 'Patient', identifier: [{ system: 'urn:names', value: `n${from + at}` }], name: [{ family, given: [first] }] },
      request: { method: 'POST', url: 'Patient' },
    }))
    assert.equal((await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  }
}

/** The numbers of all patients found, page by page, from a query or from the link to a later page. */
async function found(send: Send, query: string): Promise<string[]> {
  const numbers: string[] = []
  let next: string | undefined = query.includes('://') ? query : `/fhir/Patient?${query}`
  while (next !== undefined) {
    const { status, body, text } = await send('GET', next)
    assert.equal(status, 200, text)
    for (const { resource } of body.entry ?? []) numbers.push(resource.identifier[0].value)
    next = body.link.find(({ relation }: any) => relation === 'next')?.url
  }
  return numbers
}

const wanted = (fits: (one: (typeof people)[number]) => boolean): string[] => people.flatMap((one, at) => (fits(one) ? [`n${at}`] : [])).sort()

test('each person with a name is found once, page by page, whether few or very many share the name', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  await fill(send)
  const of = async (query: string) => (await found(send, query)).sort()
  const begins = (word: string, start: string) => word.startsWith(start)
  const [family] = families as [string]

  // Few rows, listed by spelling; a page holds fewer than are found.
  assert.deepEqual(
    await of(`family=${encodeURIComponent(family)}&_count=5`),
    wanted((one) => one.family === family),
  )
  // Very many spellings: each family name gives one more.
  assert.deepEqual(
    await of('given=ana&_count=200'),
    wanted((one) => begins(one.given, 'Ана')),
  )
  assert.deepEqual(
    await of('name=ana&_count=500'),
    wanted((one) => begins(one.given, 'Ана')),
  )
  // A family name alone, which very many people have.
  assert.deepEqual(
    await of('family=petr&_count=200'),
    wanted((one) => begins(one.family, 'Петр')),
  )
  // Two names; the search follows the rarer one.
  assert.deepEqual(
    await of('family=petra&given=ana&_count=3'),
    wanted((one) => begins(one.family, 'Петра') && begins(one.given, 'Ана')),
  )
  assert.deepEqual(await of('given=ana&family=petr&given=vuk'), [])
  assert.deepEqual(
    await of('family=petra,markb&given=vuk'),
    wanted((one) => (begins(one.family, 'Петра') || begins(one.family, 'Маркб')) && one.given === 'Вук'),
  )
  assert.deepEqual(await of('family:exact=Nobody&given=ana'), [])
  // Words that sound alike, one of them misspelt.
  const [slip] = [`${family.slice(0, 3)}${family[4]}${family[3]}${family.slice(5)}`]
  const heard = await of(`phonetic=${encodeURIComponent(`${slip} Милица`)}&_count=4`)
  for (const number of wanted((one) => one.family === family && one.given === 'Милица')) assert.ok(heard.includes(number), number)

  const byFamily = await found(send, 'given=vuk&_sort=family&_count=100')
  assert.deepEqual(
    byFamily.toSorted(),
    wanted((one) => one.given === 'Вук'),
  )
  const total = await send('GET', '/fhir/Patient?given=anastasija&_total=accurate&_count=1')
  assert.equal(total.body.total, wanted((one) => one.given === 'Анастасија').length)
  const newest = await found(send, 'family=jov&given=milica&_sort=-_lastUpdated&_count=50')
  assert.deepEqual(
    newest.toSorted(),
    wanted((one) => begins(one.family, 'Јов') && one.given === 'Милица'),
  )
})

test('a name with two words, a hyphen or more words than have sounds in the index is found by each beginning among very many others', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  await fill(send)
  const many = Array.from({ length: 14 }, (_, at) => `Реч${String.fromCharCode(0x430 + at)}`)
  const odd: [string, string[]][] = [
    ['a', ['Ана Марија']],
    ['b', ['Ана-Марија']],
    ['c', ['Милица', 'Аннабела']],
    ['d', [...many, 'Анабела']],
    ['e', ['Ана’Марија']],
  ]
  for (const [value, words] of odd) {
    const made = await send('POST', '/fhir/Patient', {
      resourceType: 'Patient',
      identifier: [{ system: 'urn:names', value }],
      name: [{ family: 'Редак', given: words }],
    })
    assert.equal(made.status, 201)
  }
  const of = async (query: string) => (await found(send, query)).sort()
  assert.deepEqual(await of('family=redak&given=ana'), ['a', 'b', 'd', 'e'])
  assert.deepEqual(await of('family=redak&given=ana%20m'), ['a'])
  assert.deepEqual(await of('family=redak&given=ana-'), ['b'])
  assert.deepEqual(await of('family=redak&given=an'), ['a', 'b', 'c', 'd', 'e'])
  assert.deepEqual(
    (await of('given=an&_count=300')).filter((one) => one.length === 1),
    ['a', 'b', 'c', 'd', 'e'],
  )
  assert.deepEqual(await of('family=petr&given=redak'), [])
})

test('pages of a name stay as they were while other people of that name are written and renamed', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Болница')
  const of = (family: string, at: number) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:names', value: `n${at}` }], name: [{ family }] })
  const made = []
  for (let at = 0; at < 8; at++) made.push((await send('POST', '/fhir/Patient', of('Симић', at))).body)
  const first = (await send('GET', '/fhir/Patient?family=simic&_count=3')).body
  await send('PUT', `/fhir/Patient/${made[7].id}`, { ...made[7], name: [{ family: 'Туђи' }] })
  for (let at = 8; at < 12; at++) await send('POST', '/fhir/Patient', of('Симићевић', at))
  const rest = await found(send, first.link.find(({ relation }: any) => relation === 'next').url)
  assert.deepEqual([...first.entry.map(({ resource }: any) => resource.identifier[0].value), ...rest].sort(), ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'])
  assert.equal((await found(send, 'family=simic')).length, 11)
})
