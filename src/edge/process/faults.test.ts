import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { access } from '../../access/access.ts'
import { setContract } from '../../bus/members/catalogue.ts'
import { freshDirectory } from '../../bus/members/directory.ts'
import { Refusal } from '../../platform/refusal.ts'
import { roomLimits } from '../../platform/room.ts'
import { watchRoom } from '../../platform/watch-room.ts'
import { joinBus } from '../../testing/bus-member.ts'
import { MllpSender, oru, startEdge } from '../../testing/edge.ts'
import { forFile } from '../../testing/for-file.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { steppedEdge } from '../../testing/stepped-edge.ts'
import { confirmSome } from '../centre/confirm.ts'
import { LineCut, type Request } from '../centre/line.ts'
import { makeKeyFile, readKeyFile } from '../centre/key-file.ts'
import { lookAtRight } from '../centre/right.ts'
import { sendSome } from '../centre/send.ts'
import { takeFile } from '../folder/take.ts'
import { statusOf } from '../local/status.ts'
import { sendAgain } from '../store/items.ts'
import { mapSome } from './map-items.ts'

const whole = forFile()
let server: TestServer

before(async () => {
  server = await startServer(whole)
})

const states = (items: { name: string; state: string }[]) => Object.fromEntries(items.map(({ name, state }) => [name, state]))
/** A centre that fails whenever a request contains one certain message. */
const failsOn = (mark: string) => (request: Request) =>
  request.path === '/bus/messages' && bodiesIn(request).includes(mark) ? { status: 500, headers: {}, body: Buffer.from('') } : null
/** A single message is sent as it is; several are packed after their header lines. */
const bodiesIn = ({ body }: Request): string => {
  const end = body.indexOf('\n\n')
  return end < 0 ? body.toString() : zstdDecompressSync(body.subarray(end + 2)).toString()
}
const setRight = async (member: string, to: 'active' | 'suspended') => {
  const { world } = server
  const [row] = await server.owner<{ id: string }>`
    select c.id from bus.contract c join bus.member m on m.id = c.consumer where m.code = ${member}`
  const wish = { id: row?.id ?? '', to, decision: '3/2026', reason: null, until: null }
  await access.asOperator(
    world,
    'grant',
    (tx) => setContract(world, tx, wish),
    () => 'test',
  )
  await freshDirectory(world)
}

test('halving finds the message that makes the centre fail: the others go on, its own patient waits, and it is sent when the centre can take it', async (t) => {
  const { edge, line, clock, tell, items } = await steppedEdge(t, server, 'halving-edge')
  for (let at = 0; at < 12; at++) await tell(`h-${at}`, `p-${at % 4}`)
  line.instead = failsOn('F-h-5')
  assert.deepEqual(await sendSome(edge), { count: 10, stop: null })
  const waiting = () => items().flatMap(({ name, state }) => (state === 'ready' ? [name] : []))
  assert.deepEqual(waiting(), ['h-5', 'h-9'], 'the one at fault, and what came later of its patient')
  const bad = items().find(({ name }) => name === 'h-5')
  assert.match(bad?.reason ?? '', /the centre answered 500/)
  assert.deepEqual((await sendSome(edge)).count, 0, 'it is not asked for before its time')
  // Ever more rarely: after 2 seconds, 4, 8 …
  for (const seconds of [2, 4, 8]) {
    clock.aheadMs += seconds * 1000 + 1
    await sendSome(edge)
    assert.deepEqual(waiting(), ['h-5', 'h-9'])
  }
  line.instead = null
  clock.aheadMs += 16_001
  assert.equal((await sendSome(edge)).count, 2)
  assert.deepEqual(new Set(items().map(({ state }) => state)), new Set(['sent']))
})

test('nothing overtakes an item that is not mapped yet, because it may be of the same patient', async (t) => {
  const { edge, tell, items } = await steppedEdge(t, server, 'order-edge')
  const { seq } = await tell('o-1', 'p-1')
  await tell('o-2', 'p-1')
  // As if its mapping could not be written for lack of space.
  await edge.store.write(() => edge.store.run(`update item set state = 'waiting' where seq = ?`, seq))
  assert.deepEqual(await sendSome(edge), { count: 0, stop: null })
  await mapSome(edge)
  assert.equal((await sendSome(edge)).count, 2)
  assert.deepEqual(states(items()), { 'o-1': 'sent', 'o-2': 'sent' })
})

test('a centre of an earlier version gets several messages as lines of text in one request, and packed ones when it knows them', async (t) => {
  const { edge, line, clock, tell, items } = await steppedEdge(t, server, 'earlier-edge')
  const asked: string[] = []
  const isEarlier = { now: true }
  line.instead = ({ path, headers }) => {
    if (path !== '/bus/messages') return null
    asked.push(headers['content-type'] as string)
    return isEarlier.now && /contents=zstd/.test(headers['content-type'] as string) ? { status: 400, headers: {}, body: Buffer.from('{}') } : null
  }
  const some = async (name: string) => {
    for (let at = 0; at < 5; at++) await tell(`${name}-${at}`, `p-${at}`)
    assert.equal((await sendSome(edge)).count, 5)
    return asked.splice(0)
  }
  assert.deepEqual(await some('e'), ['application/x-ndjson; contents=zstd', 'application/x-ndjson'])
  assert.deepEqual(await some('f'), ['application/x-ndjson'])
  isEarlier.now = false
  clock.aheadMs += 3_600_001
  assert.deepEqual(await some('g'), ['application/x-ndjson; contents=zstd'])
  assert.ok(items().every(({ state }) => state === 'sent'))
})

test('a mapped item that the disk has damaged is mapped again from its original, and all others are sent', async (t) => {
  const { edge, tell, items } = await steppedEdge(t, server, 'damaged-edge')
  const { store } = edge
  const { seq } = await tell('d-1', 'p-1')
  await tell('d-2', 'p-1')
  await tell('d-3', 'p-2')
  await store.write(() => store.run('update mapped set sealed = zeroblob(length(sealed)) where seq = ?', seq))
  assert.equal((await sendSome(edge)).count, 0)
  await mapSome(edge)
  assert.equal((await sendSome(edge)).count, 3)
  assert.deepEqual(
    items().map(({ name, state, sendings }) => [name, state, sendings]),
    [
      ['d-1', 'sent', 0],
      ['d-2', 'sent', 0],
      ['d-3', 'sent', 0],
    ],
  )
})

test('a corrected item is sent under a new number and an unchanged one under the old, even when the bus gets the first sending late', async (t) => {
  const { edge, line, tell, items } = await steppedEdge(t, server, 'late-edge')
  const { store, vault } = edge
  const setStructure = async (structure: string | null) => {
    await server.owner`update bus.service set structure = ${structure}::jsonb where name = 'documents'`
    await server.owner`update bus.directory set version = version + 1`
    await freshDirectory(server.world)
  }
  t.after(() => setStructure(null))
  await tell('corrected', 'p-1')
  await tell('as it is', 'p-2')
  const late: Request[] = []
  line.instead = (request) => {
    if (request.path !== '/bus/messages') return null
    late.push(request)
    throw new LineCut('it is on its way')
  }
  await sendSome(edge)
  line.instead = null
  // For an hour the centre is stricter, and its refusals in that time are final.
  await setStructure('{"not":{}}')
  for (let round = 0; round < 2; round++) await sendSome(edge)
  assert.deepEqual(states(items()), { corrected: 'quarantined', 'as it is': 'quarantined' })
  await setStructure(null)
  assert.equal(late.length, 1)
  for (const request of late) assert.ok((await line.ask(request)).status < 300)

  for (const item of items()) {
    const corrected = item.name === 'corrected' ? Buffer.from(oru('corrected', 'p-1', '6.2')) : null
    await store.write(() => sendAgain(store, vault, { item, corrected, who: 'test', at: 0 }))
  }
  await mapSome(edge)
  assert.equal((await sendSome(edge)).count, 2)
  assert.deepEqual(
    items().map(({ name, state, sendings }) => [name, state, sendings]),
    [
      ['corrected', 'sent', 1],
      ['as it is', 'sent', 0],
    ],
  )
  const numbers = await server.owner<{ name: string }>`
    select s.name from bus.seen s join bus.member m on m.id = s.sender where m.code = 'late-edge' and s.name not like E'\\x01%' order by s.name limit 10`
  const [first, second] = items()
  assert.deepEqual(
    numbers.map(({ name }) => name),
    [first?.id, `${first?.id}.1`, second?.id].toSorted(),
    'the first sending, its correction, and the other once',
  )
})

test('a clock that is two days wrong is corrected by the centre’s signed answers, and its rows stay in their order', async (t) => {
  const { edge, clock, tell, items } = await steppedEdge(t, server, 'clock-edge')
  for (const days of [2, -2]) {
    clock.aheadMs = days * 86_400_000
    await tell(`c-${days}`, 'p-1')
    assert.deepEqual(await sendSome(edge), { count: 1, stop: null })
    assert.ok(Math.abs(edge.centre.now().getTime() - server.world.now().getTime()) < 5000, 'it signs by the centre’s time')
    assert.ok(Math.abs(statusOf(edge).centre.clockSeconds + days * 86_400) < 5, 'and says how wrong the clock is')
  }
  assert.deepEqual(states(items()), { 'c-2': 'sent', 'c--2': 'sent' })
})

test('SQLITE_FULL refuses new arrivals and nothing else: acknowledged ones are whole, and it goes on when there is room', async (t) => {
  const { edge, tell, items } = await steppedEdge(t, server, 'sqlite-edge')
  await tell('before', 'p-1')
  const pages = edge.store.one<{ page_count: number }>('pragma page_count')?.page_count ?? 0
  edge.store.all(`pragma max_page_count = ${pages}`)
  const noise = (at: number) => oru(`full-${at}`, `p-${at}`).replace('Проба', crypto.getRandomValues(new Uint8Array(2000)).toHex())
  const took = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) => edge.intake.accept({ source: 'local', protocol: 'hl7v2', name: `full-${at}`, original: Buffer.from(noise(at)) })),
  )
  const refused = took.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  assert.ok(refused.length > 10 && refused.every((one) => one instanceof Refusal && one.kind === 'full'))
  assert.equal(items().length, 1 + took.length - refused.length, 'each that was not refused is there, and none that was')
  // A file is taken in pieces, and one fails before anybody waits for it: the process lives, and the folder gets the reason.
  const folder = mkdtempSync(join(tmpdir(), 'spona-full-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'batch.hl7'), Array.from({ length: 40 }, (_, at) => `${noise(at + 100)}\r`).join(''))
  const settings = { name: 'in', path: folder, format: 'hl7v2', settleMs: 0, patienceSeconds: 0, after: 'keep', fileMb: 100 } as never
  await assert.rejects(takeFile(edge, settings, join(folder, 'batch.hl7'), 'batch.hl7'), /disk of the edge is full/)
  edge.store.all('pragma max_page_count = 1000000')
  assert.equal((await takeFile(edge, settings, join(folder, 'batch.hl7'), 'batch.hl7')).count, 40)
  while ((await mapSome(edge)) > 0);
  assert.equal(items().filter(({ name, state }) => name === 'before' && state === 'ready').length, 1)
})

test('a disk that is nearly full is reported early, then nothing more is taken and the queue still goes out', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spona-room-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const roomOf = async (limits: { DISK_WARN_MB: number; DISK_RESERVE_MB: number }) => {
    const room = await watchRoom({ folder, limits: roomLimits(limits), log: server.world.log, isKeeper: true })
    t.after(() => room.end())
    return room
  }
  const room = await roomOf({ DISK_WARN_MB: 1_000_000_000, DISK_RESERVE_MB: 1 })
  const { edge, tell } = await steppedEdge(t, server, 'disk-edge', room)
  assert.deepEqual([statusOf(edge).state, statusOf(edge).disk.state], ['attention', 'nearly full'])
  await tell('d-1', 'p-1')
  // The same disk, with a reserve larger than its free space.
  Object.defineProperty(edge, 'room', { value: await roomOf({ DISK_WARN_MB: 1, DISK_RESERVE_MB: 1_000_000_000 }) })
  assert.equal(statusOf(edge).state, 'full')
  assert.equal(existsSync(`${folder}.reserve`), false, 'the reserve is given up for what must still be written')
  assert.equal((await sendSome(edge)).count, 1)
  const full = await steppedEdge(t, server, 'full-edge', edge.room)
  await assert.rejects(full.tell('d-2', 'p-1'), (error) => error instanceof Refusal && error.kind === 'full')
  assert.deepEqual(full.items(), [])
})

test('with an expired key everything is kept here, and the status says so; a new one in the file is taken up without a restart', async (t) => {
  const { edge, member, tell, items } = await steppedEdge(t, server, 'key-edge')
  await lookAtRight(edge)
  assert.deepEqual([statusOf(edge).state, edge.centre.contact.refuses], ['well', null])
  const setEnd = async (days: number) => {
    const until = new Date(server.world.now().getTime() + days * 86_400_000)
    await server.owner`update bus.member_key set valid_until = ${until} where kid = ${edge.centre.key.kid}`
    await server.owner`update bus.directory set version = version + 1`
    await freshDirectory(server.world)
  }
  await setEnd(7)
  await lookAtRight(edge)
  assert.deepEqual([statusOf(edge).state, statusOf(edge).centre.keyDays], ['attention', 6], 'told before it ends')
  await tell('k-1', 'p-1')
  // The centre knows the next key while the old one signs.
  const next = makeKeyFile(`${edge.config.centre.key}.next`, server.world.random, edge.centre.key)
  await edge.centre.ask({ method: 'POST', path: `/bus/members/${member.code}/keys`, body: Buffer.from(JSON.stringify({ key: next.jwk })), isOpen: true })
  await setEnd(-1)
  const { count, stop } = await sendSome(edge)
  assert.ok(count === 0 && stop !== null)
  assert.deepEqual([states(items()), statusOf(edge).state], [{ 'k-1': 'ready' }, 'attention'])
  assert.match(statusOf(edge).centre.refuses ?? '', /key|signature/i)
  makeKeyFile(`${edge.config.centre.key}.other`, server.world.random)
  writeFileSync(
    edge.config.centre.key,
    JSON.stringify({ key: next.key.export({ format: 'jwk' }), client: next.client, store: next.secret.toString('base64url') }),
    { mode: 0o600 },
  )
  assert.equal(readKeyFile(edge.config.centre.key).kid, next.kid)
  await lookAtRight(edge)
  assert.deepEqual([(await sendSome(edge)).count, statusOf(edge).state, states(items())], [1, 'well', { 'k-1': 'sent' }])
})

test('a withdrawn right sets nothing aside: the queue waits, the page says what the centre says, and it goes on when the right is given back', async (t) => {
  const { edge, tell, items } = await steppedEdge(t, server, 'right-edge')
  await setRight('right-edge', 'suspended')
  await tell('r-1', 'p-1')
  assert.equal((await sendSome(edge)).count, 0)
  assert.deepEqual([states(items()), statusOf(edge).state], [{ 'r-1': 'ready' }, 'attention'])
  assert.match(statusOf(edge).centre.refuses ?? '', /contract/)
  await confirmSome(edge)
  assert.equal(statusOf(edge).state, 'attention', 'what the centre answers to other questions does not hide it')
  await setRight('right-edge', 'active')
  assert.equal((await sendSome(edge)).count, 1)
  assert.equal(edge.centre.contact.refuses, null)
})

test('an edge whose contract is only requested says that something waits for a person, before it has sent anything', async (t) => {
  const { edge } = await steppedEdge(t, server, 'asking-edge')
  await server.owner`delete from bus.contract c using bus.member m where m.id = c.consumer and m.code = 'asking-edge'`
  await server.owner`update bus.directory set version = version + 1`
  await freshDirectory(server.world)
  await joinBus(server.app, server.world, 'another')
  await lookAtRight(edge)
  assert.equal(statusOf(edge).state, 'attention')
  assert.match(statusOf(edge).centre.refuses ?? '', /contract/)
})

test('a message that is too large for the bus is refused before the ACK, with what to do; a smaller one is taken', async (t) => {
  const { edge, ports } = await startEdge(t, server, 'large-edge', 'mllp: [{ name: lis, port: 0 }]')
  const sender = new MllpSender(ports[0]?.port ?? 0)
  t.after(() => sender.end())
  const letter = (number: string, bytes: number) =>
    oru(number, 'p-1')
      .replace('ORU^R01^ORU_R01', 'MDM^T02^MDM_T02')
      .replace(/\rOBR.*/s, `\rTXA|1|11488-4|application/pdf|||||||||${number}\rOBX|1|ED|11488-4||^application^pdf^Base64^${'JVBE'.repeat(bytes / 4)}||||||F`)
  assert.match((await sender.send(letter('l-1', 2_000_000))) ?? '', /MSA\|AA\|l-1/)
  const refused = (await sender.send(letter('l-2', 4_800_000))) ?? ''
  assert.match(refused, /MSA\|AR\|l-2\|.*the bus carries 8/)
  assert.match(refused, /in parts/)
  assert.match((await sender.send(letter('l-3', 6_000_000))) ?? '', /MSA\|AR.*5 MB/)
  const names = edge.store.all<{ name: string }>('select name from item').map(({ name }) => name)
  assert.deepEqual(names, ['MDM T02 l-1'], 'nothing is kept of what was refused')
})
