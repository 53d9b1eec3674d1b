import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../testing/server.ts'
import { KnownValues, knownValues } from './known-values.ts'

test('a value is known for the days that were written, and not for other days, patients or values', () => {
  const known = new KnownValues()
  const row = { hash: 4_000_000_000_123, patient: 270_000_000_000_001, first: 20_000, last: 20_010 }
  assert.ok(!known.has(row))
  known.add([row])
  assert.ok(known.has(row))
  assert.ok(known.has({ ...row, first: 20_005, last: 20_006 }))
  for (const other of [{ first: 19_999 }, { last: 20_011 }, { patient: row.patient + 1 }, { hash: row.hash + 1 }, { hash: row.hash + 2 ** 40 }])
    assert.ok(!known.has({ ...row, ...other }), JSON.stringify(other))
  known.add([{ ...row, first: 19_000, last: 19_001 }])
  assert.ok(known.has({ ...row, first: 19_000, last: 20_010 }), 'the row in the database spans both')
  known.forgetAfter(1)
  assert.ok(!known.has(row))
})

test('any number of values may come: each answer is right, whichever values were pushed out', () => {
  const known = new KnownValues()
  const rows = Array.from({ length: 600_000 }, (_, at) => ({ hash: at * 7_919 + 2 ** 45, patient: 2 ** 47 + (at % 1000), first: at % 50, last: at % 50 }))
  known.add(rows)
  let count = 0
  for (const row of rows) if (known.has(row)) count++
  assert.ok(count > 250_000, `${count} of them are known`)
  for (const row of rows) assert.ok(!known.has({ ...row, first: row.first - 1 }))
})

test('values of a rolled-back write are not known, and known values are still found', async (t) => {
  const server = await startServer(t)
  const clinic = await server.institution('Клиника')
  const patient = (await clinic.send('POST', '/fhir/Patient', { resourceType: 'Patient', name: [{ family: 'Петровић' }] })).body
  const observation = (code: string, day: string) => ({
    resourceType: 'Observation',
    status: 'final',
    subject: { reference: `Patient/${patient.id}` },
    code: { coding: [{ system: 'http://loinc.org', code }] },
    effectiveDateTime: day,
  })
  const bundleOf = (...resources: object[]) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({ resource, request: { method: 'POST', url: (resource as { resourceType: string }).resourceType } })),
  })
  const totalOf = async (question: string) => (await clinic.send('GET', `/fhir/Observation?${question}&_total=accurate`)).body.total
  const refused = await clinic.send(
    'POST',
    '/fhir',
    bundleOf(observation('718-7', '2026-03-01'), { ...observation('718-7', '2026-03-01'), id: 'x', status: 'no' }),
  )
  assert.ok(refused.status >= 400, 'one of the two is wrong, so nothing is written')
  assert.equal(await totalOf('code=718-7'), 0)
  for (const day of ['2026-03-01', '2026-03-01', '2026-05-01', '2026-04-01'])
    assert.equal((await clinic.send('POST', '/fhir', bundleOf(observation('718-7', day)))).status, 200)
  assert.equal(await totalOf('code=718-7'), 4)
  assert.equal(await totalOf('code=718-7&date=2026-05-01'), 1)
  assert.equal(await totalOf('code=718-7&date=2026-04-01'), 1)
  assert.equal((await clinic.send('POST', '/fhir/Observation', observation('2345-7', '2026-03-02'))).status, 201)
  assert.equal((await clinic.send('POST', '/fhir/Observation', observation('2345-7', '2026-03-03'))).status, 201)
  assert.equal(await totalOf('code=2345-7&date=2026-03-03'), 1)
  const [row] = await server.sql<{ hash: number; patient: number; first: number; last: number }>`
    select hash, patient, first_day as first, last_day as last from record.token where first_day > 20000 and last_day > first_day limit 1`
  assert.ok(row && knownValues(server.world).has(row), 'a row that was widened is known as wide')
})
