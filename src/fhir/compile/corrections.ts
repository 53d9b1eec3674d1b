import type { ElementDefinition } from './definitions.ts'

/**
 * Elements of the package's definitions that R4 4.0.1 does not have: they belong to the package's own product or to R5. They were found by comparing
 * every element with the official JSON schema of R4 (corrections.test.ts repeats the comparison). An element is dropped with all elements below it.
 */
export const dropped = new Set([
  ...['onBehalfOf', 'accounts', 'account', 'author', 'project', 'compartment', 'deleted'].map((name) => `Meta.${name}`),
  'Binary.url',
  'DeviceDefinition.bodySite',
  ...`linkId note definitionReference definitionCanonical definitionCodeableConcept definitionExpression definitionId
      definitionByTypeAndValue definitionByCombination instances[x] duration[x] timeFromEvent exclude`
    .split(/\s+/)
    .map((name) => `EvidenceVariable.characteristic.${name}`),
  ...`name label studyDesign region descriptionSummary classifier associatedParty progressStatus whyStopped recruitment
      comparisonGroup outcomeMeasure result objective.description`
    .split(/\s+/)
    .map((name) => `ResearchStudy.${name}`),
])

/** Invariants of the dropped R5 elements. */
export const droppedConstraints = new Set(['evv-1'])

/** Types of elements that R4 has in place of the package's: the outcome of an interaction is any resource (https://hl7.org/fhir/R4/bundle.html). */
export const retyped: Record<string, { code: string }[]> = { 'Bundle.entry.response.outcome': [{ code: 'Resource' }] }

const element = (path: string, min: number, max: string, types: string[]): ElementDefinition => ({
  path,
  min,
  max,
  type: types.map((code) => ({ code })),
})
const characteristic = 'EvidenceVariable.characteristic'

/** The elements that R4 has in place of the dropped ones: https://hl7.org/fhir/R4/evidencevariable.html */
export const added: Record<string, ElementDefinition[]> = {
  EvidenceVariable: [
    element(`${characteristic}.definition[x]`, 1, '1', [
      ...['Reference', 'canonical', 'CodeableConcept', 'Expression', 'DataRequirement', 'TriggerDefinition'],
    ]),
    element(`${characteristic}.usageContext`, 0, '*', ['UsageContext']),
    element(`${characteristic}.exclude`, 0, '1', ['boolean']),
    element(`${characteristic}.participantEffective[x]`, 0, '1', ['dateTime', 'Period', 'Duration', 'Timing']),
    element(`${characteristic}.timeFromStart`, 0, '1', ['Duration']),
    element(`${characteristic}.groupMeasure`, 0, '1', ['code']),
  ],
}

export function isDropped(path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) if (dropped.has(path.slice(0, end))) return true
  return false
}
