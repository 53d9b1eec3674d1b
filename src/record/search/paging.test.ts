import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyPage } from '../../testing/search-oracle.ts'
import { type Send, startServer } from '../../testing/server.ts'

// Pages stay as they were at the first page. https://hl7.org/fhir/R4/search.html#paging leaves this open, and a client that reads a list page by page
// while others write must neither miss a result nor see one twice.

type Json = Record<string, any>
const bundleOf = (resources: Json[]) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: resources.map((resource) => ({ resource, request: { method: 'POST', url: resource['resourceType'] } })),
})

const effectives = [
  { effectiveDateTime: '2020-01-05' },
  { effectiveDateTime: '2020-01-05T10:00:00Z' },
  { effectiveDateTime: '2020' },
  { effectiveDateTime: '2020-01' },
  { effectivePeriod: { start: '2019-12-30', end: '2020-01-06' } },
  { effectivePeriod: { start: '2020-01-01' } },
  { effectivePeriod: { end: '2020-01-04' } },
  { effectiveTiming: { event: ['2020-03-01', '2019-11-01', '2020-01-02'] } },
  {},
]
const observation = (patient: string, at: number): Json => ({
  resourceType: 'Observation',
  status: at % 3 === 0 ? 'amended' : 'final',
  code: { coding: [{ system: 'urn:c', code: `c${at % 2}` }] },
  subject: { reference: `Patient/${patient}` },
  ...(at % 2 === 0 ? effectives[(at / 2) % effectives.length] : { effectiveDateTime: new Date(1.57e12 + at * 40_000_000).toISOString() }),
})

async function patientWith(send: Send, number: string, count: number): Promise<{ patient: string; all: Json[] }> {
  const { body } = await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: number }] })
  const resources = Array.from({ length: count }, (_, at) => observation(body.id, at))
  const done = await send('POST', '/fhir', bundleOf(resources), { prefer: 'return=representation' })
  assert.equal(done.status, 200, done.text)
  return { patient: body.id, all: done.body.entry.map((one: Json) => one['resource']) }
}

const idsOf = (body: Json): string[] => (body['entry'] ?? []).map((one: Json) => `${one['resource'].id}/${one['resource'].meta.versionId}`)
const linkOf = (body: Json, relation: string): string | undefined => {
  const url = body['link'].find((link: Json) => link['relation'] === relation)?.url
  return url?.slice(url.indexOf('/fhir'))
}

test('while others create, change and delete, every page is of the moment of the first one', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Лабораторија')
  const { patient, all } = await patientWith(send, '1', 60)
  const named = `patient=${patient}&`
  for (const query of [
    '',
    '_sort=date&',
    '_sort=-date&',
    `${named}`,
    `${named}_sort=-date&`,
    `${named}_sort=date,status&`,
    '_sort=-_lastUpdated&',
    '_sort=_lastUpdated&',
    '_sort=status&',
  ]) {
    const url = `/fhir/Observation?code=urn:c|c0,urn:c|c1&${query}_total=accurate`
    const before = await send('GET', `${url}&_count=1000`)
    const paged: string[] = []
    let next: string | undefined = `${url}&_count=9`
    for (let turn = 0; next !== undefined; turn++) {
      const page: Json = await send('GET', next)
      assert.equal(page['status'], 200, page['text'])
      assert.equal(page['body'].total, before.body.total, `${query} the total stays`)
      paged.push(...idsOf(page['body']))
      next = linkOf(page['body'], 'next')
      const [changed, deleted] = [all[(turn * 11 + 3) % all.length], all[(turn * 7 + 5) % all.length]] as [Json, Json]
      await send('PUT', `/fhir/Observation/${changed['id']}`, {
        ...changed,
        status: turn % 2 === 0 ? 'corrected' : 'final',
        effectiveDateTime: '2031-01-01',
        effectivePeriod: undefined,
        effectiveTiming: undefined,
      })
      await send('DELETE', `/fhir/Observation/${deleted['id']}`)
      await send('POST', '/fhir/Observation', observation(patient, turn * 2))
    }
    assert.deepEqual(paged, idsOf(before.body), query)
  }
})

test('a transaction that was open at the first page and commits before the second is on no page', async (t) => {
  const { institution, world } = await startServer(t)
  const { send } = await institution('Лабораторија')
  const { patient, all } = await patientWith(send, '1', 20)
  const other = await world.connect()
  t.after(() => other.end())
  const late = all[19] as Json
  await other.client.query('begin')
  await other.client.query(
    `insert into record.superseded (patient, type, id, version, tx, at, institution, deleted, voided, day, tokens, labels, name, body, chunk, start, length, until_tx, until)
     select patient, type, id, version, tx, at, institution, deleted, voided, day, tokens, labels, name, body, chunk, start, length, (pg_current_xact_id()::text)::int8, now()
       from record.resource where id = $1`,
    [late['id']],
  )
  await other.client.query(`update record.resource set version = 2, deleted = true, tx = (pg_current_xact_id()::text)::int8 where id = $1`, [late['id']])
  const first = await send('GET', `/fhir/Observation?patient=${patient}&_count=5`)
  // This transaction begins after the open one and commits before it: a number alone would not tell which of them the first page saw.
  await send('POST', '/fhir/Observation', observation(patient, 4))
  await other.client.query('commit')
  const rest = await everyPage(send, linkOf(first.body, 'next') as string)
  const found = [...idsOf(first.body), ...rest.map((one) => `${one['id']}/${one['meta'].versionId}`)]
  assert.deepEqual(found.sort(), all.map((one) => `${one['id']}/1`).sort())
})

test('an order by date is exact whatever the dates are: partial, periods, open ends, several', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Лабораторија')
  const { patient } = await patientWith(send, '1', 150)
  for (const sort of ['date', '-date', '-date,-status', 'date,code']) {
    for (const scope of ['', `patient=${patient}&`]) {
      // One page for all reads every row before it sorts; small pages stop when the day shows that nothing earlier can follow.
      const slow = await send('GET', `/fhir/Observation?${scope}_count=1000&_sort=${sort}`)
      const fast = (await everyPage(send, `/fhir/Observation?${scope}_count=10&_sort=${sort}`)).map((one) => `${one['id']}/${one['meta'].versionId}`)
      assert.equal(fast.length, 150)
      assert.deepEqual(fast, idsOf(slow.body), `${scope}${sort}`)
    }
  }
})

test('the first page can be fetched again as it was; a search too long for an address is paged all the same', async (t) => {
  const { institution } = await startServer(t)
  const { send } = await institution('Лабораторија')
  const { patient } = await patientWith(send, '1', 12)
  const first = await send('GET', `/fhir/Observation?patient=${patient}&_count=5`)
  const second = await send('GET', linkOf(first.body, 'next') as string)
  await send('POST', '/fhir/Observation', observation(patient, 1))
  const again = await send('GET', linkOf(second.body, 'first') as string)
  assert.deepEqual(idsOf(again.body), idsOf(first.body))
  const third = await send('GET', linkOf(second.body, 'next') as string)
  const back = await send('GET', linkOf(third.body, 'previous') as string)
  assert.deepEqual(idsOf(back.body), idsOf(second.body))
  const start = await send('GET', linkOf(back.body, 'previous') as string)
  assert.deepEqual(idsOf(start.body), idsOf(first.body))
  assert.equal(linkOf(start.body, 'previous') ?? null, null, 'there is nothing before the first page')
  const codes = Array.from({ length: 400 }, (_, at) => `urn:c|c${at}-${(at * 7919 + 13) % 65_521}x${(at * 104_729) % 65_537}`)
  const form = `code=${encodeURIComponent([...codes, 'urn:c|c0', 'urn:c|c1'].join(','))}&_count=5`
  const posted = await send('POST', '/fhir/Observation/_search', form, { 'content-type': 'application/x-www-form-urlencoded' })
  assert.equal(posted.status, 200, posted.text)
  const next = linkOf(posted.body, 'next') as string
  assert.ok(next.length < 4000, 'the link stays short')
  assert.equal((await everyPage(send, next)).length, 13 - 5)
})

test('a right that is lost between two pages is lost on the next page', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Лабораторија')
  const { patient, all } = await patientWith(send, '1', 12)
  const first = await send('GET', `/fhir/Observation?patient=${patient}&_count=5&_total=accurate`)
  const rest = all.map((one) => one['id']).filter((id) => !first.text.includes(id))
  // From now on filed by another institution: a system sees what its own institution submitted.
  const [hidden] = rest as [string]
  await server.owner`update record.resource set institution = institution + 1 where id = ${hidden}`
  const found = (await everyPage(send, linkOf(first.body, 'next') as string)).map((one) => one['id'])
  assert.deepEqual(found.sort(), rest.slice(1).sort())
})
