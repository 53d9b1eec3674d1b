import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relationsOf } from '../access/access.ts'
import { type Actor, anonymous } from '../platform/actor.ts'
import { startPlatform } from '../testing/platform.ts'
import { chooseDoctors } from './choose-doctors.ts'
import { coverOf } from './read.ts'
import { registerInstitutions, registerUnits, registerWorkers } from './register.ts'
import type { ChosenDoctor } from './resources.ts'

const doctorOf = (worker: number): Actor => ({
  ...anonymous,
  kind: 'person',
  id: `account-${worker}`,
  name: 'др Ана',
  roles: ['doctor'],
  worker,
  institution: 1,
})

test('a choice of doctor opens the record to that doctor alone, and the next choice closes it again', async (t) => {
  const { world, sql } = await startPlatform(t)
  const { ana, mira, institution, unit } = await sql.begin(async (tx) => {
    const [home] = await registerInstitutions(tx, [{ mb: '90000011', name: 'ДЗ', kind: 'health-center', municipality: 'Ниш', ownership: 'public' }])
    const [first] = await registerUnits(tx, [{ institution: home!, code: '01', name: 'Општа' }])
    const person = { family: 'Петровић', sex: 'female' as const, licenceKind: 'doctor', licenceStatus: 'active' as const, title: 'др' }
    const [one, other] = await registerWorkers(tx, [
      { ...person, given: 'Ана', licenceNumber: 'LKS-1' },
      { ...person, given: 'Мира', licenceNumber: 'LKS-2' },
    ])
    return { ana: one!, mira: other!, institution: home!, unit: first! }
  })
  const choice: ChosenDoctor = { patient: 5_000, category: 1, worker: ana, institution, unit, fromDate: '2024-01-10' }
  // The cache of access belongs to a connection and lasts half a second; a new connection asks as another process would.
  const elsewhere = () => ({ ...world, sql: Object.assign(sql.bind(null), sql) })
  const seenBy = async (worker: number) => [...(await relationsOf(elsewhere(), doctorOf(worker))).keys.keys()]

  await sql.begin((tx) => chooseDoctors(tx, [choice, { ...choice, category: 4, worker: mira }], world.now()))
  assert.deepEqual(await seenBy(ana), [5_000])

  await sql.begin((tx) => chooseDoctors(tx, [choice], world.now()))
  assert.equal((await sql`select 1 from access.relation where patient = 5000 and worker = ${ana}`).length, 1, 'sent again, nothing changes')

  await sql.begin((tx) => chooseDoctors(tx, [{ ...choice, worker: mira, fromDate: '2025-02-01', reason: 3 }], world.now()))
  assert.deepEqual(await seenBy(ana), [])
  assert.deepEqual(await seenBy(mira), [5_000])
  const [former] = await sql`select until_date from registry.chosen_doctor where worker = ${ana}`
  assert.equal(former?.['untilDate'], '2025-01-31')
  assert.deepEqual(
    (await coverOf(sql, [5_000], '2025-03-01')).chosenDoctors.map((one) => [one.category, one.name]),
    [
      [1, 'др Мира Петровић'],
      [4, 'др Мира Петровић'],
    ],
  )
})
