import { createPublicKey, type KeyObject } from 'node:crypto'
import { contentDigest, isSigned, type PublicJwk, readSignature, type Signature, signatureBase, signMessage } from '../../platform/http-signature.ts'
import { baseUrl } from '../../platform/config.ts'
import type { World } from '../../platform/world.ts'
import { newKey } from '../bus-member.ts'
import type { Clock, Reply, Request } from './centre.ts'

export type Key = { key: KeyObject; jwk: PublicJwk; until: number; isWithdrawn: boolean }
export type Signed = Request & { asked: string; created: number; key: Key }

/** The message that a sender wants to deliver, and what the sender knows of its fate. */
export type Letter = {
  id: string
  from: System
  to: string
  body: Buffer
  key: string | null
  document: string | null
  /** A document that the record must refuse. */
  isWrong: boolean
  /** The number that the centre gave, as soon as we know that it took the letter; the sender may not have heard. */
  message: string | null
  hasReceipt: boolean
  /** For each attempt whose answer nobody heard: the systems that would have received the letter. */
  guesses: System[][]
  /** The systems that must receive it, fixed when it is taken. */
  recipients: System[]
}

/** One delivery that was handed out, as the system's program sees it. */
export type Handed = { seq: number; message: string; key: string | null; call: boolean; outOfOrder: boolean }

/** A member's own software: its keys, its clock, what it has done for good, and what it forgets when it crashes. */
export class System {
  readonly code: string
  readonly id: string
  readonly institution: number
  readonly clock: Clock
  readonly webhook: string | null
  keys: Key[] = []
  token = ''
  /** How many seconds its clock is ahead. */
  skew = 0
  isActive = true
  /** Messages whose effect is done for good; further deliveries of the same message have no effect. */
  readonly done = new Set<string>()
  /** The order in which the effects came. */
  readonly order: { message: string; outOfOrder: boolean }[] = []
  hand: Handed[] = []
  /** Deliveries that are done and not yet acknowledged for certain. */
  owed: number[] = []
  readonly numbers = new Set<number>()

  constructor(made: { code: string; id: string; institution: number; clock: Clock; webhook: string | null }) {
    this.code = made.code
    this.id = made.id
    this.institution = made.institution
    this.clock = made.clock
    this.webhook = made.webhook
  }

  addKey(until: number): Key {
    const key = { ...newKey(), until, isWithdrawn: false }
    this.keys.push(key)
    return key
  }

  /** Whether the centre takes this key now. */
  isUsable = (key: Key): boolean => !key.isWithdrawn && key.until > this.clock.now

  /** Its newest key that the centre takes, or else one that it does not take. */
  anyKey = (): Key => (this.keys.findLast(this.isUsable) ?? this.keys.at(-1)) as Key

  sign(world: World, { method = 'POST', url, body: given = '', headers = {}, key }: Wish): Signed {
    const body = Buffer.from(given)
    const mine = key ?? this.anyKey()
    const all: Record<string, string> = {
      'content-digest': contentDigest(body),
      ...(body.length > 0 ? { 'content-type': 'application/json' } : {}),
      ...headers,
    }
    const derived: Record<string, string> = { '@method': method, '@target-uri': `${baseUrl(world.config)}${url}` }
    const components = ['"@method"', '"@target-uri"', ...Object.keys(all).map((name) => `"${name}"`)]
    const created = this.clock.now + this.skew * 1000
    const made = signMessage(components, (name) => derived[name] ?? all[name] ?? null, { kid: mine.jwk.kid, key: mine.key }, new Date(created))
    const headersSent = { ...all, ...made.headers, authorization: `Bearer ${this.token}` }
    return { method, url, headers: headersSent, body, asked: made.headers.signature, created, key: mine }
  }
}

export type Wish = { method?: string; url: string; body?: Buffer | string; headers?: Record<string, string>; key?: Key }

/** Whether the answer is signed by the centre and belongs to this request. */
export function isAnswerTo(asked: string, { status, headers, text }: Reply, centre: PublicJwk): boolean {
  const signature = readSignature(headers['signature-input'], headers['signature']) as Signature
  if (!Array.isArray(signature.components) || !signature.components.includes('"signature";req')) return false
  const values: Record<string, unknown> = { ...headers, '@status': status, 'signature;req': asked }
  const base = signatureBase(signature.components, signature.params, (name) => (values[name] === undefined ? null : String(values[name])))
  return (
    typeof base === 'string' &&
    headers['content-digest'] === contentDigest(Buffer.from(text)) &&
    isSigned(base, signature.value, createPublicKey({ key: centre as never, format: 'jwk' }))
  )
}
