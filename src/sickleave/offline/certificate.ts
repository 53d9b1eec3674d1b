import { Refusal } from '../../platform/refusal.ts'
import { type Body, bodyOf, uuidOf } from '../read-body.ts'
import { readJws } from '../signature/signed-act.ts'

// A certificate that an edge issued without a connection: a compact JWS (ES256) signed by the key with which its institution is a member of the bus.

export type OfflineCertificate = {
  jws: string
  kid: string
  leave: string
  number: string
  at: string
  /** The licence of the doctor who assessed. */
  doctor: string
  person: { kind: 'jmbg' | 'lbo' | 'lzb'; value: string }
  /** The fields of an opening of a leave. */
  body: Body
}

export const certificateType = 'spona-offline-certificate'
const wrong = (name: string, is: string) => new Refusal('incorrect', `${name} of the certificate ${is}`, { expression: name })

/** Checks the form only; whose key it is and whether the content is allowed is checked later. No sentence repeats a person's number. */
export function readCertificate(given: unknown): OfflineCertificate {
  const { jws, kid, payload } = readJws(given, certificateType)
  const fields = bodyOf(payload, ['leave', 'number', 'at', 'doctor', 'person', 'body'])
  const { number, at, doctor, body } = fields
  if (typeof number !== 'string' || !/^\d{5}-\d{4}-\d{8}$/.test(number)) throw wrong('number', 'is one of a block: institution, year, serial')
  if (typeof at !== 'string') throw wrong('at', 'is an instant')
  if (typeof doctor !== 'string' || doctor === '' || doctor.length > 40) throw wrong('doctor', 'is the licence of the doctor')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('body', 'holds the fields of an opening')
  return { jws, kid, leave: uuidOf(fields, 'leave').toLowerCase(), number, at, doctor, person: personOf(fields['person']), body: body as Body }
}

const forms = { jmbg: /^\d{13}$/, lbo: /^\d{11}$/, lzb: /^\d{6,20}$/ } as const

function personOf(given: unknown): OfflineCertificate['person'] {
  const [named, ...more] = Object.entries(bodyOf(given, ['jmbg', 'lbo', 'lzb']))
  const [kind, value] = named ?? []
  const isNamed = (kind === 'jmbg' || kind === 'lbo' || kind === 'lzb') && typeof value === 'string' && more.length === 0
  if (!isNamed || !forms[kind].test(value)) throw wrong('person', 'is named by one of jmbg, lbo or lzb, in its digits')
  return { kind, value }
}
