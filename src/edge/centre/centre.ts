import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { contentDigest, isSigned, readSignature, signatureBase, signMessage, thumbprint } from '../../platform/http-signature.ts'
import { Refusal } from '../../platform/refusal.ts'
import { uuidV4 } from '../../platform/uuid.ts'
import type { Outside } from '../process/edge.ts'
import type { KeyFile } from './key-file.ts'
import { type Line, LineCut, type Reply } from './line.ts'

export type Asked = {
  method: string
  path: string
  body?: Buffer
  headers?: Record<string, string>
  timeoutMs?: number
  isOpen?: boolean
  isUnsigned?: boolean
}
/** `proof`: the signature over the answer, with the request it answers, so that others can check it. */
export type Answer = Reply & { json: any; proof: { signature: string; input: string; request: string } }

/** What is known about the centre at this moment; the status page shows it. */
export type Contact = {
  lastAt: Date | null
  /** Since when the centre has not answered, and why. */
  cutSince: Date | null
  why: string | null
  /** How many milliseconds the clock here is behind the centre's; signatures use the centre's time. */
  skewMs: number
  /** The state that the centre reports about itself. */
  says: string | null
  /** Why the centre takes nothing from this member now, though it answers. `isOurs`: somebody here must do something about key, member or contract. */
  refuses: { sentence: string; isOurs: boolean } | null
  /** Until when the signing key is valid, as the centre knows it. */
  keyUntil: Date | null
  /** How many milliseconds the record lately took from the receipt of a message to its end, as far as questions showed: asking earlier is of no use. */
  recordMs: number
  /** About how many messages the next question asks; unknown at the start. */
  askedAtOnce?: number
  /** Until when batches are sent as lines of text, because the centre is of an earlier version and does not know packed ones. */
  plainUntil?: number
}

/** Thrown when the centre refused or is not in a state to answer; `reply` is its answer. */
export class CentreSaysNo extends Error {
  readonly status: number
  readonly reply: Reply

  constructor(reply: Reply) {
    super(sentenceIn(reply))
    this.status = reply.status
    this.reply = reply
  }
}

const timeoutMs = 30_000
const tokenMarginMs = 60_000
/** A difference of clocks below this is within the delays of the network. */
const skewNoticedMs = 2000

/**
 * The centre as this member sees it. Every request is signed with the member's key, and every answer must be signed with the centre's key, which is
 * pinned in the settings. A wrong clock here does no harm: the centre's signed answers tell the time.
 */
export class Centre {
  readonly contact: Contact = { lastAt: null, cutSince: null, why: null, skewMs: 0, says: null, refuses: null, keyUntil: null, recordMs: 0 }
  readonly #outside: Outside
  readonly #line: Line
  readonly #base: string
  readonly #signs: string
  key: KeyFile
  #centreKey: KeyObject | null = null
  #token: { text: string; until: number } | null = null

  constructor(outside: Outside, line: Line, how: { url: string; signs: string; key: KeyFile }) {
    this.#outside = outside
    this.#line = line
    this.#base = how.url
    this.#signs = how.signs
    this.key = how.key
  }

  /** The centre’s time. */
  now(): Date {
    return new Date(this.#outside.now().getTime() + this.contact.skewMs)
  }

  /** Sends a signed request and checks the signed answer; throws when the status is not 2xx. */
  async ask(asked: Asked): Promise<Answer> {
    const answer = await this.askAny(asked)
    if (answer.status < 200 || answer.status > 299) throw new CentreSaysNo(answer)
    return answer
  }

  /** Like `ask`, but returns any status. Asks once more when the clock or the token was at fault. */
  async askAny(asked: Asked): Promise<Answer> {
    const answer = await this.#askOnce(asked)
    if (answer.status !== 401) return answer
    this.#token = null
    this.#readClock(answer)
    return this.#askOnce(asked)
  }

  async #askOnce({
    method,
    path,
    body = Buffer.alloc(0),
    headers = {},
    timeoutMs: limitMs = timeoutMs,
    isOpen = false,
    isUnsigned = false,
  }: Asked): Promise<Answer> {
    const all: Record<string, string> = {
      'content-digest': contentDigest(body),
      ...(body.length > 0 ? { 'content-type': 'application/json' } : {}),
      ...headers,
    }
    const token = isOpen ? null : await this.#takeToken()
    const derived: Record<string, string> = { '@method': method, '@target-uri': `${this.#base}${path}` }
    const components = ['"@method"', '"@target-uri"', ...Object.keys(all).map((name) => `"${name}"`)]
    const { headers: signed } = signMessage(components, (name) => derived[name] ?? all[name] ?? null, this.key, this.now())
    Object.assign(all, signed)
    if (token !== null) all['authorization'] = `Bearer ${token}`
    const reply = await this.#reach({ method, path, headers: all, body, timeoutMs: limitMs })
    const proof = await this.#check(reply, signed.signature, isUnsigned)
    return { ...reply, json: jsonIn(reply), proof }
  }

  /** Gets a token by SMART Backend Services, for an assertion signed with the same key. */
  async #takeToken(isSecond = false): Promise<string> {
    if (this.#token && this.#token.until > this.now().getTime() + tokenMarginMs) return this.#token.text
    const { client, kid, key } = this.key
    if (client === null)
      throw new Refusal('forbidden', 'this edge has not been activated yet', { hint: 'npm run spona -- edge init goes on where it stopped.' })
    const endpoint = `${this.#base}/access/token`
    const seconds = Math.floor(this.now().getTime() / 1000)
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: client, sub: client, aud: endpoint, iat: seconds, exp: seconds + 60, jti: uuidV4(this.#outside) }
    const bare = `${part({ alg: 'ES256', kid, typ: 'JWT' })}.${part(claims)}`
    const assertion = `${bare}.${sign('sha256', Buffer.from(bare), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await this.#reach({ method: 'POST', path: '/access/token', headers, body: Buffer.from(form.toString()), timeoutMs })
    if (reply.status !== 200) {
      // With a wrong clock the assertion is not yet or no longer valid; the answer tells the right time.
      this.#readClock(reply)
      if (!isSecond && Math.abs(this.now().getTime() - seconds * 1000) > skewNoticedMs) return this.#takeToken(true)
      throw new CentreSaysNo(reply)
    }
    const { access_token: text, expires_in: lasts } = jsonIn(reply) as { access_token: string; expires_in: number }
    this.#token = { text, until: this.now().getTime() + lasts * 1000 }
    return text
  }

  async #reach(request: Parameters<Line['ask']>[0]): Promise<Reply> {
    try {
      const reply = await this.#line.ask(request)
      this.contact.lastAt = this.#outside.now()
      this.contact.cutSince = this.contact.why = null
      this.contact.says = text(reply.headers['spona-status'])
      return reply
    } catch (error) {
      if (!(error instanceof LineCut)) throw error
      this.contact.cutSince ??= this.#outside.now()
      this.contact.why = error.message
      throw error
    }
  }

  /**
   * Checks that the signature covers our request and exactly these bytes (RFC 9421, section 2.4); any other answer is worthless. Errors of the
   * centre's gate are unsigned, and no message ends by them.
   */
  async #check(reply: Reply, asked: string, isUnsigned: boolean): Promise<Answer['proof']> {
    const [input, value] = [text(reply.headers['signature-input']), text(reply.headers['signature'])]
    const proof = { signature: value ?? '', input: input ?? '', request: asked }
    if (input === null && (isUnsigned || reply.status >= 300)) return proof
    const signature = readSignature(input, value)
    if (signature instanceof Refusal) throw forged()
    const values: Record<string, string | null> = { '@status': String(reply.status), 'signature;req': asked }
    const base = signatureBase(signature.components, signature.params, (name) => (name in values ? (values[name] ?? null) : text(reply.headers[name])))
    if (base instanceof Refusal || !signature.components.includes('"signature";req') || !signature.components.includes('"content-digest"')) throw forged()
    if (text(reply.headers['content-digest']) !== contentDigest(reply.body)) throw forged()
    if (signature.keyid !== this.#signs || !isSigned(base, signature.value, await this.#keyOfCentre())) throw forged()
    this.#noteClock(signature.created * 1000 + 500)
    return proof
  }

  async #keyOfCentre(): Promise<KeyObject> {
    if (this.#centreKey) return this.#centreKey
    const reply = await this.#reach({ method: 'GET', path: '/bus/keys', headers: {}, body: Buffer.alloc(0), timeoutMs })
    if (reply.status !== 200) throw new CentreSaysNo(reply)
    const { keys } = jsonIn(reply) as { keys: { crv: string; kty: string; x: string; y: string }[] }
    const jwk = keys.find(({ crv, kty, x, y }) => thumbprint({ crv, kty, x, y }) === this.#signs)
    if (!jwk) throw forged()
    return (this.#centreKey = createPublicKey({ key: jwk as never, format: 'jwk' }))
  }

  /** Reads the time from the HTTP header, for as long as no signed answer has come. */
  #readClock({ headers }: Reply): void {
    const at = Date.parse(text(headers['date']) ?? '')
    if (Number.isFinite(at)) this.#noteClock(at + 500)
  }

  #noteClock(centreMs: number): void {
    const skewMs = centreMs - this.#outside.now().getTime()
    this.contact.skewMs = Math.abs(skewMs) < skewNoticedMs ? 0 : skewMs
  }

  end(): void {
    this.#line.end()
  }
}

const text = (value: string | string[] | undefined): string | null => (typeof value === 'string' ? value : null)

const forged = () => new LineCut('the answer is not signed with the centre’s key: something stands between this edge and the centre')

export function jsonIn({ headers, body }: Reply): unknown {
  if (!(text(headers['content-type']) ?? '').includes('json')) return null
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

type Issue = { diagnostics?: string; details?: { text?: string }; expression?: string[] }

/** The first issue of an OperationOutcome as a sentence. */
export function issueIn(body: unknown): { sentence: string; hint?: string; place?: string } | null {
  const [issue] = ((body as { issue?: Issue[] } | null)?.issue ?? []) as Issue[]
  if (!issue) return null
  const { diagnostics, details, expression } = issue
  return { sentence: diagnostics ?? 'refused', ...(details?.text ? { hint: details.text } : {}), ...(expression?.[0] ? { place: expression[0] } : {}) }
}

function sentenceIn(reply: Reply): string {
  const json = jsonIn(reply)
  const found = issueIn(json)
  // The token endpoint speaks OAuth 2.0 (RFC 6749, section 5.2).
  const { error_description: why } = (json ?? {}) as { error_description?: unknown }
  if (typeof why === 'string') return `the centre answered ${reply.status}: ${why}`
  return found === null ? `the centre answered ${reply.status}` : `the centre answered ${reply.status}: ${found.sentence}${found.hint ? `. ${found.hint}` : ''}`
}
