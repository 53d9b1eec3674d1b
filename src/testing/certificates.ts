import { isIPv4 } from 'node:net'
import * as asn1 from 'asn1js'
import * as pki from 'pkijs'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
export const newKeys = async () => (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair

/** A test certificate, valid for a year. */
export async function makeCertificate(
  name: string,
  issuer: string,
  serial: number,
  keys: CryptoKeyPair,
  signWith: CryptoKey,
  extensions: pki.Extension[],
): Promise<pki.Certificate> {
  const made = new pki.Certificate()
  made.version = 2
  made.serialNumber = new asn1.Integer({ value: serial })
  made.subject.typesAndValues.push(commonName(name))
  made.issuer.typesAndValues.push(commonName(issuer))
  made.notBefore.value = new Date(Date.now() - 86_400_000)
  made.notAfter.value = new Date(Date.now() + 365 * 86_400_000)
  made.extensions = extensions
  await made.subjectPublicKeyInfo.importKey(keys.publicKey)
  await made.sign(signWith, 'SHA-256')
  return made
}

const commonName = (value: string) => new pki.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1.Utf8String({ value }) })

export function basicConstraints(): pki.Extension {
  const value = new pki.BasicConstraints({ cA: true })
  return new pki.Extension({ extnID: '2.5.29.19', critical: true, extnValue: value.toSchema().toBER(), parsedValue: value })
}

export function forStamps(): pki.Extension {
  const value = new pki.ExtKeyUsage({ keyPurposes: ['1.3.6.1.5.5.7.3.8'] })
  return new pki.Extension({ extnID: '2.5.29.37', critical: true, extnValue: value.toSchema().toBER(), parsedValue: value })
}

/** The certificate is for this name, or this IPv4 address (RFC 5280, section 4.2.1.6). */
function forHost(host: string): pki.Extension {
  const name = isIPv4(host)
    ? new pki.GeneralName({ type: 7, value: new asn1.OctetString({ valueHex: Uint8Array.from(host.split('.').map(Number)).buffer }) })
    : new pki.GeneralName({ type: 2, value: host })
  const value = new pki.GeneralNames({ names: [name] })
  return new pki.Extension({ extnID: '2.5.29.17', critical: false, extnValue: value.toSchema().toBER(), parsedValue: value })
}

export function pemOf(made: pki.Certificate): string {
  const body = Buffer.from(made.toSchema(true).toBER())
    .toString('base64')
    .match(/.{1,64}/g)
  return `-----BEGIN CERTIFICATE-----\n${body?.join('\n')}\n-----END CERTIFICATE-----\n`
}

async function keyPem({ privateKey }: CryptoKeyPair): Promise<string> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`
}

/** A key and a certificate that it signed itself, both as PEM. */
export async function selfSigned(name: string, extensions: pki.Extension[] = []): Promise<{ cert: string; key: string }> {
  const keys = await newKeys()
  const made = await makeCertificate(name, name, Math.floor(Math.random() * 1e6) + 1, keys, keys.privateKey, extensions)
  return { cert: pemOf(made), key: await keyPem(keys) }
}

/** An authority and what it signs: certificates for names and addresses, as PEM. */
export async function newAuthority(name: string): Promise<{ ca: string; sign(name: string, host: string): Promise<{ cert: string; key: string }> }> {
  const own = await newKeys()
  const root = await makeCertificate(name, name, 1, own, own.privateKey, [basicConstraints()])
  let serial = 1
  return {
    ca: pemOf(root),
    async sign(subject, host) {
      const keys = await newKeys()
      return { cert: pemOf(await makeCertificate(subject, name, ++serial, keys, own.privateKey, [forHost(host)])), key: await keyPem(keys) }
    },
  }
}
