import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlatform } from '../testing/platform.ts'
import { bigintArray, boolArray, byteaArray, int2Array, int4Array, int8Array, textArray, timestamptzArray, uuidArray } from './arrays.ts'

test('arrays sent as bytes arrive as the values they were, nulls and extremes too', async (t) => {
  const { sql } = await startPlatform(t)
  const at = new Date('1969-12-31T23:59:59.999Z')
  const [row] = await sql`
    select ${int2Array([-32_768, null, 32_767])}::int2[]::text as a, ${int4Array([-2_147_483_648, 0, 2_147_483_647])}::int4[]::text as b,
           ${int8Array([-1, 2 ** 48 - 1, -(2 ** 40), Number.MAX_SAFE_INTEGER])}::int8[]::text as c,
           ${bigintArray([-(2n ** 63n), 2n ** 63n - 1n])}::int8[]::text as d, ${boolArray([true, false, null])}::bool[]::text as e,
           ${timestamptzArray([at, null])}::timestamptz[] as f,
           ${uuidArray(['01234567-89ab-8cde-8f01-23456789ABCD', null])}::uuid[]::text as g,
           ${byteaArray([Buffer.from([0, 255]), null, Buffer.alloc(0)])}::bytea[]::text as h,
           ${textArray(['Ђорђе "\\', null, '', 'čć,{}\n', '🙂'])}::text[] as i`
  assert.deepEqual(row, {
    a: '{-32768,NULL,32767}',
    b: '{-2147483648,0,2147483647}',
    c: '{-1,281474976710655,-1099511627776,9007199254740991}',
    d: '{-9223372036854775808,9223372036854775807}',
    e: '{t,f,NULL}',
    f: [at, null],
    g: '{01234567-89ab-8cde-8f01-23456789abcd,NULL}',
    h: '{"\\\\x00ff",NULL,"\\\\x"}',
    i: ['Ђорђе "\\', null, '', 'čć,{}\n', '🙂'],
  })
})

test('empty arrays are empty', async (t) => {
  const { sql } = await startPlatform(t)
  const [row] =
    await sql`select cardinality(${int8Array([])}::int8[]) as a, cardinality(${textArray([])}::text[]) as b, cardinality(${byteaArray([])}::bytea[]) as c`
  assert.deepEqual(row, { a: 0, b: 0, c: 0 })
})

test('what is not a uuid is not sent', () => {
  for (const wrong of ['', '01234567-89ab-8cde-8f01-23456789abc', '01234567-89ab-8cde-8f01-23456789abcg']) assert.throws(() => uuidArray([wrong]), /not a uuid/)
})
