import { readFileSync } from 'node:fs'
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core'
import type { Bundle, Resource as MedplumResource } from '@medplum/fhirtypes'
import { readBundle } from '../fhir/compile/definitions.ts'
import { type Fhir, parseJson, type Resource } from '../fhir/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import { corpus, resourcesIn, testFhir } from '../testing/fhir.ts'
import { judge, type ValidatorCase, validatorCases } from '../testing/validator-cases.ts'
import { print } from './figures.ts'
import { mutated, randomFrom } from './mutations.ts'

type Judge = (resource: Resource) => boolean
const seed = 20260301
const mutationsPerResource = 3
const exampleBytesMax = 40_000
const recordsMax = 6_000

/** `npm run bench -- validate`: how much is caught and accepted and how fast, with the same figures of @medplum/core from the same run. */
export async function bench(words: string[]): Promise<void> {
  const fhir = await testFhir()
  const medplum = medplumJudge()
  const strict: Judge = (resource) => !fhir.validate(resource, { isStrict: true }).some(isError)
  const written: Judge = (resource) => !fhir.validate(resource).some(isError)
  if (!corpus('fhir-validator-cases').skip) cases(fhir, medplum)
  const examples = corpus('fhir-r4-examples')
  if (examples.skip) return
  const all = resourcesIn(examples.folder).map(({ resource }) => resource)
  const resources = all.filter((resource) => JSON.stringify(resource).length < exampleBytesMax).slice(0, words.includes('--quick') ? 200 : undefined)
  const judges: [string, Judge][] = [
    ['strict', strict],
    ['on write', written],
    ['@medplum/core', medplum],
  ]
  for (const [name, accepts] of judges) share(`official examples accepted, ${name}`, resources.filter(accepts).length, resources.length)
  mutations(resources, judges)
  rates('official examples', resources, judges)
  if (!corpus('synthea-r4').skip) rates('records of patients', recordsOfPatients(), judges)
}

/** Resources as systems send them: those of whole records, which have no narratives and no definitions. */
function recordsOfPatients(): Resource[] {
  const found: Resource[] = []
  for (const { resource } of resourcesIn(corpus('synthea-r4').folder)) {
    const { entry = [] } = resource as { entry?: { resource: Resource }[] }
    found.push(...entry.map((one) => one.resource))
    if (found.length >= recordsMax) break
  }
  return found.slice(0, recordsMax)
}

const isError = ({ severity }: { severity: string }) => severity === 'error'
const share = (name: string, count: number, of: number) => print({ name: `${name} (${count} of ${of})`, value: of === 0 ? 0 : (100 * count) / of, unit: '%' })

function cases(fhir: Fhir, medplum: Judge): void {
  const groups: [string, 'json' | 'xml', (one: ValidatorCase) => boolean][] = [
    ['self-contained JSON', 'json', (one) => one.isSelfContained && one.check === 'base'],
    ['self-contained XML', 'xml', (one) => one.isSelfContained && one.check === 'base'],
    ['JSON with supporting files', 'json', (one) => !one.isSelfContained && one.check === 'base'],
    ['JSON against a profile', 'json', (one) => one.check === 'profile'],
    ['XML with supporting files', 'xml', (one) => !one.isSelfContained && one.check === 'base'],
    ['XML against a profile', 'xml', (one) => one.check === 'profile'],
  ]
  for (const [name, format, isIn] of groups) {
    const all = validatorCases(format).filter(isIn)
    verdicts(`validator cases, ${name}`, all, (one) => !judge(fhir, one).some(isError))
    if (name === 'self-contained JSON') {
      const plain = all.filter((one) => !one.isDecidedByOption)
      verdicts(`validator cases, ${name}, no option of the reference deciding`, plain, (one) => !judge(fhir, one).some(isError))
      verdicts(`@medplum/core, validator cases, ${name}`, all, (one) => acceptsFile(one.file, medplum))
    }
  }
}

function verdicts(name: string, all: ValidatorCase[], accepts: (one: ValidatorCase) => boolean): void {
  const invalid = all.filter((one) => one.isInvalid)
  const valid = all.filter((one) => !one.isInvalid)
  share(`${name}: caught`, invalid.filter((one) => !accepts(one)).length, invalid.length)
  share(`${name}: accepted`, valid.filter(accepts).length, valid.length)
}

function acceptsFile(file: string, accepts: Judge): boolean {
  try {
    return accepts(JSON.parse(readFileSync(file, 'utf8')) as Resource)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Refusal) return false
    throw error
  }
}

/** Every mutation certainly breaks a rule of R4, so an accepted one was not noticed. */
function mutations(resources: Resource[], judges: [string, Judge][]): void {
  const random = randomFrom(seed)
  const broken = resources.flatMap((resource) => Array.from({ length: mutationsPerResource }, () => mutated(resource, random))).filter((one) => one !== null)
  const kinds = [...new Set(broken.map(({ kind }) => kind))].sort()
  for (const [name, accepts] of judges) {
    const caught = broken.map((one) => !accepts(parseJson(one.text) as Resource))
    share(`seeded mutations caught, ${name}`, caught.filter(Boolean).length, broken.length)
    if (name !== 'strict') continue
    for (const kind of kinds)
      share(
        `seeded mutations caught, ${name}, ${kind}`,
        broken.filter((one, at) => one.kind === kind && caught[at]).length,
        broken.filter((one) => one.kind === kind).length,
      )
  }
}

const seconds = 6

/** Seconds of processor time: other work on the machine then does not change the ratio. */
function spent(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function rates(of: string, resources: Resource[], judges: [string, Judge][]): void {
  const perSecond = new Map<string, number>()
  for (const [name, accepts] of judges) {
    for (const resource of resources.slice(0, 300)) accepts(resource)
    const began = spent()
    let count = 0
    while (spent() - began < seconds) {
      for (const resource of resources) accepts(resource)
      count += resources.length
    }
    perSecond.set(name, count / (spent() - began))
  }
  const limit = perSecond.get('@medplum/core') as number
  for (const [name, value] of perSecond)
    print({ name: `${of} a processor second, ${name}`, value, unit: 'resources/s', limit: '@medplum/core', limitValue: limit })
}

function medplumJudge(): Judge {
  for (const name of ['profiles-types', 'profiles-resources']) {
    const entry = readBundle(name).map((resource) => ({ resource }))
    indexStructureDefinitionBundle({ resourceType: 'Bundle', type: 'collection', entry } as unknown as Bundle)
  }
  // Medplum knows plain numbers only; it would take exact ones (1.50) for faults.
  const plain = new WeakMap<Resource, MedplumResource>()
  return (resource) => {
    let known = plain.get(resource)
    if (known === undefined) plain.set(resource, (known = JSON.parse(JSON.stringify(resource)) as MedplumResource))
    try {
      validateResource(known)
      return true
    } catch {
      return false
    }
  }
}
