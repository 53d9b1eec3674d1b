import type { KeyObject } from 'node:crypto'

// The library for certificates and signed messages, loaded with the first document.
export const libraries = async () => ({ asn1: await import('asn1js'), pki: await import('pkijs') })
export const bytesOf = (buffer: Uint8Array): ArrayBuffer => new Uint8Array(buffer).buffer

export function asCryptoKey(key: KeyObject): Promise<CryptoKey> {
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[key.asymmetricKeyDetails?.namedCurve ?? '']
  const algorithm = key.asymmetricKeyType === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: curve ?? 'P-256' }
  return crypto.subtle.importKey('pkcs8', bytesOf(key.export({ type: 'pkcs8', format: 'der' })), algorithm, false, ['sign'])
}
