import { createHash } from 'node:crypto'
import * as asn1 from 'asn1js'
import * as pki from 'pkijs'
import { basicConstraints, pemOf } from './certificates.ts'

// Certificates of people and detached signatures, as a signing program makes them and as a faulty one does.

const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer
const oids = { name: '2.5.4.3', family: '2.5.4.4', given: '2.5.4.42', serial: '2.5.4.5', firm: '2.5.4.97', pseudonym: '2.5.4.65' }
type Field = keyof typeof oids
export type Wish = {
  subject: Partial<Record<Field, string>>
  isCa?: boolean
  from?: Date
  until?: Date
  hash?: 'SHA-1' | 'SHA-256'
  rsaBits?: number
  /** First byte of the key usage: 0x80 signature, 0x40 commitment, 0x20 encipherment. */
  usage?: number
  isQualified?: boolean
}
export type Holds = { certificate: pki.Certificate; keys: CryptoKeyPair; pem: string }

let serial = 1000
export async function certified(wish: Wish, issuer: Holds | null): Promise<Holds> {
  const keys = (await crypto.subtle.generateKey(
    wish.rsaBits
      ? { name: 'RSASSA-PKCS1-v1_5', modulusLength: wish.rsaBits, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign', 'verify'],
  )) as CryptoKeyPair
  const made = new pki.Certificate()
  made.version = 2
  made.serialNumber = new asn1.Integer({ value: ++serial })
  made.subject.typesAndValues = Object.entries(wish.subject).map(
    ([field, value]) => new pki.AttributeTypeAndValue({ type: oids[field as Field], value: new asn1.Utf8String({ value }) }),
  )
  made.issuer = issuer?.certificate.subject ?? made.subject
  made.notBefore.value = wish.from ?? new Date('2026-01-01T00:00:00Z')
  made.notAfter.value = wish.until ?? new Date('2027-01-01T00:00:00Z')
  const extension = (extnID: string, value: ArrayBuffer) => new pki.Extension({ extnID, extnValue: value })
  made.extensions = [
    ...(wish.isCa ? [basicConstraints()] : []),
    ...(wish.usage === undefined ? [] : [extension('2.5.29.15', new asn1.BitString({ valueHex: Uint8Array.of(wish.usage).buffer }).toBER())]),
    ...(wish.isQualified ? [extension('1.3.6.1.5.5.7.1.3', statements())] : []),
  ]
  await made.subjectPublicKeyInfo.importKey(keys.publicKey)
  await made.sign((issuer?.keys ?? keys).privateKey, wish.hash ?? 'SHA-256')
  return { certificate: made, keys, pem: pemOf(made) }
}

/** ETSI EN 319 412-5: the certificate is qualified, and its key is in a qualified device. */
function statements(): ArrayBuffer {
  const one = (value: string) => new asn1.Sequence({ value: [new asn1.ObjectIdentifier({ value })] })
  return new asn1.Sequence({ value: [one('0.4.0.1862.1.1'), one('0.4.0.1862.1.4')] }).toBER()
}

export async function revokedBy(authority: Holds, ...revoked: Holds[]): Promise<string> {
  const list = new pki.CertificateRevocationList()
  list.version = 1
  list.issuer = authority.certificate.subject
  list.thisUpdate = new pki.Time({ type: 0, value: new Date('2026-01-01T00:00:00Z') })
  list.nextUpdate = new pki.Time({ type: 0, value: new Date('2027-01-01T00:00:00Z') })
  list.revokedCertificates = revoked.map(
    ({ certificate }) =>
      new pki.RevokedCertificate({
        userCertificate: certificate.serialNumber,
        revocationDate: new pki.Time({ type: 0, value: new Date('2026-02-01T00:00:00Z') }),
      }),
  )
  if (revoked.length === 0) delete (list as { revokedCertificates?: unknown }).revokedCertificates
  await list.sign(authority.keys.privateKey, 'SHA-256')
  return `-----BEGIN X509 CRL-----\n${Buffer.from(list.toSchema(true).toBER()).toString('base64')}\n-----END X509 CRL-----\n`
}

type How = { hash?: 'SHA-1' | 'SHA-256'; others?: Holds[]; isAttached?: boolean; second?: Holds; noCertificate?: boolean }

/** A detached CMS signature of bytes. */
export async function cmsOf(
  holder: Holds,
  bytes: Buffer,
  { hash = 'SHA-256', others = [], isAttached = false, second, noCertificate = false }: How = {},
): Promise<Buffer> {
  const digest = createHash(hash.replace('-', '').toLowerCase()).update(bytes).digest()
  const attribute = (type: string, value: unknown) => new pki.Attribute({ type, values: [value] })
  const signers = second ? [holder, second] : [holder]
  const signed = new pki.SignedData({
    version: 1,
    encapContentInfo: new pki.EncapsulatedContentInfo({
      eContentType: '1.2.840.113549.1.7.1',
      ...(isAttached ? { eContent: new asn1.OctetString({ valueHex: bytesOf(bytes) }) } : {}),
    }),
    signerInfos: signers.map(
      ({ certificate }) =>
        new pki.SignerInfo({
          version: 1,
          sid: new pki.IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
          signedAttrs: new pki.SignedAndUnsignedAttributes({
            type: 0,
            attributes: [
              attribute('1.2.840.113549.1.9.3', new asn1.ObjectIdentifier({ value: '1.2.840.113549.1.7.1' })),
              attribute('1.2.840.113549.1.9.4', new asn1.OctetString({ valueHex: bytesOf(digest) })),
              attribute('1.2.840.113549.1.9.5', new asn1.UTCTime({ valueDate: new Date('2026-05-06T08:00:00Z') })),
            ],
          }),
        }),
    ),
    certificates: noCertificate ? [] : [...signers, ...others].map(({ certificate }) => certificate),
  })
  for (const [at, { keys }] of signers.entries()) await signed.sign(keys.privateKey, at, hash, bytesOf(bytes))
  return Buffer.from(new pki.ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: signed.toSchema(true) }).toSchema().toBER())
}

/** One update of a PDF as signing programs write it: these objects, the signature as the object of this number, and one table. */
export async function signedUpdate(
  holder: Holds,
  pdf: Buffer,
  objects: Record<number, string>,
  signature: number,
  tableAs = (table: string, _text: string) => table,
): Promise<Buffer> {
  const room = 8000
  const ten = (value: number) => String(value).padStart(10, '0')
  const hole = '0'.repeat(room)
  const range = '/ByteRange [0 0000000000 0000000000 0000000000]'
  const all = { ...objects, [signature]: ` /Type /Sig /Filter /X /SubFilter /adbe.pkcs7.detached ${range} /Contents <${hole}> ` }
  let [text, rows] = ['\n', '']
  for (const [number, inside] of Object.entries(all)) {
    rows += `${number} 1\n${ten(pdf.length + text.length)} 00000 n \n`
    text += `${number} 0 obj\n<<${inside}>>\nendobj\n`
  }
  const [, trailer = '', previous = ''] = /trailer\s*<<([\s\S]*?)>>\s*startxref\s+(\d+)/.exec(pdf.toString('latin1')) ?? []
  text += `${tableAs(`xref\n${rows}trailer\n<<${trailer.replace(/\/Size \d+/, '/Size 1000')} /Prev ${previous}>>\n`, text)}startxref\n${pdf.length + text.length}\n%%EOF\n`
  const from = pdf.length + text.indexOf(`<${hole}`)
  const until = from + room + 2
  const whole = Buffer.concat([
    pdf,
    Buffer.from(text.replace(range, `/ByteRange [0 ${ten(from)} ${ten(until)} ${ten(pdf.length + text.length - until)}]`), 'latin1'),
  ])
  const made = await cmsOf(holder, Buffer.concat([whole.subarray(0, from), whole.subarray(until)]))
  whole.write(made.toString('hex'), from + 1, 'latin1')
  return whole
}
