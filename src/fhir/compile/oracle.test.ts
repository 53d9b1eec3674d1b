import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { corpus, resourcesIn } from '../../testing/fhir.ts'
import { resourceTypes } from '../resource-types.ts'
import { validatorRuntime } from '../runtime/validate.ts'
import { extractorRuntime } from '../search/extract.ts'
import type { Resource, SearchParameter } from '../types.ts'
import { compileDefinitions } from './compile.ts'
import { readDefinitions } from './definitions.ts'

const { source, notCompiled } = compileDefinitions()
const folder = mkdtempSync(join(tmpdir(), 'spona-oracle-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'compiled.mjs'), source)

type Found = [code: string, value: unknown]
type Extractor = (resource: Resource, out: Found[]) => void

// Each converter is replaced by a function that keeps the element itself, because that is what FHIRPath selects.
const keep = (out: Found[], code: string, value: unknown) => out.push([code, value])
const recorder = new Proxy({}, { get: (_, name) => (name === 'refersTo' ? extractorRuntime.x.refersTo : keep) })
const { default: create } = createRequire(import.meta.url)(join(folder, 'compiled.mjs'))
const compiled: {
  extractors: Record<string, Extractor>
  details: Record<string, Record<string, Extractor>>
  parameters: Record<string, SearchParameter[]>
} = create({ ...validatorRuntime, x: recorder })

// resolve() would need a server. The index knows only the type that the reference itself names, so the oracle is asked for that.
const asked = (expression: string) =>
  expression.replace(/resolve\(\) is (\w+)/g, "iif(type.exists(), type = '$1', reference.startsWith('$1/') or reference.contains('/$1/'))")
const oracles = new Map<string, (resource: Resource) => unknown[]>()
function oracle(expression: string): (resource: Resource) => unknown[] {
  let found = oracles.get(expression)
  if (found === undefined) {
    // Each branch is evaluated alone: a union compares values, and fhirpath.js refuses to compare a quantity that has a comparator.
    const branches = expression.split(' | ').map((branch) => fhirpath.compile(asked(branch), r4) as unknown as (resource: Resource) => unknown[])
    found = (resource) => branches.flatMap((branch) => branch(resource))
    oracles.set(expression, found)
  }
  return found
}
// A union drops duplicates; in an index they do no harm, so both sides are compared without them.
const written = (values: unknown[]) => [...new Set(values.map((value) => JSON.stringify(value)))].sort()

const examples = corpus('fhir-r4-examples')

test('every search parameter selects exactly what its FHIRPath selects, on the official examples', { skip: examples.skip }, () => {
  let compared = 0
  for (const { file, resource } of resourcesIn(examples.folder)) {
    const out: Found[] = []
    compiled.extractors[resource.resourceType]?.(resource, out)
    for (const { code, expression, components, type } of compiled.parameters[resource.resourceType] ?? []) {
      if (components !== undefined || type === 'special') continue
      const mine = out.filter(([own]) => own === code).map(([, value]) => value)
      const theirs = oracle(expression)(resource)
      assert.deepEqual(written(mine), written(theirs), `${file} ${code}: ${expression}`)
      compared += theirs.length
    }
  }
  assert.ok(compared > 3000, `${compared} values compared`)
})

const definitions = readDefinitions().searchParameters

test('the parts of every composite are what FHIRPath selects in one element after the other, on the official examples', { skip: examples.skip }, () => {
  let compared = 0
  for (const { file, resource } of resourcesIn(examples.folder)) {
    for (const { code, expression, components, url } of compiled.parameters[resource.resourceType] ?? []) {
      if (components === undefined) continue
      const out: Found[] = []
      compiled.details[resource.resourceType]?.[code]?.(resource, out)
      const mine = (out as unknown as { parts: Found[] }[]).map(({ parts }) => parts.map(([at, value]) => `${at} ${JSON.stringify(value)}`).sort())
      const paths = (definitions.find((one) => one.url === url)?.component ?? []).map((one) => one.expression.replaceAll('DateTime', 'dateTime'))
      const theirs = expression.split(' | ').flatMap((branch) => {
        const count = (fhirpath.evaluate(resource, branch, {}, r4) as unknown[]).length
        return Array.from({ length: count }, (_, element) =>
          paths
            .flatMap((path, at) => {
              const inside = path.split(' | ').map((one) => (one.startsWith('%resource') ? one : `${branch}[${element}].${one}`))
              const found = inside.flatMap((one) => fhirpath.evaluate(resource, one, { resource }, r4) as unknown[])
              return found.map((value) => `${at} ${JSON.stringify(value)}`)
            })
            .sort(),
        )
      })
      assert.deepEqual(
        mine,
        theirs.filter((parts) => parts.length > 0),
        `${file} ${code}`,
      )
      compared += mine.length
    }
  }
  assert.ok(compared > 300, `${compared} elements compared`)
})

test('every parameter of an indexed type is compiled, for every resource type', () => {
  assert.deepEqual(
    notCompiled.filter((one) => /^[A-Z]\w+\.[a-z]/.test(one)),
    [],
  )
  for (const type of resourceTypes) {
    const codes = compiled.parameters[type]?.map(({ code }) => code) ?? []
    for (const common of ['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag']) assert.ok(codes.includes(common), `${type} ${common}`)
    assert.equal(new Set(codes).size, codes.length, type)
  }
})

test('the invariants that are left to the FHIRPath engine are known by name', () => {
  const keys = notCompiled.map((one) => one.slice(0, one.indexOf(' '))).sort()
  assert.deepEqual(keys, ['ig-1', 'ig-2', 'sdf-8', 'sdf-8a', 'sdf-9'])
})
