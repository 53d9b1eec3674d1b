import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { Refusal } from '../../platform/refusal.ts'
import { parseJson } from '../json.ts'
import type { Resource } from '../types.ts'

/** Above these an archive is refused; a package of the largest national guide stays well below. */
export const archiveLimits = { fileBytes: 256 * 1_048_576, entryBytes: 256 * 1_048_576, totalBytes: 2 * 1_073_741_824, entries: 50_000 }

export type PackageManifest = { name: string; version: string; title: string }
/** The types of definitions that the system uses. */
export const usedTypes = new Set([
  ...['StructureDefinition', 'ValueSet', 'CodeSystem', 'ConceptMap', 'SearchParameter'],
  ...['Questionnaire', 'Measure', 'NamingSystem', 'OperationDefinition', 'ImplementationGuide', 'CapabilityStatement'],
])

type Found = { manifest(manifest: PackageManifest): void; definition(resource: Resource, text: string): Promise<void> }

/**
 * Reads an FHIR package (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification) from its first byte to its last, one file
 * in memory at a time. The archive is not trusted: links, paths that lead out of it and sizes beyond the limits end the reading.
 */
export async function readArchive(file: string, found: Found, limits = archiveLimits): Promise<void> {
  const { size } = await stat(file).catch(() => {
    throw refused('the file is not there or cannot be read')
  })
  if (size > limits.fileBytes) throw refused(`the file is larger than ${limits.fileBytes} bytes`)
  const tar = extract()
  // Errors of the pipeline are thrown by the loop below.
  pipeline(createReadStream(file), createGunzip(), tar, () => {})
  let total = 0
  let entries = 0
  let hasManifest = false
  try {
    for await (const entry of tar) {
      const { name, type } = entry.header
      const entryBytes = entry.header.size ?? 0
      total += entryBytes
      if (++entries > limits.entries) throw refused(`there are more than ${limits.entries} files in it`)
      if (entryBytes > limits.entryBytes || total > limits.totalBytes) throw refused('its content is larger than the limit')
      if (type !== 'file' && type !== 'directory') throw refused('there is something in it that is neither file nor folder')
      if (name.startsWith('/') || name.split(/[\\/]/).includes('..') || name.includes('\u0000')) throw refused('a path in it leads out of it')
      if (type === 'directory' || !/^package\/[^/]+\.json$/.test(name)) {
        entry.resume()
        continue
      }
      const text = await textOf(entry, entryBytes)
      if (name === 'package/package.json') {
        found.manifest(manifestOf(text))
        hasManifest = true
      } else if (!name.endsWith('.index.json')) await definition(name, text, found)
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw refused('it is not a gzipped tar archive, or it is cut short')
  }
  if (!hasManifest) throw refused('it has no package/package.json')
}

async function textOf(entry: AsyncIterable<unknown>, size: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const piece of entry) {
    const chunk = piece as Buffer
    chunks.push(chunk)
    length += chunk.length
    if (length > size) throw refused('a file in it is longer than it says')
  }
  return Buffer.concat(chunks).toString('utf8')
}

function manifestOf(text: string): PackageManifest {
  const { name, version, title } = parsed(text, 'package/package.json') as Record<string, unknown>
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9.-]{1,99}$/.test(name)) throw refused('the name of the package is not one of FHIR')
  if (typeof version !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$/.test(version)) throw refused('the version of the package is not one')
  return { name, version, title: typeof title === 'string' ? title.slice(0, 200) : name }
}

async function definition(name: string, text: string, found: Found): Promise<void> {
  const resource = parsed(text, name) as Resource
  if (typeof resource?.resourceType !== 'string' || !usedTypes.has(resource.resourceType) || typeof resource['url'] !== 'string') return
  await found.definition(resource, text)
}

function parsed(text: string, name: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw refused(`${name.slice(0, 120)} in it is not JSON`)
  }
}

const refused = (why: string) =>
  new Refusal('incorrect', `this is not a package that can be added: ${why}`, { hint: 'Take the .tgz as the registry of packages serves it.' })
