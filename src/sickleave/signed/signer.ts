import type { X509Certificate } from 'node:crypto'
import { Certificate } from 'pkijs'
import { toLatin } from '../../platform/text.ts'
import { bytesOf } from '../document/pki.ts'

// Whom a certificate names as its holder (ETSI EN 319 412-1 to 412-3), and whether that is the person who acts.

export type Signer = { name: string; organization: string | null; issuer: string; serial: string; validUntil: string }
export type Named = {
  signer: Signer
  family: string | null
  given: string | null
  /** `PNORS-` and the personal number; never shown or logged. */
  personal: string | null
  /** `VATRS-` and the PIB, or `NTRRS-` and the register number. */
  firm: string | null
  isPseudonym: boolean
  /** The certificate states that it is a qualified one for signatures, with its key in a qualified device (ETSI EN 319 412-5). */
  isQualified: boolean
  maySign: boolean
}

const oids = {
  ...{ name: '2.5.4.3', family: '2.5.4.4', serial: '2.5.4.5', organization: '2.5.4.10', given: '2.5.4.42', pseudonym: '2.5.4.65', firm: '2.5.4.97' },
  ...{ usage: '2.5.29.15', statements: '1.3.6.1.5.5.7.1.3' },
}
/** DER of the object identifiers id-etsi-qcs-QcCompliance and id-etsi-qcs-QcSSCD, and of the type eSeal, which is no signature of a person. */
const statements = { compliance: '060604008e460101', device: '060604008e460104', seal: '060704008e46010602' }
const usage = { signature: 0x80, commitment: 0x40 }

export function namedIn(certificate: X509Certificate): Named {
  const details = Certificate.fromBER(bytesOf(certificate.raw))
  const field = (type: string, of = details.subject): string | null => {
    const value: unknown = of.typesAndValues.find((one) => one.type === type)?.value.valueBlock.value
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
  }
  const extension = (id: string) => details.extensions?.find(({ extnID }) => extnID === id)?.extnValue.valueBlock.valueHexView
  const said = Buffer.from(extension(oids.statements) ?? []).toString('hex')
  // RFC 5280 section 4.2.1.3: a bit string, whose first bits are digitalSignature and nonRepudiation (contentCommitment). Without it the key may be
  // used for everything.
  const bits = extension(oids.usage)?.at(3) ?? usage.signature | usage.commitment
  const isQualified = said.includes(statements.compliance) && said.includes(statements.device) && !said.includes(statements.seal)
  const [family, given] = [field(oids.family), field(oids.given)]
  const name = field(oids.name) ?? [given, family].filter((one) => one !== null).join(' ')
  const signer = {
    ...{ name: withoutNumbers(name), organization: field(oids.organization), serial: certificate.serialNumber.toLowerCase() },
    ...{ issuer: field(oids.name, details.issuer) ?? field(oids.organization, details.issuer) ?? '', validUntil: certificate.validToDate.toISOString() },
  }
  const serial = field(oids.serial)
  return {
    ...{ signer, family, given, isQualified: isQualified && (bits & usage.commitment) !== 0, isPseudonym: field(oids.pseudonym) !== null },
    ...{ personal: /^PNORS-(\d{13})$/.exec(serial ?? '')?.[1] ?? null, firm: field(oids.firm) },
    maySign: (bits & (usage.signature | usage.commitment)) !== 0,
  }
}

/** Some authorities put a personal number into the name. */
const withoutNumbers = (text: string): string =>
  text
    .replace(/\d{11,}/g, '')
    .replace(/\s+/g, ' ')
    .trim()

const wordsOf = (text: string): string[] =>
  toLatin(text.normalize('NFC'))
    .toLowerCase()
    .replace(/đ/g, 'dj')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')

/**
 * Compares names in either script, with or without marks and in any order. Further words in the certificate do no harm, such as a second family name
 * or a word of the authority.
 */
export function isNamed({ family, given, signer }: Named, person: string): boolean {
  const certified = new Set(wordsOf(family !== null && given !== null ? `${given} ${family}` : signer.name))
  const asked = wordsOf(person)
  return asked.length >= 2 && asked.every((word) => certified.has(word))
}

/** Null when the certificate names no firm: then its holder signs as a person, and the register of members says for whom. */
export function isFirm({ firm }: Named, { pib, mb }: { pib: string; mb: string | null }): boolean | null {
  const [, kind, number] = /^(VATRS|NTRRS|MB:RS)-(.+)$/.exec(firm ?? '') ?? []
  if (firm === null) return null
  return kind === 'VATRS' ? number === pib : kind !== undefined && number === mb
}
