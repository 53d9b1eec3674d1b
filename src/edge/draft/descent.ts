import { type Json, some } from './draft.ts'

const cdc = 'urn:oid:2.16.840.1.113883.6.238'
// The five races and two ethnic groups that these extensions allow as categories; finer codes are details.
const categories = /^(?:1002-5|2028-9|2054-5|2076-8|2106-3|2135-2|2186-5)$/
const detailsOf = /^\d{4}-\d$/

/**
 * Race and ethnic group as the extensions of US Core, the only form that HL7's maps of PID-10, PID-22 and of C-CDA have. Codes of the CDC stay codes;
 * of other codes only the words are kept.
 */
export function descent(
  kind: 'race' | 'ethnicity',
  given: { code: string | undefined; display: string | undefined; text: string | undefined }[],
): Json | undefined {
  const words = given.map(({ text }) => text).filter((one) => one !== undefined)
  if (words.length === 0) return undefined
  const codes = given
    .filter(({ code }) => code !== undefined && detailsOf.test(code))
    .map(({ code, display }) => ({ url: categories.test(String(code)) ? 'ombCategory' : 'detailed', valueCoding: some({ system: cdc, code, display }) }))
  const extension = [...codes, { url: 'text', valueString: words.join(', ') }]
  return { url: `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${kind}`, extension }
}
