import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'

test('a version that was read before is asked for by name only, and changes, deletions and closed rows show all the same', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Болница Мало')
  const other = await server.institution('Друга болница')
  const chart = (await send('POST', '/fhir/Patient', { resourceType: 'Patient', identifier: [{ system: 'urn:h', value: '1' }] })).body.id as string
  const height = (date: string, value: number) => ({
    ...{ resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] } },
    ...{ subject: { reference: `Patient/${chart}` }, effectiveDateTime: date, valueQuantity: { value } },
  })
  const ids: string[] = []
  for (const [date, value] of [
    ['2026-01-01', 1],
    ['2026-02-01', 2],
    ['2026-03-01', 3],
  ] as const)
    ids.push((await send('POST', '/fhir/Observation', height(date, value))).body.id)
  const query = `/fhir/Observation?patient=${chart}&code=http://loinc.org|8302-2&_sort=-date`
  const values = async (ask: typeof send, more = '') => {
    const { status, body, text } = await ask('GET', `${query}${more}`)
    assert.equal(status, 200, text)
    return (body.entry ?? []).map(({ resource }: any) => resource.valueQuantity?.value)
  }
  for (const _ of ['first', 'known']) assert.deepEqual(await values(send), [3, 2, 1])
  assert.equal((await send('PUT', `/fhir/Observation/${ids[0]}`, { ...height('2026-04-01', 10), id: ids[0] })).status, 200)
  for (const _ of ['first', 'known']) assert.deepEqual(await values(send), [10, 3, 2])
  assert.equal((await send('DELETE', `/fhir/Observation/${ids[1]}`)).status, 204)
  assert.deepEqual(await values(send), [10, 3])
  await send('POST', '/fhir/Observation', height('2026-02-15', 4))
  assert.deepEqual(await values(send), [10, 3, 4], 'one that is new among those that are known')
  assert.deepEqual(await values(send, '&value-quantity=gt3'), [10, 4])
  assert.deepEqual(await values(other.send), [], 'what this server remembers opens nothing to another institution')
  await server.owner`update record.resource set voided = true where id = ${ids[2]}`
  assert.deepEqual(await values(send), [10, 4])
})

test('a record with more than a few is read in its order, page after page', async (t) => {
  const server = await startServer(t)
  const { send } = await server.institution('Болница Много')
  const many = 140
  const entry = Array.from({ length: many }, (_, at) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    resource: {
      ...{ resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'urn:c', code: 'many' }] }, valueInteger: at },
      subject: { reference: 'urn:uuid:00000000-0000-4000-8000-999999999999' },
      ...(at === 7 ? {} : { effectiveDateTime: new Date(Date.UTC(2026, 0, 1 + ((at * 37) % many))).toISOString() }),
    },
    request: { method: 'POST', url: 'Observation' },
  }))
  const patient = {
    fullUrl: 'urn:uuid:00000000-0000-4000-8000-999999999999',
    resource: { resourceType: 'Patient' },
    request: { method: 'POST', url: 'Patient' },
  }
  const filed = await send('POST', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [patient, ...entry] })
  const chart = filed.body.entry[0].response.location.split('/').at(-3) as string
  const seen: number[] = []
  let next: string | undefined = `/fhir/Observation?patient=${chart}&code=urn:c|many&_sort=date&_count=50`
  while (next !== undefined) {
    const { status, body, text }: any = await send('GET', next)
    assert.equal(status, 200, text)
    seen.push(...body.entry.map(({ resource }: any) => resource.valueInteger))
    next = body.link.find(({ relation }: any) => relation === 'next')?.url.replace(/^https?:\/\/[^/]+/, '')
  }
  const dated = entry.map(({ resource }) => resource).filter(({ valueInteger }) => valueInteger !== 7)
  dated.sort((a, b) => (a.effectiveDateTime as string).localeCompare(b.effectiveDateTime as string))
  assert.deepEqual(seen, [...dated.map(({ valueInteger }) => valueInteger), 7])
})
