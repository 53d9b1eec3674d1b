import { bytesOf, type CodeSystem, compileCodeSystem, openCodeSystem } from './code-system.ts'
import { compareVersions } from '../versions.ts'
import { allOf, isSame } from './library.ts'
import type { Known } from './membership.ts'
import { type CodeSystemResource, type ConceptMapResource, splitCanonical, type TerminologyResource, type ValueSetResource } from './resources.ts'

export type Wish = { type: TerminologyResource['resourceType']; url: string }

/**
 * Adds definitions that came with a request or that clients have stored. Those of the standard and of packages go first, so that no client changes
 * codes that others rely on. Definitions that nothing has are noted in `wishes`, so that the caller can look for them.
 */
export function overlay(base: Known, stored: readonly TerminologyResource[], wishes: Map<string, Wish>): Known {
  const find = <T extends TerminologyResource>(type: T['resourceType'], canonical: string): T | null => {
    const { url, version } = splitCanonical(canonical)
    const all = stored.filter((one): one is T => one.resourceType === type && one.url === url && (version === undefined || one.version === version))
    const [newest] = all.toSorted((one, other) => compareVersions(other.version ?? '', one.version ?? ''))
    if (!newest) wishes.set(`${type} ${url}`, { type, url })
    return newest ?? null
  }
  const codeSystem = (url: string): CodeSystem | null => {
    const known = base.codeSystem(url)
    const hasCodes = known !== null && (known.isComplete || known.size > 0)
    if (hasCodes || base.grammars.has(url)) return known
    const own = find<CodeSystemResource>('CodeSystem', url)
    return own?.content === undefined || own.content === 'supplement' ? known : opened(own)
  }
  return {
    grammars: base.grammars,
    codeSystem,
    valueSet(url) {
      const known = base.valueSet(url) ?? find<ValueSetResource>('ValueSet', url)
      if (known) return known
      const system = stored.find(
        (one): one is CodeSystemResource => one.resourceType === 'CodeSystem' && one.valueSet !== undefined && isSame(one.valueSet, url),
      )
      return system?.url === undefined ? null : allOf(splitCanonical(url).url, system.url)
    },
    conceptMap: (url) => base.conceptMap(url) ?? find<ConceptMapResource>('ConceptMap', url),
    conceptMapsOf: (urls) => [...base.conceptMapsOf(urls), ...stored.filter((one) => one.resourceType === 'ConceptMap').filter((one) => speaksOf(one, urls))],
    supplementsOf: (url) => [
      ...base.supplementsOf(url),
      ...stored
        .filter((one) => one.resourceType === 'CodeSystem' && one.supplements !== undefined && isSame(one.supplements, url))
        .map((one) => opened(one as CodeSystemResource)),
    ],
  }
}

function speaksOf({ sourceUri, sourceCanonical, targetUri, targetCanonical, group = [] }: ConceptMapResource, urls: string[]): boolean {
  const spoken = [sourceUri, sourceCanonical, targetUri, targetCanonical, ...group.flatMap(({ source, target }) => [source, target])]
  return urls.every((url) => spoken.some((one) => one !== undefined && isSame(one, url)))
}

const compiled = new WeakMap<CodeSystemResource, CodeSystem>()

/** Compiles a resource once and keeps the result as long as the caller keeps the resource. */
function opened(resource: CodeSystemResource): CodeSystem {
  let system = compiled.get(resource)
  if (system === undefined) {
    system = openCodeSystem(bytesOf(compileCodeSystem(resource)))
    compiled.set(resource, system)
  }
  return system
}
