import { createHash } from 'node:crypto'
import { isObject } from '../profile/items.ts'
import { dateBounds } from '../search/dates.ts'
import { numberOf } from '../search/numbers.ts'
import { isLoincCode, isSnomedCode } from './check-digits.ts'
import type { Place, Rule } from './strict.ts'
import { systemProblem } from './system-of-code.ts'

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/
const report = ({ check, depth }: Place, name: string, code: string, says: string, hint: string) => check.add(code, check.path(depth, name), says, hint)

const snomed = 'http://snomed.info/sct'
const loinc = 'http://loinc.org'

/** For SNOMED CT and LOINC the check digit tells whether a code can exist, without the code system. */
export function hasForm(system: string, code: string): boolean {
  return system === snomed ? isSnomedCode(code) : system === loinc ? isLoincCode(code) : true
}

function isElsewhere(system: string, place: Place): boolean {
  const problem = systemProblem(system, place.check.known)
  if (problem !== null) report(place, 'system', 'code-invalid', problem, 'Write the address that the code system itself has.')
  return problem !== null
}

export const coding: Rule = (object, place) => {
  const { system, code, display, version } = object
  if (typeof system !== 'string') return
  if (system.includes('/ValueSet/')) {
    report(place, 'system', 'invalid', 'the system is the URL of a value set, not of a code system', 'Write the URL of the code system that the code is from.')
  }
  if (typeof code !== 'string') return
  const { check, depth } = place
  if (scheme.test(system) && check.names[depth] !== 'coding' && isElsewhere(system, place)) return
  if (!hasForm(system, code))
    return report(place, 'code', 'code-invalid', `there can be no such code in ${system}: its check digit is wrong`, 'Correct the code.')
  const {
    isKnown,
    display: right,
    designations,
    isSupplement,
  } = place.check.known?.describe({ system, code, ...(typeof version === 'string' ? { version } : {}) }) ?? { isKnown: null, designations: [] }
  if (isSupplement)
    return report(
      place,
      'system',
      'not-found',
      'the system is a supplement, which cannot be the system of a code',
      'Write the URL of the code system that it supplements.',
    )
  if (isKnown === false) return report(place, 'code', 'code-invalid', `the code is not in ${system}`, 'Correct the code or its system.')
  if (typeof display !== 'string' || right === undefined || display === right) return
  const said = plain(display)
  // Names of languages (BCP 47) are composed of parts: the name may leave out the region.
  if (system === 'urn:ietf:bcp:47' && said === plain(right.replace(/ \(.*\)$/, ''))) return
  if (said === plain(right) || designations.some((one) => plain(one) === said)) return
  // A display only helps readers, and displays exist in more languages than the code system has: a wrong one is a warning and refuses nothing.
  const path = place.check.path(place.depth, 'display')
  place.check.add('invalid', path, `the display is not that of the code; it is '${right}'`, 'Write the display of the code system, or leave it out.', 'warning')
}

const plain = (text: string) => text.trim().toLowerCase().replace(/\s+/g, ' ')

export const quantity: Rule = ({ system, code }, place) => {
  if (typeof system !== 'string' || typeof code !== 'string') return
  if (!scheme.test(system))
    return report(place, 'system', 'invalid', 'the system of a unit must be an absolute URI', 'Write http://unitsofmeasure.org for UCUM.')
  if (isElsewhere(system, place)) return
  if (place.check.known?.describe({ system, code }).isKnown !== false) return
  report(place, 'code', 'code-invalid', `the code is not in ${system}`, 'Correct the unit.')
}

const ofUuid = /^(?:urn:uuid:.*|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/

export const identifier: Rule = ({ system, value }, place) => {
  if (typeof system === 'string' && !/^(?:https?|urn|ldap):/.test(system)) {
    const says = scheme.test(system) ? 'the system of an identifier is no address and no URN' : 'the system of an identifier must be an absolute URI'
    report(place, 'system', 'invalid', says, 'Write the URI of the name space, or urn:oid: and its OID.')
  }
  if (system === 'https://tools.ietf.org/html/rfc4122' && typeof value === 'string' && !ofUuid.test(value)) {
    report(place, 'value', 'code-invalid', 'the system names the rules for UUIDs, and the value is none', 'Write the system that the value is from.')
  }
  if (system === 'urn:ietf:rfc:3986' && typeof value === 'string' && !scheme.test(value)) {
    report(
      place,
      'value',
      'invalid',
      'an identifier of the system urn:ietf:rfc:3986 must be a whole URI',
      'Write the URI with its scheme, for example urn:uuid:….',
    )
  }
}

const sizeExtension = 'http://hl7.org/fhir/StructureDefinition/maxSize'

/** datatypes.html#Attachment: size is the number of bytes before base64. */
export const attachment: Rule = (object, place) => {
  const { data, size, hash, url } = object
  const stated = numberOf(size)
  if (typeof hash === 'string' && typeof data === 'string' && createHash('sha1').update(data, 'base64').digest('base64') !== hash)
    report(place, 'hash', 'structure', 'the hash is not the SHA-1 of the content', 'Correct the hash or leave it out.')
  if (typeof data === 'string') {
    const tight = data.replace(/\s+/g, '')
    const bytes = Math.floor((tight.length * 3) / 4) - (tight.endsWith('==') ? 2 : tight.endsWith('=') ? 1 : 0)
    if (stated !== null && stated !== bytes)
      report(place, 'size', 'structure', `the stated size is ${stated} bytes, the content has ${bytes}`, 'Correct the size or leave it out.')
  }
  if (typeof url === 'string' && url.startsWith('data:') && stated !== null) {
    const content = /;base64,(.*)$/s.exec(url)?.[1]
    if (content !== undefined && Buffer.from(content, 'base64').length !== stated)
      report(place, 'size', 'structure', 'the stated size is not that of the content', 'Correct the size.')
  }
}

/** The largest attachment that a questionnaire or an element allows, in megabytes. */
export function sizeLimit(extensions: unknown): number | null {
  const found = Array.isArray(extensions) ? extensions.find((one) => isObject(one) && one.url === sizeExtension) : undefined
  return isObject(found) ? numberOf(found.valueDecimal) : null
}

/**
 * per-1 by FHIRPath: of a day and a time on that day, or a month and a day in it, neither comes first, so that one is not known to be before the other
 * and the rule does not hold. A write takes them.
 */
export const period: Rule = ({ start, end }, { check, depth }) => {
  if (typeof start !== 'string' || typeof end !== 'string' || start === end) return
  const [first, last] = [dateBounds(start), dateBounds(end)]
  if (first === null || last === null || precisionOf(start) === precisionOf(end)) return
  if (first.high < last.low || first.low > last.high) return
  check.add(
    'invariant',
    check.path(depth),
    'one of start and end lies inside the other, so neither is known to be first (per-1)',
    'Write both to the same precision.',
  )
}

const precisionOf = (text: string): number => (text.length > 10 ? 10 : text.length)
