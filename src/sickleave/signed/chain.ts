import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { Certificate, CertificateRevocationList, type BasicConstraints } from 'pkijs'
import { bytesOf } from '../document/pki.ts'

// From a signer's certificate to an authority that is trusted here (RFC 5280 section 6, as far as certificates of persons need it).

export type Trust = { authorities: X509Certificate[]; lists: CertificateRevocationList[] }
export type Chain = { authority: X509Certificate; isRevocationKnown: boolean }

const stepsMax = 5
const oids = { constraints: '2.5.29.19', usage: '2.5.29.15', statements: '1.3.6.1.5.5.7.1.3' }
/**
 * RFC 5280 section 4.2: a certificate with a critical extension that is not understood is refused. Policies and names count as understood, because
 * they restrict nothing here.
 */
const understood = new Set([oids.constraints, oids.usage, oids.statements, '2.5.29.37', '2.5.29.32', '2.5.29.17', '2.5.29.35', '2.5.29.14', '2.5.29.31'])
const weak = new Set(['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1', '1.2.840.113549.1.1.2'])

/** The blocks with this name in a PEM text, as DER. */
export const pemBlocks = (text: string, name: string): Buffer[] =>
  [...text.matchAll(new RegExp(`-----BEGIN ${name}-----([^-]+)-----END ${name}-----`, 'g'))].map(([, base64]) => Buffer.from(base64 as string, 'base64'))

/**
 * A PEM file of authorities, and of lists of revoked certificates, which an operator keeps up to date. It is read anew for each signature, because
 * lists change.
 */
export function readTrust(file: string): Trust {
  const text = file !== '' && existsSync(file) ? readFileSync(file, 'utf8') : ''
  return {
    authorities: pemBlocks(text, 'CERTIFICATE').map((der) => new X509Certificate(der)),
    lists: pemBlocks(text, 'X509 CRL').map((der) => CertificateRevocationList.fromBER(bytesOf(der))),
  }
}

const detailsOf = (one: X509Certificate) => Certificate.fromBER(bytesOf(one.raw))

/** The authority by which the certificate is trusted, or the reason why it is not. */
export async function chainOf(signer: X509Certificate, others: readonly X509Certificate[], trust: Trust, at: Date): Promise<Chain | string> {
  let [below, steps] = [signer, 0]
  let isRevocationKnown = true
  for (;;) {
    const wrong = whatIsWrong(below, at, steps)
    if (wrong !== null) return wrong
    const isAuthority = trust.authorities.some(({ fingerprint256 }) => fingerprint256 === below.fingerprint256)
    if (isAuthority && steps > 0) return { authority: below, isRevocationKnown }
    const issuer = [...trust.authorities, ...others].find((one) => one.fingerprint256 !== below.fingerprint256 && isIssuedBy(below, one))
    if (!issuer || steps >= stepsMax) return 'no authority that is trusted here certified this certificate'
    const revoked = await isRevoked(below, issuer, trust.lists, at)
    if (revoked === true) return steps === 0 ? 'the certificate of the signer was revoked' : 'a certificate between the signer and the authority was revoked'
    isRevocationKnown &&= revoked === false
    below = issuer
    steps++
  }
}

function whatIsWrong(one: X509Certificate, at: Date, steps: number): string | null {
  const which = steps === 0 ? 'the certificate of the signer' : 'a certificate between the signer and the authority'
  if (at < one.validFromDate) return `${which} is not valid yet`
  if (at > one.validToDate) return `${which} has expired`
  const details = detailsOf(one)
  if (weak.has(details.signatureAlgorithm.algorithmId) && one.issuer !== one.subject) return `${which} is signed with SHA-1 or MD5`
  const { asymmetricKeyType: kind, asymmetricKeyDetails: key } = one.publicKey
  if (kind === 'rsa' && (key?.modulusLength ?? 0) < 2048) return `${which} has a key of fewer than 2048 bits`
  if ((details.extensions ?? []).some(({ critical, extnID }) => critical && !understood.has(extnID)))
    return `${which} has a critical extension that is not known here`
  if (steps === 0) return one.ca ? 'an authority does not sign requests' : null
  const constraints = details.extensions?.find(({ extnID }) => extnID === oids.constraints)?.parsedValue as BasicConstraints | undefined
  const length = constraints?.pathLenConstraint
  if (!one.ca || (typeof length === 'number' && length < steps - 1)) return `${which} may not certify others`
  return null
}

function isIssuedBy(below: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && below.checkIssued(issuer) && below.verify(issuer.publicKey)
  } catch {
    return false // A key of another kind cannot have signed it.
  }
}

/** Null when no current list of the issuer is available: then we do not know. */
async function isRevoked(one: X509Certificate, issuer: X509Certificate, lists: readonly CertificateRevocationList[], at: Date): Promise<boolean | null> {
  const [details, above] = [detailsOf(one), detailsOf(issuer)]
  for (const list of lists) {
    if (!list.issuer.isEqual(above.subject) || list.thisUpdate.value > at || (list.nextUpdate && list.nextUpdate.value < at)) continue
    if (!(await list.verify({ issuerCertificate: above }).catch(() => false))) continue
    return list.isCertificateRevoked(details)
  }
  return null
}
