import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../access/access.ts'
import { keySets } from '../identity/identity.ts'
import type { Actor } from '../platform/actor.ts'
import { followChanges } from '../record/completeness/follow.ts'
import { startRecord } from '../testing/simulator.ts'
import { ensureDemoCountry, linesOf, makeDemoCountry } from './demo.ts'

type Row = {
  id: string
  userName: string
  name: string
  roles: string[]
  worker: number | null
  institution: number | null
  unit: number | null
  patient: number | null
}

test('the demo country has an account for every role, and each opens what it should', async (t) => {
  const { world, owner, sql } = await startRecord(t, { DEMO_PEOPLE: '40' })
  const summary = await makeDemoCountry(world)
  assert.deepEqual(
    summary.accounts.map((one) => one.userName),
    'doktor sestra laborant pacijent roditelj poslodavac fond komisija fond2 fond3 komisija2 operater operater2 ministarstvo poverenik agencija'.split(' '),
  )

  const rows = await owner<Row>`select id, user_name, name, roles, worker, institution, unit, patient from access.account`
  const actorOf = (userName: string): Actor => {
    const row = rows.find((one) => one.userName === userName)!
    return { ...row, kind: 'person', scopes: [], institutionName: null, unitName: null, session: null } as Actor
  }
  const mother = rows.find((one) => one.userName === 'roditelj')!.patient!
  const patient = rows.find((one) => one.userName === 'pacijent')!.patient!
  const [guardian] = await owner<{ patient: number }>`select patient from access.relation where kind = 'guardian'`
  const sets = await keySets(sql, [mother, patient, guardian!.patient])
  const opens = async (userName: string, key: number, action: 'read' | 'write' = 'read') => {
    const [decision] = await decide(world, actorOf(userName), action, [sets.get(key)!])
    return decision!.permit ? `${decision!.basis.kind} ${decision!.basis.view}` : 'no'
  }
  assert.equal(await opens('doktor', mother), 'chosen-doctor whole')
  assert.equal(await opens('doktor', guardian!.patient), 'visit whole')
  assert.equal(await opens('sestra', patient), 'visit nurse')
  assert.equal(await opens('laborant', patient), 'visit laboratory')
  assert.equal(await opens('pacijent', patient), 'self self')
  assert.equal(await opens('pacijent', mother), 'no')
  assert.equal(await opens('roditelj', guardian!.patient), 'guardian self')
  for (const userName of ['poslodavac', 'fond', 'fond2', 'komisija', 'komisija2', 'operater', 'ministarstvo'])
    assert.equal(await opens(userName, patient), 'no')
})

test('the patient of the demo has been at the doctor’s lately, and reads which report has come and which has not', async (t) => {
  const { world, owner } = await startRecord(t, { DEMO_PEOPLE: '20' })
  await makeDemoCountry(world)
  while ((await followChanges(world)) > 0);
  const rows = await owner<{ received: boolean }>`
    select expected.received_at is not null as received
      from record.expected
      join access.account on account.user_name = 'pacijent'
      join identity.chart_key root on root.key = account.patient
      join identity.chart_key chart on chart.person = root.person and chart.key = expected.patient
     where expected.ended_at > ${new Date(world.now().getTime() - 60 * 86_400_000)}`
  // On some days a regular visit falls into these weeks, too.
  assert.ok(rows.filter(({ received }) => received).length >= 2, JSON.stringify(rows))
  assert.ok(
    rows.some(({ received }) => !received),
    JSON.stringify(rows),
  )
})

test('a second start finds the demo country and tells the same names', async (t) => {
  const { world, owner } = await startRecord(t, { DEMO_PEOPLE: '20' })
  const said: string[] = []
  const { lines } = await ensureDemoCountry(world, (line) => said.push(line))
  assert.equal(said.length, 1)
  const rows = () =>
    owner`select (select count(*) from record.resource) as current, (select count(*) from record.superseded) as superseded, (select count(*) from access.account) as accounts`
  const made = await rows()
  const again = await ensureDemoCountry(world, (line) => said.push(line))
  assert.deepEqual(await rows(), made)
  assert.equal(said.length, 1)
  assert.deepEqual(again.lines, lines)
  assert.ok(lines.some((line) => line.includes('doktor')) && lines.some((line) => line.includes('Живорад Ђорђевић')))
  assert.deepEqual(linesOf(await makeDemoCountry(world)), lines)
})

test('the next day begins with visits of its own, once for all who start', async (t) => {
  const { world, owner } = await startRecord(t, { DEMO_PEOPLE: '20' })
  await makeDemoCountry({ ...world, now: () => new Date('2026-11-23T08:00:00Z') })
  const live = async (at: string) => {
    const [row] = await owner<{
      visits: number
    }>`select count(*)::int4 as visits from access.relation where kind = 'visit' and from_at <= ${at} and until_at > ${at}`
    return row!.visits
  }
  const first = await live('2026-11-23T08:00:00Z')
  assert.ok(first >= 7)
  assert.equal(await live('2026-11-24T08:00:00Z'), 0)
  const tomorrow = { ...world, now: () => new Date('2026-11-24T08:00:00Z') }
  await Promise.all([makeDemoCountry(tomorrow), makeDemoCountry(tomorrow)])
  assert.equal(await live('2026-11-24T08:00:00Z'), first)
})
