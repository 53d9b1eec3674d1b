import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { type PublicJwk, thumbprint } from './http-signature.ts'
import type { Keys } from './keys.ts'

/** A signing key for one purpose, derived from the master key, so it is outside the database and the same for ever. */
export type DerivedKey = { kid: string; key: KeyObject; publicKey: KeyObject; jwk: PublicJwk }

const known = new WeakMap<Keys, Map<string, DerivedKey>>()
// The order of P-256 (FIPS 186-5); a private key is a number from 1 to one less.
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export function derivedKey(keys: Keys, label: string): DerivedKey {
  const ofKeys = known.get(keys) ?? new Map<string, DerivedKey>()
  known.set(keys, ofKeys)
  const made = ofKeys.get(label) ?? derive(keys, label)
  ofKeys.set(label, made)
  return made
}

function derive(keys: Keys, label: string): DerivedKey {
  // Eight bytes more than the order has, so that the remainder is as good as even (FIPS 186-5, A.2.1).
  const scalar = (BigInt(`0x${keys.derive(label, 40).toString('hex')}`) % (order - 1n)) + 1n
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  const bare = { kty: 'EC' as const, crv: 'P-256' as const, x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  const jwk = { ...bare, kid: thumbprint(bare), alg: 'ES256' as const, use: 'sig' as const }
  return {
    kid: jwk.kid,
    key: createPrivateKey({ key: { ...bare, d: d.toString('base64url') }, format: 'jwk' }),
    publicKey: createPublicKey({ key: bare, format: 'jwk' }),
    jwk,
  }
}
