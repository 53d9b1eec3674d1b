import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contractOf, expectStatus, joinBus, sealAll } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { announceCondition } from './announce-condition.ts'
import { lookAtCentre } from './watch-centre.ts'

test('what the centre is short of stands on every answer, on the public page and on the bus, and goes away by itself', async (t) => {
  const { app, world } = await startServer(t)
  const lab = await joinBus(app, world, 'lab-nis')
  await lab.offerInbox('box')
  await contractOf(lab, 'centre/status')
  await expectStatus(202, lab.message('lab-nis/box', '1', 'x', { 'content-type': 'text/plain' }))
  await sealAll(world)
  await expectStatus(202, lab.message('lab-nis/box', '2', 'x', { 'content-type': 'text/plain' }))
  const ask = (url: string, accept = 'application/json') => app.inject({ method: 'GET', url, headers: { accept } })
  await lookAtCentre(world)
  assert.equal((await ask('/status')).json().status, 'ok')
  assert.equal((await ask('/bus/keys')).headers['spona-status'], undefined)
  assert.equal(await announceCondition(world), 0)

  const clock = world.now
  world.now = () => new Date(clock().getTime() + 200_000)
  await lookAtCentre(world)
  assert.equal((await ask('/bus/keys')).headers['spona-status'], undefined, 'one look is not enough')
  await lookAtCentre(world)
  // A page, an error, a resource: every answer says it.
  for (const url of ['/bus/keys', '/fhir/metadata', '/nothing', '/bus/messages'])
    assert.equal((await ask(url)).headers['spona-status'], 'degraded; reason="seal-late"', url)
  const told = (await ask('/status')).json()
  assert.equal(told.status, 'degraded')
  assert.deepEqual(Object.keys(told.reasons[0]), ['reason', 'since'], 'no figure of the inside')
  const page = await ask('/status', 'text/html')
  for (const words of ['Печаћење дневника касни', 'Pečaćenje dnevnika kasni', 'The log is sealed late']) assert.ok(page.body.includes(words), words)
  assert.doesNotMatch(page.body, /<script|style="/)
  assert.match(String(page.headers['content-security-policy']), /default-src 'self'/)
  assert.equal(await announceCondition(world), 1)
  assert.equal(await announceCondition(world), 0, 'said once')

  await sealAll(world)
  await lookAtCentre(world)
  await lookAtCentre(world)
  assert.equal((await ask('/bus/keys')).headers['spona-status'], undefined)
  assert.equal(await announceCondition(world), 1)
  const heard = (await lab.lease()).filter((one) => one.from === 'centre').map((one) => JSON.parse(Buffer.from(one.body, 'base64').toString()))
  assert.deepEqual(
    heard.map(({ status, reasons }) => [status, reasons.map(({ reason }: { reason: string }) => reason)]),
    [
      ['degraded', ['seal-late']],
      ['ok', []],
    ],
  )
  world.now = clock
})

test('a database that does not answer is said at once, without it', async (t) => {
  const { app, world } = await startServer(t, { DEGRADED_AUDIT_MS: '50' })
  const { sql, ledger } = world
  Object.assign(world, { sql: Object.assign(() => Promise.reject(new Error('gone')), sql), ledger: { ...ledger, waitsMs: () => 70 } })
  await lookAtCentre(world)
  await lookAtCentre(world)
  Object.assign(world, { sql, ledger })
  assert.equal((await app.inject('/health/live')).headers['spona-status'], 'degraded; reason="audit-slow database-away"')
  await lookAtCentre(world)
  await lookAtCentre(world)
  await lookAtCentre(world)
  assert.equal((await app.inject('/health/live')).headers['spona-status'], undefined)
})
