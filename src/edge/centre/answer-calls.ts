import { request as askHttp } from 'node:http'
import { request as askHttps } from 'node:https'
import type { Edge } from '../process/edge.ts'
import { LineCut } from './line.ts'
import type { Delivery } from './receive.ts'

const answerBytesMax = 100 * 1_048_576
const localTimeoutMs = 20_000
const atOnce = 16

/** The headers of an answer that go back to the caller, beside its type. */
const passedBack = ['etag', 'location', 'last-modified'] as const

type Local = { status: number; type: string; body: Buffer; more?: Record<string, string> }

/**
 * Answers calls of other members that arrive over the line which this edge holds open. The edge asks the local system's address and answers over the
 * same line, so the institution opens nothing to the outside. An error is described in the answer, without any inside address.
 */
export function answerCalls(edge: Edge): (call: Delivery) => void {
  let open = 0
  const waiting: Delivery[] = []
  const next = () => {
    while (open < atOnce) {
      const call = waiting.shift()
      if (!call) return
      open++
      answerOne(edge, call)
        .catch((error: unknown) => {
          // The centre tells the caller that nobody answered in time.
          if (!(error instanceof LineCut)) edge.log.warn({ err: error, call: call.message }, 'a call could not be answered')
        })
        .finally(() => {
          open--
          next()
        })
    }
  }
  return (call) => {
    waiting.push(call)
    next()
  }
}

async function answerOne(edge: Edge, call: Delivery): Promise<void> {
  const { status, type, body, more = {} } = await askLocal(edge, call)
  await edge.centre.ask({
    method: 'POST',
    path: `/bus/calls/${call.message}/answer`,
    body,
    headers: { ...more, 'bus-status': String(status), 'content-type': type },
    timeoutMs: 120_000,
  })
}

async function askLocal(edge: Edge, call: Delivery): Promise<Local> {
  const service = call.to.split('/')[1]
  const local = edge.config.calls.find((one) => one.service === service)
  if (!local) return said(404, `this member does not answer ${service} here`)
  const { method = 'GET', path = '/' } = call.call ?? {}
  const url = urlBelow(local.to, path)
  if (!url) return said(400, 'the path leads out of the service')
  const body = call.bodyAt === undefined ? Buffer.from(call.body ?? '', 'base64') : (await edge.centre.ask({ method: 'GET', path: call.bodyAt })).body
  try {
    return await reach(url, method, body, call)
  } catch {
    return said(502, 'the system behind this service does not answer')
  }
}

const said = (status: number, sentence: string): Local => ({ status, type: 'application/json', body: Buffer.from(JSON.stringify({ error: sentence })) })

/** The centre has checked the path against the contract; here it is also checked to stay below the address. */
function urlBelow(base: string, path: string): URL | null {
  const url = URL.parse(`${base}${path.startsWith('/') ? '' : '/'}${path}`)
  const below = new URL(base)
  const folder = below.pathname.replace(/\/$/, '')
  return url && url.origin === below.origin && (url.pathname === folder || url.pathname.startsWith(`${folder}/`)) ? url : null
}

function reach(url: URL, method: string, body: Buffer, { contentType, message, from, call }: Delivery): Promise<Local> {
  return new Promise((resolve, reject) => {
    const type = body.length > 0 ? { 'content-type': contentType } : {}
    const headers = { ...call?.headers, 'bus-from': from, 'bus-call': message, ...type, 'content-length': body.length }
    const asked = (url.protocol === 'https:' ? askHttps : askHttp)(url, { method, headers, timeout: localTimeoutMs }, (answer) => {
      const pieces: Buffer[] = []
      let length = 0
      answer.on('data', (piece: Buffer) => {
        length += piece.length
        if (length > answerBytesMax) asked.destroy(new Error('too large'))
        pieces.push(piece)
      })
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 502,
          type: answer.headers['content-type'] ?? 'application/octet-stream',
          more: Object.fromEntries(passedBack.flatMap((name) => (typeof answer.headers[name] === 'string' ? [[`bus-${name}`, answer.headers[name]]] : []))),
          body: Buffer.concat(pieces),
        }),
      )
      answer.once('error', reject)
    })
    asked.once('timeout', () => asked.destroy(new Error('too slow')))
    asked.once('error', reject)
    asked.end(body)
  })
}
