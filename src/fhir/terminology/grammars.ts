import type { Units } from '../units.ts'
import { countryCodes } from './countries.ts'
import type { CodeSystemResource } from './resources.ts'

/** A code system that is a rule instead of a list: its codes can be checked and named, but not enumerated. */
export type Grammar = {
  url: string
  name: string
  isCaseless: boolean
  isCode(code: string): boolean
  displayOf(code: string, language: string): string
}

const mimeType = /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9*][\w!#$&^.+*-]{0,126}(?:\s*;\s*[\w!#$&^.+-]+=(?:"[^"]*"|[^\s;"][^;"]*))*$/
/** Values that elements with MIME types also allow (R4 http, section 3.1.0.1.11; CapabilityStatement.format, TestScript `accept`). */
const formatNames = new Set(['xml', 'json', 'ttl'])
const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/

export function grammarsOf(units: Units): Map<string, Grammar> {
  // Any language (`*`), or a text that is no language, gets English names.
  const languageNames = (language: string) => new Intl.DisplayNames(isLanguageTag(language) ? [language, 'en'] : ['en'], { type: 'language', fallback: 'none' })
  const all: Grammar[] = [
    {
      url: 'http://unitsofmeasure.org',
      name: 'UCUM',
      isCaseless: false,
      isCode: (code) => units.canonical(code) !== null,
      displayOf: (code) => units.nameOf(code) || code,
    },
    {
      url: 'urn:ietf:bcp:47',
      name: 'BCP 47',
      isCaseless: true,
      isCode: (code) => isLanguageTag(code) && languageNames('en').of(code) !== undefined,
      displayOf: (code, language) => (isLanguageTag(code) ? languageNames(language).of(code) : undefined) ?? code,
    },
    { url: 'urn:ietf:bcp:13', name: 'MIME types', isCaseless: true, isCode: (code) => mimeType.test(code) || formatNames.has(code), displayOf: (code) => code },
    { url: 'urn:ietf:rfc:3986', name: 'URIs', isCaseless: false, isCode: (code) => absoluteUri.test(code), displayOf: (code) => code },
  ]
  return new Map(all.map((one) => [one.url, one]))
}

function isLanguageTag(code: string): boolean {
  try {
    return Intl.getCanonicalLocales(code).length === 1
  } catch {
    return false
  }
}

/** Codes of ISO 4217 that are no ordinary currencies: funds, metals, bonds, testing, none; and the newest ones, which older Unicode data lacks. */
const funds = 'bov che chw clf cou mxv sle usn uyi uyw ved xad xag xau xba xbb xbc xbd xcg xdr xpd xpt xsu xts xua xxx zwg'.toUpperCase().split(' ')

/**
 * Lists of ISO and IANA that the definitions name without their codes. The codes of countries are in countries.ts; all others come from the runtime's
 * Unicode data.
 */
export function builtInSystems(): CodeSystemResource[] {
  const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
  const currencies = new Intl.DisplayNames(['en'], { type: 'currency' })
  const regions = new Map(countryCodes().map(({ code, region }) => [code, region]))
  return [
    // The system also has former countries and parts of countries, so a code that is missing here is unknown and not wrong.
    listed('urn:iso:std:iso:3166', 'fragment', [...regions.keys()], (code) => countries.of(regions.get(code) as string)),
    listed('urn:iso:std:iso:4217', 'complete', [...new Set([...Intl.supportedValuesOf('currency'), ...funds])].sort(), (code) => currencies.of(code)),
    listed('https://www.iana.org/time-zones', 'fragment', Intl.supportedValuesOf('timeZone'), (code) => code),
  ]
}

function listed(url: string, content: string, codes: string[], display: (code: string) => string | undefined): CodeSystemResource {
  return {
    resourceType: 'CodeSystem',
    url,
    status: 'active',
    content,
    caseSensitive: true,
    concept: codes.map((code) => ({ code, display: display(code) ?? code })),
  }
}
