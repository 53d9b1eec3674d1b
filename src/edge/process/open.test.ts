import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { Refusal } from '../../platform/refusal.ts'
import { loneEdge } from '../../testing/lone-edge.ts'
import { openEdge } from './open.ts'

const isAnswered = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('connect', () => socket.destroy())
    socket.once('error', () => resolve(false))
  })
const refusal = (words: RegExp) => (error: unknown) => error instanceof Refusal && words.test(`${error.message}. ${error.hint}`)

test('one edge works on a store, and a failed start leaves nothing open that would take messages nobody sends on', async (t) => {
  const lone = await loneEdge(t, () => 'mllp: [{ name: lis, port: 0 }]')
  const { edge } = lone
  const { config } = edge
  assert.ok(existsSync(join(config.data, 'calls.token')), 'the local system reads it before its first call')
  await assert.rejects(openEdge(edge, config), refusal(/another edge runs with .* data in its settings/))
  const port = lone.ports[0]?.port ?? 0

  const other = { ...config, data: join(lone.folder, 'other') }
  const taken = { ...other, mllp: config.mllp.map((one) => ({ ...one, port })) }
  await assert.rejects(openEdge(edge, taken), refusal(new RegExp(`port ${port} of lis is taken by another program`)))

  // A free port, and after it a folder that cannot be read: the port is closed again, and the store is released.
  const free = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => free.once('listening', resolve))
  const open = (free.address() as { port: number }).port
  await new Promise((resolve) => free.close(resolve))
  const folder = { name: 'tables', path: join(lone.folder, 'in'), format: 'csv', mapping: join(lone.folder, 'none.json') } as (typeof config.folders)[number]
  const halves = { ...other, mllp: config.mllp.map((one) => ({ ...one, port: open })), folders: [folder] }
  await assert.rejects(openEdge(edge, halves), refusal(/the mapping .* is not there/))
  assert.equal(await isAnswered(open), false)
  const whole = await openEdge(edge, { ...halves, folders: [] })
  t.after(() => whole.close())
  assert.equal(await isAnswered(open), true)
})
