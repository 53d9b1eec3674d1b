import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oru, startEdge } from '../../testing/edge.ts'
import { until } from '../../testing/process.ts'
import { startServer } from '../../testing/server.ts'
import { countOf } from '../store/tally.ts'
import { manyOnTheirWay } from './open.ts'

test('while the record takes nothing, what waits beyond a number goes on more slowly, and goes on', async (t) => {
  const server = await startServer(t)
  const { edge } = await startEdge(t, server, 'pace-edge')
  const count = manyOnTheirWay + 900
  for (let from = 0; from < count; from += 500)
    await Promise.all(
      Array.from({ length: Math.min(500, count - from) }, (_, at) => {
        const name = `n-${from + at}`
        return edge.intake.accept({ source: 'lis', protocol: 'hl7v2', name, original: Buffer.from(oru(name, `p-${from + at}`)) })
      }),
    )
  const sent = () => countOf(edge.store, 'sent')
  await until('the number is reached', () => sent() >= manyOnTheirWay, 60_000)
  const began = performance.now()
  await until('all have gone', () => sent() === count, 60_000)
  const seconds = (performance.now() - began) / 1000
  assert.ok(seconds > 0.5, `the rest had gone after ${seconds.toFixed(1)} s`)
})
