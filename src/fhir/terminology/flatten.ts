import type { CodeSystemResource, Concept, Property } from './resources.ts'

/** The concepts of a definition in one list, with the hierarchy and the flags from their properties. */
export type Flat = { concepts: Concept[]; parents: Map<number, number[]>; inactive: Set<number>; abstract: Set<number> }

const standard = 'http://hl7.org/fhir/concept-properties#'
/** Property codes that the standard's own code systems use for a meaning without naming its uri. */
const meanings: Record<string, string[]> = {
  parent: ['parent', 'subsumedBy'],
  child: ['child'],
  inactive: ['inactive'],
  notSelectable: ['notSelectable', 'abstract'],
  status: ['status'],
}

/** Reads the hierarchy, which is written by nesting, by a property that names the parent, or by one that names the child; also by all three at once. */
export function flatten(resource: CodeSystemResource): Flat {
  const flat: Flat = { concepts: [], parents: new Map(), inactive: new Set(), abstract: new Set() }
  const nesting: [Concept, number][] = (resource.concept ?? []).map((one): [Concept, number] => [one, -1]).reverse()
  for (let next = nesting.pop(); next !== undefined; next = nesting.pop()) {
    const [one, parent] = next
    const at = flat.concepts.push(one.concept === undefined ? one : withoutChildren(one)) - 1
    if (parent >= 0) flat.parents.set(at, [parent])
    for (const child of one.concept?.toReversed() ?? []) nesting.push([child, at])
  }
  readProperties(resource, flat)
  return flat
}

function withoutChildren({ concept: _, ...own }: Concept): Concept {
  return own
}

function readProperties(resource: CodeSystemResource, flat: Flat): void {
  const meaningOf = meaningsOf(resource)
  const numbers = new Map(flat.concepts.map(({ code }, at) => [code, at]))
  const link = (child: number | undefined, parent: number | undefined) => {
    if (child === undefined || parent === undefined || child === parent) return
    const known = flat.parents.get(child) ?? []
    if (!known.includes(parent)) flat.parents.set(child, [...known, parent])
  }
  flat.concepts.forEach(({ property = [] }, at) => {
    for (const one of property) {
      const meaning = meaningOf.get(one.code)
      const value = valueOf(one)
      if (meaning === 'parent') link(at, numbers.get(value))
      else if (meaning === 'child') link(numbers.get(value), at)
      else if (meaning === 'notSelectable' && value === 'true') flat.abstract.add(at)
      else if ((meaning === 'inactive' && value === 'true') || (meaning === 'status' && (value === 'retired' || value === 'inactive'))) flat.inactive.add(at)
    }
  })
}

function meaningsOf(resource: CodeSystemResource): Map<string, string> {
  const found = new Map<string, string>()
  for (const [meaning, codes] of Object.entries(meanings)) for (const code of codes) found.set(code, meaning)
  for (const { code, uri } of resource.property ?? []) if (uri?.startsWith(standard)) found.set(code, uri.slice(standard.length))
  return found
}

/** The value of a property of any type as text; for a Coding its code. */
export function valueOf(property: Property): string {
  for (const name in property) {
    if (!name.startsWith('value')) continue
    const value = property[name as 'valueCode']
    if (typeof value === 'object' && value !== null) return String((value as { code?: string }).code ?? '')
    return String(value)
  }
  return ''
}
