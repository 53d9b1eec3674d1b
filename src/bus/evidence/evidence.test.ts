import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aService, contractOf, expectStatus, joinBus, sealAll } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { centreKey } from '../members/centre-key.ts'
import { evidenceOf, type Evidence } from './evidence.ts'
import { verifyCommand } from './evidence.cli.ts'
import { verifyLog } from './seal-log.ts'
import { verifyEvidence } from './verify-evidence.ts'

test('the evidence of a message verifies offline by the centre’s public key, and every change of it is found', async (t) => {
  const { app, world, owner } = await startServer(t)
  const a = await joinBus(app, world, 'ev-a')
  const b = await joinBus(app, world, 'ev-b')
  await b.offerInbox('box')
  await contractOf(a, 'ev-b/box')
  const receipts = []
  for (let n = 0; n < 4; n++) receipts.push(await expectStatus(202, a.message('ev-b/box', `n-${n}`, `{"n":${n}}`)))
  const [first] = await b.lease()
  await expectStatus(200, b.ack([first.delivery]))
  await sealAll(world)

  const id = receipts[0]?.body.message
  const evidence = await evidenceOf(world, id, true)
  const keys = [centreKey(world.keys).jwk]
  const verdict = verifyEvidence(structuredClone(evidence), keys)
  assert.deepEqual(verdict.problems, [])
  assert.ok(verdict.found.some((line) => line.includes('ev-b acknowledged it')))

  const changes: [string, (one: Evidence) => void][] = [
    ['the text of the row', (one) => (one.message.entry = one.message.entry.replace('"n-0"', '"n-9"'))],
    ['the contents', (one) => (one.body = Buffer.from('{"n":7}').toString('base64'))],
    ['the key of the sender', (one) => (one.message.key = b.jwk)],
    ['the path', (one) => one.message.seal?.path.reverse()],
    ['the place', (one) => one.message.seal && one.message.seal.index++],
    ['the root', (one) => one.message.seal && (one.message.seal.seal = one.message.seal.seal.replace(/"root":"./, '"root":"_'))],
    ['the centre', (one) => (one.centre = a.jwk)],
    ['who acknowledged', (one) => one.ends[0] && (one.ends[0].entry = one.ends[0].entry.replace('"ev-b"', '"ev-a"'))],
    ['a part that is missing', (one) => delete (one as Partial<Evidence>).ends],
  ]
  for (const [what, change] of changes) {
    const copy = structuredClone(evidence)
    change(copy)
    assert.equal(verifyEvidence(copy, keys).ok, false, what)
  }

  const file = join(world.config.DATA_DIR, 'evidence.json')
  writeFileSync(file, JSON.stringify(evidence))
  const lines: string[] = []
  assert.equal(await verifyCommand.run(world, { argument: file }, (line) => lines.push(line)), 0)
  assert.equal(lines[0], 'whole')

  assert.deepEqual((await verifyLog(world)).problems, [])
  await owner`update bus.log set entry = replace(entry, '"n-2"', '"n-8"') where id = ${receipts[2]?.body.message}`
  assert.match((await verifyLog(world)).problems[0] ?? '', /rows under seal \d/)
  await owner`delete from bus.seal where number = (select max(number) from bus.seal)`
  assert.match((await verifyLog(world)).problems.join(), /seal \d stands in the copy/)
  // What is sealed afterwards has the number of the seal that was cut off, and does not hide it.
  await expectStatus(202, a.message('ev-b/box', 'n-9', '{}'))
  await sealAll(world)
  assert.match((await verifyLog(world)).problems.join(), /seal \d stands in the copy/)
})

test('a copy of the last seal that a full disk has left empty is named, and the next seal writes it anew', async (t) => {
  const { app, world } = await startServer(t)
  const a = await joinBus(app, world, 'ev-c')
  await expectStatus(200, a.send({ method: 'PUT', url: '/bus/services/news', body: aService('topic') }))
  const seal = async (id: string) => {
    await expectStatus(202, a.message('ev-c/news', id, '{}'))
    await sealAll(world)
  }
  await seal('n-1')
  assert.deepEqual((await verifyLog(world)).problems, [])
  writeFileSync(join(world.config.DATA_DIR, 'seals', 'bus.json'), '')
  assert.match((await verifyLog(world)).problems.join(), /cannot be read/)
  await seal('n-2')
  assert.deepEqual((await verifyLog(world)).problems, [])
})
