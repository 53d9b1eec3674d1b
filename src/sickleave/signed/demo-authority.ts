import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { World } from '../../platform/world.ts'
import { asCryptoKey, bytesOf, keyOfHouse, libraries } from '../document/key-of-house.ts'

// An invented authority for trying signatures in the demo. Its key comes from the demo's master key, so each installation has another one, and none is in
// any file. Nobody else trusts it, and what it certifies is never called qualified.

export type Certified = { key: KeyObject; certificate: X509Certificate }
const authorityName = 'Спона, демо тело за проверу потписа (није квалификовано)'
const [from, until] = [new Date('2026-01-01T00:00:00Z'), new Date('2046-01-01T00:00:00Z')]
const oids = { name: '2.5.4.3', family: '2.5.4.4', given: '2.5.4.42' }

const known = new WeakMap<object, Promise<Certified>>()
export function demoAuthority(world: Pick<World, 'keys'>): Promise<Certified> {
  const made = known.get(world.keys) ?? certify(world, 'sickleave-demo-authority', { [oids.name]: authorityName }, null)
  known.set(world.keys, made)
  return made
}

/** A certificate and key of a person of the demo, by the name that the account has. */
export async function demoSigner(world: Pick<World, 'keys'>, name: string): Promise<Certified> {
  const [given = '', ...family] = name.split(' ')
  return certify(
    world,
    `sickleave-demo-signer ${name}`,
    { [oids.name]: name, [oids.given]: given, [oids.family]: family.join(' ') },
    await demoAuthority(world),
  )
}

async function certify(world: Pick<World, 'keys'>, label: string, subject: Record<string, string>, issuer: Certified | null): Promise<Certified> {
  const { asn1, pki } = await libraries()
  const key = keyOfHouse(world, label)
  const made = new pki.Certificate()
  made.version = 2
  made.serialNumber = new asn1.Integer({ value: issuer ? 2 : 1 })
  made.subject.typesAndValues = Object.entries(subject).map(([type, value]) => new pki.AttributeTypeAndValue({ type, value: new asn1.Utf8String({ value }) }))
  made.issuer = issuer ? pki.Certificate.fromBER(bytesOf(issuer.certificate.raw)).subject : made.subject
  made.notBefore.value = from
  made.notAfter.value = until
  const constraints = new pki.BasicConstraints({ cA: issuer === null }).toSchema().toBER()
  made.extensions = [new pki.Extension({ extnID: '2.5.29.19', critical: true, extnValue: constraints })]
  const open = createPublicKey(key).export({ format: 'jwk' })
  await made.subjectPublicKeyInfo.importKey(await crypto.subtle.importKey('jwk', open, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']))
  await made.sign(await asCryptoKey(issuer?.key ?? key), 'SHA-256')
  return { key, certificate: new X509Certificate(Buffer.from(made.toSchema(true).toBER())) }
}
