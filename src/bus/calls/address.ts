import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { signMessage } from '../../platform/http-signature.ts'
import { requestTo } from '../../platform/outside.ts'
import type { World } from '../../platform/world.ts'
import { centreKey } from '../members/centre-key.ts'
import type { Contents } from './contents.ts'
import { watchPace } from './pace.ts'

export type Asking = { method: string; headers: Record<string, string>; body: Contents; headMs: number }
/** The head of an answer and its body as a stream; `drop` ends an exchange that is still under way. */
export type Asked = { status: number; headers: IncomingHttpHeaders; stream: IncomingMessage; drop(): void }

/** Sends the body with its length announced. The head of the answer must come within `headMs` after the last byte was sent. */
export function ask(world: World, url: URL, { method, headers, body, headMs }: Asking): Promise<Asked> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const outgoing = requestTo(world, url, { method, headers: { ...headers, 'content-length': String(body.bytes) } }, (answer) => {
      clearTimeout(timer)
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        stream: answer,
        drop: () => void (outgoing.writableFinished && answer.complete ? undefined : outgoing.destroy()),
      })
    })
    outgoing.on('error', reject)
    outgoing.on('close', () => clearTimeout(timer))
    const untilHead = () => {
      timer = setTimeout(() => outgoing.destroy(new Error('no answer came in time')), headMs)
    }
    if (body.buffer) {
      outgoing.end(body.buffer)
      untilHead()
    } else pourInto(outgoing, body).then(untilHead, reject)
  })
}

/** Sends a body from disk as fast as the other side takes it. The last bytes go only when all bytes before them were read unchanged. */
async function pourInto(outgoing: ClientRequest, body: Contents): Promise<void> {
  const pace = watchPace(() => outgoing.destroy(new Error('the body was taken too slowly')))
  try {
    await pipeline(async function* () {
      for await (const chunk of body.read()) {
        yield chunk
        pace.count(chunk.length)
      }
    }, outgoing)
  } finally {
    pace.end()
  }
}

/** A request of the centre, signed by it: the member checks it with the key of GET /bus/keys. */
export function signOutgoing(world: World, url: URL, method: string, headers: Record<string, string>, digest: string): Record<string, string> {
  const all: Record<string, string> = { ...headers, 'content-digest': digest }
  const derived: Record<string, string> = { '@method': method, '@target-uri': url.href }
  const components = ['"@method"', '"@target-uri"', ...Object.keys(all).map((name) => `"${name}"`)]
  const signed = signMessage(components, (name) => derived[name] ?? all[name] ?? null, centreKey(world.keys), world.now())
  return { ...all, ...signed.headers }
}
