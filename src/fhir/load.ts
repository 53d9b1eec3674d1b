import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileDefinitions } from './compile/compile.ts'
import { definitionsVersion } from './compile/definitions.ts'
import { formatsOf } from './formats.ts'
import { libraryLines, summariesTerminology, summariesVersion } from './compile/library-file.ts'
import { knowledgeOf } from './profile/knowledge.ts'
import { type Library, openLibrary } from './profile/library.ts'
import type { Choices } from './profile/tree.ts'
import { applyPatch } from './patch/patch.ts'
import { walkReferences } from './references.ts'
import { resourceTypes, typeCode } from './resource-types.ts'
import { type ResourceChecks, validateWith, validatorRuntime } from './runtime/validate.ts'
import { functionalLists } from './search/lists.ts'
import { compartments } from './search/compartments.ts'
import { createCustomParameters } from './search/custom.ts'
import { extractorRuntime } from './search/extract.ts'
import { firstWord } from './search/sounds.ts'
import { wordParameters, wordsOf } from './search/words.ts'
import { createTerminology } from './terminology/terminology.ts'
import { distinct } from '../platform/text-map.ts'
import { createUnits } from './units.ts'
import { shapesFrom } from './xml/shapes.ts'
import type { Extracted, Fhir, Resource, SearchParameter, Summary } from './types.ts'

export type Compiled = {
  resources: ResourceChecks
  extractors: Record<string, ((resource: Resource, out: Extracted[], only?: ReadonlySet<string>) => void) | undefined>
  /** Extractors of values that only searches for them need. */
  details: Record<string, Record<string, ((resource: Resource, out: Extracted[]) => void) | undefined> | undefined>
  parameters: Record<string, SearchParameter[] | undefined>
  /** The parameters by which a type belongs to a Patient's compartment. */
  members: Record<string, string[] | undefined>
  compartment: Record<string, ((resource: Resource, out: string[]) => void) | undefined>
  summaries: Record<string, Summary | undefined>
  /** The text that compile/shape-source wrote. */
  shapes: string
  choices: Choices
}

/** Compiles the official definitions at the first start. Later starts run the code in the cache and open no definition file. */
export async function loadFhir(cacheDir: string): Promise<Fhir> {
  const version = definitionsVersion()
  const file = join(cacheDir, `fhir-${fingerprint(version)}.mjs`)
  const library = file.replace('.mjs', '.definitions')
  const isThere = existsSync(`${library}.index.json`)
  const compiled = (isThere ? await readCompiled(file) : null) ?? (await compileTo(cacheDir, file, library))
  return fhirOf(compiled, version, openLibrary(library), cacheDir)
}

const runtime = { ...validatorRuntime, ...extractorRuntime }

async function readCompiled(file: string): Promise<Compiled | null> {
  try {
    const module = await import(pathToFileURL(file).href)
    return module.default(runtime)
  } catch (error) {
    const { code } = error as { code?: string }
    // The file does not exist or was cut off by a full disk: the definitions are compiled anew.
    if (code === 'ERR_MODULE_NOT_FOUND' || error instanceof SyntaxError || error instanceof TypeError) return null
    throw error
  }
}

async function compileTo(cacheDir: string, file: string, library: string): Promise<Compiled> {
  const { source } = compileDefinitions()
  mkdirSync(cacheDir, { recursive: true })
  // Several processes may start at once: each writes its own file, and the rename is atomic.
  const own = `${file}.${process.pid}.${randomUUID()}.mjs`
  writeFileSync(own, source)
  const module = await import(pathToFileURL(own).href)
  writeLibrary(library)
  renameSync(own, file)
  removeOthers(cacheDir, file)
  return module.default(runtime)
}

/** A younger file may come from another release, whose process is just starting and about to read it. */
const youngMs = 3_600_000

function removeOthers(cacheDir: string, file: string): void {
  const mine = basename(file, '.mjs')
  const madeAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
  const old = madeAt(file) - youngMs
  for (const name of readdirSync(cacheDir)) {
    const isOurs = /^fhir-[0-9a-f]{16}\.(mjs|definitions|definitions\.index\.json)$/.test(name) && !name.startsWith(mine)
    if (isOurs && madeAt(join(cacheDir, name)) < old) rmSync(join(cacheDir, name), { force: true })
  }
}

/** Writes one definition a line, and an index of where each line begins. */
function writeLibrary(file: string): void {
  const places: Record<string, [number, number]> = {}
  const lines: Buffer[] = []
  let at = 0
  for (const { url, line } of libraryLines()) {
    const bytes = Buffer.from(`${line}\n`)
    places[url] = [at, bytes.length - 1]
    at += bytes.length
    lines.push(bytes)
  }
  for (const [name, content] of [
    [file, Buffer.concat(lines)],
    [`${file}.index.json`, JSON.stringify(places)],
  ] as const) {
    const own = `${name}.${process.pid}.${randomUUID()}`
    writeFileSync(own, content)
    renameSync(own, name)
  }
}

/** Changes with the package and with the sources of the compilers, so that no stale cache is run. */
function fingerprint(version: string): string {
  const hash = createHash('sha256').update(version).update(summariesVersion())
  const folder = join(import.meta.dirname, 'compile')
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  for (const name of sources.sort()) hash.update(name).update(readFileSync(join(folder, name)))
  for (const other of ['resource-types.ts', 'profile/lean.ts', 'runtime/invariants.ts', 'runtime/places.ts', 'runtime/places-bundle.ts', 'rules/strict.ts'])
    hash.update(readFileSync(join(import.meta.dirname, other)))
  return hash.digest('hex').slice(0, 16)
}

/**
 * The header of a message is in no compartment. When all that its focus names belongs to one patient, the header tells as much about that patient as the
 * message itself.
 */
function patientOfMessage({ focus }: Resource, out: string[]): void {
  if (!Array.isArray(focus)) return
  const patients = new Set<string>()
  for (const one of focus as { reference?: unknown }[]) {
    const text = one?.reference
    if (typeof text === 'string' && /(?:^|\/)Patient\//.test(text)) patients.add(text)
  }
  if (patients.size === 1) out.push(...patients)
}

const none: never[] = []
const subjectCodes = new Set(['patient', 'subject', 'beneficiary'])
const withSeveralPatients = new Set(['Account', 'Appointment', 'AppointmentResponse', 'AuditEvent', 'Group', 'Person', 'Provenance', 'Schedule'])

function fhirOf(compiled: Compiled, version: string, library: Library, cacheDir: string): Fhir {
  const units = createUnits()
  const all = new Map(resourceTypes.map((type) => [type, [...(compiled.parameters[type] ?? none), ...wordParameters(type)]]))
  const terminology = createTerminology(cacheDir, units)
  const shapes = shapesFrom(compiled.shapes)
  const known = knowledgeOf({ library, choices: compiled.choices, shapes, terminology, units })
  const packages = new Set<string>()
  const custom = createCustomParameters()
  const parametersOf = (type: string) => {
    const [standards, added] = [all.get(type) ?? none, custom.parameters(type)]
    return added.length === 0 ? standards : [...standards, ...added]
  }
  const standard = [version, 'hl7.fhir.r4.core@4.0.1', summariesVersion()]
  terminology.load(summariesVersion(), summariesTerminology)
  return {
    types: resourceTypes,
    typeCode,
    functionalLists,
    get versions() {
      return [...standard, ...[...packages].filter((name) => !standard.includes(name.replace('#', '@')))]
    },
    addPackage(name, definitions, codes) {
      library.add(name, definitions)
      packages.add(name)
      if (codes === undefined) return
      terminology.load(name, codes)
    },
    removePackage(name) {
      library.remove(name)
      if (terminology.isLoaded(name)) terminology.unload(name)
      packages.delete(name)
    },
    validate: (resource, wanted) => validateWith(compiled.resources, known, resource, wanted),
    extract(resource, only) {
      const out: Extracted[] = []
      compiled.extractors[resource.resourceType]?.(resource, out, only)
      custom.extract(resource, out, only)
      return out
    },
    details(resource, codes) {
      const out: Extracted[] = []
      for (const code of codes) {
        if (code === '_text' || code === '_content') wordsOf(resource, code, out)
        else compiled.details[resource.resourceType]?.[code]?.(resource, out)
      }
      return out
    },
    compartment: (name, type) => (name === 'Patient' ? compiled.members[type] : compartments[name]?.[type]) ?? none,
    custom,
    async compileParameter(definition) {
      // The compiler and its definitions are loaded only when a parameter is compiled.
      const { compileCustomParameter } = await import('./compile/custom-parameter.ts')
      return compileCustomParameter(definition, parametersOf)
    },
    definition: (canonical) => library.find(canonical),
    parameters: parametersOf,
    summaryOf: (type) => compiled.summaries[type] ?? { summary: [], mandatory: [] },
    propertiesOf(type, element) {
      const properties = [...(shapes.of(type)?.keys() ?? none)]
      return properties.filter((one) => one === element || compiled.choices.forms[one] === element)
    },
    formats: formatsOf(shapes),
    patch: (before, patch) => applyPatch(shapes, before, patch),
    references: walkReferences,
    patientReferences(resource) {
      const out: string[] = []
      compiled.compartment[resource.resourceType]?.(resource, out)
      if (resource.resourceType === 'MessageHeader') patientOfMessage(resource, out)
      return distinct(out)
    },
    firstWord,
    namesSubject: (type, code) => compiled.compartment[type] !== undefined && subjectCodes.has(code) && !withSeveralPatients.has(type),
    terminology,
    units,
  }
}
