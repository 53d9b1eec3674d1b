import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createChunkCache, pack, unpack } from './chunks.ts'

/** Cuts the texts out of the chunk again by their lengths. */
function unpacked({ packed, lengths }: ReturnType<typeof pack>): string[] {
  const whole = unpack(packed)
  let end = 0
  const texts = lengths.map((length) => whole.toString('utf8', end, (end += length)))
  assert.equal(end, whole.length)
  return texts
}

test('a chunk gives back each body, whatever characters it has', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (bodies) => {
      assert.deepEqual(unpacked(pack(bodies)), bodies)
    }),
  )
})

test('bodies that do not fit the shared buffer are packed as whole as the next ones that do', () => {
  const large = ['Ђ'.repeat(400_000), 'x'.repeat(900_000), '€'.repeat(10)]
  assert.deepEqual(unpacked(pack(large)), large)
  assert.deepEqual(unpacked(pack(['а', 'b'])), ['а', 'b'])
})

const chunk = (length: number) => pack(['x'.repeat(length)]).packed

test('a process keeps the chunks that it opened last, no very large one, and none after a clearing', () => {
  const cache = createChunkCache(2500)
  for (const name of ['a', 'b', 'c']) for (let time = 0; time < 2; time++) cache.open(name, chunk(1000))
  assert.equal(cache.get('a'), undefined)
  assert.equal(cache.get('b')?.length, 1000)
  for (let time = 0; time < 2; time++) assert.equal(cache.open('d', chunk(3_000_000)).length, 3_000_000)
  assert.equal(cache.get('d'), undefined)
  assert.equal(cache.get('c')?.length, 1000)
  cache.clear()
  assert.equal(cache.get('c'), undefined)
  cache.open('c', chunk(1000))
  assert.equal(cache.get('c'), undefined, 'it counts as met for the first time')
})

test('a chunk that is opened once pushes out none, and is kept when it comes again before many others', () => {
  const cache = createChunkCache(2500)
  for (let time = 0; time < 2; time++) cache.open('asked for again', chunk(1000))
  for (let at = 0; at < 20; at++) cache.open(`once ${at}`, chunk(1000))
  assert.equal(cache.get('asked for again')?.length, 1000)
  assert.equal(cache.get('once 19'), undefined)
  cache.open('once 17', chunk(1000))
  assert.equal(cache.get('once 17'), undefined, 'too many came between')
  cache.open('once 19', chunk(1000))
  assert.equal(cache.get('once 19')?.length, 1000)
})
