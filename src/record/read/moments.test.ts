import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fragment, Sql } from '../../platform/sql.ts'
import { fragment } from '../../platform/sql.ts'
import { pausedWriter } from '../../testing/paused.ts'
import { startServer } from '../../testing/server.ts'
import { changedSince, instantOf, keepMoment, requireSettled, seenAt, thinMoments, watermark } from './moments.ts'

const patient = (id: string, more: object = {}) => ({ resourceType: 'Patient', id, identifier: [{ system: 'urn:h', value: id }], ...more })
const namesOf = async (sql: Sql, condition: Fragment) => {
  const rows = await sql.run<{ name: string }>(fragment`select r.name from record.resource r where ${condition} order by r.name limit 100`)
  return rows.map((row) => row.name)
}

test('asking since the time of an answer finds what a second process had timed before it and committed after it', async (t) => {
  const server = await startServer(t)
  const { sql } = server
  const { id: institution, send } = await server.institution('А')
  await send('PUT', '/fhir/Patient/p-seen', patient('p-seen'))
  const paused = await pausedWriter(t, server, institution, patient('p-late'))
  await send('PUT', '/fhir/Patient/p-between', patient('p-between')) // Begins after the paused write and commits before it.

  const answer = await watermark(sql)
  const kept = await keepMoment(sql)
  for (const moment of [answer, kept]) assert.deepEqual(await namesOf(sql, seenAt(moment)), ['p-between', 'p-seen'])
  await paused.commit()
  await send('PUT', '/fhir/Patient/p-new', patient('p-new'))

  const [late] = await sql<{ at: Date }>`select at from record.resource where name = 'p-late'`
  assert.ok((late as { at: Date }).at < answer.at, 'the late one says a time before the answer')
  assert.deepEqual(await namesOf(sql, seenAt(answer)), ['p-between', 'p-seen'], 'the moment of an answer stays what it was')
  assert.deepEqual(await namesOf(sql, await changedSince(sql, kept.at)), ['p-late', 'p-new'], 'since a kept moment: exactly what it had not seen')
  const since = await namesOf(sql, await changedSince(sql, answer.at))
  assert.ok(since.includes('p-late') && since.includes('p-new'), 'since any answer: all that it had not seen')
})

test('an instant is settled only when no write that began before it can still commit', async (t) => {
  const server = await startServer(t)
  const { world } = server
  const { id: institution } = await server.institution('А')
  const paused = await pausedWriter(t, server, institution, patient('p-late'))
  await sleep(5)
  const instant = world.now()
  await assert.rejects(requireSettled(world, instant, '_at'), { kind: 'busy' })
  await paused.commit()
  await requireSettled(world, instant, '_at')
  await assert.rejects(requireSettled(world, new Date(world.now().getTime() + 60_000), '_at'), { kind: 'incorrect' })
})

test('a create that waited long for its commit gets the time at which it was sent, so no old time appears late', async (t) => {
  const { world, institution } = await startServer(t)
  const { send } = await institution('А')
  await send('PUT', '/fhir/Patient/p-1', patient('p-1'))
  const commit = world.ledger.commit
  world.ledger.commit = (work) => sleep(700).then(() => commit(work))
  const began = Date.now()
  const made = await send('POST', '/fhir/Observation', {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/p-1' },
  })
  world.ledger.commit = commit
  assert.equal(made.status, 201, made.text)
  assert.ok(Date.parse(made.body.meta.lastUpdated) >= began + 650)
  assert.deepEqual((await send('GET', `/fhir/Observation/${made.body.id}`)).body, made.body)
})

test('old moments are thinned out, and asking since an old time still misses nothing', async (t) => {
  const server = await startServer(t)
  const { sql, owner } = server
  const { send } = await server.institution('А')
  const { allEnded } = await keepMoment(sql)
  await owner`
    insert into record.moment (at, all_ended, none_begun, running)
    select now() - interval '10 days' + n * interval '1 second', ${allEnded}, ${allEnded}, '{}' from generate_series(1, 600) n`
  await owner`
    insert into record.moment (at, all_ended, none_begun, running)
    select now() - interval '60 days' + n * interval '1 minute', ${allEnded}, ${allEnded}, '{}' from generate_series(1, 600) n`
  await send('PUT', '/fhir/Patient/p-1', patient('p-1'))
  await thinMoments(sql)
  const [left] = await sql<{ recent: number; old: number }>`
    select count(*) filter (where at > now() - interval '30 days' and at < now() - interval '1 day')::int as recent,
           count(*) filter (where at < now() - interval '30 days')::int as old from record.moment`
  assert.ok((left?.recent ?? 0) >= 10 && (left?.recent ?? 0) <= 12, `${left?.recent} of 600 seconds`)
  assert.ok((left?.old ?? 0) >= 10 && (left?.old ?? 0) <= 12, `${left?.old} of 600 minutes`)
  assert.deepEqual(await namesOf(sql, await changedSince(sql, new Date(Date.now() - 9 * 86_400_000))), ['p-1'])
  assert.deepEqual(await namesOf(sql, await changedSince(sql, new Date(0))), ['p-1'], 'before all moments the time of the version decides')
})

test('a version with a later time than the question is in the answer, whatever the clocks say', async (t) => {
  const server = await startServer(t)
  const { sql, owner } = server
  const { send } = await server.institution('А')
  await send('PUT', '/fhir/Patient/p-ahead', patient('p-ahead'))
  await owner`update record.resource set at = at + interval '2 minutes' where name = 'p-ahead'`
  const { at } = await keepMoment(sql)
  assert.deepEqual(await namesOf(sql, await changedSince(sql, at)), ['p-ahead'])
})

test('since a time that is still to come nothing has changed, however lately something was written', async (t) => {
  const server = await startServer(t)
  const { sql } = server
  const { send } = await server.institution('А')
  await keepMoment(sql)
  await send('PUT', '/fhir/Patient/p-now', patient('p-now'))
  assert.deepEqual(await namesOf(sql, await changedSince(sql, new Date(Date.now() + 60_000))), ['p-now'], 'clocks may differ by minutes')
  assert.deepEqual(await namesOf(sql, await changedSince(sql, new Date(Date.now() + 3_600_000))), [])
})

test('instants only grow, also when the clock has been set back, and two processes never keep the same one', async (t) => {
  const { sql, owner, institution } = await startServer(t)
  await owner`insert into record.moment (at, all_ended, none_begun, running) values (now() + interval '1 hour', 1, 1, '{}')`
  const kept = await Promise.all(Array.from({ length: 8 }, () => keepMoment(sql)))
  const instants = kept.map(({ at }) => at.getTime())
  assert.equal(new Set(instants).size, 8)
  assert.ok(Math.min(...instants) > Date.now() + 3_500_000)
  const { send } = await institution('А')
  await send('PUT', '/fhir/Patient/p-back', patient('p-back'))
  assert.deepEqual(await namesOf(sql, await changedSince(sql, new Date(Math.max(...instants)))), ['p-back'], 'whoever was told such an instant misses nothing')
})

test('an instant is a real time or a day; anything else is refused with its name', () => {
  assert.equal(instantOf('2026-11-27T10:15:00.123Z', '_since').getTime(), Date.UTC(2026, 10, 27, 10, 15, 0, 123))
  assert.equal(instantOf('2026-11-27T10:15:00 01:00', '_since').getTime(), Date.UTC(2026, 10, 27, 9, 15), 'a plus sign that was not escaped')
  assert.equal(instantOf('2026-11-27', '_at').getTime(), Date.UTC(2026, 10, 27))
  assert.equal(instantOf('2026-11', '_at').getTime(), Date.UTC(2026, 10, 1))
  assert.equal(instantOf('2026', '_at').getTime(), Date.UTC(2026, 0, 1))
  for (const text of [
    '',
    'now',
    '2026-13-01',
    '2026-04-31',
    '2026-11-27T10:15',
    '2026-11-27T25:00:00Z',
    '0000-01-01',
    '27.11.2026',
    '2026-11-27T10:15:00Z;drop',
  ]) {
    assert.throws(() => instantOf(text, '_since'), { kind: 'incorrect', expression: '_since' }, text)
  }
})
