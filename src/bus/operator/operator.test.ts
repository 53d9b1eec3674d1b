import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectStatus, joinBus, sealAll } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { bounds } from '../../platform/latencies.ts'
import { flushMeasures } from '../centre/measure.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'
import { percentile } from './rates.ts'

test('an operator sees what passes, takes steps by decisions, finds a message and its path, and hands it out again; nobody else does', async (t) => {
  const server = await startServer(t)
  const { app, world, sql } = server
  const operator = await signedIn(server, { roles: ['operator'] })
  const doctor = await signedIn(server, { roles: ['doctor'] })
  const lab = await joinBus(app, world, 'lab-nis')
  const ward = await joinBus(app, world, 'ward-bg')
  await ward.offerInbox('findings')

  for (const url of ['overview', 'members', 'members/lab-nis', 'contracts', 'messages', 'messages/00000000-0000-4000-8000-000000000009'])
    assert.equal((await doctor('GET', `/bus/operator/${url}`)).status, 403, url)
  assert.equal((await doctor('POST', '/bus/operator/members/lab-nis/steps', { to: 'revoked', decision: '1', reason: 'x' })).status, 403)
  assert.equal((await lab.send({ method: 'GET', url: '/bus/operator/overview' })).status, 403, 'a system is no operator')
  const [denied] = await sql<{ count: number }>`select count(*)::int as count from audit.entry where entry like '%role-operator%' and decision = 'deny'`
  assert.equal(denied?.count, 8)

  // A no is said in the language of the page, under the same code; programs without a language get the English one.
  const step = (language?: string) =>
    operator('POST', '/bus/operator/members/lab-nis/steps', { to: 'approved', decision: '1', reason: 'x' }, language ? { 'accept-language': language } : {})
  const [english, serbian, latin] = [await step(), await step('sr-Cyrl'), await step('sr-Latn')]
  assert.deepEqual(
    [english, serbian, latin].map(({ status, body }) => [status, body.issue[0].diagnostics]),
    [
      [409, 'from active there is no step to approved'],
      [409, 'из стања „активан“ нема корака у „одобрен“'],
      [409, 'iz stanja „aktivan“ nema koraka u „odobren“'],
    ],
  )
  assert.deepEqual(serbian?.body.issue[0].details.coding, english?.body.issue[0].details.coding)
  assert.match(serbian?.body.issue[0].details.text, /^[Ѐ-ӿ]/)

  // A contract waits and is approved on the page.
  const asked = await expectStatus(
    201,
    lab.post('/contracts', { provider: 'ward-bg', service: 'findings', purpose: 'health-care', legalBasis: 'Sl. glasnik RS 45/2025' }),
  )
  const waiting = await operator('GET', '/bus/operator/contracts?state=requested')
  assert.deepEqual(
    waiting.body.contracts.map((one: { id: string; next: string[] }) => [one.id, one.next]),
    [[asked.body.contract, ['active', 'revoked']]],
  )
  const steps = `/bus/operator/contracts/${asked.body.contract}/steps`
  assert.equal((await operator('POST', steps, { to: 'active', reason: 'without a number' })).status, 400)
  assert.equal((await operator('POST', steps, { to: 'active', decision: '451-1/2026', reason: 'r', until: '2026-02-31x' })).status, 400)
  assert.equal((await operator('POST', steps, { to: 'active', decision: '451-1/2026', reason: 'све је у реду' })).status, 200)

  const sent = []
  for (let n = 1; n <= 4; n++) sent.push((await expectStatus(202, lab.message('ward-bg/findings', `number-${n}`, `{"n":${n}}`))).body.message as string)
  await expectStatus(403, lab.message('ward-bg/nothing', 'number-9', '{}'))
  const got = await ward.lease()
  await expectStatus(200, ward.ack([got[0].delivery], [{ delivery: got[1].delivery, reason: 'the code is unknown', final: true }]))
  await flushMeasures(world)
  await sealAll(world)

  const { body: overview } = await operator('GET', '/bus/operator/overview')
  const rate = overview.rates.find((one: { kind: string; service: string }) => one.kind === 'message' && one.service === 'ward-bg/findings')
  assert.equal(rate.perMinute, 4)
  assert.ok(rate.p50 > 0 && rate.p50 <= rate.p95 && rate.p95 <= rate.p99)
  assert.equal(overview.rates.find((one: { service: string }) => one.service === 'unknown').refused, 1, 'names that do not exist make no rows of their own')
  assert.equal(overview.rates.find((one: { kind: string }) => one.kind === 'delivery').perMinute, 4)
  assert.deepEqual(overview.minutes.at(-1), { good: 4, refused: 1, failed: 0 })
  const queue = overview.queues.find((one: { member: string }) => one.member === 'ward-bg')
  assert.deepEqual([queue.lanes[0].waiting, queue.parked], [2, 1])
  assert.ok(overview.seal.number >= 1)
  assert.equal(overview.members.active, 5)

  // Found by our number, by the sender's, by member and state; what is not understood is refused.
  const find = async (query: string) => (await operator('GET', `/bus/operator/messages?${query}`)).body?.messages.map((one: { id: string }) => one.id)
  assert.deepEqual(await find(`number=${sent[2]}`), [sent[2]])
  assert.deepEqual(await find('number=number-3'), [sent[2]])
  assert.deepEqual(await find('member=ward-bg&state=parked'), [sent[1]])
  assert.deepEqual(await find('service=ward-bg/findings'), sent.toReversed())
  assert.deepEqual(await find('member=ward-bg&to=2020-01-02T00:00:00Z'), [])
  for (const wrong of ['state=lost', 'from=yesterday', 'color=red', 'from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z', 'number=1234567890123'])
    assert.equal((await operator('GET', `/bus/operator/messages?${wrong}`)).status, 400, wrong)

  const path = (await operator('GET', `/bus/operator/messages/${sent[1]}`)).body
  assert.equal(path.deliveries[0].state, 'parked')
  assert.equal(path.deliveries[0].reason, 'the code is unknown')
  assert.ok(path.deliveries[0].leasedAt >= path.at && path.deliveries[0].endedAt >= path.deliveries[0].leasedAt)
  assert.ok(path.seal.number >= 1)
  const evidence = await operator('GET', `/bus/operator/messages/${sent[1]}/evidence`)
  assert.deepEqual(verifyEvidence(evidence.body, null).problems, [])
  assert.equal((await operator('GET', '/bus/operator/messages/00000000-0000-4000-8000-000000000009')).status, 404)

  const again = { member: 'ward-bg', message: sent[1], reason: 'шифра је додата' }
  assert.equal((await operator('POST', '/bus/operator/replays', { member: 'ward-bg', reason: 'which?' })).status, 400)
  assert.deepEqual((await operator('POST', '/bus/operator/replays', again)).body, { replayed: 1 })
  assert.deepEqual(
    (await ward.lease()).map((one) => one.message),
    [sent[1]],
  )

  // A member is suspended: by whom, by which decision and why stands on its page.
  const wish = { to: 'suspended', decision: '451-9/2026', reason: 'истекао уговор' }
  assert.equal((await operator('POST', '/bus/operator/members/ward-bg/steps', wish)).status, 200)
  assert.equal((await operator('POST', '/bus/operator/members/ward-bg/steps', { ...wish, to: 'approved' })).status, 409)
  assert.equal((await ward.send({ url: '/bus/deliveries/lease' })).status, 403)
  const page = (await operator('GET', '/bus/operator/members/ward-bg')).body
  assert.deepEqual(page.next, ['active', 'revoked'])
  assert.deepEqual([page.steps[0].decision, page.steps[0].reason, page.steps[0].by], ['451-9/2026', 'истекао уговор', 'проба'])
  const line = (await operator('GET', '/bus/operator/members')).body.members.find((one: { code: string }) => one.code === 'ward-bg')
  assert.deepEqual([line.state, line.waiting, line.parked], ['suspended', 3, 0])
  const acts = await sql<{ entry: string }>`select entry from audit.entry where entry like '%role-operator%' and decision = 'permit'`
  for (const what of ['bus-contract/', 'bus-messages', 'bus-evidence/', 'bus-replay/ward-bg', 'bus-member/'])
    assert.ok(
      acts.some(({ entry }) => entry.includes(what)),
      what,
    )
})

test('percentiles come from classes and lie where the values lie', () => {
  const counts = bounds.map((bound) => (bound === 5 ? 90 : bound === 300 ? 10 : 0)).concat(0)
  assert.ok((percentile(counts, 0.5) as number) > 3 && (percentile(counts, 0.5) as number) <= 5)
  assert.ok((percentile(counts, 0.99) as number) > 200 && (percentile(counts, 0.99) as number) <= 300)
  assert.equal(percentile([0, 0], 0.5), null)
})
