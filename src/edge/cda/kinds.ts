import { table } from '../draft/table.ts'
import type { Element } from './element.ts'

// Laboratory specialties (IHE XD-LAB, which European laboratories send): chemistry, haematology, microbiology …
const ofLaboratory =
  '11502-2 18717-9 18718-7 18719-5 18720-3 18721-1 18722-9 18723-7 18724-5 18725-2 18727-8 18728-6 18729-4 18767-4 18768-2 18769-0 26435-8 26436-6 26437-4 26438-2 56846-1'.split(
    ' ',
  )

/** The kind of a section by its LOINC code, whatever templates it claims. */
export const kinds = table<Kind>({
  ...Object.fromEntries(ofLaboratory.map((code) => [code, 'results' as const])),
  '48765-2': 'allergies',
  '11450-4': 'problems',
  '11348-0': 'problems',
  '11535-2': 'diagnoses',
  '46241-6': 'diagnoses',
  '10219-4': 'diagnoses',
  '10218-6': 'diagnoses',
  '29308-4': 'diagnoses',
  '10160-0': 'medications',
  '10183-2': 'medications',
  '42346-7': 'medications',
  '29549-3': 'given',
  '59774-0': 'given',
  '11369-6': 'immunizations',
  '47519-4': 'procedures',
  '30954-2': 'results',
  '8716-3': 'vital-signs',
  '46240-8': 'encounters',
  '29762-2': 'social-history',
  '18776-5': 'plan',
  '61146-7': 'plan',
  '10157-6': 'family',
  '46264-8': 'devices',
  '47420-5': 'survey',
  '10190-7': 'survey',
  '75311-1': 'medications',
  // Medicines of a European prescription, and dispensed ones.
  '57828-6': 'medications',
  '60590-7': 'medications',
  '19009-0': 'medications',
  '51847-2': 'plan',
  '42348-3': 'directives',
  '48768-6': 'payers',
  '85847-2': 'team',
})
export type Kind =
  | 'allergies'
  | 'problems'
  | 'diagnoses'
  | 'medications'
  | 'given'
  | 'immunizations'
  | 'procedures'
  | 'results'
  | 'vital-signs'
  | 'encounters'
  | 'social-history'
  | 'plan'
  | 'family'
  | 'devices'
  | 'survey'
  | 'directives'
  | 'payers'
  | 'team'
  | 'other'

/** Templates of C-CDA that may stand in any section. */
const templates: [string, Kind][] = [
  ['2.16.840.1.113883.10.20.22.4.30', 'allergies'],
  ['2.16.840.1.113883.10.20.22.4.7', 'allergies'],
  ['2.16.840.1.113883.10.20.22.4.3', 'problems'],
  ['2.16.840.1.113883.10.20.22.4.4', 'problems'],
  ['2.16.840.1.113883.10.20.22.4.114', 'problems'],
  ['2.16.840.1.113883.10.20.22.4.70', 'problems'],
  ['2.16.840.1.113883.10.20.22.4.80', 'diagnoses'],
  ['2.16.840.1.113883.10.20.22.4.33', 'diagnoses'],
  ['2.16.840.1.113883.10.20.22.4.34', 'diagnoses'],
  ['2.16.840.1.113883.10.20.22.4.65', 'diagnoses'],
  ['2.16.840.1.113883.10.20.22.4.51', 'diagnoses'],
  ['2.16.840.1.113883.10.20.22.4.16', 'medications'],
  ['2.16.840.1.113883.10.20.22.4.42', 'medications'],
  ['2.16.840.1.113883.10.20.22.4.35', 'medications'],
  ['2.16.840.1.113883.10.20.22.4.36', 'medications'],
  ['2.16.840.1.113883.10.20.22.4.52', 'immunizations'],
  ['2.16.840.1.113883.10.20.22.4.14', 'procedures'],
  ['2.16.840.1.113883.10.20.22.4.12', 'procedures'],
  ['2.16.840.1.113883.10.20.22.4.13', 'procedures'],
  ['2.16.840.1.113883.10.20.22.4.1', 'results'],
  ['2.16.840.1.113883.10.20.22.4.26', 'vital-signs'],
  ['2.16.840.1.113883.10.20.22.4.49', 'encounters'],
  ['2.16.840.1.113883.10.20.22.4.45', 'family'],
  ['2.16.840.1.113883.10.20.22.4.48', 'directives'],
  ['2.16.840.1.113883.10.20.22.4.108', 'directives'],
  ['2.16.840.1.113883.10.20.22.4.60', 'payers'],
  ['2.16.840.1.113883.10.20.22.4.500', 'team'],
]
const kindOfTemplate = new Map(templates)
export function kindByTemplate(element: Element): Kind | undefined {
  for (const one of element.all('templateId')) {
    const kind = kindOfTemplate.get(one.attribute('root') ?? '')
    if (kind !== undefined) return kind
  }
  return undefined
}
