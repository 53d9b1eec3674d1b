import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forFile } from '../../testing/for-file.ts'
import { startServer } from '../../testing/server.ts'
import { steppedEdge } from '../../testing/stepped-edge.ts'
import { receiveSome } from './receive.ts'

const whole = forFile()

test('an edge with nothing to send notices at once that the line is back: the first question after a cut is not held open', async () => {
  const { edge, line } = await steppedEdge(whole, await startServer(whole), 'quiet-edge')
  const { contact } = edge.centre
  const receive = () => receiveSome(edge, new Map(), () => {})
  await receiveSome(edge, new Map(), () => {}, 0)
  line.isCut = true
  await assert.rejects(receive())
  assert.notEqual(contact.cutSince, null)
  line.isCut = false
  const began = performance.now()
  assert.equal(await receive(), 0)
  assert.equal(contact.cutSince, null)
  assert.ok(performance.now() - began < 10_000, 'held open it takes 25 seconds')
})
