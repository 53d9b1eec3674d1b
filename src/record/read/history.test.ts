import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pausedWriter } from '../../testing/paused.ts'
import { type Send, startServer } from '../../testing/server.ts'
import type { Asking } from '../asking.ts'
import { wishOf } from './history-wish.ts'

const organization = (id: string, name = id) => ({ resourceType: 'Organization', id, name })
const put = async (send: Send, resource: { resourceType: string; id: string }) => {
  const answer = await send('PUT', `/fhir/${resource.resourceType}/${resource.id}`, resource)
  assert.ok(answer.status < 300, answer.text)
  return answer
}
const versionsOf = (bundle: any): string[] =>
  (bundle.entry ?? []).map((one: any) => `${one.fullUrl.split('/').at(-1)} ${one.response.etag} ${one.request.method}`)

async function pages(send: Send, url: string): Promise<any[]> {
  const all: any[] = []
  for (let next: string | undefined = url; next; ) {
    const answer = await send('GET', next)
    assert.equal(answer.status, 200, answer.text)
    all.push(answer.body)
    next = answer.body.link.find((link: any) => link.relation === 'next')?.url.replace(/^.*?\/fhir/, '/fhir')
    assert.ok(all.length < 50)
  }
  return all
}

test('the history of a type and of everything lists every version and delete, newest first, in pages that stay as they were', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  await put(send, organization('a'))
  await put(send, organization('b'))
  await put(send, organization('a', 'a2'))
  await put(send, { resourceType: 'Location', id: 'l' })
  await send('DELETE', '/fhir/Organization/b')
  const made = await send('POST', '/fhir/Organization', { resourceType: 'Organization', name: 'posted' })

  const whole = (await send('GET', '/fhir/Organization/_history')).body
  assert.deepEqual(versionsOf(whole), [`${made.body.id} W/"1" POST`, 'b W/"2" DELETE', 'a W/"2" PUT', 'b W/"1" PUT', 'a W/"1" PUT'])
  assert.deepEqual([whole.total, whole.type], [5, 'history'])
  assert.deepEqual(
    whole.entry.map((one: any) => [one.response.status.slice(0, 3), one.resource?.name]),
    [
      ['201', 'posted'],
      ['204', undefined],
      ['200', 'a2'],
      ['201', 'b'],
      ['201', 'a'],
    ],
  )
  const first = (await send('GET', '/fhir/_history?_count=2')).body
  await put(send, organization('c')) // Written while somebody pages.
  await put(send, organization('a', 'a3'))
  const rest = await pages(send, first.link.find((link: any) => link.relation === 'next').url.replace(/^.*?\/fhir/, '/fhir'))
  assert.deepEqual([first, ...rest].flatMap(versionsOf), [
    `${made.body.id} W/"1" POST`,
    'b W/"2" DELETE',
    'l W/"1" PUT',
    'a W/"2" PUT',
    'b W/"1" PUT',
    'a W/"1" PUT',
  ])
  const old = await pages(send, '/fhir/Organization/_history?_sort=_lastUpdated&_count=3')
  assert.deepEqual(old.flatMap(versionsOf)[0], 'a W/"1" PUT')
  assert.equal(old.flatMap(versionsOf).length, 7)
  const one = await pages(send, '/fhir/Organization/a/_history?_count=1')
  assert.deepEqual(one.flatMap(versionsOf), ['a W/"3" PUT', 'a W/"2" PUT', 'a W/"1" PUT'])
  const none = (await send('GET', '/fhir/Organization/a/_history?_count=0')).body
  assert.deepEqual([none.entry ?? [], none.total, none.link.length], [[], undefined, 1])
  const xml = await send('GET', '/fhir/Organization/_history?_format=xml')
  assert.match(xml.text, /<type value="history"\/>/)
})

test('_since and _at choose by time, and wrong parameters are refused', async (t) => {
  const { institution, world } = await startServer(t)
  const { send } = await institution('А')
  const first = await put(send, organization('a'))
  await sleep(30)
  const second = await put(send, organization('a', 'a2'))
  await sleep(30)
  await put(send, organization('b'))
  const at = (answer: { body: any }) => String(answer.body.meta.lastUpdated)
  const ask = async (query: string) => versionsOf((await send('GET', `/fhir/Organization/_history?${query}`)).body)
  assert.deepEqual(await ask(`_at=${at(first)}`), ['a W/"1" PUT'])
  assert.deepEqual(await ask(`_at=${at(second)}`), ['a W/"2" PUT'])
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Belgrade' }).format(new Date(at(first)))
  assert.deepEqual(await ask(`_at=${today}`), ['b W/"1" PUT', 'a W/"2" PUT', 'a W/"1" PUT'])
  const { at: summer } = wishOf({ world } as Asking, 'Organization/_history', 'Organization', [['_at', '2026-07-01']])
  assert.deepEqual(summer, { from: Date.parse('2026-07-01T00:00:00+02:00'), until: Date.parse('2026-07-02T00:00:00+02:00') }, 'a day is a day of the country')
  assert.deepEqual(await ask('_at=2001'), [])
  const all = ['b W/"1" PUT', 'a W/"2" PUT', 'a W/"1" PUT']
  assert.deepEqual(await ask('_at=ge2001'), all)
  assert.deepEqual(await ask('_at=lt2001'), [])
  assert.deepEqual(await ask(`_at=le${at(first)}`), ['a W/"1" PUT'])
  assert.deepEqual(await ask(`_at=ge${at(second)}`), ['b W/"1" PUT', 'a W/"2" PUT'])
  assert.deepEqual(await ask(`_at=ge${at(first)}&_at=lt${at(second)}`), ['a W/"1" PUT'])
  assert.deepEqual((await ask(`_since=${at(second)}`)).slice(0, 2), ['b W/"1" PUT', 'a W/"2" PUT'])
  for (const query of [
    '_since=yesterday',
    '_at=2026-13',
    '_at=ne2026',
    '_at=ge2026&_at=lt2025',
    '_count=many',
    '_sort=name',
    '_list=a b',
    '_list=$current-problems',
    '_list=$current-wishes',
    'name=a',
    '_count=1&_count=2',
    '_page=nonsense',
  ]) {
    const answer = await send('GET', `/fhir/Organization/_history?${query}`)
    assert.equal(answer.status, 400, query)
    assert.equal(answer.body.resourceType, 'OperationOutcome')
  }
  const link = (await send('GET', '/fhir/Organization/_history?_count=1')).body.link.find((one: any) => one.relation === 'next').url
  const elsewhere = link.replace(/^.*?\/fhir\/Organization/, '/fhir/Location')
  assert.equal((await send('GET', elsewhere)).status, 400, 'a link of one history opens no other')
  assert.equal((await send('GET', '/fhir/Organization/nothing/_history')).status, 404)
  assert.equal((await send('GET', '/fhir/Nothing/_history')).status, 404)
})

test('_list leaves what the List names, of a version that it names that one, and needs the scope of Lists', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  for (const name of ['a1', 'a2']) await put(send, organization('a', name))
  for (const name of ['b1', 'b2']) await put(send, organization('b', name))
  await put(send, organization('c'))
  const made = (await send('POST', '/fhir/Location', { resourceType: 'Location', name: 'x' })).body.id
  const item = (reference: string, deleted = false) => ({ item: { reference }, ...(deleted ? { deleted } : {}) })
  const list = (id: string, entry: object[]) =>
    send('PUT', `/fhir/List/${id}`, { resourceType: 'List', id, status: 'current', mode: deletedMode(entry), entry })
  const deletedMode = (entry: object[]) => (entry.some((one) => 'deleted' in one) ? 'changes' : 'working')
  await list('l', [item('Organization/a'), item('Organization/b/_history/1'), item('Organization/c', true), item(`Location/${made}`)])
  await list('m', [item('Organization/c'), item('http://elsewhere.example/Organization/a')])
  const ask = async (url: string) => versionsOf((await send('GET', `/fhir/${url}`)).body)
  assert.deepEqual(await ask('Organization/_history?_list=l'), ['b W/"1" PUT', 'a W/"2" PUT', 'a W/"1" PUT'])
  assert.deepEqual(await ask('_history?_list=List/l,m&_sort=_lastUpdated'), ['a W/"1" PUT', 'a W/"2" PUT', 'b W/"1" PUT', 'c W/"1" PUT', `${made} W/"1" POST`])
  assert.deepEqual(await ask('Organization/b/_history?_list=l'), ['b W/"1" PUT'])
  assert.deepEqual(await ask('Organization/_history?_list=none'), [])
  assert.deepEqual(
    (await pages(send, '/fhir/Organization/_history?_list=l&_count=2')).map((page) => versionsOf(page).length),
    [2, 1],
  )
  const narrow = await institution('Б', 'system/Organization.rs')
  assert.equal((await narrow.send('GET', '/fhir/Organization/_history?_list=l')).status, 403)
})

test('_list takes functional lists, too: all versions of what is on it, of one type, page by page', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  await put(send, { resourceType: 'Patient', id: 'fl' })
  const status = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] })
  const condition = (id: string, code: string, text: string) => ({
    resourceType: 'Condition',
    id,
    ...{ subject: { reference: 'Patient/fl' } },
    clinicalStatus: status(code),
    code: { text },
  })
  const problem = (id: string, code: string, text: string) => put(send, condition(id, code, text))
  await problem('on', 'resolved', 'was over')
  await problem('on', 'active', 'came back')
  await problem('off', 'active', 'was there')
  await problem('off', 'resolved', 'is over')
  await problem('gone', 'active', 'was there')
  await send('DELETE', '/fhir/Condition/gone')
  await problem('too', 'active', 'is there')
  const ask = async (url: string) => versionsOf((await send('GET', `/fhir/${url}`)).body)
  const list = '_list=$current-problems'
  assert.deepEqual(await ask(`Condition/_history?${list}`), ['too W/"1" PUT', 'on W/"2" PUT', 'on W/"1" PUT'])
  assert.deepEqual(await ask(`Condition/on/_history?${list}`), ['on W/"2" PUT', 'on W/"1" PUT'])
  assert.deepEqual(await ask(`Condition/off/_history?${list}`), [])
  const url = `/fhir/Condition/_history?${list}&_count=1`
  const first = (await send('GET', url)).body
  // What is on it is as of the first page: all pages are of one moment.
  await problem('on', 'resolved', 'is over')
  const rest = await pages(send, first.link.find((one: any) => one.relation === 'next').url.replace(/^.*?(?=\/fhir)/, ''))
  assert.deepEqual([first, ...rest].flatMap(versionsOf), ['too W/"1" PUT', 'on W/"2" PUT', 'on W/"1" PUT'])
  assert.deepEqual(await ask(`Condition/_history?${list}`), ['too W/"1" PUT'])
  for (const wrong of [`/fhir/_history?${list}`, `/fhir/Condition/_history?${list},on`]) assert.equal((await send('GET', wrong)).status, 400, wrong)
})

test('what commits late is in the next answer since the time of the last one', async (t) => {
  const server = await startServer(t)
  const { send, id } = await server.institution('А')
  await put(send, organization('before'))
  const paused = await pausedWriter(t, server, id, organization('late'))
  await put(send, organization('meanwhile'))
  const first = (await send('GET', '/fhir/Organization/_history')).body
  assert.deepEqual(versionsOf(first), ['meanwhile W/"1" PUT', 'before W/"1" PUT'])
  await paused.commit()
  await put(send, organization('after'))
  const next = (await send('GET', `/fhir/Organization/_history?_since=${first.meta.lastUpdated}`)).body
  const seen = versionsOf(next)
  assert.ok(
    seen.some((one) => one.startsWith('late ')),
    'created before the first answer, committed after it',
  )
  assert.ok(seen.some((one) => one.startsWith('after ')))
})

test('a history shows only what may be seen, and every patient in it has a row in the log', async (t) => {
  const { sql, institution } = await startServer(t)
  const a = await institution('А')
  const b = await institution('Б')
  await put(a.send, { resourceType: 'Patient', id: 'pa' })
  await put(b.send, { resourceType: 'Patient', id: 'pb' })
  await put(b.send, { ...organization('o') })
  assert.deepEqual(versionsOf((await a.send('GET', '/fhir/Patient/_history')).body), ['pa W/"1" PUT'])
  assert.deepEqual(versionsOf((await a.send('GET', '/fhir/_history')).body), ['o W/"1" PUT', 'pa W/"1" PUT'], 'an organization is of the directory')
  const rows = await sql`select entry from audit.entry where action = 'history' and patient >= 4096`
  assert.equal(rows.length, 2)
  const narrow = await institution('В', 'system/Observation.rs')
  assert.equal((await narrow.send('GET', '/fhir/Patient/_history')).status, 403)
  assert.deepEqual(versionsOf((await narrow.send('GET', '/fhir/_history')).body), [])
})
