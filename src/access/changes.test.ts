import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlatform } from '../testing/platform.ts'
import { announce, type Change, Changes } from './changes.ts'
import { staleMsMax } from './fresh.ts'

const stale = () => new Promise((resolve) => setTimeout(resolve, staleMsMax + 20))

test('a change is seen by the next one who asks after half a second, also when it commits after later ones', async (t) => {
  const { world, sql } = await startPlatform(t)
  const seen: Change[] = []
  const changes = new Changes((change) => void seen.push(change))
  await changes.catchUp(world)

  let commit = () => {}
  const held = new Promise<void>((resolve) => (commit = resolve))
  const slow = sql.begin(async (tx) => {
    await announce(tx, 'client', 'slow')
    await held
  })
  await sql.begin((tx) => announce(tx, 'session', 'quick'))
  await stale()
  await changes.catchUp(world)
  assert.deepEqual(new Set(seen.map((one) => one.subject)), new Set(['quick']))
  commit()
  await slow
  await stale()
  await changes.catchUp(world)
  assert.ok(
    seen.some((one) => one.subject === 'slow'),
    'a number that was passed over is read again',
  )
  seen.length = 0
  await stale()
  await changes.catchUp(world)
  assert.deepEqual(seen, [], 'what is known is not read for ever')
})

test('callers that come together cause one read, and none within half a second', async (t) => {
  const { world } = await startPlatform(t)
  let reads = 0
  const real = world.sql
  world.sql = Object.assign((...given: Parameters<typeof real>) => (reads++, real(...given)), real) as typeof real
  const changes = new Changes(() => {})
  await Promise.all(Array.from({ length: 50 }, () => changes.catchUp(world)))
  await changes.catchUp(world)
  assert.equal(reads, 1)
})
