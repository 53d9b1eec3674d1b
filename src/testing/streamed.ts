import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { TestContext } from 'node:test'
import type { BusMember } from './bus-member.ts'

/** A body of any size that is never whole in memory: one random piece repeated, which differs by its seed byte. */
export type Flow = { bytes: number; digest: string; chunks(): Generator<Buffer> }

const piece = randomBytes(65_536)

export function flowOf(bytes: number): Flow {
  const seed = randomBytes(16)
  function* chunks() {
    yield seed.subarray(0, Math.min(16, bytes))
    for (let left = bytes - 16; left > 0; left -= piece.length) yield left >= piece.length ? piece : piece.subarray(0, left)
  }
  return { bytes, chunks, digest: digestOf(chunks()) }
}

function digestOf(chunks: Iterable<Buffer>): string {
  const sum = createHash('sha256')
  for (const chunk of chunks) sum.update(chunk)
  return `sha-256=:${sum.digest('base64')}:`
}

export type Streamed = { status: number; headers: IncomingHttpHeaders; bytes: number; digest: string; text: string }

const textMax = 262_144

/** Reads a body and keeps only its beginning. */
export async function drain(message: IncomingMessage): Promise<{ bytes: number; digest: string; text: string }> {
  const sum = createHash('sha256')
  let bytes = 0
  let text = ''
  for await (const chunk of message as AsyncIterable<Buffer>) {
    sum.update(chunk)
    bytes += chunk.length
    if (text.length < textMax) text += chunk.toString('utf8')
  }
  return { bytes, digest: `sha-256=:${sum.digest('base64')}:`, text }
}

export type StreamedRequest = {
  method?: string
  url: string
  body?: Flow
  headers?: Record<string, string>
  /** Without content-length. */
  isChunked?: boolean
}

/** A signed request over the network whose body is a stream. `base` is the server's own port. */
export async function streamed(member: BusMember, base: string, wish: StreamedRequest): Promise<Streamed> {
  const { method = 'POST', url, body, headers = {}, isChunked = false } = wish
  const all = member.signed({
    method,
    url,
    headers: { ...(body ? { 'content-type': 'application/octet-stream', 'content-digest': body.digest } : {}), ...headers },
  })
  const length = isChunked || !body ? {} : { 'content-length': String(body.bytes) }
  const outgoing = request(`${base}${url}`, { method, headers: { ...all, ...length }, agent: false })
  const answered = new Promise<IncomingMessage>((resolve, reject) => outgoing.once('response', resolve).once('error', reject))
  if (body) pipeline(body.chunks(), outgoing).catch(() => undefined)
  else outgoing.end()
  const answer = await answered
  return { status: answer.statusCode ?? 0, headers: answer.headers, ...(await drain(answer)) }
}

export type SeenCall = { url: string; bytes: number; digest: string; announced: string | undefined; isWhole: boolean }

/** A provider’s own server: it takes any body, notes its length and digest, and answers with a stream. */
export async function flowProvider(t: TestContext, answerBytes: () => number): Promise<{ address: string; seen: SeenCall[] }> {
  const seen: SeenCall[] = []
  const answer = async (message: IncomingMessage, response: ServerResponse) => {
    const one: SeenCall = { url: message.url ?? '', bytes: 0, digest: '', announced: message.headers['content-digest'] as string, isWhole: false }
    seen.push(one)
    Object.assign(one, await drain(message), { isWhole: true })
    const flow = flowOf(answerBytes())
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(flow.bytes) })
    await pipeline(flow.chunks(), response)
  }
  const server = createServer((message, response) => void answer(message, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
