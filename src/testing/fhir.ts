import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Clause, type Fhir, loadFhir, parseJson, type Resource } from '../fhir/fhir.ts'
import { fhirFolder } from './made.ts'

let loading: Promise<Fhir> | undefined
let prepared: Fhir | undefined

/** The compiled definitions, loaded once for all test files of a process. All processes share one cache folder. */
export function testFhir(): Promise<Fhir> {
  loading ??= freshFhir()
  return loading
}

/** Definitions that no other test shares, as another process has them: for tests that add to them. */
export const freshFhir = (): Promise<Fhir> => loadFhir(fhirFolder)

/** Loads what `preparedFhir` gives, before the first test file is read. */
export async function prepareFhir(): Promise<void> {
  prepared = await testFhir()
}

/** The same for a file that needs it while it is read: a file that awaits at its top could not share a process with others. */
export function preparedFhir(): Fhir {
  if (!prepared) throw new Error('tests on the definitions of FHIR run by `npm test -- <path>`')
  return prepared
}

/** Third-party data beside the repository. A test that needs it is skipped where it is missing. */
export function corpus(name: string): { folder: string; skip: string | false } {
  const folder = resolve(process.env.CORPORA ?? join(import.meta.dirname, '../../../shared/corpora'), name)
  return { folder, skip: existsSync(folder) ? false : `the corpus ${name} is not here (set CORPORA)` }
}

/** Every JSON file below a folder that contains a resource. */
export function resourcesIn(folder: string): { file: string; resource: Resource }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, resource: parseJson(readFileSync(join(folder, file), 'utf8')) as Resource }))
    .filter(({ resource }) => typeof resource?.resourceType === 'string')
}

export function aPatient(more: Record<string, unknown> = {}): Resource {
  return {
    resourceType: 'Patient',
    id: 'ana',
    identifier: [{ system: 'urn:hospital', value: 'MR-17' }],
    name: [{ family: 'Ђорђевић', given: ['Ана'] }],
    gender: 'female',
    birthDate: '1980-05-03',
    ...more,
  }
}

export function anObservation(more: Record<string, unknown> = {}): Resource {
  return {
    resourceType: 'Observation',
    id: 'hb1',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '718-7', display: 'Hemoglobin' }] },
    subject: { reference: 'Patient/ana' },
    effectiveDateTime: '2026-03-01T08:30:00+01:00',
    valueQuantity: { value: 140, unit: 'g/L', system: 'http://unitsofmeasure.org', code: 'g/L' },
    ...more,
  }
}

/** The single conditions of a search, also those inside joined ones. */
export const singleClauses = (clauses: readonly Clause[]): Clause[] => clauses.flatMap((one) => ('clauses' in one ? singleClauses(one.clauses) : [one]))
