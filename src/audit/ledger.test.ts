import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fragment, fragment } from '../platform/sql.ts'
import { Refusal } from '../platform/refusal.ts'
import { anEntry, openLedger } from '../testing/audit.ts'
import { startPlatform } from '../testing/platform.ts'
import { createLedger, verify } from './audit.ts'
import type { Work } from './queue.ts'

const madeTable = `
  create schema probe;
  create table probe.row (n int4 primary key, word text not null check (word <> 'poison'));
  grant usage on schema probe to spona_app;
  grant select, insert, update on probe.row to spona_app`

const insertRows = (payloads: { n: number; word: string }[]) => [
  fragment`probe_rows as (
  insert into probe.row (n, word)
  select * from unnest(${payloads.map((one) => one.n)}::int4[], ${payloads.map((one) => one.word)}::text[]))`,
]
const aWork = (n: number, word = 'fine'): Work => ({ entries: [anEntry({ correlation: `w-${n}` })], payload: { n, word }, compose: insertRows })

async function startWithTable(t: Parameters<typeof startPlatform>[0]) {
  const platform = await startPlatform(t)
  for (const statement of madeTable.split(';')) await platform.owner.run(new Fragment([statement], []))
  return platform
}

test('a recorded look is a row with the exact text that was hashed', async (t) => {
  const { world, sql } = await startPlatform(t)
  const ledger = await openLedger(t, world)

  await ledger.record([anEntry(), anEntry({ patient: null, action: 'sign-in' })])

  const rows = await sql<{ patient: number; seq: number; actor: string; entry: string }>`
    select patient, seq, actor, entry from audit.entry order by seq`
  assert.deepEqual(
    rows.map((row) => [row.patient, row.seq, row.actor]),
    [
      [1001, 1, 'doctor-1'],
      [0, 2, 'doctor-1'],
    ],
  )
  assert.equal(JSON.parse(rows[0]?.entry ?? '').who.name, 'др Милица Јовановић')
})

test('everything acknowledged by two ledgers at once is there and the chains are whole', async (t) => {
  const { world, sql } = await startWithTable(t)
  const ledgers = [await openLedger(t, world, 3), await openLedger(t, world, 3)]
  const calls: Promise<unknown>[] = []
  for (let n = 0; n < 300; n++) {
    const ledger = ledgers[n % 2] as (typeof ledgers)[0]
    calls.push(ledger.record([anEntry({ correlation: `r-${n}`, patient: n }), anEntry({ correlation: `r-${n}`, patient: n + 1 })]))
    calls.push(ledger.commit(aWork(n)))
    if (n % 10 === 0) {
      calls.push(
        ledger.transaction(async (tx) => {
          tx.audit([anEntry({ correlation: `t-${n}` })])
          await tx`insert into probe.row (n, word) values (${10_000 + n}, 'in a transaction')`
        }),
      )
    }
    if (n % 25 === 0) await new Promise(setImmediate)
  }
  await Promise.all(calls)

  const [counted] = await sql<{ entries: number; seen: number; rows: number }>`
    select (select count(*) from audit.entry) as entries, (select count(*) from probe.row) as rows,
           (select count(distinct entry::jsonb ->> 'correlation') from audit.entry) as seen`
  assert.deepEqual(counted, { entries: 300 * 3 + 30, rows: 330, seen: 630 })
  const report = await verify(world)
  assert.deepEqual({ ok: report.ok, rows: report.rows }, { ok: true, rows: 930 })
  assert.ok(report.streams >= 2, 'each ledger has streams of its own')
})

test('what arrives while a commit is in flight becomes one statement for all', async (t) => {
  const { world } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  const gathered: number[] = []
  const compose = (payloads: { n: number; word: string }[]) => {
    gathered.push(payloads.length)
    return insertRows(payloads)
  }
  await Promise.all(Array.from({ length: 40 }, (_, n) => ledger.commit({ ...aWork(n), compose })))
  assert.deepEqual(gathered, [40])
})

test('one wrong work in a batch fails alone and leaves the chain whole', async (t) => {
  const { world, sql } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  const answers = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => ledger.commit(aWork(n, n === 7 ? 'poison' : 'fine'))))

  assert.deepEqual(
    answers.flatMap((answer, n) => (answer.status === 'rejected' ? [[n, answer.reason.code]] : [])),
    [[7, '23514']],
  )
  await ledger.record([anEntry()])
  assert.equal((await sql`select 1 from probe.row`).length, 19)
  assert.equal((await sql`select 1 from audit.entry where entry like '%w-7"%'`).length, 0)
  assert.equal((await verify(world)).rows, 20)
})

test('a compose that throws fails its own work only', async (t) => {
  const { world } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  const wrong: Work = {
    ...aWork(1),
    compose: () => {
      throw new Refusal('precondition', 'someone else was faster')
    },
  }
  const [refused, stored] = await Promise.allSettled([ledger.commit(wrong), ledger.commit(aWork(2))])
  assert.ok(refused?.status === 'rejected' && refused.reason instanceof Refusal && refused.reason.kind === 'precondition')
  assert.equal(stored?.status, 'fulfilled')
})

test('works with the same key never share a statement', async (t) => {
  const { world } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  const update = (payloads: number[]) => [
    fragment`probe_update as (
    update probe.row set word = word || 'x' where n = any(${payloads}::int4[]))`,
  ]
  await ledger.commit(aWork(1, ''))
  await Promise.all(Array.from({ length: 12 }, () => ledger.commit({ entries: [anEntry()], payload: 1, compose: update, key: 1 })))
  const [row] = await world.sql<{ word: string }>`select word from probe.row where n = 1`
  assert.equal(row?.word, 'x'.repeat(12))
})

test('what the database cannot do now is said in a sentence, and a clash is tried again', async (t) => {
  const { world, owner } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  await owner`create sequence probe.attempt`
  await owner`grant usage on sequence probe.attempt to spona_app`
  await owner`
    create function probe.fail(state text, times int4) returns int4 language plpgsql as $$
    begin
      if nextval('probe.attempt') <= times then raise exception 'as the test wants it' using errcode = state; end if;
      return 1;
    end $$`
  const failing = async (state: string, times: number) => {
    await owner`select setval('probe.attempt', 1, false)`
    return ledger.commit({
      entries: [anEntry()],
      payload: null,
      compose: () => [
        fragment`probe_fail as (select probe.fail(${state}, ${times}::int4))`,
        fragment`
      probe_rows as (insert into probe.row (n, word) select (random() * 1e9)::int4, 'x' from probe_fail)`,
      ],
    })
  }
  const kindOf = (error: unknown) => (error instanceof Refusal ? error.kind : error)
  assert.equal(await failing('53100', 9).catch(kindOf), 'full')
  assert.equal(await failing('57014', 9).catch(kindOf), 'busy')
  assert.equal(await failing('40001', 2).catch(kindOf), undefined)
  assert.equal(await failing('40P01', 9).catch(kindOf), 'busy')
  assert.equal((await verify(world)).rows, 1)
})

test('a transaction that fails leaves neither rows nor audit', async (t) => {
  const { world, sql } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  const failing = ledger.transaction(async (tx) => {
    tx.audit([anEntry()])
    await tx`insert into probe.row (n, word) values (1, 'gone')`
    throw new Refusal('conflict', 'not today')
  })
  await assert.rejects(failing, { message: 'not today' })
  assert.equal((await sql`select 1 from audit.entry`).length + (await sql`select 1 from probe.row`).length, 0)
  await ledger.transaction(async (tx) => tx.audit([anEntry()]))
  assert.equal((await verify(world)).rows, 1)
})

test('a transaction that swallowed an error is not acknowledged', async (t) => {
  const { world } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  await assert.rejects(
    ledger.transaction(async (tx) => {
      await tx`insert into probe.row (n, word) values (1, 'poison')`.catch(() => {})
    }),
    /rolled back/,
  )
})

test('transactions that clash are run again', async (t) => {
  const { world, sql } = await startWithTable(t)
  const ledger = await openLedger(t, world)
  await ledger.commit(aWork(1, ''))
  let runs = 0
  const bothHaveRead = Promise.withResolvers<void>()
  const append = () =>
    ledger.transaction(async (tx) => {
      await tx`set transaction isolation level repeatable read`
      const [row] = await tx<{ word: string }>`select word from probe.row where n = 1`
      if (++runs === 2) bothHaveRead.resolve()
      await bothHaveRead.promise
      await tx`update probe.row set word = ${`${row?.word}x`} where n = 1`
      tx.audit([anEntry()])
    })
  await Promise.all([append(), append()])
  const [row] = await sql<{ word: string }>`select word from probe.row where n = 1`
  assert.equal(row?.word, 'xx')
  assert.equal(runs, 3)
  assert.equal((await verify(world)).ok, true)
})

test('a transaction may record on the side, even when all others are in transactions too', async (t) => {
  const { world } = await startPlatform(t)
  const ledger = await openLedger(t, world, 2)
  await Promise.all(
    Array.from({ length: 4 }, () =>
      ledger.transaction(async (tx) => {
        await ledger.record([anEntry({ decision: 'deny' })])
        tx.audit([anEntry()])
      }),
    ),
  )
  assert.equal((await verify(world)).rows, 8)
})

test('more than may wait is refused as busy at once, and the rest is stored', async (t) => {
  const { world } = await startPlatform(t)
  const ledger = await openLedger(t, world)
  const answers = await Promise.allSettled(Array.from({ length: 9_000 }, () => ledger.record([anEntry()])))
  const refused = answers.filter((answer) => answer.status === 'rejected')
  assert.ok(refused.length > 0 && refused.every((answer) => answer.reason instanceof Refusal && answer.reason.kind === 'busy'))
  assert.equal((await verify(world)).rows, 9_000 - refused.length)
})

test('a ledger that is asked nothing opens no stream', async (t) => {
  const { world, sql } = await startPlatform(t)
  await (await createLedger(world)).close()
  assert.equal((await sql`select 1 from audit.stream`).length, 0)
})

test('after close nothing is taken, and what was taken is stored', async (t) => {
  const { world } = await startPlatform(t)
  const ledger = await createLedger(world)
  const last = ledger.record([anEntry()])
  await ledger.close()
  await last
  await assert.rejects(ledger.record([anEntry()]), (error) => error instanceof Refusal && error.kind === 'busy')
  assert.equal((await verify(world)).rows, 1)
})
