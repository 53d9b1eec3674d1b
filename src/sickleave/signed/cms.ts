import { createHash, X509Certificate } from 'node:crypto'
import type { SignedData, SignerInfo } from 'pkijs'
import { bytesOf, libraries } from '../document/pki.ts'

// One detached signature over bytes (CMS, RFC 5652; with or without the attributes of CAdES). It is read strictly, and anything odd is refused with a
// sentence.

export type Cms = {
  signer: X509Certificate
  /** Further certificates in the signature, between the signer's and an authority's. */
  others: X509Certificate[]
  hash: string
  /** The digest of the signed bytes, by which the document is found. */
  digest: Buffer
  /** The time that the signer's machine stated; nobody guarantees it. */
  claimedAt: Date | null
  fits(bytes: Buffer): Promise<boolean>
}
export type Read<T> = { ok: true; value: T } | { ok: false; why: string }
export const no = (why: string): { ok: false; why: string } => ({ ok: false, why })

const cmsBytesMax = 256 * 1024
const certificatesMax = 10
const hashes: Record<string, string> = {
  '1.3.14.3.2.26': 'sha1',
  '1.2.840.113549.2.5': 'md5',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
export const hashesTaken = ['sha256', 'sha384', 'sha512']
const oids = {
  contentType: '1.2.840.113549.1.9.3',
  digest: '1.2.840.113549.1.9.4',
  time: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.47',
}
const dataOid = '1.2.840.113549.1.7.1'
const signedDataOid = '1.2.840.113549.1.7.2'

export async function readCms(given: Buffer): Promise<Read<Cms>> {
  if (given.length > cmsBytesMax) return no(`a signature has at most ${cmsBytesMax / 1024} KB`)
  const { pki } = await libraries()
  try {
    const content = pki.ContentInfo.fromBER(bytesOf(given))
    if (content.contentType !== signedDataOid) return no('this is no signed message (CMS SignedData)')
    return readSigned(new pki.SignedData({ schema: content.content }))
  } catch {
    return no('this is no signed message (CMS) that can be read')
  }
}

function readSigned(data: SignedData): Read<Cms> {
  const [info, second] = data.signerInfos
  if (!info) return no('nobody signed this')
  if (second) return no('it bears more than one signature; one person signs a request')
  if (data.encapContentInfo.eContent !== undefined) return no('the signature holds a copy of the document; send a detached one')
  const certificates = (data.certificates ?? []).flatMap((one) => ('serialNumber' in one ? [new X509Certificate(Buffer.from(one.toSchema().toBER()))] : []))
  if (certificates.length > certificatesMax) return no(`a signature brings at most ${certificatesMax} certificates`)
  const serial = signerSerial(info)
  const signer = certificates.find((one) => one.serialNumber.toLowerCase() === serial?.serial && Buffer.from(one.raw).includes(serial.issuer))
  if (!signer) return no('the certificate of the signer is not in the signature')
  return withAttributes(data, info, signer, certificates)
}

/** RFC 5652 section 5.3: the signer by issuer and serial number. Key identifiers are rare and name no issuer. */
function signerSerial({ sid }: SignerInfo): { serial: string; issuer: Buffer } | null {
  if (!('issuer' in sid)) return null
  const hex = Buffer.from(sid.serialNumber.valueBlock.valueHexView)
    .toString('hex')
    .replace(/^(00)+(?=..)/, '')
  return { serial: hex, issuer: Buffer.from(sid.issuer.toSchema().toBER()) }
}

function withAttributes(data: SignedData, info: SignerInfo, signer: X509Certificate, certificates: X509Certificate[]): Read<Cms> {
  const hash = hashes[info.digestAlgorithm.algorithmId] ?? 'unknown'
  if (!hashesTaken.includes(hash))
    return no(`it is signed with ${hash === 'unknown' ? 'a hash that is not taken' : hash.toUpperCase()}; SHA-256 or longer is needed`)
  const attributes = info.signedAttrs?.attributes ?? []
  const values = (type: string) => attributes.filter((one) => one.type === type).flatMap(({ values: all }) => all)
  const [type, digest, ...more] = [...values(oids.contentType), ...values(oids.digest)]
  if (type?.valueBlock?.toString() !== dataOid || digest === undefined || more.length > 0)
    return no('the signature does not say what it is over (signed attributes)')
  const [named] = values(oids.signingCertificate)
  if (named && !Buffer.from(named.toBER()).includes(digestOf(signer.raw, hash)) && !Buffer.from(named.toBER()).includes(digestOf(signer.raw, 'sha256')))
    return no('the signature names another certificate than it brings')
  const [time] = values(oids.time)
  const claimed: unknown = time?.toDate?.()
  return {
    ok: true,
    value: {
      ...{ signer, others: certificates.filter((one) => one !== signer), hash },
      digest: Buffer.from(digest.valueBlock.valueHexView),
      claimedAt: claimed instanceof Date && !Number.isNaN(claimed.getTime()) ? claimed : null,
      fits: (bytes) => data.verify({ signer: 0, data: bytesOf(bytes) }).catch(() => false),
    },
  }
}

export const digestOf = (bytes: Uint8Array, hash: string): Buffer => createHash(hash).update(bytes).digest()
