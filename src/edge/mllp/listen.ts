import { createServer, type Server, type Socket } from 'node:net'
import { Refusal, withHint } from '../../platform/refusal.ts'
import { uuidV7 } from '../../platform/uuid.ts'
import { acknowledge, rejectUnread, type Stamp, type Verdict } from '../hl7v2/acknowledge.ts'
import { encode } from '../hl7v2/charset.ts'
import { type Message, readMessage, readText } from '../hl7v2/message.ts'
import type { EdgeConfig } from '../process/config.ts'
import { boundConnections } from '../../platform/bound-connections.ts'
import type { Edge } from '../process/edge.ts'
import { listening } from '../process/listening.ts'
import { type Frame, Frames } from './frames.ts'
import { UnframedWatch } from './unframed.ts'

type Settings = EdgeConfig['mllp'][number]

/** So many messages of one connection are taken before its first answer has gone; then it is read no more for a while. */
const ahead = 64
/** What a peer that reads nothing may have waiting in memory. */
const unreadBytesMax = 1_048_576
const unreadSeconds = 60
/** So long after an FS its CR is waited for. */
const silenceMs = 250

/** Opens the port; what comes in a frame is on the disk before its ACK leaves. Resolves to how it is closed. */
export async function listenMllp(edge: Edge, settings: Settings): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, pauseOnConnect: false, allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    converse(edge, settings, socket, () => connections.heard(socket))
  })
  const connections = boundConnections(server, settings.connections)
  const port = await listening(server, settings.name, settings.port, settings.host)
  server.on('error', (error) => edge.log.error({ err: error, source: settings.name }, 'a port of HL7 v2'))
  return { port, close: () => closeAll(server, sockets) }
}

async function closeAll(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  for (const socket of sockets) socket.destroy()
  await closed
}

function converse(edge: Edge, settings: Settings, socket: Socket, heard: () => void): void {
  const frames = new Frames(settings.messageMb * 1_048_576)
  // Answers go out in the order of the messages, whichever is on the disk first.
  let answers: Promise<void> = Promise.resolve()
  let open = 0
  const mayRead = () => {
    if (open < ahead && socket.writableLength < unreadBytesMax) socket.resume()
  }
  const unframed = new UnframedWatch(edge, settings.name, socket)
  const take = (frame: Frame) => {
    if ('noise' in frame) {
      if (frame.outside > 0) unframed.saw(frame.noise, frame.outside)
      return
    }
    if ('bytes' in frame) heard()
    unframed.framed()
    open++
    const answer = answerTo(edge, settings, frame)
    answers = answers.then(async () => {
      const bytes = await answer
      if (bytes.length > 0 && !socket.destroyed) socket.write(bytes)
      open--
      mayRead()
    })
  }
  let silence: NodeJS.Timeout | undefined
  socket.on('data', (chunk: Buffer) => {
    clearTimeout(silence)
    for (const frame of frames.take(chunk)) take(frame)
    if (frames.isInside) unframed.framed()
    if (frames.mayHaveEnded) silence = setTimeout(() => take(frames.endWithoutCr()), silenceMs)
    if (open >= ahead || socket.writableLength >= unreadBytesMax) socket.pause()
  })
  socket.on('drain', mayRead)
  socket.on('error', () => {}) // It has gone; what it sent whole is kept.
  socket.on('end', () => {
    clearTimeout(silence)
    if (frames.mayHaveEnded) take(frames.endWithoutCr())
    else if (frames.isInside) take({ cutOff: 'end' })
    void answers.then(() => socket.end())
  })
  if (settings.idleSeconds > 0) socket.setTimeout(settings.idleSeconds * 1000, () => socket.destroy())
  const watch = setInterval(() => {
    // A peer that takes no answers would hold them all in memory.
    if (socket.writableLength >= unreadBytesMax) socket.destroy()
  }, unreadSeconds * 1000).unref()
  socket.once('close', () => {
    clearInterval(watch)
    clearTimeout(silence)
    if (frames.isInside && !socket.readableEnded) edge.log.warn({ source: settings.name }, 'a connection ended inside a message; nothing of it was taken')
  })
}

/** The framed answers to one frame; nothing when the sender wants none. */
async function answerTo(edge: Edge, settings: Settings, frame: Exclude<Frame, { noise: Buffer }>): Promise<Buffer> {
  const stamp = () => ({ id: uuidV7(edge), at: edge.now() })
  const refused = (refusal: Refusal) => framed(Buffer.from(rejectUnread(refusal, stamp())))
  if ('cutOff' in frame) {
    edge.log.warn({ source: settings.name, by: frame.cutOff }, 'a message was cut off; nothing of it was taken')
    return refused(frame.cutOff === 'end' ? endedInside() : begunInside())
  }
  if ('tooLong' in frame)
    return refused(
      new Refusal('too-large', `a message may have ${settings.messageMb} MB here`, { hint: 'Send large documents apart from the message, or in parts.' }),
    )
  let message: Message
  try {
    message = readMessage(frame.bytes, edge.config.local.charset)
  } catch (error) {
    if (!(error instanceof Refusal)) edge.log.error({ err: error, source: settings.name }, 'a message could not be read')
    if (!(error instanceof Refusal)) return refused(new Refusal('incorrect', 'the message could not be read'))
    const header = headerOf(frame.bytes)
    const code = error.kind === 'incorrect' ? '102' : '207'
    const answer = header === null ? null : answers(header, { kind: 'reject', text: withHint(error), ...placeOf(error), code }, stamp())
    return answer === null || answer.length === 0 ? refused(error) : answer
  }
  return answers(message, message.type === '' ? untyped : await verdictOn(edge, settings, frame.bytes, message), stamp())
}

const endedInside = () =>
  new Refusal('incorrect', 'the connection ended inside of the message, and nothing of it was taken', { hint: 'Send it again, and end it with <FS><CR>.' })
const begunInside = () =>
  new Refusal('incorrect', 'another message began inside of this one, and nothing of this one was taken', {
    hint: 'Send this one again, whole, and end it with <FS><CR>; no <VT> (0B) may stand in its text.',
  })

/** Nobody can say what such a message is, so its sender hears at once. */
const untyped: Verdict = {
  kind: 'error',
  text: 'the message does not say what it is. Send its type in MSH-9, such as ADT^A01^ADT_A01.',
  place: 'MSH[1]-9',
  code: '101',
}

function answers(message: Message, verdict: Verdict, stamp: Stamp): Buffer {
  const { accept, application } = acknowledge(message, verdict, stamp)
  return Buffer.concat([accept, application].flatMap((text) => (text === null ? [] : [framed(written(text, message))])))
}

const headerBytesMax = 10_000

/** `MSH-18` is the field of the first MSH. */
const placeOf = ({ expression }: Refusal) => (expression === undefined ? {} : { place: expression.replace(/^MSH(?=-|$)/, 'MSH[1]') })

/** The header is ASCII whatever the rest is written in or however wrong it is, so that the answer can say which message it is about. */
function headerOf(bytes: Uint8Array): Message | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headerBytesMax)).toString('latin1')
  try {
    return readText((text.trimStart().split(/[\r\n]/, 1)[0] ?? '').replace(/[^\x20-\x7e]/g, '?'), 'ascii')
  } catch {
    return null
  }
}

async function verdictOn(edge: Edge, settings: Settings, original: Buffer, message: Message): Promise<Verdict> {
  try {
    const name = `${message.type} ${message.event} ${message.controlId}`.trim().slice(0, 100)
    await edge.intake.accept({ source: settings.name, protocol: 'hl7v2', name, original })
    return { kind: 'accept' }
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'reject', text: withHint(error), code: '207' }
    edge.log.error({ err: error, source: settings.name }, 'a message could not be stored')
    return { kind: 'reject', text: 'the message could not be stored; send it again', code: '207' }
  }
}

/** In the character set of the message, as MSH-18 of the answer says; a letter that it does not have becomes a question mark, for an answer must come. */
function written(text: string, message: Message): Uint8Array {
  try {
    return encode(text, message.charset)
  } catch {
    return encode(text.replace(/[^\x20-\x7e\r]/g, '?'), 'ascii')
  }
}

const framed = (text: Uint8Array): Buffer => Buffer.concat([Buffer.of(0x0b), text, Buffer.of(0x1c, 0x0d)])
