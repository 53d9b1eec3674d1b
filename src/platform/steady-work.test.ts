import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { workSteadily } from './steady-work.ts'

const log = pino({ level: 'silent' })
const hourMs = 3_600_000

test('a stop does not wait for the pause between two steps', async () => {
  let steps = 0
  const step = async () => {
    steps++
    return hourMs
  }
  const stop = workSteadily({ log }, { step, troubledMs: hourMs, trouble: 'no step' })
  await new Promise(setImmediate)
  const began = performance.now()
  await stop()
  assert.ok(performance.now() - began < 1000, 'less than a step under way is given')
  assert.equal(steps, 1)
})

test('a stop waits for the step under way, and none begins after it', async () => {
  const [asked, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let steps = 0
  const step = async (isStopped: () => boolean) => {
    steps++
    asked.resolve()
    await done.promise
    assert.equal(isStopped(), true)
    return 0
  }
  const stop = workSteadily({ log }, { step, troubledMs: hourMs, trouble: 'no step' })
  await asked.promise
  let isOver = false
  const over = stop().then(() => (isOver = true))
  await new Promise(setImmediate)
  assert.equal(isOver, false)
  done.resolve()
  await over
  assert.equal(steps, 1)
})
