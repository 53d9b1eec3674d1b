import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileDefinitions } from './compile/compile.ts'
import { definitionsVersion } from './compile/definitions.ts'
import { formatsOf } from './formats.ts'
import { walkReferences } from './references.ts'
import { resourceTypes, typeCode } from './resource-types.ts'
import { type ResourceChecks, validateWith, validatorRuntime } from './runtime/validate.ts'
import { extractorRuntime } from './search/extract.ts'
import { createTerminology } from './terminology/terminology.ts'
import { createUnits } from './units.ts'
import type { Extracted, Fhir, Resource, SearchParameter, Summary } from './types.ts'

export type Compiled = {
  resources: ResourceChecks
  extractors: Record<string, ((resource: Resource, out: Extracted[]) => void) | undefined>
  parameters: Record<string, SearchParameter[] | undefined>
  compartment: Record<string, ((resource: Resource, out: string[]) => void) | undefined>
  summaries: Record<string, Summary | undefined>
  /** What compile/shape-source wrote. */
  shapes: string
}

/** Compiles the official definitions at the first start; later starts run what is in the cache and open no definition file. */
export async function loadFhir(cacheDir: string): Promise<Fhir> {
  const version = definitionsVersion()
  const file = join(cacheDir, `fhir-${fingerprint(version)}.mjs`)
  const compiled = (await readCompiled(file)) ?? (await compileTo(cacheDir, file))
  return fhirOf(compiled, version, cacheDir)
}

const runtime = { ...validatorRuntime, ...extractorRuntime }

async function readCompiled(file: string): Promise<Compiled | null> {
  try {
    const module = await import(pathToFileURL(file).href)
    return module.default(runtime)
  } catch (error) {
    const { code } = error as { code?: string }
    // Not there, or cut off by a full disk: both are mended by compiling.
    if (code === 'ERR_MODULE_NOT_FOUND' || error instanceof SyntaxError || error instanceof TypeError) return null
    throw error
  }
}

async function compileTo(cacheDir: string, file: string): Promise<Compiled> {
  const { source } = compileDefinitions()
  mkdirSync(cacheDir, { recursive: true })
  // Several processes may start at once: each writes a file of its own and the rename is atomic.
  const own = `${file}.${process.pid}.${randomUUID()}.mjs`
  writeFileSync(own, source)
  const module = await import(pathToFileURL(own).href)
  renameSync(own, file)
  for (const name of readdirSync(cacheDir)) {
    if (/^fhir-[0-9a-f]{16}\.mjs$/.test(name) && join(cacheDir, name) !== file) rmSync(join(cacheDir, name), { force: true })
  }
  return module.default(runtime)
}

/** Changes with the package and with the compilers' own sources, so a stale cache is never run. */
function fingerprint(version: string): string {
  const hash = createHash('sha256').update(version)
  const folder = join(import.meta.dirname, 'compile')
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  for (const name of sources.sort()) hash.update(name).update(readFileSync(join(folder, name)))
  for (const other of ['resource-types.ts', 'runtime/invariants.ts', 'runtime/places.ts', 'runtime/places-bundle.ts'])
    hash.update(readFileSync(join(import.meta.dirname, other)))
  return hash.digest('hex').slice(0, 16)
}

const none: SearchParameter[] = []
const subjectCodes = new Set(['patient', 'subject', 'beneficiary'])
const withSeveralPatients = new Set(['Account', 'Appointment', 'AppointmentResponse', 'AuditEvent', 'Group', 'Person', 'Provenance', 'Schedule'])

function fhirOf(compiled: Compiled, version: string, cacheDir: string): Fhir {
  const units = createUnits()
  return {
    types: resourceTypes,
    typeCode,
    versions: [version, 'hl7.fhir.r4.core@4.0.1'],
    validate: (resource) => validateWith(compiled.resources, resource),
    extract(resource) {
      const out: Extracted[] = []
      compiled.extractors[resource.resourceType]?.(resource, out)
      return out
    },
    parameters: (type) => compiled.parameters[type] ?? none,
    summaryOf: (type) => compiled.summaries[type] ?? { summary: [], mandatory: [] },
    formats: formatsOf(compiled.shapes),
    references: walkReferences,
    patientReferences(resource) {
      const out: string[] = []
      compiled.compartment[resource.resourceType]?.(resource, out)
      return [...new Set(out)]
    },
    namesSubject: (type, code) => compiled.compartment[type] !== undefined && subjectCodes.has(code) && !withSeveralPatients.has(type),
    terminology: createTerminology(cacheDir, units),
    units,
  }
}
