import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leanStructure, slim } from '../profile/lean.ts'
import type { TerminologyResource } from '../terminology/resources.ts'
import { readBundle } from './definitions.ts'

type Json = Record<string, unknown>

const ips = dirname(fileURLToPath(import.meta.resolve('hl7.fhir.uv.ips/package.json')))

export function summariesVersion(): string {
  const { name, version } = JSON.parse(readFileSync(join(ips, 'package.json'), 'utf8')) as { name: string; version: string }
  return `${name}@${version}`
}

const summariesResources = (form: RegExp): Json[] =>
  readdirSync(ips)
    .filter((file) => form.test(file))
    .map((file) => JSON.parse(readFileSync(join(ips, file), 'utf8')) as Json)

export const summariesTerminology = () => summariesResources(/^(ValueSet|CodeSystem|ConceptMap)-.*\.json$/) as unknown as TerminologyResource[]

/** The definitions that profiles are built on, with those of the International Patient Summary, one a line. */
export function libraryLines(): { url: string; line: string }[] {
  const core = ['profiles-types', 'profiles-resources', 'extension-definitions', 'profiles-others', 'search-parameters']
    .flatMap((name) => readBundle(name))
    .filter(({ resourceType, url }) => typeof url === 'string' && (resourceType === 'StructureDefinition' || resourceType === 'SearchParameter'))
  const summaries = summariesResources(/^(StructureDefinition|SearchParameter)-.*\.json$/)
  return [...core, ...summaries].map((resource) => ({
    url: resource.url as string,
    line: JSON.stringify(resource.resourceType === 'StructureDefinition' ? leanStructure(resource) : slim(resource)),
  }))
}
