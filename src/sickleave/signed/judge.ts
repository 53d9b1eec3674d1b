import { verify, X509Certificate } from 'node:crypto'
import type { World } from '../../platform/world.ts'
import { documentLanguages } from '../document/words.ts'
import { chainOf, pemBlocks, readTrust, type Trust } from './chain.ts'
import { type Cms, digestOf, no, type Read, readCms } from './cms.ts'
import { demoAuthority } from './demo-authority.ts'
import { type Form, formAsPdf, formAsXml } from './form.ts'
import { otherDocument, readPdf } from './pdf-signature.ts'
import { isFirm, isNamed, type Named, namedIn, type Signer } from './signer.ts'

// Judges whether the returned file is the document that was given out, signed by somebody who may sign it. Every refusal is a sentence.

type Place = Pick<World, 'config' | 'keys'>
/** Who may sign this request: one of these names, a person's own number when it is known, and the firms for which a certificate may be issued. */
export type Holder = { names: readonly string[]; jmbg: string | null; firms: readonly { pib: string; mb: string | null }[] | null }
export type Level = 'advanced' | 'qualified'
export type Judged = { level: Level; signer: Signer; isRevocationKnown: boolean; claimedAt: string | null }
export type SignedDocument = Judged & { sha256: string; bytes: number; form: 'pades' | 'cades' | 'raw'; document: 'pdf' | 'xml' | 'text' }

export async function judgeDocument(world: Place, given: Buffer, form: Form, holder: Holder, at: Date): Promise<Read<SignedDocument>> {
  const found = await readAny(given, form)
  if (!found.ok) return found
  const { cms, document, kind } = found.value
  const judged = await judgeSigner(world, [cms.signer, ...cms.others], holder, at)
  if (!judged.ok) return judged
  const claimedAt = cms.claimedAt?.toISOString() ?? null
  return { ok: true, value: { ...judged.value, claimedAt, document, form: kind, sha256: digestOf(given, 'sha256').toString('hex'), bytes: given.length } }
}

type Found = { cms: Cms; document: 'pdf' | 'xml'; kind: 'pades' | 'cades' }

async function readAny(given: Buffer, form: Form): Promise<Read<Found>> {
  const begins = given.subarray(0, 64).toString('latin1')
  if (begins.startsWith('%PDF-')) return inPdf(given, form)
  if (given[0] === 0x30) return detached(given, form)
  const pem = /^-----BEGIN (?:PKCS7|CMS)-----([A-Za-z0-9+/=\s]+)-----END (?:PKCS7|CMS)-----\s*$/.exec(given.toString('latin1'))
  if (pem) return detached(Buffer.from(pem[1] as string, 'base64'), form)
  if (begins.startsWith('PK')) return no('a signed package (ASiC) is not taken here; sign the PDF (PAdES), or the XML with a detached signature (CAdES, .p7s)')
  if (/^(\xef\xbb\xbf)?\s*</.test(begins))
    return no('a signature inside XML (XAdES) is not taken here; sign the XML with a detached one (CAdES, .p7s), or the PDF')
  return no('this is neither a signed PDF nor a detached signature (CAdES, PKCS #7)')
}

async function inPdf(given: Buffer, form: Form): Promise<Read<Found>> {
  let answer: Read<{ cms: Buffer; covered: Buffer }> = no(otherDocument)
  for (const language of documentLanguages) {
    answer = readPdf(given, await formAsPdf(form, language))
    if (answer.ok || answer.why !== otherDocument) break
  }
  if (!answer.ok) return answer
  const read = await readCms(answer.value.cms)
  if (!read.ok) return read
  if (!(await read.value.fits(answer.value.covered))) return no('the signature does not fit the document: it was changed after it was signed')
  return { ok: true, value: { cms: read.value, document: 'pdf', kind: 'pades' } }
}

async function detached(given: Buffer, form: Form): Promise<Read<Found>> {
  const read = await readCms(given)
  if (!read.ok) return read
  const { hash, digest, fits } = read.value
  const is = (bytes: Buffer) => digestOf(bytes, hash).equals(digest)
  const xml = formAsXml(form)
  const document = is(xml) ? xml : await firstOf(documentLanguages, async (language) => formAsPdf(form, language), is)
  if (!document) return no(otherDocument)
  if (!(await fits(document))) return no('the signature is not one of the key that its certificate names')
  return { ok: true, value: { cms: read.value, document: document === xml ? 'xml' : 'pdf', kind: 'cades' } }
}

async function firstOf<T>(all: readonly T[], make: (one: T) => Promise<Buffer>, is: (bytes: Buffer) => boolean): Promise<Buffer | null> {
  for (const one of all) {
    const bytes = await make(one)
    if (is(bytes)) return bytes
  }
  return null
}

/** A program's signature over a short text, with its certificate in PEM, followed by those above it. */
export async function judgeText(
  world: Place,
  text: string,
  own: { certificate: string; value: string },
  holder: Holder,
  at: Date,
): Promise<Read<SignedDocument>> {
  const certificates = certificatesIn(own.certificate)
  const [signer] = certificates
  if (!signer) return no('the certificate cannot be read')
  const value = Buffer.from(own.value, 'base64')
  const algorithm = signer.publicKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  if (!fitsText(algorithm, text, signer, value)) return no('the signature does not fit what is submitted')
  const judged = await judgeSigner(world, certificates, holder, at)
  if (!judged.ok) return judged
  return { ok: true, value: { ...judged.value, form: 'raw', document: 'text', sha256: digestOf(value, 'sha256').toString('hex'), bytes: value.length } }
}

function fitsText(algorithm: string | null, text: string, signer: X509Certificate, value: Buffer): boolean {
  try {
    return verify(algorithm, Buffer.from(text), signer.publicKey, value)
  } catch {
    return false // A key that signs nothing, such as one for key agreement.
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  try {
    return pemBlocks(pem, 'CERTIFICATE').map((der) => new X509Certificate(der))
  } catch {
    return []
  }
}

async function judgeSigner(world: Place, [signer, ...others]: X509Certificate[], holder: Holder, at: Date): Promise<Read<Judged>> {
  if (!signer) return no('the certificate cannot be read')
  const [trust, demo] = [readTrust(world.config.SIGNATURE_TRUST), world.config.DEMO ? (await demoAuthority(world)).certificate : null]
  const whole: Trust = { ...trust, authorities: [...trust.authorities, ...(demo ? [demo] : [])] }
  if (whole.authorities.length === 0) return no('no authority is trusted here yet: the operator sets SIGNATURE_TRUST')
  const chain = await chainOf(signer, others, whole, at)
  if (typeof chain === 'string') return no(chain)
  const named = namedIn(signer)
  const wrong = whoIsWrong(named, holder)
  if (wrong !== null) return no(wrong)
  const isDemo = demo?.fingerprint256 === chain.authority.fingerprint256
  const { isRevocationKnown } = chain
  return { ok: true, value: { level: named.isQualified && !isDemo ? 'qualified' : 'advanced', signer: named.signer, isRevocationKnown, claimedAt: null } }
}

/** Why the holder is not the right one, as far as the certificate can tell. */
function whoIsWrong(named: Named, { names, jmbg, firms }: Holder): string | null {
  if (!named.maySign) return 'the certificate is not for signing'
  if (named.isPseudonym) return 'the certificate is made out to a pseudonym; a request is signed by name'
  if (!names.some((name) => isNamed(named, name))) return 'the certificate is made out to somebody else than who submits'
  if (named.personal !== null && jmbg !== null && named.personal !== jmbg) return 'the certificate is made out to another person of this name'
  if (named.firm !== null && firms === null) return 'the certificate is made out to somebody who signs for a firm'
  if (firms !== null && !firms.some((firm) => isFirm(named, firm) !== false)) return 'the certificate is made out for another firm'
  return null
}
