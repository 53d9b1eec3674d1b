import { openSync, readFileSync, readSync } from 'node:fs'
import { compareVersions } from '../versions.ts'
import type { Structure } from './structure.ts'

type Definition = { resourceType: string; url: string; version?: string; [property: string]: unknown }

/** All known definitions by canonical URL: those of R4 and IPS in a file of the cache, those of packages in memory. */
export type Library = {
  find(canonical: string): Definition | undefined
  structure(canonical: string): Structure | undefined
  /** Profiles that a loaded guide requires of all resources of a type (ImplementationGuide.global). */
  globals(type: string): readonly string[]
  /** Adds definitions of one package as JSON text. A canonical without a version means the latest version. */
  add(source: string, definitions: readonly Stated[]): void
  remove(source: string): void
  /** Grows with every change, so that trees compiled from the definitions can be discarded. */
  changes(): number
}

const parsedMax = 1000
const none: readonly string[] = []

type Stated = { url: string; version: string; text: string }
type Added = { source: string; version: string; text: string }

export function openLibrary(file: string): Library {
  const builtIn = openBuiltIn(file)
  let changeCount = 0
  const parsed = new Map<string, Definition | null>()
  const added = new Map<string, Added[]>()
  let globals: Map<string, string[]> | undefined

  function textOf(canonical: string): string | undefined {
    const bar = canonical.indexOf('|')
    const url = bar < 0 ? canonical : canonical.slice(0, bar)
    const version = bar < 0 ? undefined : canonical.slice(bar + 1)
    const own = added.get(url)
    if (version !== undefined) return own?.find((one) => one.version === version)?.text ?? builtInOf(url, version)
    return own?.at(-1)?.text ?? builtIn(url)
  }

  // A version may be given by its first parts: 4.0 finds 4.0.1.
  function builtInOf(url: string, version: string): string | undefined {
    const text = builtIn(url)
    const found = text === undefined ? undefined : (JSON.parse(text) as Definition).version
    return found === undefined || found === version || found.startsWith(`${version}.`) ? text : undefined
  }

  function find(canonical: string): Definition | undefined {
    const known = parsed.get(canonical)
    if (known !== undefined) return known ?? undefined
    if (parsed.size >= parsedMax) parsed.clear()
    const text = textOf(canonical)
    const definition = text === undefined ? null : (JSON.parse(text) as Definition)
    parsed.set(canonical, definition)
    return definition ?? undefined
  }

  return {
    find,
    globals(type) {
      globals ??= globalProfiles([...added.values()].flatMap((all) => all.at(-1)?.text ?? []))
      return globals.get(type) ?? none
    },
    structure(canonical) {
      const found = find(canonical)
      return found?.resourceType === 'StructureDefinition' ? (found as unknown as Structure) : undefined
    },
    add(source, definitions) {
      for (const { url, version, text } of definitions) {
        const others = (added.get(url) ?? []).filter((one) => one.source !== source)
        const all = [...others, { source, version, text }]
        added.set(
          url,
          all.sort((a, b) => compareVersions(a.version, b.version)),
        )
      }
      parsed.clear()
      globals = undefined
      changeCount++
    },
    remove(source) {
      for (const [url, all] of added) {
        const left = all.filter((one) => one.source !== source)
        if (left.length > 0) added.set(url, left)
        else added.delete(url)
      }
      parsed.clear()
      globals = undefined
      changeCount++
    },
    changes: () => changeCount,
  }
}

/**
 * The texts in a file of the cache by URL. The file is opened now and read at the first question, so that a newer release may clear the cache while
 * this process runs.
 */
function openBuiltIn(file: string): (url: string) => string | undefined {
  const descriptor = openSync(file, 'r')
  const indexDescriptor = openSync(`${file}.index.json`, 'r')
  let places: Record<string, [at: number, bytes: number] | undefined> | undefined
  return (url) => {
    places ??= JSON.parse(readFileSync(indexDescriptor, 'utf8')) as Record<string, [number, number]>
    const [at, length] = (Object.hasOwn(places, url) ? places[url] : undefined) ?? []
    if (at === undefined || length === undefined) return undefined
    const bytes = Buffer.alloc(length)
    readSync(descriptor, bytes, 0, length, at)
    return bytes.toString('utf8')
  }
}

function globalProfiles(texts: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const text of texts) {
    if (!text.includes('"ImplementationGuide"')) continue
    const guide = JSON.parse(text) as Definition
    if (guide.resourceType !== 'ImplementationGuide' || !Array.isArray(guide.global)) continue
    for (const { type, profile } of guide.global as { type: string; profile: string }[]) found.set(type, [...(found.get(type) ?? []), profile])
  }
  return found
}
