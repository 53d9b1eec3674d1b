import assert from 'node:assert/strict'
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { openFolder, until } from '../testing/process.ts'
import { noRoomToRead, noRoomToWrite, type RoomState, roomLimits, stateOf } from './room.ts'
import { watchRoom } from './watch-room.ts'
import { makeLog } from './world.ts'

const megabyte = 1_048_576
const limits = roomLimits({ DISK_WARN_MB: 2048, DISK_RESERVE_MB: 128 })
const order: RoomState[] = ['roomy', 'nearly full', 'full for writes', 'full']

test('a disk that fills is nearly full, then full for writes, then full, and comes back a little later than it went', () => {
  const walk = (megabytes: number[]) => {
    let state: RoomState = 'roomy'
    return megabytes.map((one) => (state = stateOf(one * megabyte, state, limits)))
  }
  assert.deepEqual(walk([2048, 2047, 176, 175, 48, 47, 60, 64, 191, 192, 2063, 2064]), [
    'roomy',
    'nearly full',
    'nearly full',
    'full for writes',
    'full for writes',
    'full',
    'full',
    'full for writes',
    'full for writes',
    'nearly full',
    'nearly full',
    'roomy',
  ])
})

test('less room is never a better state, whatever came before', () => {
  const state = fc.constantFrom(...order)
  const room = fc.integer({ min: 0, max: 4096 })
  fc.assert(
    fc.property(state, room, room, (before, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map((megabytes) => order.indexOf(stateOf(megabytes * megabyte, before, limits)))
      assert.ok((less as number) >= (more as number))
    }),
  )
})

test('writes stop before reads do', () => {
  const may = order.map((state) => {
    const room = { state, availableBytes: 0, look: async () => state, end: async () => {} }
    return [noRoomToWrite(room)?.status, noRoomToRead(room)?.status]
  })
  assert.deepEqual(may, [
    [undefined, undefined],
    [undefined, undefined],
    [507, undefined],
    [507, 507],
  ])
})

test('the reserve is real blocks beside the data, and a half-made one is made again', async (t) => {
  const folder = openFolder('room')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  mkdirSync(data)
  writeFileSync(`${data}.reserve`, 'half')
  const small = { warnBytes: 0, floorBytes: 0, reserveBytes: 9 * megabyte }
  const room = await watchRoom({ folder: data, limits: small, log: makeLog('silent'), isKeeper: true })
  await until('the reserve is there', () => statSync(`${data}.reserve`).blocks * 512 >= small.reserveBytes)
  await room.end()
  assert.equal(room.state, 'roomy')
})
