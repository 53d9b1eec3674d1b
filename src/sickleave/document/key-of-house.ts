import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto'
import type { World } from '../../platform/world.ts'

// Certificates and signed messages are a library that is loaded with the first document.
export const libraries = async () => ({ asn1: await import('asn1js'), pki: await import('pkijs') })
export const bytesOf = (buffer: Uint8Array): ArrayBuffer => new Uint8Array(buffer).buffer

// The order of P-256 (FIPS 186-5); a private key is a number from 1 to one less.
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** A key on P-256 that the installation has without keeping it: it comes from the master key, under a label of its own. */
export function keyOfHouse({ keys }: Pick<World, 'keys'>, label: string): KeyObject {
  const scalar = (BigInt(`0x${keys.derive(label, 40).toString('hex')}`) % (order - 1n)) + 1n
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  const publicJwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  return createPrivateKey({ key: { ...publicJwk, d: d.toString('base64url') }, format: 'jwk' })
}

export function asCryptoKey(key: KeyObject): Promise<CryptoKey> {
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[key.asymmetricKeyDetails?.namedCurve ?? '']
  const algorithm = key.asymmetricKeyType === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: curve ?? 'P-256' }
  return crypto.subtle.importKey('pkcs8', bytesOf(key.export({ type: 'pkcs8', format: 'der' })), algorithm, false, ['sign'])
}
