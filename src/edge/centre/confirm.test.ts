import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { before, test } from 'node:test'
import { takeIn } from '../../record/exchange/intake.ts'
import { forFile } from '../../testing/for-file.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { steppedEdge } from '../../testing/stepped-edge.ts'
import { migrations } from '../store/schema.ts'
import { confirmSome, dueOf } from './confirm.ts'
import { sendSome } from './send.ts'

const whole = forFile()
let server: TestServer

before(async () => {
  server = await startServer(whole)
})

test('a question about sent or parked messages follows an index of that state and sorts nothing', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(migrations.join(';'))
  for (const state of ['sent', 'parked'] as const) {
    const plan = database.prepare(`explain query plan ${dueOf(state)}`).all(0, 1)
    assert.deepEqual(
      plan.map(({ detail }) => detail),
      [`SEARCH item USING INDEX item_${state} (due_at<?)`],
    )
  }
  database.close()
})

test('while the record takes nothing the edge asks more rarely, but always before a tenth of the waiting time of a message has passed', async (t) => {
  const { edge, line, clock, tell, items } = await steppedEdge(t, server, 'patient-edge')
  await tell('c-1', 'p-1')
  await sendSome(edge)
  let questions = 0
  line.instead = ({ path }) => {
    if (path === '/bus/messages/states') questions++
    return null
  }
  const pass = async (ms: number) => {
    clock.aheadMs += ms
    return confirmSome(edge)
  }
  assert.equal(await pass(1000), 200)
  const rest = await pass(10_000)
  assert.ok(rest >= 1100 && rest < 1800, `a tenth of the eleven seconds and what the machine needed: ${rest}`)
  assert.equal(await pass(60_000), 2000, 'and not more than two seconds: what comes fresh waits for the next question')
  assert.equal(questions, 3)
  assert.equal(await pass(3000), 200, 'nothing is due')
  assert.equal(questions, 3)
  await pass(7000)
  assert.equal(questions, 4)
  assert.deepEqual(
    items().map(({ state }) => state),
    ['sent'],
  )
})

test('a sent message is first asked about when most of the recent duration of the record has passed, and sooner when the record has become fast', async (t) => {
  const { edge, line, clock, tell, items } = await steppedEdge(t, server, 'paced-edge')
  const asked: string[] = []
  line.instead = ({ path, body }) => {
    if (path === '/bus/messages/states') asked.push(...(JSON.parse(body.toString()) as { messages: string[] }).messages)
    return null
  }
  const pass = async (ms: number) => {
    clock.aheadMs += ms
    const before = asked.length
    await confirmSome(edge)
    return asked.length - before
  }
  await tell('p-1', 'p-1')
  await sendSome(edge)
  assert.equal(await pass(1000), 1)
  await takeIn(server.world)
  assert.equal(await pass(20_000), 1)
  const slow = edge.centre.contact.recordMs
  assert.ok(slow > 10_000 && slow < 15_000, `half of twenty-one seconds and what the machine needed: ${slow}`)
  await tell('p-2', 'p-2')
  await sendSome(edge)
  await takeIn(server.world)
  assert.equal(await pass(5000), 0, 'it is too soon')
  assert.equal(await pass(9000), 1)
  for (const number of ['p-3', 'p-4', 'p-5', 'p-6', 'p-7', 'p-8']) {
    await tell(number, number)
    await sendSome(edge)
    await takeIn(server.world)
    assert.equal(await pass(edge.centre.contact.recordMs * 0.81), 1)
  }
  assert.ok(edge.centre.contact.recordMs < slow)
  assert.deepEqual(new Set(items().map(({ state }) => state)), new Set(['acknowledged']))
})
