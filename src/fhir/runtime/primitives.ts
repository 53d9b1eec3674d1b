import { canonicalRule, uriRule } from '../rules/primitive-rules.ts'
import { type Check, type Codes, kindOf, shown } from './check.ts'

/**
 * The formats of https://hl7.org/fhir/R4/datatypes.html#primitive, with real calendar dates.
 * A function is called only for a property that exists; `index` is -1 outside arrays.
 */
export type Primitive = (value: unknown, check: Check, depth: number, name: string, index: number, set?: Codes) => void

const stringMax = 1024 * 1024

// Controls other than tab, line feed and return are forbidden by FHIR; the zero character cannot be stored in PostgreSQL, either.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/
const notBlank = /\S/

/** One line of ASCII that begins with a visible character: such a text needs no further check. */
const simple = /^[!-~][ -~]*$/

function isText(value: unknown, check: Check, depth: number, name: string, index: number): value is string {
  if (typeof value === 'string' && simple.test(value) && value.length <= stringMax) return true
  if (typeof value !== 'string') {
    const wanted = value === null ? 'must have a value, found null' : `must be a JSON string, found ${kindOf(value)}`
    check.value(depth, name, index, wanted, value === null ? 'Leave the property out.' : 'Put the value in double quotes.')
  } else if (value === '') {
    check.value(depth, name, index, 'a string must not be empty', 'Leave the property out when there is no value.')
  } else if (value.length > stringMax) {
    check.value(depth, name, index, 'a string must not be longer than 1 MB', 'Carry large content in a Binary resource.')
  } else if (control.test(value) || !value.isWellFormed()) {
    check.value(depth, name, index, 'has control characters or broken Unicode', 'Remove them; tab, line feed and return are allowed.')
  } else {
    // R4 has a SHOULD for it: XML may trim the text to nothing (datatypes.html#string).
    if (!notBlank.test(value)) {
      check.add('value', check.path(depth, name, index), 'holds nothing but white space', 'Leave the property out when there is no value.', 'warning')
    }
    return true
  }
  return false
}

/** A check by a regular expression that allows only some visible characters: a match needs no further check. */
function pattern(form: RegExp, says: string, hint: string): Primitive {
  return (value, check, depth, name, index) => {
    if (typeof value === 'string' && form.test(value) && value.length <= stringMax) return
    if (isText(value, check, depth, name, index)) check.value(depth, name, index, `${shown(value)} ${says}`, hint)
  }
}

const string: Primitive = (value, check, depth, name, index) => {
  isText(value, check, depth, name, index)
}

const codeForm = /^[^\s]+(\s[^\s]+)*$/
const visible = /^[!-~]+$/
/** Visible ASCII without a space, as in nearly all codes and addresses: it has no fault that a text, a code or a URI's characters can have. */
const isVisible = (value: unknown): value is string => typeof value === 'string' && visible.test(value) && value.length <= stringMax

const code: Primitive = (value, check, depth, name, index, set) => {
  if (set !== undefined) {
    if (set.codes.has(value as string)) return
    if (isText(value, check, depth, name, index)) check.unbound(depth, name, index, value, set)
  } else if (!isVisible(value) && isText(value, check, depth, name, index) && !codeForm.test(value)) {
    check.value(depth, name, index, 'a code must not begin or end with a space or hold two in a row', 'Trim the code.')
  }
}

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const dateForm = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/
const dateTimeForm = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/
const instantForm = /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))$/

function isCalendarDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (monthDays[month - 1] as number)
}

function calendar(form: RegExp, says: string, hint: string): Primitive {
  return (value, check, depth, name, index) => {
    const parts = typeof value === 'string' ? form.exec(value) : null
    if (parts === null) {
      if (isText(value, check, depth, name, index)) check.value(depth, name, index, says, hint)
    } else if (!isCalendarDate(Number(parts[1]), Number(parts[2] ?? 1), Number(parts[3] ?? 1))) {
      check.value(depth, name, index, 'there is no such day in the calendar', 'Correct the year, month or day.')
    }
  }
}

const isNumber = (value: unknown) => typeof value === 'number' || (typeof value === 'object' && value !== null && JSON.isRawJSON(value))

function integer(low: number, says: string): Primitive {
  return (value, check, depth, name, index) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= 2147483647) return
    const wrong = isNumber(value) ? says : `must be a JSON number, found ${kindOf(value)}`
    check.value(depth, name, index, wrong, 'Write a whole number without quotes, fraction or exponent.')
  }
}

const decimal: Primitive = (value, check, depth, name, index) => {
  if (typeof value === 'number' || isNumber(value)) return
  check.value(depth, name, index, `must be a JSON number, found ${kindOf(value)}`, 'Write the number without quotes.')
}

const boolean: Primitive = (value, check, depth, name, index) => {
  if (typeof value === 'boolean') return
  check.value(depth, name, index, `must be true or false, found ${kindOf(value)}`, 'Write true or false without quotes.')
}

const base64Form = /^[A-Za-z0-9+/]*={0,2}$/

declare global {
  interface Uint8ArrayConstructor {
    fromBase64(text: string, options?: { lastChunkHandling?: 'loose' | 'strict' | 'stop-before-partial' }): Uint8Array
  }
}

// Decoding is several times faster than a regular expression. A text that it refuses is checked once more, allowing white space.
function isStrictBase64(text: string): boolean {
  try {
    Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
    return true
  } catch {
    return false
  }
}

/** Binary content may be many megabytes, so its length has no limit here and it is read once. */
const base64Binary: Primitive = (value, check, depth, name, index) => {
  if (typeof value !== 'string' || value === '') {
    const found = value === '' ? 'an empty string' : kindOf(value)
    check.value(depth, name, index, `must be base64 text, found ${found}`, 'Leave the property out when there is no content.')
    return
  }
  if (isStrictBase64(value)) return
  const tight = base64Form.test(value) ? value : value.replace(/\s+/g, '')
  if (tight.length % 4 === 0 && base64Form.test(tight)) return
  check.value(depth, name, index, 'is not valid base64', 'Encode the bytes by RFC 4648 with padding.')
}

const uriForm = /^\S*$/

const uri: Primitive = (value, check, depth, name, index) => {
  const hasNoSpace = isVisible(value)
  if (!hasNoSpace && !isText(value, check, depth, name, index)) return
  if (!hasNoSpace && !uriForm.test(value)) {
    check.value(depth, name, index, 'a URI must not hold white space', 'Percent-encode spaces as %20.')
  } else if (value.startsWith('urn:uuid:')) {
    // A fragment after the UUID is allowed.
    if (!uuidForm.test(value.split('#')[0] as string)) check.warn(depth, name, index, 'is not a UUID after urn:uuid:', 'Write urn:uuid: and a lower-case UUID.')
  } else if (value.startsWith('urn:oid:') && !oidForm.test(value)) {
    check.warn(depth, name, index, 'is not an OID after urn:oid:', 'Write urn:oid: and an OID such as 1.2.3.')
  }
}

/** Web addresses of the characters that RFC 3986 allows: nearly all addresses. They need no further check, strict or not. */
const ofWeb = /^https?:\/\/[!#-;=?-[\]_a-z~]+$/
const isOfWeb = (value: unknown): value is string => typeof value === 'string' && ofWeb.test(value) && value.length <= stringMax
const isUuid = (value: unknown): boolean => typeof value === 'string' && uuidForm.test(value)

const anyUri: Primitive = (value, check, depth, name, index) => {
  if (isOfWeb(value) || (!check.isStrict && isUuid(value))) return
  uri(value, check, depth, name, index)
  if (check.isStrict && typeof value === 'string') uriRule(value, check, () => check.path(depth, name, index))
}

const canonical: Primitive = (value, check, depth, name, index) => {
  if (isOfWeb(value)) return
  uri(value, check, depth, name, index)
  if (check.isStrict && typeof value === 'string') canonicalRule(value, check, () => check.path(depth, name, index))
}

const uuidForm = /^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/
const oidForm = /^urn:oid:[0-2](\.(0|[1-9]\d*))+$/
const isOid = pattern(oidForm, 'is not an OID', 'Write urn:oid: and an OID such as 1.2.3.')

const oid: Primitive = (value, check, depth, name, index) => {
  isOid(value, check, depth, name, index)
  if (check.isStrict && typeof value === 'string') uriRule(value, check, () => check.path(depth, name, index))
}

export const idForm = /^[A-Za-z0-9\-.]{1,64}$/

const elementId: Primitive = (value, check, depth, name, index) => {
  if (!isVisible(value) && isText(value, check, depth, name, index) && !uriForm.test(value))
    check.value(depth, name, index, `${shown(value)} is not an element id`, 'An id must not hold spaces.')
}

export const primitives: Record<string, Primitive> = {
  string,
  markdown: string,
  code,
  uri: anyUri,
  url: anyUri,
  canonical,
  id: pattern(idForm, 'is not an id', 'Use 1 to 64 letters, digits, hyphens and dots.'),
  oid,
  uuid: pattern(uuidForm, 'is not a UUID', 'Write urn:uuid: and a UUID.'),
  time: pattern(/^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$/, 'is not a time of day', 'Write hh:mm:ss.'),
  date: calendar(dateForm, 'is not a date', 'Write YYYY, YYYY-MM or YYYY-MM-DD.'),
  dateTime: calendar(dateTimeForm, 'is not a dateTime', 'Write a date, or a date with time to the second and zone: 2026-03-01T08:30:00+01:00.'),
  instant: calendar(instantForm, 'is not an instant', 'Write a date with time and zone: 2026-03-01T08:30:00.000Z.'),
  boolean,
  decimal,
  integer: integer(-2147483648, 'must be a whole number of 32 bits'),
  unsignedInt: integer(0, 'must be a whole number from 0 up'),
  positiveInt: integer(1, 'must be a whole number from 1 up'),
  base64Binary,
  /** Element.id: any text without spaces. */
  elementId,
}
