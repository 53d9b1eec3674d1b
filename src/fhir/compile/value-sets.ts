import type { Concept, Definitions, Include } from './definitions.ts'

/** Every member as `system|code`. */
export type Expansion = Set<string>

/**
 * Expands the value sets that the definitions alone can expand. Null: not enumerable here (all of SNOMED CT, MIME types, UCUM),
 * so no code can be called a stranger and the binding is not checked.
 */
export function expander(definitions: Definitions): (url: string) => Expansion | null {
  const done = new Map<string, Expansion | null>()

  function expand(canonical: string): Expansion | null {
    const url = canonical.split('|')[0] as string
    const known = done.get(url)
    if (known !== undefined) return known
    done.set(url, null) // A value set that includes itself is not expanded.
    const expansion = compose(url)
    done.set(url, expansion)
    return expansion
  }

  function compose(url: string): Expansion | null {
    const found = definitions.valueSets.get(url)?.compose
    if (found?.include === undefined) return null
    const members: Expansion = new Set()
    for (const include of found.include) {
      const part = included(include)
      if (part === null) return null
      for (const token of part) members.add(token)
    }
    for (const exclude of found.exclude ?? []) {
      const part = included(exclude)
      if (part === null) return null
      for (const token of part) members.delete(token)
    }
    return members.size > 0 ? members : null
  }

  function included(include: Include): Expansion | null {
    const parts: (Expansion | null)[] = (include.valueSet ?? []).map(expand)
    if (include.system !== undefined) parts.push(fromSystem(include.system, include))
    if (parts.length === 0 || parts.includes(null)) return null
    const [first, ...rest] = parts as [Expansion, ...Expansion[]]
    return new Set([...first].filter((token) => rest.every((other) => other.has(token))))
  }

  function fromSystem(system: string, include: Include): Expansion | null {
    if (include.concept !== undefined) return new Set(include.concept.map(({ code }) => `${system}|${code}`))
    // ISO 4217 is not part of the definitions; the runtime's own Unicode data has it.
    if (system === 'urn:iso:std:iso:4217') return new Set(Intl.supportedValuesOf('currency').map((code) => `${system}|${code}`))
    const codeSystem = definitions.codeSystems.get(system)
    if (codeSystem?.content !== 'complete' || codeSystem.concept === undefined) return null
    let concepts: Concept[] = flat(codeSystem.concept)
    for (const filter of include.filter ?? []) {
      const isBelow = filter.op === 'is-a' || filter.op === 'descendent-of'
      if (!isBelow || !['concept', 'code'].includes(filter.property)) return null
      const below = descendants(concepts, filter.value)
      concepts = concepts.filter(({ code }) => below.has(code) && (filter.op === 'is-a' || code !== filter.value))
    }
    return new Set(concepts.map(({ code }) => `${system}|${code}`))
  }

  return expand
}

const flat = (concepts: Concept[]): Concept[] => concepts.flatMap((one) => [one, ...flat(one.concept ?? [])])

/** HL7's own code systems express the hierarchy by nesting or by a subsumedBy property. */
function descendants(concepts: Concept[], ancestor: string): Set<string> {
  const below = new Set([ancestor])
  let size = 0
  while (size < below.size) {
    size = below.size
    for (const one of concepts) {
      const hasParent = one.property?.some((property) => property.code === 'subsumedBy' && below.has(property.valueCode ?? ''))
      if (hasParent) below.add(one.code)
      if (below.has(one.code)) for (const child of one.concept ?? []) below.add(child.code)
    }
  }
  return below
}
