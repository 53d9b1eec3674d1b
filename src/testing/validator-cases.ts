import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fhir, type Issue, parseJson, type Resource, type TerminologyResource } from '../fhir/fhir.ts'
import { leanText } from '../fhir/profile/lean.ts'
import { Refusal } from '../platform/refusal.ts'
import { corpora } from './corpora.ts'

/** One verdict of the reference validator on a file, against the base or a profile, with the definitions that belong to the case. */
export type ValidatorCase = {
  /** The verdict depends on an option that a server does not have. */
  isDecidedByOption: boolean
  name: string
  file: string
  check: 'base' | 'profile'
  isInvalid: boolean
  /** The verdict needs nothing but R4 itself: no package, no supporting file. */
  isSelfContained: boolean
  needsPackage: boolean
  isTerminologyOnly: boolean
  /** Files with definitions beside the case. */
  supporting: string[]
  profileFile: string | undefined
  /** The URL of the profile when the case has no file of it. */
  profileUrl: string | undefined
}

// Options of the reference validator that change its verdict on the same file: comments in JSON, ids left unchecked, no HTML in
// markdown, a publisher's rules, no experimental content, no example addresses.
const byOption = [
  'allow-comments',
  'validateContains',
  'noHtmlInMarkdown',
  'for-publication',
  'no-experimental-content',
  'examples',
  'security-checks',
  'best-practice',
]

type Manifest = {
  'test-cases': ({ name: string; supporting?: string[]; profiles?: string[]; profile?: { source?: string; supporting?: string[] } } & Record<string, unknown>)[]
}

const folder = join(corpora, 'fhir-validator-cases')

function rowsOf(): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(join(folder, 'INDEX.csv'), 'utf8').trim().split(/\r?\n/)
  const names = head.split(',')
  const cells = (line: string) => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(([, plain, quoted]) => quoted ?? plain)
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, at) => [names[at], cell ?? ''])) as Record<string, string>)
}

/** All R4 cases of one format. `isDecidedByOption` marks those whose verdict depends on an option that a server does not have. */
export function validatorCases(format: 'json' | 'xml'): ValidatorCase[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  const details = new Map(manifest['test-cases'].map((one) => [one.name, one]))
  return rowsOf()
    .filter((row) => row.file?.endsWith(`.${format}`))
    .map((row) => {
      const detail = details.get(row.name as string)
      const isProfile = row.check === 'profile'
      const source = isProfile ? detail?.profile?.source : undefined
      return {
        name: row.name as string,
        file: join(folder, row.file as string),
        check: isProfile ? 'profile' : 'base',
        isInvalid: row.expected === 'invalid',
        isSelfContained: !row.needsExternalPackage && !row.needsSupporting && !row.errorsAreTerminologyOnly,
        needsPackage: row.needsExternalPackage !== '',
        isTerminologyOnly: row.errorsAreTerminologyOnly !== '',
        supporting: [...(detail?.supporting ?? []), ...(detail?.profiles ?? []), ...(isProfile ? (detail?.profile?.supporting ?? []) : [])].map((file) =>
          join(folder, file),
        ),
        profileFile: source !== undefined && !isUrl(source) ? join(folder, source) : undefined,
        profileUrl: source !== undefined && isUrl(source) ? source : undefined,
        isDecidedByOption: byOption.some((option) => detail?.[option] !== undefined),
      }
    })
}

const isUrl = (source: string) => /^https?:/.test(source)

function readCase(fhir: Fhir, file: string): unknown {
  const text = readFileSync(file, 'utf8')
  return file.endsWith('.xml') ? fhir.formats.parseXml(text) : parseJson(text)
}

/** Judges as the reference's strict mode does; refused JSON is an error, too. */
export function judge(fhir: Fhir, one: ValidatorCase): Issue[] {
  const definitions = [...one.supporting, ...(one.profileFile === undefined ? [] : [one.profileFile])].filter(
    (file) => /\.(json|xml)$/.test(file) && existsSync(file),
  )
  const known = definitions.flatMap((file) => definitionsIn(readCase(fhir, file)))
  addResources(fhir, one.name, known)
  try {
    const profile = one.profileFile !== undefined ? (readCase(fhir, one.profileFile) as Resource)['url'] : one.profileUrl
    return fhir.validate(readCase(fhir, one.file), { isStrict: true, ...(typeof profile === 'string' ? { profiles: [profile] } : {}) })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [{ severity: 'error', code: 'structure', expression: '', diagnostics: error.message, hint: error.hint ?? '' }]
  } finally {
    fhir.removePackage(one.name)
  }
}

function definitionsIn(content: unknown): Resource[] {
  const resource = content as Resource
  if (resource.resourceType !== 'Bundle') return [resource]
  return (resource['entry'] as { resource?: Resource }[] | undefined)?.flatMap((entry) => entry.resource ?? []) ?? []
}

const terminologyTypes = new Set(['CodeSystem', 'ValueSet', 'ConceptMap'])

/** Adds definitions as if they had come in a package. */
export function addResources(fhir: Fhir, name: string, resources: readonly Resource[]): void {
  const definitions = resources.flatMap((resource) => {
    const { url, version } = resource
    return typeof url === 'string' ? [{ url, version: typeof version === 'string' ? version : '', text: leanText(resource) }] : []
  })
  const codes = resources.filter(({ resourceType }) => terminologyTypes.has(resourceType)) as unknown as TerminologyResource[]
  fhir.addPackage(name, definitions, codes.length > 0 ? () => codes : undefined)
}
