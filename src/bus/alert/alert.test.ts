import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { contractOf, expectStatus, joinBus } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { flushMeasures, measure } from '../centre/measure.ts'
import { raiseAlerts } from './raise-alerts.ts'

test('a member hears what concerns it first and once, the operator what stays, and what is mended ends', async (t) => {
  const posted: { alerts: { rule: string; about: string }[] }[] = []
  const listening = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      assert.ok(request.headers['signature'], 'signed by the centre')
      posted.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.end()
    })
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  t.after(() => listening.close())
  const server = await startServer(t, { ALERT_WEBHOOK: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/` })
  const { app, world } = server
  const operator = await signedIn(server, { roles: ['operator'] })
  const lab = await joinBus(app, world, 'lab-nis')
  const ward = await joinBus(app, world, 'ward-bg')
  await ward.offerInbox('findings')
  await contractOf(lab, 'ward-bg/findings')
  await expectStatus(202, lab.message('ward-bg/findings', '1', '{}'))
  const [first] = await ward.lease()
  await expectStatus(200, ward.ack([], [{ delivery: first.delivery, reason: 'unknown', final: true }]))
  for (let n = 0; n < 30; n++) measure(world, 'call', 'ward-bg/asks', n < 10 ? 'failed' : 'good', 5)
  for (let n = 0; n < 10; n++) measure(world, 'call', 'lab-nis/asks', 'failed', 5)
  await flushMeasures(world)

  await raiseAlerts(world)
  await raiseAlerts(world)
  const heard = async () =>
    (await ward.lease())
      .filter((one) => one.to === 'centre/alerts')
      .map((one) => ({ seq: one.delivery, ...JSON.parse(Buffer.from(one.body, 'base64').toString()) }))
  const [digest, ...more] = await heard()
  assert.deepEqual(more, [], 'one message with everything, once')
  assert.deepEqual(
    digest.alerts.map((one: { rule: string; about: string; figure: string }) => [one.rule, one.about, one.figure]).toSorted(),
    [
      ['errors', 'call ward-bg/asks', '10 of 30 in 5 minutes'],
      ['parked', 'ward-bg', '1'],
    ],
    'ten exchanges of the other service are too few to say anything',
  )
  const failing = digest.alerts.find((one: { rule: string }) => one.rule === 'errors')
  assert.deepEqual(failing.text, {
    'sr-Cyrl': 'Услуга «ward-bg/asks» греши: 10 од 30 у пет минута.',
    'sr-Latn': 'Usluga «ward-bg/asks» greši: 10 od 30 u pet minuta.',
    en: 'The service “ward-bg/asks” fails: 10 of 30 in five minutes.',
  })
  await expectStatus(200, ward.ack([digest.seq]))
  assert.deepEqual(await lab.lease(), [], 'nobody hears what concerns another')
  assert.equal(posted.length, 0)

  // One is taken, the other stays; and meanwhile a key nears its end.
  const open = (await operator('GET', '/bus/operator/overview')).body.alerts
  const errors = open.find((one: { rule: string }) => one.rule === 'errors')
  assert.equal((await operator('POST', `/bus/operator/alerts/${errors.id}/taken`)).status, 200)
  assert.equal((await operator('POST', `/bus/operator/alerts/${errors.id}/taken`)).status, 409)
  const clock = world.now
  world.now = () => new Date(clock().getTime() + 20 * 60_000)
  await raiseAlerts(world)
  await raiseAlerts(world)
  assert.deepEqual(
    posted.map(({ alerts }) => alerts.map(({ rule }) => rule)),
    [['parked']],
    'what somebody works on is not told, and nothing twice',
  )
  const later = (await operator('GET', '/bus/operator/overview')).body.alerts
  assert.ok(later.find((one: { rule: string }) => one.rule === 'errors').ended, 'nothing failed in the last five minutes')

  for (const [days, stage] of [
    [336, '30'],
    [359, '7'],
    [364.5, '1'],
  ] as const) {
    world.now = () => new Date(clock().getTime() + days * 86_400_000)
    await raiseAlerts(world)
    const [told] = await world.sql<{ count: number }>`
      select count(*)::int as count from bus.alert where rule = 'key-ends' and about like ${`lab-nis % ${stage}`} and ended_at is null and told_member_at is not null`
    assert.equal(told?.count, 1, `${days} days later`)
  }
  world.now = clock
})
