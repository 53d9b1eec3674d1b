import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contractOf, expectStatus, joinBus, sealAll, setContractState } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { signedIn } from '../../testing/signed-in.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'

test('a parked message is mended by one operator and let go by another: signed by the centre, naming both, in its old place', async (t) => {
  const server = await startServer(t)
  const { app, world, sql } = server
  const one = await signedIn(server, { roles: ['operator'] })
  const other = await signedIn(server, { roles: ['operator'] })
  const doctor = await signedIn(server, { roles: ['doctor'] })
  const lab = await joinBus(app, world, 'lab-nis')
  const ward = await joinBus(app, world, 'ward-bg')
  await ward.offerInbox('findings')
  const contract = await contractOf(lab, 'ward-bg/findings')
  const document = { 'bus-key': 'patient-1', 'bus-document': 'report-1' }
  const { message } = (await expectStatus(202, lab.message('ward-bg/findings', 'v1', '{"code":"wrong"}', document))).body
  await expectStatus(202, lab.message('ward-bg/findings', 'v2', '{"code":"later"}', document))
  const [first] = await ward.lease(1)
  await expectStatus(200, ward.ack([], [{ delivery: first.delivery, reason: 'the code is unknown', final: true }]))
  assert.deepEqual(await ward.lease(), [], 'the later version of the document waits for the parked one')

  assert.equal((await one('GET', `/bus/operator/messages/${message}/body`)).body.text, '{"code":"wrong"}')
  const proposals = `/bus/operator/messages/${message}/proposals`
  const wish = { recipient: 'ward-bg', body: '{"code":"right"}', reason: 'шифра по новом шифарнику' }
  assert.equal((await doctor('POST', proposals, wish)).status, 403)
  assert.equal((await one('POST', proposals, { ...wish, body: '{"code":' })).status, 422)
  assert.equal((await one('POST', proposals, { ...wish, body: '"' + 'x'.repeat(1_100_000) + '"' })).status, 413)
  assert.equal((await one('POST', proposals, { ...wish, recipient: 'lab-nis' })).status, 409)
  const { proposal } = (await one('POST', proposals, wish)).body
  assert.deepEqual(await ward.lease(), [], 'nothing goes by one person alone')

  const page = (await other('GET', `/bus/operator/proposals/${proposal}`)).body
  assert.deepEqual([page.before, page.after, page.isMine], ['{"code":"wrong"}', '{"code":"right"}', false])
  const decision = `/bus/operator/proposals/${proposal}/decision`
  assert.equal((await one('POST', decision, { decision: 'approved', reason: 'моја' })).status, 403, 'not by the one who proposed it')
  await setContractState(world, contract, 'suspended')
  assert.equal(
    (await other('POST', decision, { decision: 'approved', reason: 'у реду' })).status,
    409,
    'what its sender may not send, two operators may not either',
  )
  await setContractState(world, contract, 'active')
  const { sent } = (await other('POST', decision, { decision: 'approved', reason: 'у реду' })).body
  assert.equal((await other('POST', decision, { decision: 'approved', reason: 'још једном' })).status, 409)

  const got = await ward.lease()
  assert.deepEqual(
    got.map((delivery) => Buffer.from(delivery.body, 'base64').toString()),
    ['{"code":"right"}', '{"code":"later"}'],
  )
  assert.equal(got[0].message, sent)
  assert.equal(got[0].from, 'lab-nis')
  assert.equal(got[0].corrects.message, message)
  assert.notEqual(got[0].corrects.proposedBy, got[0].corrects.approvedBy)
  await expectStatus(200, ward.ack(got.map((delivery) => delivery.delivery)))
  await sealAll(world)

  const evidence = await evidenceOf(world, sent, true)
  const verdict = verifyEvidence(evidence, null)
  assert.deepEqual(verdict.problems, [])
  assert.ok(verdict.found.some((line) => line.startsWith('the centre, for lab-nis, sent') && line.includes(message)))
  const ofOriginal = verifyEvidence(await evidenceOf(world, message, false), null)
  assert.deepEqual(ofOriginal.problems, [])
  assert.ok(ofOriginal.found.some((line) => line.includes('in place of')))
  assert.ok(
    ofOriginal.found.some((line) => line.startsWith('ward-bg parked it')),
    'the signed refusal that parked it stays provable',
  )
  const forged = structuredClone(evidence)
  forged.message.entry = forged.message.entry.replaceAll(message, sent)
  assert.ok(!verifyEvidence(forged, null).ok, 'which message it corrects is under the signature')

  const path = (await one('GET', `/bus/operator/messages/${message}`)).body
  assert.equal(path.proposals[0].state, 'approved')
  const [kept] = await sql<{ sealed: Buffer | null }>`select sealed from bus.proposal`
  assert.equal(kept?.sealed, null)
  const acts = await sql<{ entry: string }>`select entry from audit.entry where entry like '%bus-proposal/%'`
  assert.equal(acts.length, 2)
})
