import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { unwatchedRoom } from '../../platform/room.ts'
import { systemClock, type World } from '../../platform/world.ts'
import { testConfig } from '../../testing/platform.ts'
import { linkOf, openFolder } from '../../testing/process.ts'
import { largeTurn, memoryBytesMax, receive, TooSlow } from './contents.ts'
import { emptySpool, openSpool } from './spool.ts'

function worldIn(t: TestContext, folder = openFolder('spool')): World {
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return { config: testConfig({ DATA_DIR: folder }), room: unwatchedRoom, ...systemClock } as World
}
const megabyte = 1_048_576
const coming = (world: World) => ({ announced: null, bytesMax: 8 * megabyte, digest: undefined, turn: largeTurn(world, 'one') })

test('a body that stops coming is given up after ten seconds, small or large', async (t) => {
  const world = worldIn(t)
  for (const before of [Buffer.from('{'), Buffer.alloc(2 * memoryBytesMax)]) {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const stream = new PassThrough()
    stream.write(before)
    const got = receive(world, stream, coming(world))
    const failed = assert.rejects(got, TooSlow)
    for (let n = 0; n < 20; n++) await nextTurn()
    t.mock.timers.tick(10_000)
    await failed
    t.mock.timers.reset()
  }
})

test('of one member half of the large bodies pass at once; another member does not wait for its others', async (t) => {
  const world = worldIn(t)
  const mine = Array.from({ length: 9 }, () => largeTurn(world, 'one'))
  for (const turn of mine.slice(0, 8)) await turn.enter()
  let isIn = false
  const ninth = mine[8]?.enter().then(() => (isIn = true))
  await largeTurn(world, 'other').enter()
  await nextTurn()
  assert.equal(isIn, false)
  mine[0]?.leave()
  await ninth
})

test('a spooled body is closed to others on the disk, and a changed byte of it is found before its end', async (t) => {
  const world = worldIn(t)
  const folder = join(world.config.DATA_DIR, 'spool')
  const body = Buffer.alloc(3 * memoryBytesMax, 'Петровић')
  const got = await receive(world, Readable.from([body]), coming(world))
  assert.equal(got.buffer, null)
  const read = async () => Buffer.concat(await Array.fromAsync(got.read()))
  assert.ok((await read()).equals(body))
  assert.ok((await read()).equals(body), 'as often as it is asked')
  const file = readdirSync('/proc/self/fd')
    .map((fd) => `/proc/self/fd/${fd}`)
    .find((one) => linkOf(one).startsWith(folder)) as string
  assert.ok(!readFileSync(file).includes('Петровић'))
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.from([1, 2, 3]), 0, 3, 1000)
  closeSync(handle)
  let given = 0
  await assert.rejects(async () => {
    for await (const chunk of got.read()) given += chunk.length
  })
  assert.ok(given < body.length, 'not to its last byte')
  await got.end()
  assert.deepEqual(readdirSync(folder), [])
  writeFileSync(join(folder, 'left-by-a-kill'), 'x')
  await emptySpool(world)
  assert.deepEqual(readdirSync(folder), [])
})

test('a disk that is full or becomes full ends it with 507, and the next one passes when there is room again', async (t) => {
  const folder = openFolder('spool-disk')
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=68m,mode=755', 'tmpfs', disk]).status !== 0) return t.skip('only who may mount can give it a small disk')
  t.after(() => {
    spawnSync('umount', ['-l', disk])
    rmSync(folder, { recursive: true, force: true })
  })
  const world = { config: testConfig({ DATA_DIR: disk }), room: unwatchedRoom, ...systemClock } as World
  const isFull = (error: unknown) => error instanceof Refusal && error.status === 507
  await assert.rejects(openSpool(world, 8 * megabyte), isFull)
  const spool = await openSpool(world, 3 * megabyte)
  await assert.rejects(openSpool(world, 3 * megabyte), isFull, 'what the first may still write is not promised twice')
  await spool.write(Buffer.alloc(megabyte))
  writeFileSync(join(disk, 'filler'), Buffer.alloc(66 * megabyte))
  await assert.rejects(spool.write(Buffer.alloc(2 * megabyte)), isFull)
  await spool.close()
  rmSync(join(disk, 'filler'))
  await (await openSpool(world, 3 * megabyte)).close()
})
