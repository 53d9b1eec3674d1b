import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlatform } from '../testing/platform.ts'
import { askTogether } from './ask-together.ts'
import { type Fragment, fragment, type Runner, statementOf } from './sql.ts'

/** Remembers the texts of what was asked. */
function watched(sql: Runner): { sql: Runner; texts: string[] } {
  const texts: string[] = []
  const run = <R extends object>(piece: Fragment) => {
    texts.push(statementOf(piece).text)
    return sql.run<R>(piece)
  }
  return { sql: { run } as Runner, texts }
}

const product = (given: number[], divisor: number, bytes: string) => fragment`
  select sum(n / ${divisor}::int4)::int4 as sum, length(${Buffer.from(bytes)}::bytea) as length, count(*)::int4 as count
    from (select n from unnest(${given}::int4[]) as n limit ${given.length}::int4) n`

test('statements of one text that come together are one, and each has its own answer, also of lists, bytes and limits', async (t) => {
  const { sql, texts } = watched((await startPlatform(t)).sql)
  const { run: ask } = askTogether(sql)
  const answers = await Promise.all(
    [1, 2, 3, 4].map((n) =>
      ask(
        product(
          Array.from({ length: n }, () => 10),
          5,
          '\\{"'.repeat(n),
        ),
      ),
    ),
  )
  assert.deepEqual(
    answers,
    [1, 2, 3, 4].map((n) => [{ sum: 2 * n, length: 3 * n, count: n }]),
  )
  assert.equal(texts.length, 1)
  assert.deepEqual(await ask(product([8], 2, '')), [{ sum: 4, length: 0, count: 1 }])
  assert.deepEqual(await ask(product([], 2, '')), [{ sum: null, length: 0, count: 0 }])
})

test('whose values make a statement fail hears it, and the others have their answers', async (t) => {
  const { sql } = watched((await startPlatform(t)).sql)
  const { run: ask } = askTogether(sql)
  const [one, faulty, other] = await Promise.allSettled([ask(product([4], 2, '')), ask(product([4], 0, '')), ask(product([9], 3, ''))])
  assert.deepEqual(one, { status: 'fulfilled', value: [{ sum: 2, length: 0, count: 1 }] })
  assert.match(String((faulty as PromiseRejectedResult).reason), /division by zero/)
  assert.deepEqual(other, { status: 'fulfilled', value: [{ sum: 3, length: 0, count: 1 }] })
})

test('a statement that does not name the types of its parameters is asked alone', async (t) => {
  const { sql, texts } = watched((await startPlatform(t)).sql)
  const { run: ask } = askTogether(sql)
  const answers = await Promise.all([1, 2].map((n) => ask(fragment`select ${n} + 1 as next`)))
  assert.deepEqual(answers, [[{ next: 2 }], [{ next: 3 }]])
  assert.equal(texts.length, 2)
})

test('each gets its own rows in their order, or none', async (t) => {
  const { sql, texts } = watched((await startPlatform(t)).sql)
  const { run: ask } = askTogether(sql)
  const down = (from: number) =>
    fragment`select n::int4 as n from generate_series(1, ${from}::int4) as n where n <> ${3}::int4 order by n desc limit ${2}::int4`
  const answers = await Promise.all([5, 0, 3].map((from) => ask<{ n: number }>(down(from))))
  assert.deepEqual(
    answers.map((rows) => rows.map(({ n }) => n)),
    [[5, 4], [], [2, 1]],
  )
  assert.equal(texts.length, 1)
})
