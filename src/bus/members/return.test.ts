import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aService, contractOf, expectStatus, joinBus, newKey } from '../../testing/bus-member.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { startServer } from '../../testing/server.ts'
import { directoryOf, freshDirectory } from './directory.ts'
import { codeCommand, contractSet } from './member.cli.ts'

test('a member all of whose keys have ended comes back by a new code of its institution, and by nothing less', async (t) => {
  const { app, world, owner } = await startServer(t)
  const sender = await joinBus(app, world, 'still-there')
  const lost = await joinBus(app, world, 'key-lost')
  await lost.offerInbox('box')
  await contractOf(sender, 'key-lost/box')
  await expectStatus(202, sender.message('key-lost/box', 'kept', '{}'))
  const code = async (institution: number) => {
    const lines: string[] = []
    const { mb } = (await directoryOf(world)).byCode.get('key-lost') as { mb: string }
    await codeCommand.run(world, { mb, institution: String(institution), json: true }, (line) => lines.push(line))
    return JSON.parse(lines.join('')).code as string
  }
  const old = { key: lost.key, jwk: lost.jwk }
  const fresh = newKey()
  const come = (given: string, jwk = fresh.jwk) => lost.post('/members/key-lost/return', { code: given, key: jwk })
  Object.assign(lost, fresh)
  assert.equal((await come(await code(lost.institution))).status, 403, 'while a key is valid this way is closed')

  await owner`update bus.member_key set valid_until = now() - interval '1 day' where kid = ${old.jwk.kid}`
  await owner`update bus.directory set version = version + 1`
  await freshDirectory(world)

  assert.equal((await come('A'.repeat(26))).status, 403)
  assert.equal((await come(await code(sender.institution))).status, 403, 'a code of another institution')
  const given = await code(lost.institution)
  assert.equal((await come(given, newKey().jwk)).status, 401, 'signed by the key that it brings')
  Object.assign(lost, old)
  assert.equal((await lost.post('/members/key-lost/return', { code: given, key: old.jwk })).status, 409, 'a key that has ended does not come again')
  Object.assign(lost, fresh)
  const back = await expectStatus(200, come(given))
  assert.deepEqual(back.body, { code: 'key-lost', state: 'active', kid: fresh.jwk.kid })
  assert.equal((await come(given)).status, 403, 'a code serves once')
  await owner`update bus.delivery set due_at = now()`
  const [kept] = await lost.lease()
  assert.equal(kept.messageId, 'kept', 'its queue is there')
  await expectStatus(200, lost.ack([kept.delivery]))
  const steps = await world.sql<{ reason: string }>`select reason from bus.step where reason like 'all keys had ended%' limit 2`
  assert.equal(steps.length, 1)
})

test('an operator changes how much a contract lets through by a decision, and hears when a state is none', async (t) => {
  const server = await startServer(t)
  const { app, world } = server
  const operator = await signedIn(server, { roles: ['operator'] })
  const asker = await joinBus(app, world, 'term-asker')
  const giver = await joinBus(app, world, 'term-giver')
  await expectStatus(200, giver.send({ method: 'PUT', url: '/bus/services/scans', body: aService('call', { bodyMb: 50 }) }))
  const id = await contractOf(asker, 'term-giver/scans', { endpoints: [{ method: 'POST', path: '/*' }], bodyMb: 1 })
  const decided = { decision: '9/2026', reason: 'larger images' }
  const terms = (body: object) => operator('POST', `/bus/operator/contracts/${id}/steps`, body)
  for (const bad of [{ ...decided }, { ...decided, bodyMb: 0 }, { ...decided, bodyMb: 101 }, { bodyMb: 20, reason: 'x' }])
    assert.equal((await terms(bad)).status, 400)
  assert.deepEqual((await terms({ ...decided, bodyMb: 20 })).body, { contract: id, state: 'active' })
  const bodyMb = async () => [...(await freshDirectory(world)).contracts.values()].flat().find((one) => one.id === id)?.bodyMb
  assert.equal(await bodyMb(), 20)
  await contractSet.run(world, { argument: id, 'body-mb': '30', decision: '10/2026' } as never, () => {})
  assert.equal(await bodyMb(), 30)
  const [step] = await world.sql<{ state: string; decision: string }>`select state, decision from bus.step where about = ${id} order by number desc limit 1`
  assert.deepEqual(step, { state: 'active', decision: '10/2026' })
  assert.equal((await operator('GET', '/bus/operator/contracts?state=activ')).status, 400)
  assert.equal((await operator('GET', '/bus/operator/contracts?state=active')).body.contracts.length, 1)
  assert.equal((await terms({ ...decided, to: 'revoked' })).status, 200)
  assert.equal((await terms({ ...decided, bodyMb: 20 })).status, 409)
})
