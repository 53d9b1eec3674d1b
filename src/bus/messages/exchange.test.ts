import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type BusAnswer, BusMember, contractOf, expectStatus, joinBus, newKey, setContractState, setMemberState } from '../../testing/bus-member.ts'
import { startServer } from '../../testing/server.ts'
import { contentDigest, isSigned, readSignature, signatureBase } from '../../platform/http-signature.ts'
import type { Signature } from '../../platform/http-signature.ts'

test('two systems join by themselves and exchange: denied without a contract, received with one, in order, once, with a signed receipt', async (t) => {
  const { app, world, sql } = await startServer(t)
  const lab = await joinBus(app, world, 'lab-nis')
  const ward = await joinBus(app, world, 'ward-bg')
  await ward.offerInbox('findings')

  const denied = await expectStatus(403, lab.message('ward-bg/findings', 'm-0', '{}'))
  assert.match(denied.text, /no-contract/)
  assert.equal(denied.body.issue[0].details.coding[0].code, 'forbidden-there-is-no-contract-about-this-service', denied.text)
  const [row] = await sql<{ decision: string; entry: string }>`select decision, entry from audit.entry where decision = 'deny' limit 1`
  assert.match(row?.entry ?? '', /no-contract/)
  const why = await lab.send({ method: 'GET', url: '/bus/rights?provider=ward-bg&service=findings' })
  assert.equal(why.body.rule, 'no-contract')

  const contract = await contractOf(lab, 'ward-bg/findings')
  const sent = []
  for (let n = 1; n <= 5; n++) sent.push(await expectStatus(202, lab.message('ward-bg/findings', `m-${n}`, `{"n":${n}}`, { 'bus-key': 'patient-7' })))
  await requireCentreSigned(app, sent[0] as BusAnswer)

  const again = await expectStatus(202, lab.message('ward-bg/findings', 'm-3', '{"n":3}', { 'bus-key': 'patient-7' }))
  assert.equal(again.body.message, sent[2]?.body.message)
  assert.equal(again.body.repeated, true)
  await expectStatus(409, lab.message('ward-bg/findings', 'm-3', '{"n":33}'))

  const got = await ward.lease(3)
  assert.deepEqual(
    got.map((one) => Buffer.from(one.body, 'base64').toString()),
    ['{"n":1}', '{"n":2}', '{"n":3}'],
  )
  assert.deepEqual(await ward.lease(), [], 'the rest of the key waits until these are taken')
  const signature = Buffer.from(got[0].signature, 'base64')
  assert.ok(isSigned(got[0].base, signature, createPublicKey({ key: lab.jwk as never, format: 'jwk' })), 'the receiver checks the sender by itself')
  await expectStatus(200, ward.ack(got.map((one) => one.delivery)))
  assert.equal((await ward.lease()).length, 2)

  await setContractState(world, contract, 'suspended')
  assert.match((await expectStatus(403, lab.message('ward-bg/findings', 'm-9', '{}'))).text, /contract-not-active/)
})

async function requireCentreSigned(app: FastifyInstance, answer: BusAnswer): Promise<void> {
  const { keys } = (await app.inject({ method: 'GET', url: '/bus/keys' })).json()
  const signature = readSignature(answer.headers['signature-input'], answer.headers['signature']) as Signature
  assert.equal(signature.keyid, keys[0].kid)
  assert.equal(answer.headers['content-digest'], contentDigest(Buffer.from(answer.text)))
  const baseFor = (asked: string | undefined) => {
    const values: Record<string, unknown> = { ...answer.headers, '@status': answer.status, 'signature;req': asked }
    return String(signatureBase(signature.components, signature.params, (name) => String(values[name])))
  }
  const key = createPublicKey({ key: keys[0], format: 'jwk' })
  assert.ok(isSigned(baseFor(answer.asked), signature.value, key))
  assert.ok(!isSigned(baseFor('sig=:of another request:'), signature.value, key), 'the answer belongs to this request alone')
}

test('a suspended member is refused at once and keeps its queue; a revoked one has no token any more', async (t) => {
  const { app, world } = await startServer(t)
  const a = await joinBus(app, world, 'sender')
  const b = await joinBus(app, world, 'receiver')
  await b.offerInbox('box')
  await contractOf(a, 'receiver/box')
  await setMemberState(world, 'receiver', 'suspended')
  await expectStatus(202, a.message('receiver/box', '1', 'x', { 'content-type': 'text/plain' }))
  assert.equal((await b.send({ url: '/bus/deliveries/lease' })).status, 403)
  await setMemberState(world, 'receiver', 'active')
  assert.equal((await b.lease()).length, 1)
  await setMemberState(world, 'sender', 'revoked')
  const refused = await a.message('receiver/box', '2', 'x')
  assert.ok(refused.status === 401 || refused.status === 403, refused.text)
})

test('what is forged, changed, old, replayed under another name or about another member is refused', async (t) => {
  const { app, world } = await startServer(t)
  const a = await joinBus(app, world, 'member-a')
  const b = await joinBus(app, world, 'member-b')
  await b.offerInbox('box')
  await contractOf(a, 'member-b/box')
  const send = (change: (headers: Record<string, string>) => void) =>
    a.send({ url: '/bus/messages', body: '{"a":1}', headers: { 'bus-to': 'member-b/box', 'bus-message-id': 'x' }, change })
  const refusals: [string, number, (headers: Record<string, string>) => void][] = [
    ['no signature', 401, (h) => delete h['signature']],
    ['a header that the signature does not cover', 401, (h) => (h['bus-key'] = 'k')],
    ['another number than the signed one', 401, (h) => (h['bus-message-id'] = 'y')],
    ['another digest', 400, (h) => (h['content-digest'] = `sha-256=:${Buffer.alloc(32).toString('base64')}:`)],
    ['no digest', 400, (h) => delete h['content-digest']],
    ['the token of another member', 403, (h) => (h['authorization'] = `Bearer ${b.token}`)],
    ['no token', 401, (h) => delete h['authorization']],
    ['an encoding', 415, (h) => (h['content-encoding'] = 'gzip')],
    ['an old signature', 401, (h) => (h['signature-input'] = (h['signature-input'] as string).replace(/created=\d+/, 'created=1000'))],
    ['a key that nobody registered', 401, (h) => (h['signature-input'] = (h['signature-input'] as string).replace(/keyid="[^"]+"/, 'keyid="nobody"'))],
  ]
  for (const [what, status, change] of refusals) assert.equal((await send(change)).status, status, what)
  assert.deepEqual(await b.lease(), [], 'nothing of it arrived')

  await expectStatus(403, a.post('/members/member-b/activation', {}))
  const stranger = new BusMember(app, world, 'stranger')
  await expectStatus(401, stranger.post('/members/member-a/proof', { code: 'A'.repeat(26) }))
  await expectStatus(409, stranger.post('/members', { code: 'member-a', name: 'x', mb: '12345678', contact: 'x', key: stranger.jwk }))
  await expectStatus(401, stranger.post('/members', { code: 'stranger', name: 'x', mb: '12345678', contact: 'x', key: a.jwk }))
  await expectStatus(
    400,
    stranger.post('/members', { code: 'stranger', name: 'x', mb: '12345678', contact: 'x', key: stranger.jwk, webhook: 'http://169.254.169.254/latest' }),
  )
  await expectStatus(400, stranger.post('/members', { code: 'stranger', name: '0101990710011', mb: '12345678', contact: 'x', key: stranger.jwk }))
})

test('a key is replaced without a stop, and a withdrawn one is refused at once', async (t) => {
  const { app, world } = await startServer(t)
  const member = await joinBus(app, world, 'turning')
  const old = { key: member.key, jwk: member.jwk }
  const next = newKey()
  await expectStatus(200, member.post('/members/turning/keys', { key: next.jwk, keyDays: 20 }))
  await expectStatus(200, member.send({ method: 'GET', url: '/bus/members/turning' }))
  Object.assign(member, next)
  const seen = await expectStatus(200, member.send({ method: 'GET', url: '/bus/members/turning' }))
  assert.equal(seen.body.keys.length, 2)
  assert.ok(
    seen.body.keys.some((key: { endsInDays: number | null }) => key.endsInDays !== null),
    'a key that ends soon says so',
  )
  await expectStatus(200, member.post('/members/turning/keys', { withdraws: old.jwk.kid }))
  await expectStatus(409, member.post('/members/turning/keys', { withdraws: next.jwk.kid }))
  Object.assign(member, old)
  await expectStatus(401, member.send({ method: 'GET', url: '/bus/members/turning' }))
})

test('a refused message is tried again or parked; a parked one holds back only its own document', async (t) => {
  const { app, world, sql } = await startServer(t)
  const a = await joinBus(app, world, 'doc-a')
  const b = await joinBus(app, world, 'doc-b')
  await b.offerInbox('box')
  await contractOf(a, 'doc-b/box')
  const send = (id: string, document: string) => expectStatus(202, a.message('doc-b/box', id, `"${id}"`, { 'bus-key': 'patient', 'bus-document': document }))
  await send('1', 'd1')
  await send('2', 'd1')
  await send('3', 'd2')
  const [first] = await b.lease(1)
  const parked = await expectStatus(200, b.ack([], [{ delivery: first.delivery, reason: 'cannot be read', final: true }]))
  assert.deepEqual(parked.body.parked, [first.delivery])
  const rest = await b.lease()
  assert.deepEqual(
    rest.map((one) => [one.messageId, one.outOfOrder ?? false]),
    [['3', true]],
  )
  const retried = await expectStatus(200, b.ack([], [{ delivery: rest[0].delivery, reason: 'busy' }]))
  assert.deepEqual(retried.body.retried, [rest[0].delivery])
  assert.deepEqual(await b.lease(), [], 'it waits for its next attempt')
  await sql`update bus.delivery set due_at = ${world.now()} where seq = ${rest[0].delivery}`
  assert.deepEqual(
    (await b.lease()).map((one) => [one.messageId, one.attempt]),
    [['3', 2]],
  )
})
