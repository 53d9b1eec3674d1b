import assert from 'node:assert/strict'
import { test } from 'node:test'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { corpus, resourcesIn, preparedFhir } from '../../testing/fhir.ts'
import type { Resource } from '../types.ts'
import { readDefinitions } from './definitions.ts'
import { modelOf } from './model.ts'

const fhir = preparedFhir()
const model = modelOf(readDefinitions().structures)
const examples = corpus('fhir-r4-examples')

// Rules that are not translated or that other code checks; also rules of structures that contain themselves, where a path finds only the outermost.
const left = /^(dom-|txt-|ref-|ctm-1|ig-|sdf-|cnt-3|que-|vsd-|tst-|ras-|csd-|cmp-|qrs-|opd-|bdl-7)/
type Check = { key: string; holds: (resource: Resource) => boolean }
type Evaluate = (node: unknown, variables?: object) => unknown[]

/** The rules of one resource type and its backbones, each by the FHIRPath engine. */
function checksOf(type: string): Check[] {
  const structures = [...model.values()].filter(({ name }) => name === type || name.startsWith(`${type}.`))
  return structures.flatMap(({ name, constraints }) =>
    constraints
      .filter(({ key }) => !left.test(key))
      .map(({ key, expression }) => {
        const isRoot = name === type
        const rule = fhirpath.compile(isRoot ? expression : { base: name, expression }, r4) as unknown as Evaluate
        const nodes = isRoot ? (resource: Resource) => [resource] : (fhirpath.compile(name, r4) as unknown as Evaluate)
        const holds = (resource: Resource) => nodes(resource).every((node) => rule(node, { resource, rootResource: resource })[0] === true)
        return { key, holds }
      }),
  )
}

type Site = [Record<string, unknown>, string]
function sitesOf(value: Record<string, unknown>): Site[] {
  return Object.keys(value).flatMap((name) => {
    const inner = value[name]
    const below = typeof inner === 'object' && inner !== null ? sitesOf(inner as Record<string, unknown>) : []
    return name === 'resourceType' || Array.isArray(value) ? below : [[value, name] as Site, ...below]
  })
}

/** Deletes some elements: the resource stays well-formed but may break rules. */
function mutate(resource: Resource, random: (below: number) => number): void {
  for (let times = 1 + random(3); times > 0; times--) {
    const sites = sitesOf(resource)
    if (sites.length === 0) return
    const [holder, name] = sites[random(sites.length)] as Site
    delete holder[name]
  }
}

test('translated invariants say what the FHIRPath engine says, on examples with elements taken away', { skip: examples.skip }, (t) => {
  let seed = 20260301
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return (seed >>> 8) % below
  }
  const checks = new Map<string, Check[]>()
  let compared = 0
  let broken = 0
  for (const { file, resource } of resourcesIn(examples.folder)) {
    const text = JSON.stringify(resource)
    if (text.length > 15_000 || resource.contained !== undefined) continue
    const rules = checks.get(resource.resourceType) ?? checksOf(resource.resourceType)
    checks.set(resource.resourceType, rules)
    if (rules.length === 0) continue
    for (let round = 0; round < 12; round++) {
      const changed: Resource = JSON.parse(text)
      mutate(changed, random)
      const issues = fhir.validate(changed)
      // Where the structure itself is wrong, the result of a rule may be meaningless.
      if (issues.some(({ code }) => code !== 'invariant')) continue
      const mine = new Set(issues.map(({ diagnostics }) => /\(([a-z]+-\w+)\)$/.exec(diagnostics)?.[1]))
      for (const { key, holds } of rules) {
        const theirs = holds(changed)
        compared++
        if (!theirs) broken++
        assert.equal(!mine.has(key), theirs, `seed 20260301, ${file}, ${key}: ${JSON.stringify(changed).slice(0, 500)}`)
      }
    }
  }
  t.diagnostic(`${compared} verdicts compared, ${broken} of them broken rules`)
  assert.ok(compared > 1500 && broken > 50)
})
