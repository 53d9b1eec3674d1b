import { isObject } from '../profile/items.ts'
import { checkProfile } from '../profile/walk.ts'
import type { Rule } from './strict.ts'

const base = 'http://hl7.org/fhir/StructureDefinition/'
const loinc: Record<string, string | undefined> = {
  '85353-1': 'vitalspanel',
  '9279-1': 'resprate',
  '8867-4': 'heartrate',
  '2708-6': 'oxygensat',
  '59408-5': 'oxygensat',
  '8310-5': 'bodytemp',
  '8302-2': 'bodyheight',
  '9843-4': 'headcircum',
  '29463-7': 'bodyweight',
  '39156-5': 'bmi',
  '85354-9': 'bp',
}
const snomed: Record<string, string | undefined> = {
  '86290005': 'resprate',
  '364075005': 'heartrate',
  '431314004': 'oxygensat',
  '386725007': 'bodytemp',
  '276885007': 'bodytemp',
  '415882003': 'bodytemp',
  '415945006': 'bodytemp',
  '307047009': 'bodytemp',
  '50373000': 'bodyheight',
  '363812007': 'headcircum',
  '27113001': 'bodyweight',
  '60621009': 'bmi',
  '75367002': 'bp',
}

/** observation-vitalsigns.html: "implementations SHALL conform to this profile" when any of these vital signs is recorded. */
export const vitalSignRule: Rule = (observation, { check, depth }) => {
  const { code, meta } = observation
  const codings = isObject(code) && Array.isArray(code.coding) ? code.coding.filter(isObject) : []
  const names = codings.map((one) => (one.system === 'http://loinc.org' ? loinc : one.system === 'http://snomed.info/sct' ? snomed : {})[String(one.code)])
  const named = isObject(meta) && Array.isArray(meta.profile) ? meta.profile : []
  for (const name of new Set(names)) {
    if (name === undefined || named.includes(base + name)) continue
    const tree = check.known?.tree(base + name)
    if (tree === undefined || check.known === undefined) continue
    const run = { check, known: check.known, underWay: new Map(), hops: 0, resolve: (reference: string) => check.resolve(reference) }
    const before = check.issues.length
    checkProfile(run, tree, observation, depth)
    // A component need not be a vital sign itself, for example an inhaled flow, and may then have other units.
    for (const issue of check.issues.slice(before)) if (issue.code === 'code-invalid' && issue.expression.includes('.component')) issue.severity = 'warning'
  }
}
