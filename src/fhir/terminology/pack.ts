import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Bytes, compileCodeSystem } from './code-system.ts'
import type { CodeSystemResource, TerminologyResource } from './resources.ts'

/** The index entry of one resource of a pack: what must be known without reading the resource. */
export type Entry = {
  type: TerminologyResource['resourceType']
  url: string
  version?: string
  id?: string
  at: number
  length: number
  /** A large code system, which is stored compiled. */
  isCompiled: boolean
  content?: string
  /** The canonical of the value set of all codes of this code system. */
  allCodes?: string
  supplements?: string
  /** The systems and value sets that a concept map maps from and to. */
  maps?: string[]
}

/** The resources of one source (the standard, a package) in one file with an index beside it. Only the index stays in memory. */
export type Pack = { entries: Entry[]; bytes(entry: Entry): Bytes; close(): void }

const compiledFromConcepts = 5000

const fileOf = (folder: string, name: string) => join(folder, `terminology-${name}.pack`)
const indexOf = (folder: string, name: string) => join(folder, `terminology-${name}.json`)

export function removePack(folder: string, name: string): void {
  rmSync(indexOf(folder, name), { force: true })
  rmSync(fileOf(folder, name), { force: true })
}

/** Several processes may write the same pack at once: each writes its own files and renames them, the index last. */
export function writePack(folder: string, name: string, resources: Iterable<TerminologyResource>): void {
  mkdirSync(folder, { recursive: true })
  const own = `${fileOf(folder, name)}.${process.pid}.${randomUUID()}`
  const file = openSync(own, 'w')
  const entries: Entry[] = []
  let at = 0
  try {
    for (const resource of resources) {
      if (resource.url === undefined) continue
      const isCompiled = resource.resourceType === 'CodeSystem' && countOf(resource) >= compiledFromConcepts
      const bytes = isCompiled ? compileCodeSystem(resource as CodeSystemResource) : Buffer.from(JSON.stringify(resource))
      writeAll(file, bytes)
      entries.push(entryOf(resource, { at, length: bytes.length, isCompiled }))
      at += bytes.length
    }
  } finally {
    closeSync(file)
  }
  writeFileSync(`${own}.json`, JSON.stringify(entries))
  renameSync(own, fileOf(folder, name))
  renameSync(`${own}.json`, indexOf(folder, name))
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}

/** Counts the concepts, but stops at the limit. */
function countOf(resource: CodeSystemResource): number {
  const open = [...(resource.concept ?? [])]
  let count = 0
  for (let next = open.pop(); next !== undefined && count < compiledFromConcepts; next = open.pop()) {
    count++
    for (const child of next.concept ?? []) open.push(child)
  }
  return count
}

function entryOf(resource: TerminologyResource, place: { at: number; length: number; isCompiled: boolean }): Entry {
  const { resourceType: type, url = '', version, id } = resource
  const entry: Entry = { type, url, ...(version === undefined ? {} : { version }), ...(id === undefined ? {} : { id }), ...place }
  if (resource.resourceType === 'CodeSystem') {
    entry.content = resource.content
    if (resource.valueSet !== undefined) entry.allCodes = resource.valueSet
    if (resource.supplements !== undefined) entry.supplements = resource.supplements
  }
  if (resource.resourceType === 'ConceptMap') {
    const { sourceUri, sourceCanonical, targetUri, targetCanonical, group = [] } = resource
    const spoken = [sourceUri, sourceCanonical, targetUri, targetCanonical, ...group.flatMap(({ source, target }) => [source, target])]
    entry.maps = spoken.filter((one) => one !== undefined)
  }
  return entry
}

/** Null when the pack does not exist or is incomplete. */
export function openPack(folder: string, name: string): Pack | null {
  try {
    const entries = JSON.parse(readFileSync(indexOf(folder, name), 'utf8')) as Entry[]
    const file = openSync(fileOf(folder, name), 'r')
    const read = (from: number, length: number): Buffer => {
      const buffer = Buffer.allocUnsafe(length)
      let done = 0
      while (done < length) {
        const count = readSync(file, buffer, done, length - done, from + done)
        if (count === 0) throw new Error('a terminology pack is shorter than its index says')
        done += count
      }
      return buffer
    }
    return {
      entries,
      bytes: ({ at, length }) => ({ length, read: (from, count) => read(at + from, count) }),
      close: () => closeSync(file),
    }
  } catch (error) {
    const isMissing = (error as { code?: string }).code === 'ENOENT'
    if (isMissing || error instanceof SyntaxError) return null
    throw error
  }
}
