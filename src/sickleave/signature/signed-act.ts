import { createPublicKey, verify } from 'node:crypto'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import { type Body, bodyOf } from '../read-body.ts'

// A signed act is a compact JWS (RFC 7515, ES256). Its payload is everything that the doctor does: the act, the person, the leave, the time, and the
// fields of the act. Exactly what is signed is done; nothing beside it is read.

export type PublicKey = { kty: 'EC'; crv: 'P-256'; x: string; y: string }
export type SignedAct = { jws: string; kid: string; act: string; person: string; leave: string; at: Date; nonce: string; body: Body }

export const signedActType = 'spona-sick-leave-act'
const lettersMax = 8192
const expression = 'signed'
const wrong = (sentence: string, hint?: string) => new Refusal('incorrect', sentence, { expression, ...(hint ? { hint } : {}) })

type ReadJws = { jws: string; kid: string; payload: Body }

/** Checks the JWS by itself: form, algorithm, type, and a payload that is a JSON object. */
export function readJws(jws: unknown, type: string): ReadJws {
  const hint = `A compact JWS (RFC 7515) of ${lettersMax} letters at most: ES256, kid, typ ${type}.`
  if (typeof jws !== 'string' || jws.length > lettersMax || !/^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(jws)) throw wrong('signed is not a compact JWS', hint)
  const [head = '', payload = ''] = jws.split('.')
  const { alg, kid, typ, ...others } = jsonOf(head) ?? {}
  // RFC 7515, 4.1.11: a demanded extension that is not understood makes the JWS invalid, and only these three fields are understood here.
  if (alg !== 'ES256' || typeof kid !== 'string' || typ !== type || Object.keys(others).length > 0)
    throw wrong('the header of signed is alg ES256, kid and typ, and nothing else', hint)
  const said = jsonOf(payload)
  if (said === null) throw wrong('the payload of signed is not a JSON object', hint)
  return { jws, kid, payload: said }
}

/** What a doctor signed in a session: act, person, leave, at, nonce and body. */
export function readSignedAct(given: unknown): SignedAct {
  const { jws, kid, payload } = readJws(given, signedActType)
  const { act, person, leave, at, nonce, body } = bodyOf(payload, ['act', 'person', 'leave', 'at', 'nonce', 'body'])
  const isWhole = typeof act === 'string' && typeof person === 'string' && typeof leave === 'string' && isUuid(leave) && typeof nonce === 'string'
  if (!isWhole || !isUuid(nonce)) throw wrong('the payload of signed says act, person, leave and a nonce that is a UUID')
  const instant = typeof at === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(at) ? new Date(at) : null
  if (instant === null || Number.isNaN(instant.getTime())) throw wrong('at of what is signed is an instant, written 2026-03-31T08:15:00Z')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('body of what is signed holds the fields of the act')
  return { jws, kid, act, person, leave: leave.toLowerCase(), at: instant, nonce: nonce.toLowerCase(), body: body as Body }
}

function jsonOf(part: string): Body | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : null
  } catch {
    return null
  }
}

/** Verifies over the exact letters that came (RFC 7515, 5.2). A signature has only one valid spelling, so a changed spelling is not a second signature. */
export function isSignedBy(jws: string, key: PublicKey): boolean {
  const end = jws.lastIndexOf('.')
  const value = Buffer.from(jws.slice(end + 1), 'base64url')
  if (value.toString('base64url') !== jws.slice(end + 1)) return false
  const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' })
  return verify('sha256', Buffer.from(jws.slice(0, end)), { key: publicKey, dsaEncoding: 'ieee-p1363' }, value)
}

/** A point of P-256 and no other field; a private key sent by mistake is refused and not kept. */
export function publicKeyOf(given: unknown): PublicKey {
  const { kty, crv, x, y } = bodyOf(given, ['kty', 'crv', 'x', 'y'])
  const key = { kty, crv, x, y } as PublicKey
  const isShaped = kty === 'EC' && crv === 'P-256' && [x, y].every((one) => typeof one === 'string' && /^[\w-]{43}$/.test(one))
  try {
    if (isShaped && createPublicKey({ key: { ...key }, format: 'jwk' }).asymmetricKeyType === 'ec') return key
  } catch {
    // Not a point of the curve: answered like any other wrong key.
  }
  throw new Refusal('incorrect', 'publicKey is a public key of the curve P-256 as a JWK: kty, crv, x, y', { expression: 'publicKey' })
}
