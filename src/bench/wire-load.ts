import { connect, type Socket } from 'node:net'

export type WireAnswer = { status: number; headers: string; body: string }

/**
 * Requests whose bytes were put together before the clock started, one at a time on each connection. A client library costs as much
 * processor time as the server does, and the load shares its cores.
 */
export class WireLoad {
  readonly #port: number
  readonly #free: Connection[] = []
  readonly #all: Connection[] = []

  constructor(port: number) {
    this.#port = port
  }

  /** On a connection that is free; another is opened when there is none, because one that says nothing for long is closed by the server. */
  async ask(request: Buffer): Promise<WireAnswer> {
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

  async expect(request: Buffer): Promise<WireAnswer> {
    const answer = await this.ask(request)
    if (answer.status >= 300) throw new Error(`${answer.status} ${answer.body.slice(0, 300)}`)
    return answer
  }

  close(): void {
    for (const connection of this.#all) connection.socket.destroy()
  }
}

class Connection {
  readonly socket: Socket
  isClosed = false
  #got = ''
  #resolve: ((answer: WireAnswer) => void) | null = null
  #reject: ((error: Error) => void) | null = null

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#read(text))
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

  ask(request: Buffer): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.socket.write(request)
    })
  }

  #read(text: string): void {
    this.#got += text
    const end = this.#got.indexOf('\r\n\r\n')
    if (end < 0) return
    const headers = this.#got.slice(0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(headers)?.[1] ?? 0)
    if (this.#got.length < end + 4 + length) return
    const answer = { status: Number(headers.slice(9, 12)), headers, body: this.#got.slice(end + 4, end + 4 + length) }
    this.#got = this.#got.slice(end + 4 + length)
    this.#resolve?.(answer)
  }
}

export function bytesOf(method: string, path: string, headers: Record<string, string>, body: Buffer | string): Buffer {
  const content = Buffer.from(body)
  const all = { host: '127.0.0.1', ...headers, 'content-length': String(content.length) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), content])
}
