import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startPlatform } from '../testing/platform.ts'
import { numberHash } from './number-hash.ts'
import { coverOf, institution, institutionByMb, names, worker } from './read.ts'
import { registerEmployers, registerInstitutions, registerInsurance, registerUnits, registerWorkers } from './register.ts'
import type { GivenInstitution, GivenWorker } from './resources.ts'

const homes: GivenInstitution[] = [
  { mb: '90000011', name: 'Дом здравља Врачар', shortName: 'ДЗ Врачар', kind: 'health-center', municipality: 'Врачар', ownership: 'public' },
  { mb: '90000028', name: `Ординација „Пулс“'; drop table x; -- <b>`, kind: 'private-practice', municipality: 'Ниш', ownership: 'private' },
]
const doctor: GivenWorker = {
  family: 'Петровић',
  given: 'Ана',
  title: 'др',
  sex: 'female',
  licenceNumber: 'LKS-000123',
  licenceKind: 'doctor',
  licenceStatus: 'active',
  validUntil: '2030-01-01',
  specialty: 'општа медицина',
}

test('a register that is sent again keeps its ids and takes the changes', async (t) => {
  const { world, sql } = await startPlatform(t)
  const first = await sql.begin((tx) => registerInstitutions(tx, homes))
  const again = await sql.begin((tx) => registerInstitutions(tx, [{ ...homes[1]!, municipality: 'Лесковац' }, homes[0]!]))

  assert.deepEqual(again, first.toReversed())
  assert.equal((await institutionByMb(world, '90000028'))?.municipality, 'Лесковац')
  assert.equal((await institution(world, first[0]!))?.shortName, 'ДЗ Врачар')
})

test('text that looks like SQL or HTML is kept as text', async (t) => {
  const { world, sql } = await startPlatform(t)
  const [, id] = await sql.begin((tx) => registerInstitutions(tx, homes))
  assert.equal((await names(world)).institution(id!), homes[1]!.name)
})

test('ids follow the order of the rows, so one seed makes one country', async (t) => {
  const { sql } = await startPlatform(t)
  const many = Array.from({ length: 4_500 }, (_, at) => ({ ...homes[0]!, mb: String(90_000_000 + ((at * 7_919) % 4_500)) }))
  const ids = await sql.begin((tx) => registerInstitutions(tx, many))
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(ids).size, 4_500)
})

test('an institution that another process has just registered is found though names are cached', async (t) => {
  const { world, sql } = await startPlatform(t)
  assert.equal((await names(world)).institution(1), '№ 1')
  const [id] = await sql.begin((tx) => registerInstitutions(tx, homes))
  assert.equal((await institution(world, id!))?.name, 'Дом здравља Врачар')
  assert.equal(await institution(world, 424_242), null)
})

test('the name of an institution that was just registered stands on the page after the one that lacked it', async (t) => {
  const { world, sql } = await startPlatform(t)
  const began = Date.now()
  let passedMs = 0
  const stepped = { ...world, now: () => new Date(began + passedMs) }
  assert.equal((await names(stepped)).institution(1), '№ 1')
  const [id] = await sql.begin((tx) => registerInstitutions(tx, homes))
  passedMs = 2000
  assert.equal((await names(stepped)).institution(id!), `№ ${id}`)
  assert.equal((await names(stepped)).institution(id!), 'Дом здравља Врачар')
})

test('a worker has licence and employments, and the personal number is only a keyed hash', async (t) => {
  const { world, sql, owner } = await startPlatform(t)
  const { ids } = await staffed(t, { sql, personHash: numberHash(world, 'jmbg', '0101985710113') })

  const found = await worker(world, ids.worker)
  assert.equal(found?.licenceNumber, 'LKS-000123')
  assert.equal(found?.licenceStatus, 'active')
  const [row] = await owner`select row_to_json(worker)::text as text, person_hash from registry.worker worker`
  assert.ok(!String(row?.['text']).includes('0101985710113'))
  assert.deepEqual(row?.['personHash'], numberHash(world, 'jmbg', '0101985710113'))
  assert.notDeepEqual(row?.['personHash'], numberHash(world, 'ebs', '0101985710113'))
  assert.equal((await owner`select 1 from registry.employment where worker = ${ids.worker} and unit = ${ids.unit}`).length, 1)
})

test('insurance is read as of a day', async (t) => {
  const { world, sql } = await startPlatform(t)
  const [employer] = await sql.begin((tx) =>
    registerEmployers(tx, [{ pib: '981000015', mb: '91000001', name: 'Пекара „Зрно“', municipality: 'Ниш', activity: '10.71' }]),
  )
  const lboHash = numberHash(world, 'lbo', '04512345678')
  await sql.begin((tx) =>
    registerInsurance(tx, [
      { patient: 7, fromDate: '2020-01-01', untilDate: '2024-12-31', status: 'active', basis: 'запослен', branch: 'Ниш', employer: employer!, lboHash },
      { patient: 7, fromDate: '2025-06-01', status: 'active', basis: 'незапослен' },
    ]),
  )

  assert.deepEqual((await coverOf(sql, [7], '2024-05-05')).insurance, { active: true, until: '2024-12-31', basis: 'запослен' })
  assert.deepEqual((await coverOf(sql, [7], '2025-05-05')).insurance, { active: false, until: '2024-12-31', basis: 'запослен' })
  assert.deepEqual((await coverOf(sql, [6, 7], '2026-05-05')).insurance, { active: true, until: null, basis: 'незапослен' })
  assert.equal((await coverOf(sql, [8], '2026-05-05')).insurance, null)
})

test('the server may not delete from the registers nor rewrite an insurance', async (t) => {
  const { sql } = await startPlatform(t)
  for (const act of [() => sql`delete from registry.worker`, () => sql`update registry.insurance set basis = 'x'`]) {
    await assert.rejects(act, (error: { code?: string }) => error.code === '42501')
  }
})

test('a number of the wrong form is refused by the table itself', async (t) => {
  const { sql } = await startPlatform(t)
  await assert.rejects(
    sql.begin((tx) => registerInstitutions(tx, [{ ...homes[0]!, mb: '1716254' }])),
    /check constraint/,
  )
})

async function staffed(_t: TestContext, { sql, personHash }: { sql: Awaited<ReturnType<typeof startPlatform>>['sql']; personHash: Buffer }) {
  return sql.begin(async (tx) => {
    const [home] = await registerInstitutions(tx, homes)
    const [unit] = await registerUnits(tx, [{ institution: home!, code: '01', name: 'Општа медицина', kind: 'general' }])
    const [id] = await registerWorkers(tx, [
      { ...doctor, personHash, employments: [{ institution: home!, unit: unit!, role: 'doctor', fromDate: '2015-03-01' }] },
    ])
    return { ids: { worker: id!, unit: unit!, institution: home! } }
  })
}
