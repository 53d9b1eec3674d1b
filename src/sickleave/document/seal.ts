import { toLatin } from '../../platform/text.ts'
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readPem } from '../../platform/house-tls.ts'
import type { World } from '../../platform/world.ts'
import { certify } from './house-certificate.ts'
import { derivedKey } from '../../platform/derived-key.ts'
import { asCryptoKey, bytesOf, libraries } from './pki.ts'

/** The centre's seal on documents that leave it: a key, its certificate, and what a document may say about the seal. */
export type Seal = { key: KeyObject; certificate: Buffer; name: string; isQualified: boolean }

const known = new WeakMap<object, Promise<Seal>>()
export const sealOf = (world: World): Promise<Seal> => {
  const made = known.get(world.keys) ?? (world.config.SEAL_CERT === '' ? ownSeal(world) : Promise.resolve(givenSeal(world)))
  known.set(world.keys, made)
  return made
}

/** The seal that a certification authority gave to the operator. A setting says whether it is qualified, since only the operator knows that. */
function givenSeal({ config }: World): Seal {
  const certificate = new X509Certificate(readPem(config.SEAL_CERT))
  const key = createPrivateKey(readPem(config.SEAL_KEY))
  if (!certificate.checkPrivateKey(key)) throw new Error('SEAL_KEY is not the key of SEAL_CERT')
  const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? certificate.subject
  return { key, certificate: certificate.raw, name, isQualified: config.SIGNATURE_LEVEL === 'qualified' }
}

const ownName = 'Спона, печат центра (није квалификован)'

/** The name of the seal in an English document. A given seal has the name of its certificate. */
export const ownNameInEnglish = (name: string): string => (name === ownName ? 'Spona, seal of the centre (not qualified)' : toLatin(name))

/** Without a given seal the key comes from the master key. The certificate signs itself, and its name says that it is not qualified. */
async function ownSeal(world: World): Promise<Seal> {
  const key = derivedKey(world.keys, 'sickleave-seal').key
  const { certificate } = await certify(key, { serial: 1, subject: { '2.5.4.3': ownName } })
  return { key, certificate: certificate.raw, name: ownName, isQualified: false }
}

const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.47',
}

/**
 * A detached CMS signature (RFC 5652) with the attributes of PAdES and CAdES baseline B: the type of the content, its hash, and the hash of the
 * certificate (RFC 5035), so that nobody can exchange it for another certificate of the same key. The time stands in the document; a PAdES signature
 * does not repeat it.
 */
export async function signDetached(seal: Seal, bytes: Buffer): Promise<Buffer> {
  const { asn1, pki } = await libraries()
  const certificate = pki.Certificate.fromBER(bytesOf(seal.certificate))
  const digest = (of: Uint8Array) => new asn1.OctetString({ valueHex: bytesOf(createHash('sha256').update(of).digest()) })
  const sequence = (...value: InstanceType<typeof asn1.OctetString | typeof asn1.Sequence>[]) => new asn1.Sequence({ value })
  const attribute = (type: string, value: unknown) => new pki.Attribute({ type, values: [value] })
  const signed = new pki.SignedData({
    version: 1,
    encapContentInfo: new pki.EncapsulatedContentInfo({ eContentType: oids.data }),
    signerInfos: [
      new pki.SignerInfo({
        version: 1,
        sid: new pki.IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        signedAttrs: new pki.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            attribute(oids.contentType, new asn1.ObjectIdentifier({ value: oids.data })),
            attribute(oids.messageDigest, digest(bytes)),
            attribute(oids.signingCertificate, sequence(sequence(sequence(digest(seal.certificate))))),
          ],
        }),
      }),
    ],
    certificates: [certificate],
  })
  await signed.sign(await asCryptoKey(seal.key), 0, 'SHA-256', bytesOf(bytes))
  return Buffer.from(new pki.ContentInfo({ contentType: oids.signedData, content: signed.toSchema(true) }).toSchema().toBER())
}

/** The certificate of the seal when it is a signature over exactly these bytes, else null. Whether to trust that certificate is another question. */
export async function sealerOf(cms: Buffer, bytes: Buffer): Promise<X509Certificate | null> {
  const { pki } = await libraries()
  try {
    const data = new pki.SignedData({ schema: pki.ContentInfo.fromBER(bytesOf(cms)).content })
    const [certificate] = data.certificates ?? []
    if (!(certificate instanceof pki.Certificate) || !(await data.verify({ signer: 0, data: bytesOf(bytes) }))) return null
    return new X509Certificate(Buffer.from(certificate.toSchema().toBER()))
  } catch {
    return null // Not a signed message, or one over other bytes.
  }
}
