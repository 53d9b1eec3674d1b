import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown } from '../../testing/sickleave.ts'
import { publishOpenData } from './open-data.ts'
import { outliers } from './outliers.ts'

let town: LeaveTown
let officer: string

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  officer = await town.account(['fund'], { name: 'Зора Пајић' })
  // Leaves of April: twelve persons who are ill, nine with an ill child; and ten issuers with ten persons each, one of whom always writes thirty
  // days.
  const leaves = async (first: number, count: number, worker: number, days: number, reason: string, care: object | null) => {
    const body = JSON.stringify({ from: '2026-04-07', reason, care })
    await town.owner`
      insert into sickleave.leave (patient, id, number, institution, worker, opened_at)
      select n, md5(n::text)::uuid, 'N' || n, ${town.place.institution}, ${worker}, '2026-04-07' from generate_series(${first}::int8, ${first + count - 1}::int8) n`
    await town.owner`
      insert into sickleave.step (patient, leave, seq, kind, body, at, happened_at, actor, actor_name)
      select n, md5(n::text)::uuid, 1, 'opened', ${body}::jsonb, '2026-04-07', '2026-04-07', 'a', 'др ' || ${worker}::text
        from generate_series(${first}::int8, ${first + count - 1}::int8) n`
    await town.owner`
      insert into sickleave.day (patient, day, leave)
      select n, date '2026-04-07' + d, md5(n::text)::uuid from generate_series(${first}::int8, ${first + count - 1}::int8) n, generate_series(0, ${days - 1}::int4) d`
  }
  await leaves(1000, 12, 500, 3, '01', null)
  await leaves(1500, 1, 500, 1, '01', null)
  await leaves(2000, 9, 501, 3, '06', { born: '2020-01-01', isChild: true, isSevere: false })
  for (let issuer = 0; issuer < 10; issuer++) await leaves(10_000 + 100 * issuer, 10, 900 + issuer, issuer === 3 ? 30 : 5 + (issuer % 4), '08', null)
})

test('a month is published once, after its end, and only what is about ten persons or more', async () => {
  town.at('2026-05-03T08:00:00Z')
  await publishOpenData(town.world)
  const file = async () => (await town.app.inject('/sickleave/open-data.csv')).body.split('\n').filter((line) => line.startsWith('2026-04,'))
  assert.deepEqual(await file(), [], 'late certificates still come')
  town.at('2026-05-06T08:00:00Z')
  for (let round = 0; round < 12; round++) await publishOpenData(town.world)
  const published = await file()
  assert.deepEqual(published, ['2026-04,"Београд",care,100,100,790', '2026-04,"Београд",illness,10,10,30'], 'nine children are not told of')
  await town.owner`delete from sickleave.day where patient = 1000`
  for (let round = 0; round < 3; round++) await publishOpenData(town.world)
  assert.deepEqual(await file(), published, 'two states of a month cannot be laid over each other')
  const { body } = await town.as(officer)('GET', '/sickleave/fund/statistics')
  assert.deepEqual([body.k, body.rows.filter(({ period }: { period: string }) => period === '2026-04').length], [10, 2])
  const daily = body.rows.filter(({ period }: { period: string }) => period.length === 10)
  // Attacks by comparing published figures: one person more on the second of two days, and the days of a month minus its parts.
  const illness = (day: string) => daily.find((row: { period: string; category: string }) => row.period === day && row.category === 'illness')?.persons
  assert.deepEqual([illness('2026-04-07'), illness('2026-04-08')], [10, 10], 'thirteen on the one day and twelve on the other')
  for (const { persons, leaves, days } of body.rows) for (const figure of [persons, leaves, days]) assert.equal(figure % 10, 0)
  assert.ok(daily.every(({ persons, municipality }: { persons: number; municipality: null }) => persons >= 10 && municipality === null))
})

test('an issuer that differs from the others is listed with the measure and the sentence; persons are not', async () => {
  const { body, text } = await town.as(officer)('GET', '/sickleave/fund/anomalies')
  const found = body.anomalies.filter(({ name }: { name: string }) => name === 'др 903')
  assert.deepEqual(
    found.map(({ measure }: { measure: string }) => measure),
    ['days'],
    text,
  )
  assert.match(found[0].en, /^average days of a leave: 30\.0, while half of 11 comparable ones have at most \d\.\d \(10 leaves, 10 persons\)\.$/)
  assert.ok(body.anomalies.every(({ persons }: { persons: number }) => persons >= 10))
  assert.ok(!/patient|10300/.test(text))
  assert.equal((await town.as(town.doctor)('GET', '/sickleave/fund/anomalies')).status, 403)
  assert.equal((await town.as(town.doctor)('GET', '/sickleave/fund/statistics')).status, 403)
})

test('nobody stands out among equals or among few, and an outlier lies above the median', () => {
  const value = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), (values) => {
      const found = outliers(values.map((one) => ({ of: null, value: one })))
      if (values.length < 8 || new Set(values).size === 1) assert.deepEqual(found, [])
      for (const one of found) assert.ok(one.value > one.median && one.distance >= 3.5)
    }),
    { numRuns: 200 },
  )
})
