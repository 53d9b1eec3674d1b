import type { Knowledge } from '../profile/run.ts'
import { isSystem } from './elements-of.ts'

const secure = 'https:'
/** Not loaded, and met everywhere: their addresses are these to the letter. */
const exact = ['http://snomed.info/sct', 'http://loinc.org', 'http://unitsofmeasure.org', 'http://www.nlm.nih.gov/research/umls/rxnorm']
const ofFhir = /^https?:\/\/(?:www\.)?hl7\.org\/fhir/
// Guides, tools, tests, the former addresses of V2 and V3, and the identifiers of other publishers' systems, which R4's own definitions do not bring.
const elsewhere = /^http:\/\/hl7\.org\/fhir\/(?:sid|test|tools|v2|v3|uv|[a-z]{2}|[a-z]{2}-[a-z]+)(?:\/|$)/

/**
 * terminologies-systems.html: a code is from a system that the code names by its one address. Asked of what is coded alone (a Coding, a Quantity): of
 * the codings of a concept one may be anybody's.
 */
export function systemProblem(system: string, known: Knowledge | undefined): string | null {
  if (!/^(?:https?|urn):/.test(system)) return 'the system is no address and no URN'
  if (/^https?:\/\/build\.fhir\.org/.test(system)) return 'the system is a page of the continuous build'
  const isKnown = (address: string) => known === undefined || isSystem(known, address)
  if (ofFhir.test(system)) return elsewhere.test(system) || isKnown(system) ? null : 'FHIR R4 has no code system of this address'
  if (exact.some((one) => system.startsWith(one) && system !== one)) return `the system goes on where the address of the code system ends`
  const plain = system.startsWith(secure) ? `http:${system.slice(secure.length)}` : null
  return plain !== null && (exact.includes(plain) || isKnown(plain)) ? 'the address of this code system begins with http:' : null
}
