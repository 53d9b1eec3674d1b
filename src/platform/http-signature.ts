import { hash, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'
import { Refusal } from './refusal.ts'

/**
 * HTTP Message Signatures (RFC 9421) with ecdsa-p256-sha256, and Content-Digest (RFC 9530). One signature of a message is read,
 * the components are those of the RFC that stand in a request or answer as it travels: no parameters but `req`.
 */
export type Signature = { label: string; components: string[]; params: string; keyid: string; created: number; expires: number | null; value: Buffer }

/** What a component's name stands for; null when the message has none. */
export type ValueOf = (component: string) => string | null

const headerLengthMax = 4096
const componentsMax = 30
// RFC 8941: a dictionary with one member, an inner list of strings with parameters.
const inputShape =
  /^([a-z*][a-z0-9_.*-]{0,39})=(\((?:"[a-z@][a-z0-9@-]{0,63}"(?:;req)?(?: "[a-z@][a-z0-9@-]{0,63}"(?:;req)?)*)?\)((?:;[a-z]+=(?:\d{1,15}|"[\x20\x21\x23-\x5b\x5d-\x7e]{0,200}"))*))$/
const valueShape = /^([a-z*][a-z0-9_.*-]{0,39})=:([A-Za-z0-9+/]{86}==):$/

export function readSignature(input: unknown, value: unknown): Signature | Refusal {
  if (typeof input !== 'string' || typeof value !== 'string') return unsigned('the headers signature-input and signature are missing')
  if (input.length > headerLengthMax) return unsigned('the header signature-input is too long')
  const [, label, params, rest] = inputShape.exec(input) ?? []
  const [, sameLabel, base64] = valueShape.exec(value) ?? []
  if (label === undefined || params === undefined || rest === undefined) return unsigned('the header signature-input is not one labelled list of components')
  if (sameLabel !== label || base64 === undefined) return unsigned('the header signature does not hold 64 bytes under the same label')
  const components = componentsOf(params.slice(0, params.indexOf(')')))
  if (components.length > componentsMax || new Set(components).size !== components.length) return unsigned('a component is named twice, or too many are')
  const given = new Map([...rest.matchAll(/;([a-z]+)=("?)([^";]*)\2/g)].map(([, name, , text]) => [name as string, text as string]))
  const keyid = given.get('keyid')
  const created = Number(given.get('created'))
  const expires = given.get('expires')
  if (!keyid || !Number.isSafeInteger(created)) return unsigned('the signature does not say keyid and created')
  if ((given.get('alg') ?? 'ecdsa-p256-sha256') !== 'ecdsa-p256-sha256') return unsigned('the algorithm must be ecdsa-p256-sha256')
  return { label, components, params, keyid, created, expires: expires === undefined ? null : Number(expires), value: Buffer.from(base64, 'base64') }
}

/** A system signs the same parts each time: its list is taken apart once. */
const lists = new Map<string, string[]>()
const listsMax = 1000

function componentsOf(list: string): string[] {
  let found = lists.get(list)
  if (!found) {
    found = [...list.matchAll(/"[^"]+"(?:;req)?/g)].map(([one]) => one)
    if (lists.size >= listsMax) lists.clear()
    lists.set(list, found)
  }
  return found
}

const unsigned = (sentence: string) => new Refusal('unauthenticated', sentence, { hint: 'Sign the request by RFC 9421, see docs/bus.md of the product.' })

/** The text that is signed (RFC 9421, section 2.5); a component that the message lacks makes it impossible. */
export function signatureBase(components: readonly string[], params: string, valueOf: ValueOf): string | Refusal {
  const lines: string[] = []
  for (const component of components) {
    const value = valueOf(component.replaceAll('"', ''))
    if (value === null) return unsigned(`the signature covers ${component}, which the request does not have`)
    lines.push(`${component}: ${value}`)
  }
  return [...lines, `"@signature-params": ${params}`].join('\n')
}

export function isSigned(base: string, signature: Buffer, key: KeyObject): boolean {
  return signature.length === 64 && verify('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** The same on another thread: what checking costs, a process with many members needs for its answers. */
export function isSignedAsync(base: string, signature: Buffer, key: KeyObject): Promise<boolean> {
  if (signature.length !== 64) return Promise.resolve(false)
  return new Promise((resolve, reject) =>
    verify('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }, signature, (error, isRight) => (error ? reject(error) : resolve(isRight))),
  )
}

export type Signer = { kid: string; key: KeyObject }
/** Whose key signed which text: what the log keeps, in the words of its rows. */
export type Proof = { kid: string; base: string; signature: string }
export type Made = { headers: { 'signature-input': string; signature: string }; proof: Proof }

/** Signs what the components stand for: the two headers of it, and the text and its signature as the log keeps them. */
export function signMessage(components: readonly string[], valueOf: ValueOf, signer: Signer, now: Date): Made {
  const params = `(${components.join(' ')});created=${Math.floor(now.getTime() / 1000)};keyid="${signer.kid}"`
  const base = signatureBase(components, params, valueOf)
  if (base instanceof Refusal) throw base
  const signature = sign('sha256', Buffer.from(base), { key: signer.key, dsaEncoding: 'ieee-p1363' }).toString('base64')
  return { headers: { 'signature-input': `sig=${params}`, signature: `sig=:${signature}:` }, proof: { kid: signer.kid, base, signature } }
}

export const contentDigest = (body: Buffer): string => `sha-256=:${hash('sha256', body, 'base64')}:`

/** RFC 9530: at least one digest that we know, and none that is wrong. */
export function checkDigest(header: unknown, body: Buffer | ((name: 'sha256' | 'sha512') => Buffer)): Refusal | null {
  const parts = typeof header === 'string' ? header.split(',').map((part) => part.trim()) : []
  let known = 0
  for (const part of parts.slice(0, 4)) {
    const [, name, value] = /^(sha-256|sha-512)=:([A-Za-z0-9+/=]+):$/.exec(part) ?? []
    if (name === undefined || value === undefined) continue
    known++
    const sum = name.replace('-', '') as 'sha256' | 'sha512'
    const expected = typeof body === 'function' ? body(sum) : hash(sum, body, 'buffer')
    const given = Buffer.from(value, 'base64')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return wrongDigest('content-digest is not the digest of the body')
  }
  return known > 0 ? null : wrongDigest('the header content-digest with sha-256 or sha-512 is missing')
}

const wrongDigest = (sentence: string) =>
  new Refusal('incorrect', sentence, { expression: 'content-digest', hint: 'Digest the bytes of the body as sent (RFC 9530).' })

export type PublicJwk = { kty: 'EC'; crv: 'P-256'; x: string; y: string; kid: string; alg: 'ES256'; use: 'sig' }

/** RFC 7638: the members that make the key, in this order; a key is named by itself, so no other can answer to its name. */
export const thumbprint = ({ crv, kty, x, y }: { crv: string; kty: string; x: string; y: string }): string =>
  hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url')
