import type { Check } from '../runtime/check.ts'

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/

/** datatypes.html#canonical: an absolute URL, or # and the id of a contained resource. */
export function canonicalRule(text: string, check: Check, path: () => string): void {
  uriRule(text, check, path)
  if (text.startsWith('#')) return containedRule(text, check, path)
  if (scheme.test(text)) return
  check.add('invalid', path(), 'a canonical URL must be absolute or refer to a contained resource', 'Write the whole URL, or # and the id.')
}

/** references.html#canonical: a canonical that begins with # names a resource contained in the same one. */
function containedRule(text: string, check: Check, path: () => string): void {
  const [id = ''] = text.slice(1).split('|')
  if (id === '' || check.resolve(`#${id}`) !== undefined) return
  check.add('invalid', path(), 'there is no contained resource of this id', 'Contain the definition, or write its whole URL.')
}

/** datatypes.html#uri: an OID or a UUID is written as urn:oid: or urn:uuid:. */
export function uriRule(text: string, check: Check, path: () => string): void {
  // Nearly all URIs begin with http; only the check of characters concerns these.
  if (!text.startsWith('http')) urnRule(text, check, path)
  if (/[<>"\\^`{}]/.test(text) && scheme.test(text)) {
    check.add('invalid', path(), 'the URI has characters that a URI cannot have', 'Percent-encode them.', 'warning')
  }
}

const oidPrefix = 'urn:oid:'.length

function urnRule(text: string, check: Check, path: () => string): void {
  const lower = text.slice(0, 5).toLowerCase()
  if (lower.startsWith('oid:') || lower === 'uuid:') {
    check.add('invalid', path(), `a URI must not begin with ${lower.slice(0, lower.indexOf(':') + 1)}`, 'Write urn:oid: or urn:uuid: before it.')
  }
  // Arcs that short are roots which nobody gave away; 1.3 is the exception of the reference validator.
  if (lower === 'urn:o' && text.startsWith('urn:oid:') && text.lastIndexOf('.') < oidPrefix + 4 && !text.startsWith('1.3', oidPrefix)) {
    check.add('invalid', path(), 'the OID is too short to be one that somebody was given', 'Write the whole OID.')
  }
  // R4 defines the form of a UUID for the type uuid; it also holds for a urn:uuid: in an element of another type.
  if (lower === 'urn:u' && /^urn:uuid:[0-9a-f-]*[A-F]/.test(text)) check.add('invalid', path(), 'a UUID is written in lower case', 'Write it in lower case.')
}
