import { createHash, randomBytes } from 'node:crypto'
import type { Certificate, ContentInfo } from 'pkijs'

/** What a time-stamping authority vouches for: these bytes existed at this time. */
export type Stamp = { at: Date; authority: string; isTrusted: boolean | null }

const answerBytesMax = 65_536
const waitMs = 10_000
const timeStamping = '1.3.6.1.5.5.7.3.8'
const commonName = '2.5.4.3'
/** PKIStatus (RFC 3161, section 2.4.2): granted, granted with modifications. */
const granted = new Set([0, 1])

// Reading certificates is a library that most servers never need: it is loaded when the first stamp is.
const libraries = async () => ({ asn1: await import('asn1js'), pki: await import('pkijs') })

const bytesOf = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer

/** Asks for a stamp of a text (RFC 3161 by HTTP, section 3.4) and gives back the token, verified against what was asked. */
export async function askStamp(address: string, text: string): Promise<Buffer> {
  const { asn1, pki } = await libraries()
  const nonce = randomBytes(8)
  nonce[0] = (nonce[0] as number) & 0x7f // A number above zero.
  const request = new pki.TimeStampReq({
    version: 1,
    messageImprint: new pki.MessageImprint({
      hashAlgorithm: new pki.AlgorithmIdentifier({ algorithmId: '2.16.840.1.101.3.4.2.1', algorithmParams: new asn1.Null() }),
      hashedMessage: new asn1.OctetString({ valueHex: bytesOf(createHash('sha256').update(text).digest()) }),
    }),
    nonce: new asn1.Integer({ valueHex: bytesOf(nonce) }),
    certReq: true,
  })
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Buffer.from(request.toSchema().toBER()),
    redirect: 'error',
    signal: AbortSignal.timeout(waitMs),
  })
  if (!answer.ok) throw new Error(`the time-stamping authority answered ${answer.status}`)
  const response = pki.TimeStampResp.fromBER(await readShort(answer))
  if (!granted.has(Number(response.status.status)) || !response.timeStampToken) throw new Error('the time-stamping authority refused to stamp')
  const token = Buffer.from(response.timeStampToken.toSchema().toBER())
  if (!(await infoOf(response.timeStampToken)).nonce?.isEqual(request.nonce as never)) throw new Error('the stamp answers another request')
  await readStamp(token, text, null)
  return token
}

async function readShort(answer: Response): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    if (length > answerBytesMax) throw new Error('the answer of the time-stamping authority is too long')
    chunks.push(chunk)
  }
  return bytesOf(Buffer.concat(chunks))
}

/**
 * Verifies a token over a text, without a network: digest, signature, the purpose of the certificate and, when roots are given, its
 * chain at the time of the stamp. `isTrusted` is null without roots. Throws when anything is wrong.
 */
export async function readStamp(token: Buffer, text: string, roots: readonly Certificate[] | null): Promise<Stamp> {
  const { pki } = await libraries()
  const content = pki.ContentInfo.fromBER(bytesOf(token))
  const signed = new pki.SignedData({ schema: content.content })
  const { genTime } = await infoOf(content)
  const how = { signer: 0, data: bytesOf(Buffer.from(text)), checkDate: genTime, checkChain: roots !== null, trustedCerts: [...(roots ?? [])] }
  const verdict = await signed.verify({ ...how, extendedMode: true }).catch((error: Error) => {
    throw new Error(`the stamp is not a valid one of this seal, or its authority is not below the given certificates (${error.message})`)
  })
  if (verdict.signatureVerified !== true) throw new Error('the stamp is not a valid one of this seal: its signature is wrong')
  if (roots !== null && verdict.signerCertificateVerified !== true) throw new Error('the stamp’s authority is not below the given certificates')
  const certificate = verdict.signerCertificate as Certificate
  if (!isForStamps(certificate)) throw new Error('the certificate of the stamp is not one for time stamps')
  const name = certificate.subject.typesAndValues.find(({ type }) => type === commonName)?.value.valueBlock.value
  return { at: genTime, authority: String(name ?? 'an authority without a name'), isTrusted: roots === null ? null : true }
}

function isForStamps(certificate: Certificate): boolean {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === '2.5.29.37')?.parsedValue as { keyPurposes?: string[] } | undefined
  return usage?.keyPurposes?.includes(timeStamping) === true
}

async function infoOf(content: ContentInfo) {
  const { pki } = await libraries()
  const signed = new pki.SignedData({ schema: content.content })
  const held = signed.encapContentInfo.eContent
  if (!held) throw new Error('the stamp holds nothing')
  return pki.TSTInfo.fromBER(held.getValue())
}

/** The certificates of a PEM file, as `bus verify --tsa-ca` is given. */
export async function certificatesOf(pem: string): Promise<Certificate[]> {
  const { pki } = await libraries()
  const found = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)]
  return found.map(([, body = '']) => pki.Certificate.fromBER(bytesOf(Buffer.from(body, 'base64'))))
}
