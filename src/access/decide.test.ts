import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anonymous, type Actor } from '../platform/actor.ts'
import type { World } from '../platform/world.ts'
import { startPlatform } from '../testing/platform.ts'
import { dayOf } from '../platform/calendar.ts'
import { decide, relationsOf } from './decide.ts'
import { refusalOf } from './denial.ts'
import { endRelation, endRelationsOf, type NewRelation, relateAll, setDuty, setSubstitution } from './relation-store.ts'

const person = (more: Partial<Actor>): Actor => ({ ...anonymous, kind: 'person', id: 'a-1', roles: ['doctor'], worker: 10, institution: 7, unit: 71, ...more })
const doctor = person({})
const colleague = person({ id: 'a-2', worker: 11 })
const system: Actor = { ...anonymous, kind: 'system', id: 'c-1', roles: ['system'], institution: 7 }
const anHourAgo = () => new Date(Date.now() - 3_600_000)
const inAnHour = () => new Date(Date.now() + 3_600_000)
const relation = (more: Partial<NewRelation>): NewRelation => ({ patient: 1001, kind: 'chosen-doctor', worker: 10, from: anHourAgo(), source: 'test', ...more })

async function start(t: Parameters<typeof startPlatform>[0]) {
  const { world, sql } = await startPlatform(t)
  const add = (...rows: NewRelation[]) => sql.begin((tx) => relateAll(tx, rows))
  const verdicts = async (actor: Actor, ...subjects: number[][]) =>
    (await decide(world, actor, 'read', subjects)).map((one) => (one.permit ? one.basis.kind : one.because))
  return { world, sql, add, verdicts }
}

test('a relation with any key of a person opens that person and nobody else', async (t) => {
  const { add, verdicts } = await start(t)
  await add(relation({ patient: 1001 }), relation({ patient: 1003, kind: 'stay', worker: null, unit: 71, institution: 7 }))
  assert.deepEqual(await verdicts(doctor, [999, 1001, 1002], [1002], [], [1003]), ['chosen-doctor', 'no-relation', 'no-relation', 'not-on-duty'])
  assert.deepEqual(await verdicts(colleague, [999, 1001]), ['no-relation'])
  assert.deepEqual(await verdicts(anonymous, [1001]), ['unknown'])
})

test('a relation that is made or ended counts in the very next decision', async (t) => {
  const { sql, add, verdicts } = await start(t)
  assert.deepEqual(await verdicts(doctor, [1001]), ['no-relation'])
  await add(relation({}))
  assert.deepEqual(await verdicts(doctor, [1001]), ['chosen-doctor'])
  await sql.begin((tx) => endRelationsOf(tx, [1001], 'test', new Date(), 'registry'))
  assert.deepEqual(await verdicts(doctor, [1001]), ['relation-ended'])
})

test('the duty roster and standing in open what they should, within a second of being entered', async (t) => {
  const { sql, add, verdicts } = await start(t)
  await add(relation({ patient: 2001, kind: 'stay', worker: null, unit: 75, institution: 7 }), relation({ patient: 2002, worker: 12 }))
  assert.deepEqual(await verdicts(doctor, [2001], [2002]), ['no-relation', 'no-relation'])
  const today = dayOf(new Date())
  await sql.begin(async (tx) => {
    await setDuty(tx, [{ worker: 10, unit: 75, from: anHourAgo(), until: inAnHour() }])
    await setSubstitution(tx, [{ worker: 12, substitute: 10, fromDay: today, untilDay: today }])
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.deepEqual(await verdicts(doctor, [2001], [2002]), ['stay', 'substitute'])
  assert.deepEqual(await verdicts(colleague, [2001], [2002]), ['no-relation', 'no-relation'])
})

test('a system may file for anybody, and reads whole only who is treated at its institution', async (t) => {
  const { world, add } = await start(t)
  await add(relation({ patient: 3001, kind: 'visit', worker: 10, institution: 7, until: inAnHour() }))
  const views = async (action: 'read' | 'write') => (await decide(world, system, action, [[3001], [3002]])).map((one) => one.permit && one.basis.view)
  assert.deepEqual(await views('read'), ['whole', 'own-submissions'])
  assert.deepEqual(await views('write'), ['own-submissions', 'own-submissions'])
})

test('a search gets every key with a live relation, fresh within a second', async (t) => {
  const { world, sql, add } = await start(t)
  await add(
    relation({ patient: 1 }),
    relation({ patient: 2, kind: 'visit', institution: 7, until: inAnHour() }),
    relation({ patient: 3, until: new Date(Date.now() - 1000) }),
    relation({ patient: 4, worker: 11 }),
    relation({ patient: 5, kind: 'referral', worker: null, unit: 71 }),
    relation({ patient: 6, kind: 'self', worker: null, account: 'a-1' }),
    relation({ patient: 7, kind: 'visit', worker: 11, institution: 7, until: inAnHour() }),
  )
  const keysOf = async (actor: Actor) => [...(await relationsOf(world, actor)).keys].map(([key, basis]) => `${key} ${basis.kind}`).sort()
  assert.deepEqual(await keysOf(doctor), ['1 chosen-doctor', '2 visit', '5 referral', '6 self'])
  assert.deepEqual(await keysOf(system), ['2 visit', '7 visit'])
  assert.equal((await relationsOf(world, system)).institution, 7)
  assert.equal((await relationsOf(world, doctor)).institution, null)
  assert.deepEqual(await keysOf(anonymous), [])
  await sql.begin((tx) => endRelationsOf(tx, [1], 'test', new Date(), 'registry'))
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.deepEqual(await keysOf(doctor), ['2 visit', '5 referral', '6 self'])
})

test('many thousands of relations are filed in bulk, and one decision among them stays quick', async (t) => {
  const { world, sql } = await start(t)
  const rows = Array.from({ length: 20_000 }, (_, at) => relation({ patient: 10_000 + at, worker: at % 100 }))
  const filing = performance.now()
  await sql.begin((tx) => relateAll(tx, rows))
  t.diagnostic(`20,000 relations in ${Math.round(performance.now() - filing)} ms`)
  await decide(world, doctor, 'read', [[10_010]])
  const asking = performance.now()
  for (let count = 0; count < 200; count++) await decide(world, doctor, 'read', [[10_010 + count]])
  t.diagnostic(`one decision in ${((performance.now() - asking) / 200).toFixed(2)} ms`)
  assert.equal((await relationsOf(world, doctor)).keys.size, 200)
})

test('a denial speaks the language of the request and tells what would open the record', async (t) => {
  const { world } = await start(t)
  const [decision] = await decide(world, doctor, 'read', [[1]])
  assert.ok(decision && !decision.permit)
  assert.match(decision.denied.reason, /no treatment relation/)
  const inLanguage = (header: string | undefined) => refusalOf(decision, header).details as { reason: string; opens: string[] }
  assert.match(inLanguage('sr-Cyrl').reason, /Немате однос лечења/)
  assert.match(inLanguage('sr-Latn-RS').reason, /Nemate odnos lečenja/)
  assert.match(inLanguage('en-GB,en;q=0.9').reason, /no treatment relation/)
  assert.ok(inLanguage('de').opens.some((line) => line.includes('картицом')))
  assert.equal(refusalOf(decision, undefined).status, 403)
})

test('a relation is ended once; nothing of it can be changed or deleted by the server’s own role', async (t) => {
  const { sql, add } = await start(t)
  await add(relation({}))
  const [row] = await sql<{ id: number }>`select id from access.relation where patient = 1001`
  const ending = { patient: 1001, id: row?.id as number, at: new Date(), by: 'registry', reason: 'another doctor was chosen' }
  await sql.begin((tx) => endRelation(tx, ending))
  await assert.rejects(
    sql.begin((tx) => endRelation(tx, ending)),
    { kind: 'conflict' },
  )
  await assert.rejects(sql`update access.relation set ended_at = now() where patient = 1001`, /ended once/)
  await assert.rejects(sql`update access.relation set worker = 11 where patient = 1001`, { code: '42501' })
  await assert.rejects(sql`update access.relation set until_at = null where patient = 1001`, { code: '42501' })
  await assert.rejects(sql`delete from access.relation`, { code: '42501' })
})

test('the server’s role can neither rewrite nor remove what its decisions and sign-ins rest on', async (t) => {
  const { world } = await startPlatform(t)
  const connection = await world.connect()
  const statements = [
    'delete from access.account',
    "update access.account set roles = '{doctor}'",
    'update access.account set worker = 1',
    "update access.client set scopes = '{system/*.cruds}'",
    "update access.client set jwks = '{}'",
    'delete from access.client',
    "update access.session set account = 'x'",
    'delete from access.session',
    'delete from access.duty',
    'update access.parameter set value = 0',
    'delete from access.change',
    'update access.attempt set success = true',
    'delete from access.attempt',
    'delete from access.visit_count',
    'update access.card_proof set expires_at = now()',
    'update access.claim set worker = 1',
    'delete from access.signing_key',
    'truncate access.relation',
    'drop table access.relation',
    'alter table access.relation disable trigger all',
  ]
  try {
    for (const statement of statements) await assert.rejects(connection.client.query(statement), { code: '42501' }, statement)
  } finally {
    await connection.end()
  }
})

test('rows that would open a record by mistake do not fit the table', async (t) => {
  const { add } = await start(t)
  const check = { code: '23514' }
  await assert.rejects(add(relation({ worker: null })), check, 'nobody is named')
  await assert.rejects(add(relation({ kind: 'guardian', worker: null, account: 'a' })), check, 'a guardian for ever')
  await assert.rejects(add(relation({ kind: 'self' })), check, 'a self without an account')
  await assert.rejects(add(relation({ until: new Date(0) })), check, 'an end before the beginning')
  await assert.rejects(add(relation({ kind: 'friend' as never })), check)
})

test('the age of the law is a row with the day it takes effect', async (t) => {
  const { world, sql, add } = await start(t)
  const born = `${new Date().getUTCFullYear() - 16}-01-01`
  await add(relation({ kind: 'guardian', worker: null, account: 'a-9', born }))
  const parent = person({ id: 'a-9', roles: ['patient'], worker: null })
  const verdict = async (one: World) => (await decide(one, parent, 'read', [[1001]])).map((decision) => (decision.permit ? 'open' : decision.because))
  assert.deepEqual(await verdict(world), ['child-grown'])
  await sql`insert into access.parameter (name, from_day, value, paragraph) values ('guardian-age', '2020-01-01', 18, 'test'), ('guardian-age', '2999-01-01', 10, 'test')`
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.deepEqual(await verdict(world), ['open'])
})
