import { readFileSync, readdirSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { definitionsVersion, readTerminology } from '../compile/definitions.ts'
import { bytesOf, type CodeSystem, compileCodeSystem, openCodeSystem } from './code-system.ts'
import { compareVersions } from '../versions.ts'
import { builtInSystems } from './grammars.ts'
import { type Entry, openPack, type Pack, removePack, writePack } from './pack.ts'
import { type CodeSystemResource, type ConceptMapResource, splitCanonical, type TerminologyResource, type ValueSetResource } from './resources.ts'

/** Finds definitions. `url` may have a `|version`; otherwise the newest version is meant. */
export type Source = {
  codeSystem(url: string): CodeSystem | null
  valueSet(url: string): ValueSetResource | null
  conceptMap(url: string): ConceptMapResource | null
  /** The maps between all of these systems or value sets. */
  conceptMapsOf(urls: string[]): ConceptMapResource[]
  supplementsOf(url: string): CodeSystem[]
}

type Located = { pack: Pack; name: string; entry: Entry }
type Definition = CodeSystem | ValueSetResource | ConceptMapResource

const openedBytesMax = 64 << 20
const release = '4.0.1'
const resolvedMax = 20_000
const canonicalMax = 500
/** Parsed JSON takes about this much more memory than its text. */
const parsedFactor = 4
const standardPack = 'r4'

export type Library = Source & {
  load(name: string, resources: () => Iterable<TerminologyResource>): void
  isLoaded(name: string): boolean
  unload(name: string): void
}

/**
 * The terminology of the standard and of packages. Nothing is read before the first question; then memory holds an index, and the definitions
 * used last, up to a limit.
 */
export function createLibrary(cacheDir: string): Library {
  const packs = new Map<string, Pack>()
  const located = new Map<string, Located[]>()
  const opened = createOpened()
  /** The definition that a canonical means now; forgotten when a pack comes or goes. */
  const resolved = new Map<string, Located | null>()

  function addPack(name: string, pack: Pack): void {
    packs.set(name, pack)
    resolved.clear()
    for (const entry of pack.entries) {
      const one = { pack, name, entry }
      pushTo(located, `${entry.type} ${entry.url}`, one)
      if (entry.allCodes !== undefined) pushTo(located, `AllCodes ${splitCanonical(entry.allCodes).url}`, one)
      if (entry.supplements !== undefined) pushTo(located, `Supplements ${splitCanonical(entry.supplements).url}`, one)
    }
  }

  function ready(): void {
    if (packs.has(standardPack)) return
    addPack(standardPack, openOrWrite(cacheDir, standardPack, standardResources))
  }

  function best(type: string, canonical: string): Located | null {
    ready()
    const key = `${type} ${canonical}`
    let found = resolved.get(key)
    if (found === undefined) {
      found = bestOf(type, canonical)
      if (resolved.size >= resolvedMax) resolved.clear()
      if (canonical.length <= canonicalMax) resolved.set(key, found)
    }
    return found
  }

  function bestOf(type: string, canonical: string): Located | null {
    const { url, version } = splitCanonical(canonical)
    const all = located.get(`${type} ${url}`)?.filter(({ entry }) => entry.content !== 'supplement')
    return all === undefined || all.length === 0 ? null : choose(all, url, version)
  }

  function open<T extends Definition>({ pack, name, entry }: Located): T {
    const key = `${name} ${entry.at} ${entry.length}`
    const known = opened.get(key)
    if (known) return known as T
    const value = read(pack, entry)
    opened.keep(key, value, entry.isCompiled ? (value as CodeSystem).weight : entry.length * parsedFactor)
    return value as T
  }

  const openBest = <T extends Definition>(type: string, canonical: string): T | null => {
    const found = best(type, canonical)
    return found && open<T>(found)
  }

  return {
    codeSystem: (url) => openBest<CodeSystem>('CodeSystem', url),
    valueSet(url) {
      const found = openBest<ValueSetResource>('ValueSet', url)
      if (found) return found
      const { url: bare, version } = splitCanonical(url)
      if (located.has(`ValueSet ${bare}`)) return null
      const system = located.get(`AllCodes ${bare}`)?.find(({ entry }) => version === undefined || entry.version === version)
      return system ? allOf(bare, system.entry.url) : null
    },
    conceptMap: (url) => openBest<ConceptMapResource>('ConceptMap', url),
    conceptMapsOf(urls) {
      ready()
      const speaking = [...located.values()]
        .flat()
        .filter(({ entry }) => entry.maps !== undefined && urls.every((url) => entry.maps?.some((one) => isSame(one, url))))
      return [...new Set(speaking)].slice(0, mapsMax).map((one) => open<ConceptMapResource>(one))
    },
    supplementsOf: (url) => (located.get(`Supplements ${splitCanonical(url).url}`) ?? []).map((one) => open<CodeSystem>(one)),
    load(name, resources) {
      if (!packs.has(name)) addPack(name, openOrWrite(cacheDir, name, resources))
    },
    isLoaded: (name) => packs.has(name),
    unload(name) {
      const pack = packs.get(name)
      if (!pack) return
      packs.delete(name)
      resolved.clear()
      for (const [key, list] of located) {
        const rest = list.filter((one) => one.pack !== pack)
        if (rest.length === 0) located.delete(key)
        else if (rest.length < list.length) located.set(key, rest)
      }
      opened.dropAllOf(name)
      pack.close()
      removePack(cacheDir, fileName(name))
    },
  }
}

const mapsMax = 50

/** The definitions opened last, up to a limit. The key is the name of the pack, a space and the place in the pack. */
function createOpened() {
  const kept = new Map<string, { value: Definition; weight: number }>()
  let bytes = 0
  const drop = (key: string): void => {
    bytes -= kept.get(key)?.weight ?? 0
    kept.delete(key)
  }
  return {
    get(key: string): Definition | undefined {
      const known = kept.get(key)
      if (!known) return undefined
      kept.delete(key)
      kept.set(key, known) // The order of the map is the order of use.
      return known.value
    },
    /** Keeps the definition asked for last even when it alone exceeds the limit. */
    keep(key: string, value: Definition, weight: number): void {
      kept.set(key, { value, weight })
      bytes += weight
      for (const oldest of kept.keys()) {
        if (bytes <= openedBytesMax || oldest === key) break
        drop(oldest)
      }
    },
    dropAllOf(pack: string): void {
      for (const key of kept.keys()) if (key.startsWith(`${pack} `)) drop(key)
    },
  }
}

function openOrWrite(cacheDir: string, name: string, resources: () => Iterable<TerminologyResource>): Pack {
  const file = fileName(name)
  const known = openPack(cacheDir, file)
  if (known) return known
  writePack(cacheDir, file, resources())
  const pack = openPack(cacheDir, file)
  if (pack === null) throw new Error('a terminology pack cannot be read back from the cache')
  return pack
}

function pushTo(located: Map<string, Located[]>, key: string, one: Located): void {
  const known = located.get(key)
  if (known) known.push(one)
  else located.set(key, [one])
}

export const isSame = (one: string, other: string): boolean => splitCanonical(one).url === splitCanonical(other).url

export const allOf = (url: string, system: string): ValueSetResource => ({
  resourceType: 'ValueSet',
  url,
  status: 'active',
  compose: { include: [{ system }] },
})

/**
 * Chooses among definitions of one URL. A definition with its codes goes before one without. Then, for URLs of the standard, the standard's own goes
 * first, because a package for another release must not change R4; for other URLs that of a package. Then the newest. `4.0` finds `4.0.1`. R4 binds
 * its own definitions by its release, even value sets of v3 with a version of their own.
 */
function choose(all: Located[], url: string, version: string | undefined): Located | null {
  const exact = version === undefined ? all : all.filter(({ entry }) => entry.version === version)
  const leading = exact.length > 0 ? exact : all.filter(({ entry }) => entry.version?.startsWith(`${version}.`))
  const fitting = leading.length === 0 && version === release ? all.filter(({ name }) => name === standardPack) : leading
  const rank = ({ entry, name }: Located): number => {
    const hasCodes = entry.type !== 'CodeSystem' || entry.content === 'complete' || entry.content === 'fragment'
    return (hasCodes ? 2 : 0) + ((name === standardPack) === url.startsWith('http://hl7.org/fhir/') ? 1 : 0)
  }
  const better = (best: Located | null, one: Located): Located => {
    if (best === null) return one
    return (rank(one) - rank(best) || compareVersions(one.entry.version ?? '', best.entry.version ?? '')) > 0 ? one : best
  }
  return fitting.reduce<Located | null>(better, null)
}

function read(pack: Pack, entry: Entry): Definition {
  const bytes = pack.bytes(entry)
  if (entry.isCompiled) return openCodeSystem(bytes)
  const resource = JSON.parse(bytes.read(0, bytes.length).toString()) as TerminologyResource
  return resource.resourceType === 'CodeSystem' ? openCodeSystem(bytesOf(compileCodeSystem(resource))) : resource
}

function* standardResources(): Generator<TerminologyResource> {
  yield* builtInSystems() as Iterable<CodeSystemResource>
  yield* readTerminology()
}

/** Changes with the definitions and with the code that writes packs, so that no stale pack is read. */
function fileName(name: string): string {
  const hash = createHash('sha256')
    .update(name)
    .update(definitionsVersion())
    .update(process.versions.unicode ?? '')
  const sources = readdirSync(import.meta.dirname).filter((name) => /^(?:code-system|countries|flatten|grammars|pack)\.ts$/.test(name))
  for (const name of sources.sort()) hash.update(readFileSync(join(import.meta.dirname, name)))
  return hash.digest('hex').slice(0, 16)
}
