import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'
import type { World } from '../../platform/world.ts'
import { words } from '../signing/json-input.ts'

/** The patient key of a reference to a Patient of the record, or null when there is none: known only to the slices above. */
export type PatientOf = (world: World, reference: string) => Promise<number | null>

/** What a sender says about a message, in headers of a request or in a line of a batch. */
export type Head = {
  to: { provider: string; service: string }
  name: string
  key: string | null
  document: string | null
  subject: string | null
  contentType: string
  answers: string | null
}

const line = words(100)
const typeShape = /^[\w.+-]{1,60}\/[\w.+-]{1,60}(?:\s*;\s*[\w-]{1,30}=[\w."-]{1,60}){0,4}$/

/** Every word is judged here and nowhere else, so that a call, a message and a line of a batch hear the same of it. */
export function readHead(headers: IncomingHttpHeaders): Head {
  const [, provider, service] = /^([a-z][a-z0-9-]{2,39})\/([a-z][a-z0-9.-]{1,59})$/.exec(String(headers['bus-to'] ?? '')) ?? []
  if (provider === undefined || service === undefined)
    throw new Refusal('incorrect', 'the header bus-to is missing or has another form', { expression: 'bus-to', hint: 'MEMBER/SERVICE, see GET /bus/services.' })
  const name = readNumber(headers)
  if (name === null)
    throw new Refusal('incorrect', 'the header bus-message-id is missing', {
      expression: 'bus-message-id',
      hint: 'Your own number of the message; the same number is the same message for 30 days.',
    })
  const contentType = headers['content-type'] ?? 'application/octet-stream'
  if (!typeShape.test(contentType)) throw new Refusal('unsupported', 'the content type has another form', { expression: 'content-type' })
  const answers = headers['bus-answers'] === undefined ? null : String(headers['bus-answers'])
  if (answers !== null && !isUuid(answers)) throw new Refusal('incorrect', 'bus-answers is the id of a message', { expression: 'bus-answers' })
  const { subject } = readSubject(headers)
  return { to: { provider, service }, name, key: plain(headers, 'bus-key'), document: plain(headers, 'bus-document'), subject, contentType, answers }
}

/** The sender's own number of a message or a call. */
export const readNumber = (headers: IncomingHttpHeaders): string | null => plain(headers, 'bus-message-id')

function readSubject(headers: IncomingHttpHeaders): { subject: string | null } {
  const subject = headers['bus-subject']
  if (subject === undefined) return { subject: null }
  if (typeof subject === 'string' && /^Patient\/[A-Za-z0-9.-]{1,64}$/.test(subject)) return { subject }
  throw new Refusal('incorrect', 'bus-subject is Patient/ID', { expression: 'bus-subject' })
}

/** Whom it is about: a reference, and the key of the patient behind it. */
export async function readPatient(
  world: World,
  headers: IncomingHttpHeaders,
  patientOf: PatientOf,
): Promise<{ subject: string | null; patient: number | null }> {
  const { subject } = readSubject(headers)
  return { subject, patient: await patientNamed(world, subject, patientOf) }
}

export async function patientNamed(world: World, subject: string | null, patientOf: PatientOf): Promise<number | null> {
  if (subject === null) return null
  const patient = await patientOf(world, subject)
  if (patient !== null) return patient
  throw new Refusal('unprocessable', 'bus-subject names no Patient of the record', {
    expression: 'bus-subject',
    hint: 'Patient/ and the id that the record gave.',
  })
}

function plain(headers: IncomingHttpHeaders, expression: 'bus-message-id' | 'bus-key' | 'bus-document'): string | null {
  const value = headers[expression]
  if (value === undefined) return null
  if (typeof value === 'string' && line.test(value)) return value
  throw new Refusal('incorrect', `${expression} has 1 to 100 characters and no personal number`, { expression })
}
