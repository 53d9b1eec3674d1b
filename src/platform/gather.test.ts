import assert from 'node:assert/strict'
import test from 'node:test'
import { gather } from './gather.ts'

/** A question that says when it is under way and ends when it is told to. */
function heldOpen() {
  const begun = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  return { begun, end }
}

test('callers that come while a question is under way share the next, and each gets its own answer', async () => {
  const asked: number[][] = []
  const { begun, end } = heldOpen()
  const double = gather(async (keys: readonly number[]) => {
    asked.push([...keys])
    begun.resolve()
    await end.promise
    return keys.map((key) => key * 2)
  }, 100)
  const first = double(1)
  await begun.promise
  const rest = [double(2), double(3), double(4)]
  end.resolve()
  assert.deepEqual(await Promise.all([first, ...rest]), [2, 4, 6, 8])
  assert.deepEqual(asked, [[1], [2, 3, 4]])
})

test('one question holds no more keys than it may', async () => {
  const sizes: number[] = []
  const same = gather(async (keys: readonly number[]) => {
    sizes.push(keys.length)
    return keys
  }, 10)
  await Promise.all(Array.from({ length: 25 }, (_, at) => same(at)))
  assert.deepEqual(sizes, [10, 10, 5])
})

test('a question that fails is heard by its callers only', async () => {
  const odd = gather(async (keys: readonly number[]) => {
    if (keys.includes(2)) throw new Error('no answer')
    return keys
  }, 1)
  const answers = await Promise.allSettled([odd(1), odd(2), odd(3)])
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})

test('a question that takes long does not hold those that come after it', async () => {
  const { begun, end } = heldOpen()
  const same = gather(async (keys: readonly string[]) => {
    begun.resolve()
    if (keys.includes('slow')) await end.promise
    return keys
  }, 100)
  const slow = same('slow')
  await begun.promise
  assert.equal(await same('quick'), 'quick')
  end.resolve()
  assert.equal(await slow, 'slow')
})
