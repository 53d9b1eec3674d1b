import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { before, test } from 'node:test'
import {
  batchOf,
  type BatchMessage,
  type BusAnswer,
  type BusMember,
  contractOf,
  expectStatus,
  joinBus,
  sealAll,
  verdictTexts,
} from '../../testing/bus-member.ts'
import { forFile } from '../../testing/for-file.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { verifyCommand } from '../evidence/evidence.cli.ts'
import { evidenceOf } from '../evidence/evidence.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'
import { prune } from './keep.ts'
import { isPart, partsOf } from '../../platform/signed-batch.ts'
import type { Receipts } from './send-batch.ts'

const file = forFile()
let server: TestServer
let sender: BusMember
let box: BusMember
let other: BusMember

before(async () => {
  server = await startServer(file, { BUS_QUEUE_MAX: '100' })
  const { app, world } = server
  sender = await joinBus(app, world, 'batch-sender')
  box = await joinBus(app, world, 'batch-box')
  other = await joinBus(app, world, 'batch-other')
  for (const member of [box, other]) await member.offerInbox('box')
  await contractOf(sender, 'batch-box/box')
})

const to = 'batch-box/box'
const post = async (messages: BatchMessage[]): Promise<{ answer: BusAnswer; verdicts: any[] }> => {
  const answer = await expectStatus(200, sender.send(batchOf(messages)))
  return { answer, verdicts: verdictTexts(answer.body).map((text) => JSON.parse(text)) }
}
const takeAll = async (member: BusMember): Promise<any[]> => {
  const got = await member.lease(500)
  if (got.length > 0) await expectStatus(200, member.ack(got.map((one) => one.delivery)))
  return got
}

test('several messages under one signature are received in their order, each with a receipt and evidence of its own', async () => {
  const { answer, verdicts } = await post([1, 2, 3, 4, 5].map((n) => ({ to, messageId: `part-${n}`, key: 'patient-1', body: `{"n":${n}}` })))
  assert.deepEqual(
    verdicts.map(({ status, messageId }) => [status, messageId]),
    [1, 2, 3, 4, 5].map((n) => [202, `part-${n}`]),
  )
  const got = await takeAll(box)
  assert.deepEqual(
    got.map((one) => one.messageId),
    ['part-1', 'part-2', 'part-3', 'part-4', 'part-5'],
  )
  for (const one of got) assert.ok(isPart(one.part, /"bus-batch": (.*)/.exec(one.base)?.[1]), 'its receiver can check it alone')
  assert.equal(Buffer.from(got[2].body, 'base64').toString(), '{"n":3}')

  await sealAll(server.world)
  const evidence = JSON.parse(JSON.stringify(await evidenceOf(server.world, verdicts[2].message, true)))
  const verdict = verifyEvidence(evidence, null)
  assert.deepEqual(verdict.problems, [])
  assert.ok(!JSON.stringify(evidence).includes('part-4'), 'nothing of the others is in it')
  for (const [from, into] of [
    ['part-3', 'part-9'],
    ['"index":2', '"index":1'],
  ] as const) {
    const entry = evidence.message.entry.replaceAll(from, into)
    assert.ok(verifyEvidence({ ...evidence, message: { ...evidence.message, entry } }, null).problems.some((one) => one.includes('under the root')))
  }
  assert.equal(await verifyFile(answer.body), 0)
  const [, second] = answer.body.verdicts
  assert.equal(await verifyFile({ ...answer.body, verdicts: [second] }), 0, 'one receipt alone verifies')
  assert.equal(await verifyFile({ ...answer.body, verdicts: [{ ...second, text: second.text.replace('part-2', 'part-7') }] }), 1)
})

test('who has all the texts makes their ways himself, and is given the texts alone when he asks for it', async () => {
  const batch = batchOf([1, 2, 3].map((n) => ({ to, messageId: `text-${n}` })))
  const asked = { ...batch, headers: { ...batch.headers, prefer: 'return=minimal, receipts=texts' } }
  const { body: receipts } = (await expectStatus(200, sender.send(asked))) as { body: { format: string; verdicts: string[] } }
  assert.equal(receipts.format, 'spona-bus-receipts-2')
  assert.deepEqual(
    receipts.verdicts.map((text) => JSON.parse(text).messageId),
    ['text-1', 'text-2', 'text-3'],
  )
  assert.equal(await verifyFile(receipts), 0)
  const [first = '', second = '', third = ''] = receipts.verdicts
  for (const verdicts of [[first, second], [second, first, third], [first, second.replace('text-2', 'text-7'), third], []])
    assert.equal(await verifyFile({ ...receipts, verdicts }), 1, `${verdicts.length} verdicts`)
  const one = { ...receipts, format: 'spona-bus-receipts-1', verdicts: [partsOf(receipts.verdicts).parts[1]] }
  assert.equal(await verifyFile(one), 0, 'one alone, with the way that was made of the texts')
  const mixed = { ...receipts, verdicts: [partsOf(receipts.verdicts).parts[0], second, third] }
  assert.equal(await verifyFile(mixed), 1)
  await takeAll(box)
})

async function verifyFile(receipts: object): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'spona-receipts-'))
  try {
    const keys = (await server.app.inject({ url: '/bus/keys' })).body
    writeFileSync(join(folder, 'keys.json'), keys)
    writeFileSync(join(folder, 'receipts.json'), JSON.stringify(receipts))
    return Number(await verifyCommand.run(server.world, { argument: join(folder, 'receipts.json'), keys: join(folder, 'keys.json') } as never, () => {}))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('contents that came together are kept together, and go one by one when nobody needs them', async () => {
  const { world, sql } = server
  const sent = [1, 2, 3, 4, 5, 6].map((n) => ({ to, messageId: `kept-${n}`, body: `{"n":${n},"text":"${'x'.repeat(3000)}"}` }))
  const { verdicts } = await post(sent)
  const parcels = async () => sql<{ id: string; messages: number; bytes: number }>`
    select id, messages, octet_length(sealed) as bytes from bus.parcel where id in (select parcel from bus.body where message = any(${verdicts.map(({ message }) => message)}::uuid[]))`
  const [parcel] = await parcels()
  assert.equal(parcel?.messages, 6)
  assert.ok((parcel?.bytes ?? 0) < 1000, 'they are packed together')
  const got = await box.lease(500)
  assert.deepEqual(
    got.map((one) => Buffer.from(one.body, 'base64').toString()),
    sent.map(({ body }) => body),
  )
  await expectStatus(200, box.ack(got.filter((_, at) => at !== 3).map((one) => one.delivery)))
  const now = world.now
  try {
    world.now = () => new Date(now().getTime() + 31 * 86_400_000)
    await prune(world, 30)
    const left = await sql<{ message: string; parcel: string | null }>`
      select message, parcel from bus.body where message = any(${verdicts.map(({ message }) => message)}::uuid[])`
    assert.deepEqual(left, [{ message: verdicts[3].message, parcel: null }], 'the one that waits has a row of its own')
    assert.equal((await sql`select 1 from bus.parcel where id = ${String(parcel?.id)}`).length, 0)
    const evidence = await evidenceOf(world, verdicts[3].message, true)
    assert.equal(Buffer.from(String(evidence.body), 'base64').toString(), sent[3]?.body)
  } finally {
    world.now = now
  }
  assert.equal((await evidenceOf(world, verdicts[0].message, true)).body, null)
  await expectStatus(200, box.ack(got.map((one) => one.delivery).slice(3, 4)))
})

const packed = { 'content-type': 'application/x-ndjson; contents=zstd' }
function packedBatch(messages: BatchMessage[], frame = zstdCompressSync(Buffer.from(messages.map(({ body = '' }) => body).join('')))) {
  const { body, headers, url } = batchOf(messages)
  const lines = body.split('\n').map((line) => {
    const { body: contents, ...said } = JSON.parse(line)
    return JSON.stringify({ ...said, bytes: Buffer.byteLength(contents) })
  })
  return { url, headers: { ...headers, ...packed }, body: Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), frame]) }
}

test('contents may come packed as one, and are to their receiver what they would be alone', async () => {
  await takeAll(box)
  const sent = [1, 2, 3, 4, 5].map((n) => ({ to, messageId: `packed-${n}`, key: 'p', body: n === 3 ? '' : `{"name":"Ђорђе ${n}"}` }))
  const receipts = (await expectStatus(200, sender.send(packedBatch(sent)))).body as Receipts
  assert.ok(verdictTexts(receipts).every((text) => JSON.parse(text).status === 202))
  assert.deepEqual(
    (await takeAll(box)).map((one) => Buffer.from(one.body, 'base64').toString()),
    sent.map(({ body }) => body),
  )
  const { verdicts } = await post(sent)
  assert.ok(
    verdicts.every(({ repeated }) => repeated),
    'packed or not, it is the same message',
  )
})

test('what of a batch is refused is refused alone, with its reason, and is on record', async () => {
  const { verdicts } = await post([
    { to, messageId: 'b-1' },
    { to: 'batch-other/box', messageId: 'b-2' },
    { to, messageId: 'b-3', body: 'x', digest: `sha-256=:${'A'.repeat(43)}=:` },
    { to, messageId: '0101990710006' },
    { to, messageId: 'b-5', subject: 'Patient/none' },
    { to, messageId: 'b-6' },
  ])
  assert.deepEqual(
    verdicts.map(({ status }) => status),
    [202, 403, 400, 400, 422, 202],
  )
  assert.equal(verdicts[1].rule, 'no-contract')
  assert.equal(verdicts[2].outcome.issue[0].expression[0], 'content-digest')
  const rows = await server.sql<{ entry: string }>`select entry from audit.entry where entry like '%"decision":"deny"%' limit 100`
  assert.ok(rows.some(({ entry }) => entry.includes('no-contract')))
  assert.ok(!JSON.stringify([verdicts[3].outcome, rows]).includes('0101990710006'))
  assert.deepEqual(
    (await takeAll(box)).map((one) => one.messageId),
    ['b-1', 'b-6'],
  )
})

test('a batch that comes again, whole or in part, has no effect twice, and another body under a known number is a conflict', async () => {
  const first = await post([1, 2, 3].map((n) => ({ to, messageId: `c-${n}` })))
  const again = await post([
    ...[2, 3, 4].map((n) => ({ to, messageId: `c-${n}` })),
    { to, messageId: 'c-4' },
    { to, messageId: 'c-1', body: 'other' },
    { to, messageId: 'c-4', body: 'other' },
  ])
  assert.deepEqual(
    again.verdicts.map(({ status, repeated = false }) => [status, repeated]),
    [
      [202, true],
      [202, true],
      [202, false],
      [202, true],
      [409, false],
      [409, false],
    ],
  )
  assert.equal(again.verdicts[0].message, first.verdicts[1].message)
  const single = await expectStatus(202, sender.message(to, 'c-2', ''))
  assert.equal(single.body.message, first.verdicts[1].message, 'alone it is the same message, too')
  assert.deepEqual(
    (await takeAll(box)).map((one) => one.messageId),
    ['c-1', 'c-2', 'c-3', 'c-4'],
  )
})

test('batches of one member that come together and overlap store each message once', async () => {
  const batches = [0, 1, 2, 3].map((from) => Array.from({ length: 10 }, (_, at) => ({ to, messageId: `d-${from * 5 + at}` })))
  const done = await Promise.all(batches.map(post))
  assert.ok(done.every(({ verdicts }) => verdicts.every(({ status }) => status === 202)))
  const ids = (await takeAll(box)).map((one) => one.messageId)
  assert.equal(ids.length, 25)
  assert.equal(new Set(ids).size, 25)
})

test('when one must be sent again later, the later ones of its key are, too, and others pass', async () => {
  await contractOf(sender, 'batch-other/box', { quotaPerMinute: 2 })
  const { verdicts } = await post(
    ['1', '2', '3', '4'].map((n) => ({ to: 'batch-other/box', messageId: `e-${n}`, key: n === '4' ? 'k' : 'l' })).concat({ to, messageId: 'e-5', key: 'l' }),
  )
  assert.deepEqual(
    verdicts.map(({ status }) => status),
    [202, 202, 429, 429, 202],
  )
  for (let n = 0; n < 165; n += 33) await post(Array.from({ length: 33 }, (_, at) => ({ to, messageId: `f-${n + at}` })))
  const full = await post([
    { to, messageId: 'g-1', key: 'm' },
    { to, messageId: 'g-2', key: 'm' },
  ])
  assert.deepEqual(
    full.verdicts.map(({ status }) => status),
    [503, 503],
  )
  assert.ok(full.verdicts[0].retryAfterSeconds > 0)
})

/** A frame of one block as it is, that asks for a window of so many bits. */
const frameOf = (windowLog: number, text: string) =>
  Buffer.concat([Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, (text.length << 3) | 1, 0, 0), Buffer.from(text)])

test('packed contents that are not what the lines say are refused whole', async () => {
  const two = [
    { to, messageId: 'q-1', body: 'first' },
    { to, messageId: 'q-2', body: 'second' },
  ]
  const good = packedBatch(two)
  const lines = good.body.subarray(0, good.body.indexOf('\n\n') + 2).toString()
  const bomb = Buffer.concat([Buffer.from(lines), zstdCompressSync(Buffer.alloc(200 * 1_048_576))])
  const wrong: [number, string, string | Buffer][] = [
    [400, 'body', lines.trimEnd()],
    [400, 'body', lines],
    [400, 'body', Buffer.concat([Buffer.from(lines), Buffer.from('firstsecond')])],
    [400, 'body', packedBatch(two, zstdCompressSync(Buffer.from('firstsecon'))).body],
    [400, 'body', packedBatch(two, zstdCompressSync(Buffer.from('firstsecond!'))).body],
    [400, 'body', good.body.subarray(0, -3)],
    [400, 'body', bomb],
    [400, 'body', Buffer.concat([Buffer.from(lines), frameOf(27, 'firstsecond')])],
    [400, 'line 2', Buffer.concat([Buffer.from(lines.replace('"bytes":6', '"bytes":-6')), zstdCompressSync(Buffer.from('firstsecond'))])],
    [400, 'line 1', Buffer.concat([Buffer.from(lines.replace('"bytes":5', '"bytes":"5"')), zstdCompressSync(Buffer.from('firstsecond'))])],
    [413, '', Buffer.from(lines.replace('"bytes":6', '"bytes":8388608'))],
  ]
  for (const [status, place, body] of wrong) {
    const answer = await expectStatus(status, sender.send({ ...good, body }))
    if (place !== '') assert.deepEqual(answer.body.issue[0].expression, [place])
  }
  assert.equal((await expectStatus(200, sender.send(packedBatch(two, frameOf(23, 'firstsecond'))))).body.verdicts.length, 2)
  const swapped = await expectStatus(200, sender.send(packedBatch(two, zstdCompressSync(Buffer.from('secndfirsto')))))
  assert.ok(
    swapped.body.verdicts.every(({ text }: { text: string }) => JSON.parse(text).status === 400),
    'each has its own digest',
  )
})

test('a batch whose form, root or count is not right is refused whole, with the place', async () => {
  const good = batchOf([{ to, messageId: 'h-1' }])
  const wrong: [number, string, object][] = [
    [400, 'bus-batch', { headers: { ...good.headers, 'bus-batch': `sha-256=:${'A'.repeat(43)}=:;messages=1` } }],
    [400, 'bus-batch', { headers: { ...good.headers, 'bus-batch': good.headers['bus-batch']?.replace('messages=1', 'messages=2') } }],
    [400, 'line 1', { body: '[]' }],
    [400, 'line 2', { body: `${good.body}\n\n` }],
    [400, 'line 1', { body: JSON.stringify({ to, messageId: 'h-1', contentType: 'text/plain', body: 'x' }) }],
    [400, 'line 1', { body: String(good.body).replace('"to"', '"__proto__"') }],
    [400, 'line 1', { body: String(good.body).replace('"body":""', '"base64":"%"') }],
    [413, '', { body: Array.from({ length: 501 }, () => good.body).join('\n') }],
    [415, 'content-type', { headers: { ...good.headers, 'content-type': 'application/json' } }],
  ]
  for (const [status, place, change] of wrong) {
    const answer = await expectStatus(status, sender.send({ ...good, ...change }))
    if (place !== '') assert.deepEqual(answer.body.issue[0].expression, [place])
  }
  const changed = await sender.send({
    ...good,
    change: (headers) => (headers['bus-batch'] = headers['bus-batch']?.replace('messages=1', 'messages=7') as string),
  })
  assert.equal(changed.status, 401, 'the root is under the signature')
})
