import { connect, type Socket } from 'node:net'

export type WireAnswer = { status: number; headers: string; body: Buffer }

/**
 * Requests as the bytes that go over the wire, one at a time on each connection. A client library costs as much processor time as
 * the server does, and the load shares its cores.
 */
export class WireLoad {
  readonly #port: number
  readonly #free: Connection[] = []
  readonly #all: Connection[] = []

  constructor(port: number) {
    this.#port = port
  }

  /** On a connection that is free; another is opened when there is none, because one that says nothing for long is closed by the server. */
  async ask(request: Buffer | string): Promise<WireAnswer> {
    let connection = this.#free.pop()
    while (connection?.isClosed) connection = this.#free.pop()
    if (!connection) {
      connection = await Connection.open(this.#port)
      this.#all.push(connection)
    }
    const answer = await connection.ask(request)
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

const headEnd = '\r\n\r\n'
const chunksEnd = '\r\n0\r\n\r\n'
/** Of a body that comes in chunks: its end says how long it is. */
const untilEnd = Number.POSITIVE_INFINITY

class Connection {
  readonly socket: Socket
  isClosed = false
  #head: string | null = null
  #parts: Buffer[] = []
  #missing = 0
  #resolve: ((answer: WireAnswer) => void) | null = null
  #reject: ((error: Error) => void) | null = null

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (part: Buffer) => this.#read(part))
    const ended = () => {
      this.isClosed = true
      this.#reject?.(new Error('the server closed a connection'))
    }
    socket.on('error', ended)
    socket.on('close', ended)
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Connection(socket)))
      socket.once('error', reject)
    })
  }

  ask(request: Buffer | string): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.socket.write(request)
    })
  }

  #read(part: Buffer): void {
    let rest = part
    if (this.#head === null) {
      const got = this.#parts.length === 0 ? part : Buffer.concat([...this.#parts, part])
      const end = got.indexOf(headEnd)
      if (end < 0) {
        this.#parts = [got]
        return
      }
      const head = got.toString('latin1', 0, end)
      this.#head = head
      this.#missing = /\r\ntransfer-encoding: chunked/i.test(head) ? untilEnd : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      this.#parts = []
      rest = got.subarray(end + headEnd.length)
    }
    this.#parts.push(rest)
    this.#missing -= rest.length
    const isWhole = this.#missing === untilEnd ? endsChunks(this.#parts) : this.#missing <= 0
    if (isWhole) this.#finish(this.#head)
  }

  #finish(headers: string): void {
    const whole = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    const body = this.#missing === untilEnd ? joinChunks(whole) : whole
    this.#head = null
    this.#parts = []
    this.#reject = null
    this.#resolve?.({ status: Number(headers.slice(9, 12)), headers, body })
  }
}

/** JSON holds no raw line end, so nothing in it looks like the last chunk. */
function endsChunks(parts: Buffer[]): boolean {
  const last = parts.at(-1) as Buffer
  const tail = last.length >= chunksEnd.length || parts.length === 1 ? last : Buffer.concat(parts.slice(-2))
  const text = tail.toString('latin1', Math.max(0, tail.length - chunksEnd.length))
  return text === chunksEnd || text === chunksEnd.slice(2)
}

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
