import { mayTellNumber } from '../../platform/personal-number.ts'
import { Refusal } from '../../platform/refusal.ts'
import { isUuid } from '../../platform/uuid.ts'

// The request for a certificate by a local system. It is checked here as far as possible without the centre, so that the patient does not leave with
// a paper that is refused days later. The centre checks everything once more.

export type Limits = { back: number; ahead: number; days: number; daysException: number }
export type CertificateWish = {
  id: string | null
  doctor: string
  person: Record<string, string>
  body: { from: string; until: string; reason: string; diagnosis: string; exception?: string; care?: unknown; note?: string }
}

/** Composes the sentence from the field and its fault: one sentence for each field would add twenty similar ones to the catalogue of errors. */
function wrong(name: string, is: string, hint?: string): Refusal {
  const sentence = `${name} ${is}`
  return new Refusal('incorrect', sentence, { expression: name, ...(hint ? { hint } : {}) })
}
const known = ['id', 'doctor', 'person', 'from', 'until', 'reason', 'diagnosis', 'exception', 'care', 'note']
const exceptions: readonly unknown[] = ['malignant', 'pregnancy', 'disability', 'surgery']
const noteMax = 1000

export function readWish(given: unknown, today: string, limits: Limits): CertificateWish {
  const fields = objectOf(given, 'the body')
  for (const name of Object.keys(fields)) if (!known.includes(name)) throw new Refusal('incorrect', `a field is not known here; known are ${known.join(', ')}`)
  const { id, doctor, reason, diagnosis, exception, care, note } = fields
  if (id !== undefined && (typeof id !== 'string' || !isUuid(id))) throw wrong('id', 'is a UUID')
  if (typeof doctor !== 'string' || !/^[\p{L}\d/.-]{1,40}$/u.test(doctor)) throw wrong('doctor', 'is the number of the doctor’s licence')
  if (typeof reason !== 'string' || !/^0[1-8]$/.test(reason)) throw wrong('reason', 'is a code from 01 to 08')
  if (typeof diagnosis !== 'string' || !/^[A-Z]\d{2}(\.\d{1,2})?$/.test(diagnosis)) throw wrong('diagnosis', 'is a code of MKB-10, written M54 or M54.5')
  if (exception !== undefined && !exceptions.includes(exception)) throw wrong('exception', `is one of ${exceptions.join(', ')}`)
  if ((reason === '06') !== (care !== undefined)) throw wrong('care', 'is said for care of a family member, and only for it')
  if (note !== undefined && (typeof note !== 'string' || note.trim() === '' || note.length > noteMax || mayTellNumber(note)))
    throw wrong('note', `is a text of 1 to ${noteMax} characters without a personal number`)
  const period = periodOf(fields, today, limits)
  const more = {
    ...(exception === undefined ? {} : { exception: exception as string }),
    ...(care === undefined ? {} : { care }),
    ...(note === undefined ? {} : { note: note as string }),
  }
  return { id: (id as string | undefined)?.toLowerCase() ?? null, doctor, person: personOf(fields['person']), body: { ...period, reason, diagnosis, ...more } }
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('incorrect', `${name} is a JSON object`)
  return value as Record<string, unknown>
}

function periodOf(fields: Record<string, unknown>, today: string, limits: Limits): { from: string; until: string } {
  const [from, until] = [dayOf(fields, 'from'), dayOf(fields, 'until')]
  if (until < from) throw wrong('until', `is ${until}, before the first day ${from}`)
  const [earliest, latest] = [daysAfter(today, -limits.back), daysAfter(today, limits.ahead)]
  if (from < earliest)
    throw wrong('from', `may be ${earliest} at the earliest`, 'A leave that is opened later is proposed to the commission, when the line is back.')
  if (from > latest) throw wrong('from', `may be ${latest} at the latest`)
  const isLong = fields['exception'] !== undefined || fields['reason'] === '04'
  const last = daysAfter(from, (isLong ? limits.daysException : limits.days) - 1)
  if (until > last) throw wrong('until', `may be ${last} at the latest`, 'What goes further is proposed to the commission, when the line is back.')
  return { from, until }
}

function dayOf(fields: Record<string, unknown>, name: string): string {
  const value = fields[name]
  try {
    if (typeof value === 'string' && /^(19|20|21)\d\d-\d\d-\d\d$/.test(value) && Temporal.PlainDate.from(value, { overflow: 'reject' }).toString() === value)
      return value
  } catch {
    // Not a day of the calendar: it gets the same sentence as any other wrong date.
  }
  throw wrong(name, 'is a day, written 2026-03-31')
}

const daysAfter = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString()

const forms: Record<string, RegExp> = { jmbg: /^\d{13}$/, lbo: /^\d{11}$/, lzb: /^\d{6,20}$/ }

function personOf(given: unknown): Record<string, string> {
  const [named, ...more] = Object.entries(objectOf(given, 'person'))
  const [kind = '', value] = named ?? []
  if (more.length > 0 || typeof value !== 'string' || !(Object.hasOwn(forms, kind) && forms[kind]?.test(value)))
    throw wrong('person', 'is named by one of jmbg, lbo or lzb, in its digits')
  if (kind === 'jmbg' && !isControlled(value)) throw wrong('person', 'has a JMBG whose control digit is wrong', 'Read it once more from the card.')
  return { [kind]: value }
}

/** Whether the control digit of a JMBG is right: modulo 11 with the weights 7 to 2, twice. A remainder of one has no digit. */
function isControlled(jmbg: string): boolean {
  const sum = [...jmbg.slice(0, 12)].reduce((all, digit, at) => all + Number(digit) * (7 - (at % 6)), 0)
  const digit = 11 - (sum % 11)
  return digit !== 10 && Number(jmbg[12]) === digit % 11
}
