import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../platform/refusal.ts'

/** Bodies above this are large: one is in memory at a time. */
export const largeBytes = 4 * 1_048_576
const waitersMax = 8
const waitMs = 20_000

type Waiter = { admit(): void; timer: NodeJS.Timeout }

/**
 * One large bundle is read and parsed at a time; a few others wait, the rest hear 503 at once, so memory has a bound that does
 * not depend on how many send. Small bodies never wait.
 */
export function createBodyGate(): { enter(): Promise<() => void> } {
  let isTaken = false
  const waiting: Waiter[] = []
  const leave = () => {
    const next = waiting.shift()
    if (!next) {
      isTaken = false
      return
    }
    clearTimeout(next.timer)
    next.admit()
  }
  const once = () => {
    let isDone = false
    return () => {
      if (!isDone) {
        isDone = true
        leave()
      }
    }
  }
  return {
    enter() {
      if (!isTaken) {
        isTaken = true
        return Promise.resolve(once())
      }
      if (waiting.length >= waitersMax) return Promise.reject(busy())
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(busy())
        }, waitMs)
        const waiter: Waiter = { admit: () => resolve(once()), timer }
        waiting.push(waiter)
      })
    },
  }
}

const busy = () => new Refusal('busy', 'other large bundles are being read; send this one again in a moment', { retryAfterSeconds: 5 })

/** Bodies arrive as text, checked to be UTF-8; their meaning is read later, exactly, by parseJson. */
export function acceptBodies(app: FastifyInstance): void {
  const gate = createBodyGate()
  const leaving = new WeakMap<FastifyRequest, () => void>()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    if (!isUtf8(body)) throw new Refusal('incorrect', 'the body is not UTF-8 text', { hint: 'FHIR JSON is always UTF-8: convert the text before sending.' })
    return body.toString('utf8')
  })
  app.addHook('preParsing', async (request, reply, payload) => {
    const length = Number(request.headers['content-length'] ?? Number.NaN)
    const hasBody = request.headers['transfer-encoding'] !== undefined || length > 0
    if (!hasBody || length <= largeBytes) return payload
    const leave = await gate.enter()
    leaving.set(request, leave)
    reply.raw.once('close', leave)
    return payload
  })
  app.addHook('onResponse', async (request) => leaving.get(request)?.())
}
