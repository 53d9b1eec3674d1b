import type { ElementDefinition } from './definitions.ts'

/**
 * Where the package's definitions are not R4 4.0.1: elements of its own product and of R5 that R4 does not know, found by comparing
 * every element with the official JSON schema of R4 (corrections.test.ts repeats the comparison). An element and all below it is dropped.
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

/** Invariants of R5 elements that came with them. */
export const droppedConstraints = new Set(['evv-1'])

const element = (path: string, min: number, max: string, types: string[]): ElementDefinition => ({
  path,
  min,
  max,
  type: types.map((code) => ({ code })),
})
const characteristic = 'EvidenceVariable.characteristic'

/** What R4 has in the place of what was dropped: https://hl7.org/fhir/R4/evidencevariable.html */
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
