import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPlatform } from '../testing/platform.ts'
import { byteaArray, textArray } from './arrays.ts'
import { fragment, identifier, isConnectionLost, join, statementOf } from './sql.ts'

test('fragments are spliced and values become parameters in order', () => {
  const where = join([fragment`a = ${1}`, fragment`b = any(${[2, 3]}::int[])`], ' and ')
  assert.deepEqual(statementOf(fragment`select ${4} from ${identifier('x.y')} where ${where}`), {
    text: 'select $1 from x.y where a = $2 and b = any($3::int[])',
    values: [4, 1, [2, 3]],
  })
})

test('a name that is not plain is refused', () => {
  assert.throws(() => identifier('x; drop table y'))
})

test('rows come with camelCase keys and safe types', async (t) => {
  const { sql } = await startPlatform(t)
  const [row] = await sql`
    select 281474976710655::int8 as patient_key, '2026-11-23'::date as birth_date, array[1, 2]::int8[] as all_keys,
           '\\x00ff'::bytea as some_bytes, ${'Ђорђе'}::text as given_name`
  assert.deepEqual(row, {
    patientKey: 281474976710655,
    birthDate: '2026-11-23',
    allKeys: [1, 2],
    someBytes: Buffer.from([0, 255]),
    givenName: 'Ђорђе',
  })
})

test('a statement that fails, at its values, in the database or at a row of its answer, fails alone and can be asked again on its connection', async (t) => {
  const { world } = await startPlatform(t)
  const connection = await world.connect()
  t.after(() => connection.end())
  const { sql } = connection
  const tenBy = (divisor: unknown) => sql<{ tenth: number }>`select 10::int8 / ${divisor}::int8 as tenth`
  const numbered = (to: string) => sql<{ n: number }>`select n::int8 from generate_series(9007199254740990, ${to}::int8) as n`
  const unprintable = {
    toPostgres() {
      throw new Error('has no text')
    },
  }

  for (let round = 0; round < 2; round++) {
    await assert.rejects(tenBy(unprintable), /has no text/)
    assert.deepEqual(await tenBy(5), [{ tenth: 2 }])
    await assert.rejects(tenBy(0), { code: '22012' })
    assert.deepEqual(await tenBy(null), [{ tenth: null }], 'nothing of the failure is left on the connection')
    await assert.rejects(numbered('9007199254740994'), /safe integer/)
    assert.deepEqual(await numbered('9007199254740991'), [{ n: 9007199254740990 }, { n: 9007199254740991 }])
    assert.deepEqual(await numbered('1'), [])
  }
  assert.deepEqual(await sql`set application_name = 'spona test'`, [], 'what has no columns answers no rows')
  assert.deepEqual(await sql`show application_name`, [{ applicationName: 'spona test' }])
})

test('large values arrive as they are, beside small ones, empty ones and none, in the order in which they were asked', async (t) => {
  const { world } = await startPlatform(t)
  const connection = await world.connect()
  t.after(() => connection.end())
  const { sql } = connection
  const large = 'жица '.repeat(40_000)
  const bytes = Buffer.alloc(3_000_000, 7)
  const texts = [large, '', 'л', null]
  const ask = (name: string) => sql<{ name: string }>`
    select ${name}::text as name, ${large}::text = repeat('жица ', 40000) as is_text, length(${''}::text) as none, ${null}::text as nothing,
           ${bytes}::bytea = decode(repeat('07', 3000000), 'hex') as is_bytes, ${textArray(texts)}::text[] as texts, ${byteaArray([bytes, null])}::bytea[] is not null as is_array`
  const expected = { isText: true, none: 0, nothing: null, isBytes: true, texts, isArray: true }
  const names = ['first', 'second', 'third']
  assert.deepEqual(
    await Promise.all(names.map(ask)),
    names.map((name) => [{ name, ...expected }]),
  )
  const unnamed = fragment`select ${large}::text = ${large}::text as same -- ${join(
    Array.from({ length: 1500 }, () => fragment`too long to be kept`),
    ' ',
  )}`
  assert.deepEqual(await sql.run(unnamed), [{ same: true }])
  await assert.rejects(sql`select ${large}::int4`, { code: '22P02' })
  assert.deepEqual(await ask('after'), [{ name: 'after', ...expected }], 'nothing of the failure is left on the connection')
})

test('a transaction that throws leaves nothing', async (t) => {
  const { owner } = await startPlatform(t)
  await owner`create table kept (n int)`
  await assert.rejects(
    owner.begin(async (tx) => {
      await tx`insert into kept values (1)`
      throw new Error('no')
    }),
    /no/,
  )
  assert.deepEqual(await owner`select * from kept`, [])
})

test('a connection that dies while a transaction waits on something else fails that transaction and nothing else', async (t) => {
  const { sql, owner } = await startPlatform(t)
  const broken = sql.begin(async (tx) => {
    const [mine] = await tx<{ pid: number }>`select pg_backend_pid() as pid`
    await owner`select pg_terminate_backend(${mine?.pid})`
    await sleep(200) // The connection's end is an event that nobody's statement hears.
    return tx`select 1 as one`
  })
  await assert.rejects(broken, isConnectionLost)
  assert.deepEqual(await sql`select 1 as one`, [{ one: 1 }])
})
