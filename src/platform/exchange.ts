import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { HouseTls } from './house-tls.ts'

/** One question to another process of the house and its whole answer. */
export type Question = {
  origin: string
  /** Of an https origin: what it must show, and what we show. */
  tls?: HouseTls | undefined
  method: string
  path: string
  headers: Record<string, string>
  body?: Buffer
  timeoutMs: number
}
export type Reply = { status: number; headers: IncomingHttpHeaders; body: Buffer }

const answerBytesMax = 128 * 1_048_576
const pool = { keepAlive: true, maxSockets: 64, scheduling: 'lifo' } as const
const agent = new Agent(pool)
const secureAgents = new WeakMap<HouseTls, SecureAgent>()

function secureAgentOf(tls: HouseTls): SecureAgent {
  const found = secureAgents.get(tls) ?? new SecureAgent({ ...pool, ...tls })
  secureAgents.set(tls, found)
  return found
}

/** Rejects when nobody listens and when the answer is late or too large; the caller knows what that means. */
export function exchange(question: Question): Promise<Reply> {
  return once(question, question.body === undefined)
}

/** The other side may close a kept connection just as a question goes out. A question that changes nothing is then asked again on a new one. */
function once(question: Question, mayRepeat: boolean): Promise<Reply> {
  const { origin, tls, method, path, headers, body, timeoutMs } = question
  return new Promise((resolve, reject) => {
    const isSecure = origin.startsWith('https:')
    const ask = isSecure ? secureRequest : request
    const out = ask(
      `${origin}${path}`,
      { method, headers, timeout: timeoutMs, ...(!isSecure ? { agent } : tls ? { agent: secureAgentOf(tls) } : {}) },
      (answer) => {
        bytesOf(answer).then((bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }), reject)
      },
    )
    out.once('timeout', () => out.destroy(new Error('no answer in time')))
    out.once('error', (error: NodeJS.ErrnoException) => {
      if (mayRepeat && method === 'GET' && out.reusedSocket && error.code === 'ECONNRESET') once(question, false).then(resolve, reject)
      else reject(error)
    })
    out.end(body)
  })
}

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += (chunk as Buffer).length
    if (length > answerBytesMax) throw new Error('the answer is too large')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
