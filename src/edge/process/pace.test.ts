import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyReceipts } from '../../bus/evidence/verify-evidence.ts'
import { oru, startEdge } from '../../testing/edge.ts'
import { until } from '../../testing/process.ts'
import { startServer } from '../../testing/server.ts'
import { receiptOf } from '../store/receipts.ts'
import { countOf } from '../store/tally.ts'
import { manyOnTheirWay } from './open.ts'

test('while the record takes nothing, items beyond a number are sent more slowly, but they are sent', async (t) => {
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

  const { keys } = (await server.app.inject({ url: '/bus/keys' })).json()
  for (const seq of [1, 401, count]) {
    const receipt = JSON.parse(receiptOf(edge.store, seq) ?? '')
    assert.deepEqual(verifyReceipts(receipt, keys).problems, [], 'each has a receipt that proves itself alone')
    assert.equal(receipt.verdicts.length, 1)
  }
  const kept = edge.store.one<{ rows: number; alone: number }>('select (select count(*) from receipts) as rows, count(receipt) as alone from item')
  assert.ok(kept && kept.alone < 100 && kept.rows < 100, JSON.stringify(kept))
})
