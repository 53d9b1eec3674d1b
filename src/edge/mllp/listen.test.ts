import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { MllpSender, oru } from '../../testing/edge.ts'
import { kept, type LoneEdge, loneEdge } from '../../testing/lone-edge.ts'
import { until } from '../../testing/process.ts'
import { findingsOf } from '../cli/doctor.ts'
import { pageOf } from '../local/page.ts'
import { statusOf } from '../local/status.ts'
import { unframedLimits, unframedOf } from './unframed.ts'

const connections = 5
const open = (t: TestContext) => loneEdge(t, () => `mllp: [{ name: lis, port: 0, connections: ${connections} }]`)

/** A program that writes what the test wants; `ended` gives the answers when the other side has ended. */
function writer(t: TestContext, port: number): { socket: Socket; ended: Promise<string> } {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.after(() => socket.destroy())
  let heard = ''
  socket.on('data', (piece) => (heard += piece.toString()))
  const ended = new Promise<string>((resolve) => {
    for (const event of ['end', 'close', 'error'] as const) socket.once(event, () => resolve(heard))
  })
  return { socket, ended }
}

test('a message ends with its FS when no CR follows: before the next one, before the end, and in silence; one that was cut off is refused', async (t) => {
  const edge = await open(t)
  const port = edge.ports[0]?.port ?? 0
  const both = writer(t, port)
  both.socket.end(`\x0b${oru('1', 'p-1')}\x1c\x0b${oru('2', 'p-1')}\x1c`)
  assert.deepEqual((await both.ended).match(/MSA\|AA\|\d/g), ['MSA|AA|1', 'MSA|AA|2'])

  const silent = new MllpSender(port)
  t.after(() => silent.end())
  silent.write(`\x0b${oru('3', 'p-1')}\x1c`)
  assert.match((await silent.answer()) ?? '', /MSA\|AA\|3/)
  silent.write(`\x0b${oru('4', 'p-1').slice(0, 60)}\x1c${oru('4', 'p-1').slice(60)}\x1c\r`)
  assert.match((await silent.answer()) ?? '', /MSA/, 'an FS inside of a message does not end it')

  const cut = writer(t, port)
  cut.socket.end(`\x0b${oru('5', 'p-1').slice(0, 90)}`)
  assert.match(await cut.ended, /MSA\|AR.*ended inside of the message/)
  assert.equal(kept(edge).filter(({ name }) => name.endsWith(' 5')).length, 0)
})

test('a message that breaks off before another begins on the same line is refused and not kept, and the other gets its own answer', async (t) => {
  const edge = await open(t)
  const sender = new MllpSender(edge.ports[0]?.port ?? 0)
  t.after(() => sender.end())
  const whole = oru('5', 'p-5')
  sender.write(`\x0b${whole.slice(0, whole.indexOf('g/dL'))}`)
  sender.write(`\x0b${oru('6', 'p-6')}\x1c\r`)
  assert.match((await sender.answer()) ?? '', /MSA\|AR\|\|another message began inside of this one.*\rERR\|\|\|102\^/s)
  assert.match((await sender.answer()) ?? '', /MSA\|AA\|6/)
  assert.deepEqual(
    kept(edge).map(({ name }) => name),
    ['ORU R01 6'],
  )
})

test('a message with an unknown character set is refused under its own number, so that its sender knows which one it was', async (t) => {
  const { ports } = await open(t)
  const sender = new MllpSender(ports[0]?.port ?? 0)
  t.after(() => sender.end())
  const header = 'MSH|^~\\&|LIS|ACME|SPONA|RS|20260301||ORU^R01^ORU_R01|M17|P|2.5|||||'
  assert.match(
    (await sender.send(`${header}|UNICODE UTF-9\rPID|1||p-1^^^ACME^MR||Петровић\r`)) ?? '',
    /LIS\|ACME.*\rMSA\|AR\|M17\|the character set of MSH-18 is not known/s,
  )
})

test('two messages in one frame are refused under the number of the first, and neither is kept', async (t) => {
  const edge = await open(t)
  const sender = new MllpSender(edge.ports[0]?.port ?? 0)
  t.after(() => sender.end())
  const answer = await sender.send(`${oru('M1', 'p-1')}\r${oru('M2', 'p-2')}`)
  assert.match(answer ?? '', /\rMSA\|AR\|M1\|another message begins inside.*Send each of the two whole.*\rERR\|\|MSH\^2\|102/s)
  assert.deepEqual(kept(edge), [])
  assert.match((await sender.send('no message at all')) ?? '', /MSA\|AR\|\|a message begins with MSH/, 'of what has no header nobody knows the number')
})

test('a message without a type is an error of its sender, who is told at once what is missing; nothing of it is kept', async (t) => {
  const edge = await open(t)
  const sender = new MllpSender(edge.ports[0]?.port ?? 0)
  t.after(() => sender.end())
  const answer = await sender.send(oru('9', 'p-1').replace('ORU^R01^ORU_R01', ''))
  assert.match(answer ?? '', /\rMSA\|AE\|9\|the message does not say what it is.*\rERR\|\|MSH\^1\^9\|101\^/s)
  assert.deepEqual(kept(edge), [])
})

test('connections that say nothing keep nobody out, and take no place from one that has sent a message', async (t) => {
  const edge = await open(t)
  const port = edge.ports[0]?.port ?? 0
  const proved = new MllpSender(port)
  t.after(() => proved.end())
  assert.match((await proved.send(oru('1', 'p-1'))) ?? '', /MSA\|AA\|1/)
  for (let number = 0; number < 4 * connections; number++) {
    const { socket } = writer(t, port)
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write('\x0bMSH|')
  }
  const late = new MllpSender(port)
  t.after(() => late.end())
  assert.match((await late.send(oru('2', 'p-2'))) ?? '', /MSA\|AA\|2/)
  assert.match((await proved.send(oru('3', 'p-1'))) ?? '', /MSA\|AA\|3/)
})

test('bytes without a frame are not answered, and the status says what is wrong; a frame after them is taken, and without one the connection ends', async (t) => {
  const edge = await open(t)
  Object.defineProperty(edge.edge.centre.contact, 'cutSince', { get: () => null, set: () => {} })
  const port = edge.ports[0]?.port ?? 0
  const web = writer(t, port)
  web.socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.equal(await web.ended, '')
  const told = () => statusOf(edge.edge).unframed.map(({ kind, connections }) => [kind, connections])
  assert.deepEqual([told(), statusOf(edge.edge).state], [[['http', 1]], 'well'], 'a program that tries a port needs nobody')

  const bare = new MllpSender(port)
  t.after(() => bare.end())
  bare.write(`${oru('1', 'p-1')}\r\x1c\r`)
  await until('it is told', () => statusOf(edge.edge).state === 'attention')
  assert.deepEqual(told(), [['hl7', 2]])
  assert.match(statusOf(edge.edge).unframed[0]?.hint ?? '', /<VT> \(hexadecimal 0B\) before each message/)
  const page = pageOf({ status: statusOf(edge.edge), aside: [], language: 'sr-Latn', isSmall: false })
  assert.match(page, /Neko šalje bez okvira MLLP.*>lis<.*poruke stižu bez okvira MLLP.*Neka taj sistem govori MLLP: &lt;VT&gt;/)
  assert.match((await bare.send(oru('2', 'p-1'))) ?? '', /MSA\|AA\|2/, 'on the same connection')
  assert.deepEqual(
    kept(edge).map(({ name }) => name),
    ['ORU R01 2'],
  )
  // A restart of the edge forgets none of it, and it is reported for a day: it may have come at night.
  await edge.edge.store.write(() => {})
  const after = (hours: number) =>
    unframedOf(Object.create(edge.edge, { now: { value: () => new Date(edge.edge.now().getTime() + hours * 3_600_000) } }) as typeof edge.edge).map(
      ({ name, unframed }) => [name, unframed.kind, unframed.connections],
    )
  assert.deepEqual([after(0), after(23), after(25)], [[['lis', 'hl7', 2]], [['lis', 'hl7', 2]], []])
  const said = await findingsOf(edge.edge, withStatusPort(edge))
  assert.match(said.find(({ check }) => check === 'frames of lis')?.found ?? '', /without the frame of MLLP.*: 2 connections/)

  const endless = writer(t, port)
  for (let piece = 0; piece < 8; piece++) endless.socket.write(Buffer.alloc(16_384, 0x41))
  assert.equal(await endless.ended, '', 'it is closed without an answer')
  assert.equal(edge.log().match(/without frames was closed/g)?.length, 1)
  assert.equal(edge.log().match(/outside of a frame/g)?.length, 3, 'once for a connection, however much it sends')
  assert.doesNotMatch(edge.log(), /Проба|p-1/, 'nothing of a message is in the log')
})

test('a sender without a frame that waits for an answer sees the connection end, and one that has spoken MLLP keeps it', async (t) => {
  const waitMs = unframedLimits.waitMs
  unframedLimits.waitMs = 200
  t.after(() => void (unframedLimits.waitMs = waitMs))
  const edge = await open(t)
  const port = edge.ports[0]?.port ?? 0
  const proved = new MllpSender(port)
  t.after(() => proved.end())
  assert.match((await proved.send(oru('1', 'p-1'))) ?? '', /MSA\|AA\|1/)
  proved.write('a sign of life')
  const bare = writer(t, port)
  bare.socket.write(oru('2', 'p-2'))
  assert.equal(await bare.ended, '')
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.match((await proved.send(oru('3', 'p-1'))) ?? '', /MSA\|AA\|3/)
  assert.deepEqual(
    statusOf(edge.edge).unframed.map(({ kind, connections }) => [kind, connections]),
    [['hl7', 1]],
  )
})

/** The settings with the port that the status page got. */
function withStatusPort({ folder, statusPort }: LoneEdge): string {
  const file = join(folder, 'running.yaml')
  writeFileSync(
    file,
    readFileSync(join(folder, 'edge.yaml'), 'utf8').replace('status: { port: 0 }', `status: { port: ${statusPort} }`).replace('port: 0, c', 'port: 1, c'),
  )
  return file
}
