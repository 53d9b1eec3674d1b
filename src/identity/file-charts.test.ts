import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sql, World } from '../platform/world.ts'
import { Refusal } from '../platform/refusal.ts'
import { openLedger } from '../testing/audit.ts'
import { newJmbg, type Numbers, patientOf } from '../testing/identity.ts'
import { startPlatform } from '../testing/platform.ts'
import { type Filed, fileChart, type Filing } from './file-chart.ts'
import { fileCharts } from './file-charts.ts'
import { newKey } from './issue.ts'

const together = (world: World, filings: Filing[]) => world.sql.begin((tx) => fileCharts(tx, world, filings))

const oneByOne = (world: World, filings: Filing[]) =>
  world.sql.begin(async (tx) => {
    const results = []
    for (const filing of filings) results.push(await fileChart(tx, world, filing))
    return results
  })

const chart = (world: World, numbers: Numbers, more: Partial<Filing> & { birthDate?: string } = {}): Filing => {
  const { birthDate = '1985-01-01', ...rest } = more
  return { patient: newKey(world), institution: 1, id: 'p', resource: patientOf(numbers, { birthDate }), ...rest }
}

/** A generator that draws the same for the same seed. */
function draws(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Few numbers and many charts, so that charts share numbers in every way. */
function someFilings(world: World, seed: number, jmbgs: readonly string[]): Filing[][] {
  const draw = draws(seed)
  const maybe = <T>(one: T): T | undefined => (draw(3) === 0 ? one : undefined)
  const known: number[] = []
  return Array.from({ length: 6 }, () =>
    Array.from({ length: 14 }, () => {
      const given = {
        jmbg: maybe(jmbgs[draw(jmbgs.length)]),
        ebs: maybe(String(10_000_000 + draw(6))),
        lbo: maybe(String(20_000_000_000 + draw(6))),
        mr: maybe(`M-${draw(8)}`),
        lzb: draw(25) === 0 ? '12345678903' : undefined,
      }
      const numbers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Numbers
      const again = draw(4) === 0 ? known[draw(known.length)] : undefined
      const filing = chart(world, numbers, { institution: 1 + draw(2), birthDate: draw(5) === 0 ? '1990-02-03' : '1985-01-01' })
      if (again !== undefined) filing.patient = again
      else known.push(filing.patient)
      return filing
    }),
  )
}

/** What became of the people, without the values that are drawn at random. */
async function pictureOf(sql: Sql, filings: Filing[]) {
  const keys = [...new Set(filings.map(({ patient }) => patient))]
  const rows = await sql<{ key: number; person: number; state: string; isIdentified: boolean; family: string; chartNumber: string | null }>`
    select key, person, state, identified_at is not null as is_identified, family, chart_number
      from identity.chart_key join identity.person on person.id = chart_key.person join identity.demographics using (key)
     where key = any(${keys}::int8[]) order by array_position(${keys}::int8[], key)`
  const first = new Map<number, number>()
  for (const { key, person } of rows) if (!first.has(person)) first.set(person, keys.indexOf(key))
  const counts = await sql<{ people: string[]; events: string[]; numbers: string[]; locals: number }>`
    select (select array_agg(state || ' ' || (identified_at is not null) || ' ' || (temporary_number is not null) order by 1) from (
              select state, identified_at, temporary_number from identity.person order by state, identified_at is not null, temporary_number is not null) p) as people,
           (select array_agg(kind order by kind) from identity.key_event) as events,
           (select array_agg(kind order by kind) from identity.number) as numbers,
           (select count(*) from identity.local_number) as locals`
  return { charts: rows.map(({ key, person, ...row }) => ({ chart: keys.indexOf(key), with: first.get(person), ...row })), counts }
}

const told = (results: (Filed | Refusal)[]) =>
  results.map((one) =>
    one instanceof Refusal
      ? { refused: one.message, hint: one.hint }
      : { state: one.state, warnings: one.warnings, hasLzb: one.lzb !== null, isTemporary: one.temporaryNumber !== null },
  )

test('charts filed together are decided as one after the other, however their numbers meet', async (t) => {
  const [single, batch] = [await startPlatform(t), await startPlatform(t)]
  await openLedger(t, single.world)
  const kinds = { merged: 0, refused: 0, shared: 0 }
  for (let seed = 1; seed <= 3; seed++) {
    // EBS, LBO and local numbers repeat with each seed and meet the people of the seeds before.
    const jmbgs = Array.from({ length: 6 }, () => newJmbg())
    const rounds = someFilings(single.world, seed, jmbgs)
    for (const [round, filings] of rounds.entries()) {
      const wanted = await oneByOne(single.world, filings)
      assert.deepEqual(told(await together(batch.world, filings)), told(wanted), `seed ${seed}, round ${round}`)
      kinds.refused += wanted.filter((one) => one instanceof Refusal).length
    }
    const picture = await pictureOf(single.owner, rounds.flat())
    assert.deepEqual(await pictureOf(batch.owner, rounds.flat()), picture, `seed ${seed}`)
    kinds.shared += picture.charts.filter((one) => one.with !== one.chart).length
    kinds.merged = (picture.counts[0]?.events ?? []).filter((kind) => kind === 'link').length
  }
  assert.ok(kinds.merged > 2 && kinds.refused > 20 && kinds.shared > 20, JSON.stringify(kinds))
})

test('a batch of charts', async (t) => {
  const { world, sql, owner } = await startPlatform(t)
  await openLedger(t, world)
  const filedAll = async (filings: Filing[]) =>
    (await together(world, filings)).map((one) => {
      if (one instanceof Refusal) throw one
      return one
    })

  await t.test('the same person twice in one batch is one person with one LZB', async () => {
    const jmbg = newJmbg()
    const [first, , second] = await filedAll([chart(world, { jmbg, mr: 'B-1' }), chart(world, {}), chart(world, { jmbg }, { institution: 2 })])
    assert.equal(second?.person, first?.person)
    assert.equal(second?.lzb, first?.lzb)
  })

  await t.test('a pending chart is joined by the JMBG that comes later in the same batch', async () => {
    const jmbg = newJmbg()
    const pending = chart(world, { mr: 'B-2' })
    const [first, second] = await filedAll([pending, chart(world, { mr: 'B-2', jmbg })])
    assert.deepEqual([first?.state, second?.state], ['pending', 'identified'])
    assert.equal(second?.person, first?.person)
  })

  await t.test('a refused chart writes nothing and stops no other chart', async () => {
    const [one, other] = [newJmbg(), newJmbg()]
    const known = chart(world, { jmbg: one })
    await filedAll([known])
    const results = await together(world, [chart(world, { jmbg: other }), { ...known, resource: patientOf({ jmbg: newJmbg() }) }, chart(world, { jmbg: '1' })])
    assert.deepEqual(
      results.map((filed) => (filed instanceof Refusal ? 'refused' : filed.state)),
      ['identified', 'refused', 'refused'],
    )
  })

  await t.test('any number of new people costs three statements', async () => {
    let statements = 0
    const filings = Array.from({ length: 40 }, (_, at) => chart(world, { mr: `S-${at}`, ...(at % 2 ? { jmbg: newJmbg() } : {}) }))
    await sql.begin((tx) => {
      const counted = Object.assign((...given: Parameters<typeof tx>) => (statements++, tx(...given)), { run: tx.run }) as typeof tx
      return fileCharts(counted, world, filings)
    })
    assert.equal(statements, 3)
  })

  await t.test('two batches with the same new people at once make each of them once, in whatever order they come', async () => {
    for (let round = 0; round < 4; round++) {
      const numbers = Array.from({ length: 20 }, (_, at): Numbers => (at % 3 === 0 ? { mr: `R-${round}-${at}` } : { jmbg: newJmbg(), mr: `R-${round}-${at}` }))
      const [one, other] = await Promise.all([
        filedAll(numbers.map((given) => chart(world, given))),
        filedAll(numbers.toReversed().map((given) => chart(world, given))),
      ])
      assert.deepEqual(
        one.map(({ person }) => person),
        other.toReversed().map(({ person }) => person),
      )
    }
    assert.deepEqual(await owner`select person from identity.number where kind = 'lzb' group by person having count(*) > 1`, [])
    assert.deepEqual(await owner`select id from identity.person where not exists (select from identity.chart_key where key = id)`, [])
  })
})
