import type { Resource } from '../fhir/fhir.ts'

// How near a mapped bundle is to the one that another converter made from the same source. An element is a path with its value
// (`Patient.name.family=Petrović`). Left out are ids, narratives, and elements that only number the resources. A reference counts as the type that it
// points to; moments count as moments in any zone; a local address counts by its name, because every converter has an address of its own for things
// without one. Resources of a type are paired greedily by the elements they have in common.

export type Score = { expected: number; matched: number; mapped: number; resources: { expected: number; mapped: number; found: number } }

const leftOut = /(?:^|\.)(?:id|text\.(?:div|status)|fullUrl|meta\.(?:lastUpdated|profile|versionId))$/
const localName = /^(?:urn:id:|http:\/\/example\.com\/v2-to-fhir-converter\/(?:[A-Za-z]+\/)?)(.*)$/
const moment = /^\d{4}-\d{2}-\d{2}T/

export function elementsOf(resource: Resource, typeOf: (reference: string) => string): Map<string, number> {
  const found = new Map<string, number>()
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const one of value) walk(one, path)
    else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`)
    else if (value !== undefined && path !== 'resourceType' && !leftOut.test(path)) {
      const element = `${path}=${plain(path, value, typeOf)}`
      found.set(element, (found.get(element) ?? 0) + 1)
    }
  }
  walk(resource, '')
  return found
}

function plain(path: string, value: unknown, typeOf: (reference: string) => string): string {
  const text = String(value).trim()
  if (path.endsWith('.reference') || path === 'reference') return typeOf(text)
  if (moment.test(text)) return String(Date.parse(text))
  return localName.exec(text)?.[1] ?? text
}

export type Bundle = { entry?: { fullUrl?: string; resource?: Resource }[] }

const resourcesOf = (bundle: Bundle) => (bundle.entry ?? []).map(({ resource }) => resource).filter((one): one is Resource => one !== undefined)

/** Adds the score to that of each resource type. The best pairs are made first, and each resource is in one pair only. */
export function score(expected: Bundle, mapped: Bundle, into: Map<string, Score>): void {
  // Compared as JSON, where the digits of a number do not matter.
  const [theirs, ours] = [sets(expected), sets(JSON.parse(JSON.stringify(mapped)) as Bundle)]
  for (const type of new Set([...theirs.keys(), ...ours.keys()])) {
    const [wanted, have] = [theirs.get(type) ?? [], ours.get(type) ?? []]
    const sum = into.get(type) ?? { expected: 0, matched: 0, mapped: 0, resources: { expected: 0, mapped: 0, found: 0 } }
    into.set(type, sum)
    sum.expected += total(wanted)
    sum.mapped += total(have)
    sum.resources.expected += wanted.length
    sum.resources.mapped += have.length
    const pairs = wanted.flatMap((want, w) => have.map((one, h) => ({ w, h, common: common(want, one) }))).sort((a, b) => b.common - a.common)
    const [usedW, usedH] = [new Set<number>(), new Set<number>()]
    for (const { w, h, common: shared } of pairs) {
      if (shared === 0 || usedW.has(w) || usedH.has(h)) continue
      usedW.add(w)
      usedH.add(h)
      sum.matched += shared
      sum.resources.found++
    }
  }
}

function sets(bundle: Bundle): Map<string, Map<string, number>[]> {
  const types = new Map(
    (bundle.entry ?? []).flatMap(({ fullUrl, resource }) =>
      fullUrl === undefined || resource === undefined ? [] : [[fullUrl, resource.resourceType] as const],
    ),
  )
  const typeOf = (reference: string) => types.get(reference) ?? reference.split('/').at(-2) ?? 'unknown'
  const found = new Map<string, Map<string, number>[]>()
  for (const resource of resourcesOf(bundle)) found.set(resource.resourceType, [...(found.get(resource.resourceType) ?? []), elementsOf(resource, typeOf)])
  return found
}

const total = (all: Map<string, number>[]) => all.reduce((sum, one) => sum + [...one.values()].reduce((a, b) => a + b, 0), 0)
function common(a: Map<string, number>, b: Map<string, number>): number {
  let shared = 0
  for (const [element, count] of a) shared += Math.min(count, b.get(element) ?? 0)
  return shared
}

export function totalOf(scores: Map<string, Score>): Score {
  const sum: Score = { expected: 0, matched: 0, mapped: 0, resources: { expected: 0, mapped: 0, found: 0 } }
  for (const one of scores.values()) {
    // Provenance and the kept original come from our mapping only; types that the other converter never makes are counted apart.
    if (one.expected === 0) continue
    sum.expected += one.expected
    sum.matched += one.matched
    sum.mapped += one.mapped
    for (const kind of ['expected', 'mapped', 'found'] as const) sum.resources[kind] += one.resources[kind]
  }
  return sum
}
