import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, type IncomingMessage, request as askHttp } from 'node:http'
import { Agent as HttpsAgent, request as askHttps } from 'node:https'

export type Request = { method: string; path: string; headers: Record<string, string>; body: Buffer; timeoutMs: number }
export type Reply = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }

/** How the edge reaches the centre; a simulation puts in a line that cuts, loses and doubles. Rejects with LineCut when no answer came. */
export type Line = { ask(request: Request): Promise<Reply>; end(): void }

/** No complete answer came: nobody knows what the other side did. */
export class LineCut extends Error {}

const connectionsMax = 16
/** More bytes than the bus ever answers: a lease of 16 MB in base64, or the body of a call. */
const answerBytesMax = 104 * 1_048_576

export type LineSettings = { url: string; ca: string | undefined; certificate: string | undefined; certificateKey: string | undefined }

export function openLine({ url, ca, certificate, certificateKey }: LineSettings): Line {
  const base = new URL(url)
  const isTls = base.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: connectionsMax, scheduling: 'lifo' as const }
  const agent = isTls
    ? new HttpsAgent({
        ...options,
        ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
        ...(certificate === undefined || certificateKey === undefined ? {} : { cert: readFileSync(certificate), key: readFileSync(certificateKey) }),
      })
    : new HttpAgent(options)
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const { method, path, headers, body, timeoutMs } = request
        const cut = (error: unknown) => reject(new LineCut(sentenceOf(error as NodeJS.ErrnoException)))
        const asked = (isTls ? askHttps : askHttp)(
          {
            agent,
            host: base.hostname,
            port: base.port || undefined,
            method,
            path: `${base.pathname.replace(/\/$/, '')}${path}`,
            headers: { ...headers, 'content-length': body.length },
          },
          (answer) => readAnswer(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }), cut),
        )
        // Measured from the first byte to the last: a line that only trickles counts as cut.
        const timer = setTimeout(() => asked.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })), timeoutMs)
        asked.once('close', () => clearTimeout(timer))
        asked.once('error', cut)
        asked.end(body)
      }),
    end: () => agent.destroy(),
  }
}

async function readAnswer(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > answerBytesMax) {
      answer.destroy()
      throw Object.assign(new Error(), { code: 'TOO_LARGE' })
    }
    pieces.push(piece)
  }
  if (!answer.complete) throw Object.assign(new Error(), { code: 'ECONNRESET' })
  return Buffer.concat(pieces)
}

const sentences: Record<string, string> = {
  ENOTFOUND: 'the name of the centre cannot be resolved',
  EAI_AGAIN: 'the name of the centre cannot be resolved now',
  ECONNREFUSED: 'nothing listens at the centre’s address',
  ECONNRESET: 'the connection to the centre broke',
  EPIPE: 'the connection to the centre broke',
  ETIMEDOUT: 'the centre did not answer in time',
  EHOSTUNREACH: 'the centre cannot be reached from this network',
  ENETUNREACH: 'this machine has no network',
  TOO_LARGE: 'the centre’s answer is larger than it may be',
}

/** Uses the code only: an error of the network may hold the whole address that was asked. */
const sentenceOf = ({ code = '' }: NodeJS.ErrnoException): string =>
  sentences[code] ??
  (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)
    ? `the certificate of the centre is not trusted (${code})`
    : `the centre cannot be reached (${code || 'no answer'})`)
