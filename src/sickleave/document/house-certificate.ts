import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { asCryptoKey, bytesOf, libraries } from './pki.ts'

export type Certified = { key: KeyObject; certificate: X509Certificate }
/** `subject`: texts by their object identifiers. A certificate without an issuer signs itself. */
type About = { serial: number; subject: Record<string, string>; issuer?: Certified; isAuthority?: boolean }

const [from, until] = [new Date('2026-01-01T00:00:00Z'), new Date('2046-01-01T00:00:00Z')]

/** A certificate of a key that the installation makes itself (`derivedKey`): nobody else trusts it. */
export async function certify(key: KeyObject, { serial, subject, issuer, isAuthority }: About): Promise<Certified> {
  const { asn1, pki } = await libraries()
  const made = new pki.Certificate()
  made.version = 2
  made.serialNumber = new asn1.Integer({ value: serial })
  made.subject.typesAndValues = Object.entries(subject).map(([type, value]) => new pki.AttributeTypeAndValue({ type, value: new asn1.Utf8String({ value }) }))
  made.issuer = issuer ? pki.Certificate.fromBER(bytesOf(issuer.certificate.raw)).subject : made.subject
  made.notBefore.value = from
  made.notAfter.value = until
  if (isAuthority !== undefined) {
    const constraints = new pki.BasicConstraints({ cA: isAuthority }).toSchema().toBER()
    made.extensions = [new pki.Extension({ extnID: '2.5.29.19', critical: true, extnValue: constraints })]
  }
  const open = createPublicKey(key).export({ format: 'jwk' })
  await made.subjectPublicKeyInfo.importKey(await crypto.subtle.importKey('jwk', open, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']))
  await made.sign(await asCryptoKey(issuer?.key ?? key), 'SHA-256')
  return { key, certificate: new X509Certificate(Buffer.from(made.toSchema(true).toBER())) }
}
