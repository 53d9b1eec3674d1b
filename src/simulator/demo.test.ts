import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRecord } from '../testing/simulator.ts'
import { makeDemoCountry } from './demo.ts'

test('x', async (t) => {
  const { world } = await startRecord(t)
  const s = performance.now()
  const summary = await makeDemoCountry(world)
  console.log(performance.now() - s, summary)
  assert.ok(summary)
})
