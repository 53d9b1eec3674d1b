import { connect, type Socket } from 'node:net'

/** The next answer of the connection overwrites the body, so read it at once. */
export type WireAnswer = { status: number; headers: string; body: Buffer }

/**
 * Sends requests as raw bytes, one at a time on each connection. A client library would cost as much processor time as the server, and the load
 * shares its cores.
 */
export class WireLoad {
  readonly #port: number
  readonly #free: Connection[] = []
  readonly #all: Connection[] = []

  constructor(port: number) {
    this.#port = port
  }

  /** Asks on a free connection, or on a new one when there is none or it has been idle for long: the server closes idle connections. */
  async ask(request: Buffer | string, body?: Buffer | string): Promise<WireAnswer> {
    let connection = this.#free.pop()
    while (connection && (connection.isClosed || performance.now() - connection.freeSince > idleMsMax)) {
      connection.socket.destroy()
      connection = this.#free.pop()
    }
    if (!connection) {
      connection = await Connection.open(this.#port)
      this.#all.push(connection)
    }
    const answer = await connection.ask(request, body)
    connection.freeSince = performance.now()
    this.#free.push(connection)
    return answer
  }

  async expect(request: Buffer | string): Promise<WireAnswer> {
    const answer = await this.ask(request)
    if (answer.status >= 300) throw new Error(`${answer.status} ${answer.body.subarray(0, 300)}`)
    return answer
  }

  close(): void {
    for (const connection of this.#all) connection.socket.destroy()
  }
}

/** The server closes a connection that is idle for five seconds, perhaps while the next request is on its way. */
const idleMsMax = 3000
const headEnd = '\r\n\r\n'
/** JSON holds no raw line end, so nothing in a body looks like the last chunk. */
const chunksEnd = '\r\n0\r\n\r\n'
const readBytes = 262_144
/** The length of a body that comes in chunks: only its end tells how long it is. */
const untilEnd = Number.POSITIVE_INFINITY

class Connection {
  readonly socket: Socket
  isClosed = false
  freeSince = 0
  /** The part of the answer that has come so far. The next answer uses the same memory: new pages for each would cost more than reading them. */
  #got = Buffer.allocUnsafe(readBytes)
  #length = 0
  #head = ''
  #bodyAt = 0
  #end = untilEnd
  #resolve: ((answer: WireAnswer) => void) | null = null
  #reject: ((error: Error) => void) | null = null

  private constructor(port: number, opened: (connection: Connection) => void, failed: (error: Error) => void) {
    const onread = { buffer: Buffer.allocUnsafe(readBytes), callback: (bytes: number, buffer: Uint8Array) => this.#read(buffer, bytes) }
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }, () => opened(this))
    const ended = (error?: Error) => {
      this.isClosed = true
      failed(error ?? closed())
      this.#reject?.(error ?? closed())
    }
    this.socket.on('error', ended)
    this.socket.on('close', () => ended())
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => void new Connection(port, resolve, reject))
  }

  ask(request: Buffer | string, body?: Buffer | string): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      if (body === undefined) return void this.socket.write(request)
      this.socket.cork() // Head and body in one call of the system.
      this.socket.write(request)
      this.socket.write(body)
      this.socket.uncork()
    })
  }

  #read(part: Uint8Array, bytes: number): boolean {
    const before = this.#length
    this.#length += bytes
    if (this.#length > this.#got.length) this.#got = Buffer.concat([this.#got.subarray(0, before)], 2 * this.#length)
    this.#got.set(part.subarray(0, bytes), before)
    if (this.#bodyAt === 0) this.#readHead()
    const isWhole =
      this.#end === untilEnd ? this.#bodyAt > 0 && this.#text(this.#length - chunksEnd.length, this.#length).endsWith(chunksEnd) : this.#length >= this.#end
    if (isWhole) this.#finish()
    return true
  }

  #readHead(): void {
    const end = this.#got.subarray(0, this.#length).indexOf(headEnd)
    if (end < 0) return
    this.#head = this.#text(0, end)
    this.#bodyAt = end + headEnd.length
    const isChunked = /\r\ntransfer-encoding: chunked/i.test(this.#head)
    this.#end = isChunked ? untilEnd : this.#bodyAt + Number(/\r\ncontent-length: (\d+)/i.exec(this.#head)?.[1] ?? 0)
  }

  #text(from: number, to: number): string {
    return this.#got.toString('latin1', Math.max(0, from), to)
  }

  #finish(): void {
    const whole = this.#got.subarray(this.#bodyAt, this.#length)
    const answer = { status: Number(this.#head.slice(9, 12)), headers: this.#head, body: this.#end === untilEnd ? joinChunks(whole) : whole }
    this.#length = 0
    this.#bodyAt = 0
    this.#end = untilEnd
    this.#reject = null
    this.#resolve?.(answer)
  }
}

const closed = () => new Error('the server closed a connection')

function joinChunks(whole: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = whole.indexOf('\r\n', at)
    const length = Number.parseInt(whole.toString('latin1', at, lineEnd), 16)
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(whole.subarray(lineEnd + 2, lineEnd + 2 + length))
    at = lineEnd + 2 + length + 2
  }
}

export function bytesOf(method: string, path: string, headers: Record<string, string>, body: Buffer | string): Buffer {
  const content = Buffer.from(body)
  const all = { host: '127.0.0.1', ...headers, 'content-length': String(content.length) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), content])
}
